"""`now.time: {from: "06:00", to: "11:00"}`: a half-open window of local time, over midnight too."""

from collections.abc import Callable

import msgspec

from service.rules.case import Case
from service.rules.conditions.finding import Finding
from service.rules.values import Check, Scalar


class TimeOfDay(msgspec.Struct, frozen=True, tag="time", tag_field="if"):
    """Minutes since local midnight, `since` included, `until` excluded; since > until wraps."""

    at: str
    since: int
    until: int


def read_minute(case: Case) -> int:
    """Minutes since local midnight by the clock on the wall; the seconds do not count."""
    return case.local.hour * 60 + case.local.minute


def check_minute(condition: TimeOfDay) -> Check:
    """Whether a minute of the day lies in the window; equal ends hold no minute."""
    since, until = condition.since, condition.until

    def within(minute: Scalar | None) -> bool:
        return isinstance(minute, int) and since <= minute < until

    def wrapped(minute: Scalar | None) -> bool:
        return isinstance(minute, int) and (minute >= since or minute < until)

    return wrapped if since > until else within


def compile_time(condition: TimeOfDay) -> Callable[[Case], bool]:
    """The condition as a function of the case."""
    check = check_minute(condition)
    return lambda case: check(read_minute(case))


def explain_time(condition: TimeOfDay, case: Case) -> Finding:
    """The local time of the purchase against the window."""
    minute = read_minute(case)
    return Finding(
        ok=check_minute(condition)(minute),
        at=condition.at,
        want=f"{_clock(condition.since)}-{_clock(condition.until)}",
        got=_clock(minute),
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
