"""A ladder replayed from the beginning: contributions in order of time, ends when they are due."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from tests.oracle import days
from tests.oracle.days import Span
from tests.oracle.program import Ladder


@dataclass(frozen=True)
class Contribution:
    """What counts towards a tier, and when."""

    at: dt.datetime
    amount: int


@dataclass(frozen=True)
class Step:
    """From this instant the member stands there (0 the lowest tier), until judged again."""

    from_at: dt.datetime
    position: int
    valid_until: dt.datetime | None


@dataclass
class Climb:
    """The replay of one ladder of one member. `acted`: contributions that have counted so far."""

    ladder: Ladder
    zone: zoneinfo.ZoneInfo
    enrolled_at: dt.datetime
    position: int = 0
    valid_until: dt.datetime | None = None

    def __post_init__(self) -> None:
        self.known: list[Contribution] = []
        self.acted: list[Contribution] = []
        self.steps: list[Step] = []

    def run(self, contributions: list[Contribution], until: dt.datetime) -> None:
        """Everything up to the instant; of one instant the end comes before the contributions."""
        self.known = contributions
        instants = sorted({each.at for each in contributions if each.at <= until})
        while True:
            due = self.due()
            following = instants[0] if instants else None
            if due is not None and due <= until and (following is None or due <= following):
                self._end(due)
            elif following is not None:
                self._act(instants.pop(0), [c for c in contributions if c.at == following])
            else:
                return

    def due(self) -> dt.datetime | None:
        """When the tier is judged again: the end of its time and of the grace after it."""
        grace = self.ladder.grace
        if self.valid_until is None or grace is None:
            return self.valid_until
        return days.plus(self.valid_until, grace, self.zone)

    def total(self, at: dt.datetime) -> int:
        """What counts at the instant, of what has acted so far."""
        within = self.ladder.within
        if isinstance(within, Span):
            since = days.minus(at, within, self.zone)
            return sum(each.amount for each in self.acted if since < each.at <= at)
        start = self._start(at)
        return sum(each.amount for each in self.acted if start <= each.at <= at)

    def _start(self, at: dt.datetime) -> dt.datetime:
        if self.ladder.within == "lifetime":
            return dt.datetime.min.replace(tzinfo=dt.UTC)
        if self.ladder.within == "anniversary":
            return days.anniversary_start(at, self.enrolled_at, self.zone)
        return days.period_start(at, str(self.ladder.within), self.zone)

    def _end_of_time(self, at: dt.datetime) -> dt.datetime | None:
        """How long a tier reached at the instant stands."""
        within = self.ladder.within
        if isinstance(within, Span):
            return days.plus(at, within, self.zone)
        if within == "lifetime":
            return None
        if within == "anniversary":
            return days.anniversary_end(at, self.enrolled_at, self.zone)
        return days.period_end(at, within, self.zone)

    def _reached(self, total: int) -> int:
        """The highest tier the total reaches; the lowest is everybody's, whatever the total."""
        higher = enumerate(self.ladder.tiers[1:], start=1)
        return max((n for n, (_, threshold) in higher if threshold <= total), default=0)

    def _threshold(self) -> int:
        return self.ladder.tiers[self.position][1]

    def _rolls_at_once(self) -> bool:
        return self.ladder.at_once and isinstance(self.ladder.within, Span)

    def _act(self, at: dt.datetime, contributions: list[Contribution]) -> None:
        stood = self.total(at) >= self._threshold()
        self.acted += contributions
        total = self.total(at)
        if self._reached(total) > self.position:
            self.position = self._reached(total)
            self.valid_until = self._fall(at) if self._rolls_at_once() else self._end_of_time(at)
            self._note(at)
        elif self._rolls_at_once() and self.position:
            if total >= self._threshold():
                self.valid_until = self._fall(at)
            elif stood:
                self.valid_until = at
            self._note(at)

    def _fall(self, after: dt.datetime) -> dt.datetime | None:
        """The first instant at which the total no longer reaches the threshold."""
        assert isinstance(self.ladder.within, Span)
        leaving = sorted(days.plus(c.at, self.ladder.within, self.zone) for c in self.acted)
        falls = (at for at in leaving if at > after and self.total(at) < self._threshold())
        return next(falls, None)

    def _end(self, due: dt.datetime) -> None:
        """Judge the tier: renewed, or down."""
        assert self.valid_until is not None
        total = self._total_of_ended(due)
        if total >= self._threshold():
            self.valid_until = self._renewed(self.valid_until, due)
        else:
            reached = self._reached(total)
            down = max(reached, self.position - 1) if self.ladder.one_step else reached
            self.position = down
            self.valid_until = self._end_of_time(due) if down else None
            if down and self._rolls_at_once() and total >= self._threshold():
                self.valid_until = self._fall(due)
        self._note(due)

    def _total_of_ended(self, due: dt.datetime) -> int:
        """Rolling: the window up to now, now included; else the period that ended and the grace
        after it, without now."""
        assert self.valid_until is not None
        if isinstance(self.ladder.within, Span):
            since = days.minus(due, self.ladder.within, self.zone)
            return sum(each.amount for each in self.known if since < each.at <= due)
        # One day before its end lies in the period that ended: all of them are longer.
        start = self._start(self.valid_until - days.ONE_DAY)
        return sum(each.amount for each in self.acted if start <= each.at < due)

    def _renewed(self, old: dt.datetime, due: dt.datetime) -> dt.datetime | None:
        if self._rolls_at_once():
            return self._fall(due)
        following = self._end_of_time(old)
        if isinstance(self.ladder.within, Span) or following is None or following > due:
            return following
        return self._end_of_time(due)

    def _note(self, at: dt.datetime) -> None:
        """Of several steps at one instant the last one counts."""
        self.steps = [step for step in self.steps if step.from_at != at]
        self.steps.append(Step(at, self.position, self.valid_until))


def climb(
    ladder: Ladder,
    contributions: list[Contribution],
    enrolled_at: dt.datetime,
    zone: zoneinfo.ZoneInfo,
    until: dt.datetime,
) -> Climb:
    """The ladder as it stands at the instant, with all that led there."""
    replay = Climb(ladder, zone, enrolled_at)
    replay.run(contributions, until)
    return replay


def before(
    ladder: Ladder,
    contributions: list[Contribution],
    enrolled_at: dt.datetime,
    zone: zoneinfo.ZoneInfo,
    at: dt.datetime,
) -> int:
    """Where the member stands when a purchase of that instant is decided: it does not count yet."""
    earlier = [each for each in contributions if each.at < at]
    return climb(ladder, earlier, enrolled_at, zone, at).position


def intervals(replay: Climb) -> list[tuple[dt.datetime, int]]:
    """From when the member stood where; a renewal is no new interval."""
    found: list[tuple[dt.datetime, int]] = []
    for step in replay.steps:
        if step.position != (found[-1][1] if found else 0):
            found.append((step.from_at, step.position))
    return found
