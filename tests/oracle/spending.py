"""What members spent, and whether it is enough: a sum over the last so many days."""

import datetime as dt
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.oracle import days


@dataclass(frozen=True)
class Threshold:
    """At least so many minor units within the span."""

    least: int
    within: days.Span
    zone: zoneinfo.ZoneInfo


@dataclass
class Spending:
    """All purchases of all members, whenever they were told."""

    threshold: Threshold
    paid: dict[str, list[tuple[dt.datetime, int]]] = field(default_factory=dict)
    who: Callable[[str], str] = str  # as whom a name is known

    def buy(self, member: str, at: dt.datetime, amount: int) -> None:
        """Somebody paid that much."""
        self.paid.setdefault(member, []).append((at, amount))

    def before(self, member: str, at: dt.datetime) -> bool:
        """It was enough, for a purchase at the instant: what was bought then does not count."""
        return self._sum(member, at, at) >= self.threshold.least

    def after(self, member: str, at: dt.datetime) -> bool:
        """It is enough at the instant, with what was bought then."""
        return self._sum(member, at, at + dt.timedelta(microseconds=1)) >= self.threshold.least

    def turns(self, member: str, since: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
        """The instants after `since`, up to `until`, at which something counts no more."""
        within, zone = self.threshold.within, self.threshold.zone
        found = {days.plus(at, within, zone) for at, _ in self._of(member)}
        return sorted(at for at in found if since < at <= until)

    def _sum(self, member: str, at: dt.datetime, end: dt.datetime) -> int:
        start = days.minus(at, self.threshold.within, self.threshold.zone)
        return sum(paid for when, paid in self._of(member) if start < when < end)

    def _of(self, member: str) -> list[tuple[dt.datetime, int]]:
        """What anybody bought who is the member."""
        return [one for name, all_ in self.paid.items() if self.who(name) == member for one in all_]
