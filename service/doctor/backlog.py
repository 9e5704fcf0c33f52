"""What waits for the jobs of the service, and for those who are sent events. Pure."""

from collections.abc import Iterator
from typing import Final

from service.doctor.types import Finding, warning, well
from service.domain.backlog.store import Figures

LATE_SECONDS: Final = {
    "events_unplaced": 60.0,  # places are given twice a second
    "holders_due": 600.0,
    "occasions_waiting": 600.0,
}
BEHIND_MAX: Final = 10_000

_WHAT: Final = {
    "events_unplaced": "events have no place in the stream: nobody is sent them",
    "holders_due": "holders have something due that was not posted",
    "occasions_waiting": "occasions wait for their decision",
}
_TODO: Final = (
    "See that a service runs with its jobs (`regulars serve`), and its log for 'job failed'."
)


def judge(figures: Figures) -> Iterator[Finding]:
    """A line for each job that does not keep up, or one that all do."""
    late = 0
    for name, seconds in LATE_SECONDS.items():
        age = figures[f"{name}_oldest_seconds"][0][1]
        if age > seconds:
            late += 1
            text = f"{figures[name][0][1]:,.0f} {_WHAT[name]}; the oldest since {age / 60:.0f} min"
            yield warning("jobs", text, _TODO)
    if not late:
        yield well("jobs", "nothing has waited for long")
    yield _endpoints(figures)
    for sink, behind in figures["relay_lag_events"]:
        yield _sink(sink, behind)


def _endpoints(figures: Figures) -> Finding:
    disabled = dict(figures["endpoints"])["disabled"]
    behind = figures["endpoints_lag_events_max"][0][1]
    if disabled:
        text = f"{disabled:.0f} endpoints were disabled: they are sent nothing"
        return warning("endpoints", text, "See GET /v1/endpoints for why, then verify them again.")
    if behind > BEHIND_MAX:
        text = f"one is {behind:,.0f} events behind"
        return warning("endpoints", text, "See GET /v1/endpoints: what does it answer?")
    return well("endpoints", "all keep up")


def _sink(name: str, behind: float) -> Finding:
    if behind <= BEHIND_MAX:
        return well("relay", f"{name} keeps up")
    text = f"{name} is {behind:,.0f} events behind"
    todo = f"Is {name} running, and is its address set? It is sent all when it is back."
    return warning("relay", text, todo)
