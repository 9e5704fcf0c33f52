"""The arithmetic of ladders: windows, steps up, ends, renewals. Pure."""

import bisect
import datetime as dt
import itertools
import zoneinfo
from collections.abc import Iterable, Sequence

import msgspec

from service.domain.tiers.types import FloorRow, Step
from service.kernel.calendar import (
    Duration,
    Period,
    anniversary_end,
    anniversary_start,
    end_of_day,
    period_end,
    period_start,
    shift,
)
from service.kernel.values import Progress
from service.rules.document import DowngradeWhen, Ladder, WithinKind

_INSTANT = dt.timedelta(microseconds=1)


class Rulebook(msgspec.Struct, frozen=True):
    """A ladder over time: (effective from, definition), ascending; one member's calendar."""

    versions: tuple[tuple[dt.datetime, Ladder], ...]
    tz: zoneinfo.ZoneInfo
    enrolled_at: dt.datetime

    def at(self, instant: dt.datetime) -> Ladder:
        """The definition in force; the first one also rules what came before it."""
        if instant >= self.versions[-1][0]:
            return self.versions[-1][1]
        index = bisect.bisect_right(self.versions, instant, key=lambda version: version[0])
        return self.versions[max(0, index - 1)][1]

    def rank(self, ladder: Ladder, tier: str, instant: dt.datetime) -> int:
        """Rank of a tier that an earlier definition may have named."""
        for n, candidate in enumerate(ladder.tiers):
            if candidate.id == tier:
                return n
        for _, older in reversed([v for v in self.versions if v[0] <= instant]):
            for candidate in older.tiers:
                if candidate.id == tier:
                    return reached(ladder, candidate.threshold)
        return 0


def reached(ladder: Ladder, total: int) -> int:
    """The highest rank whose threshold the total meets."""
    rank = 0
    for n, tier in enumerate(ladder.tiers):
        if tier.threshold <= total:
            rank = n
    return rank


def _window_of(ladder: Ladder) -> Duration:
    if ladder.qualify.window is None:
        raise ValueError(f"ladder {ladder.id} has no window")
    return ladder.qualify.window


def _period_of(ladder: Ladder) -> Period:
    if ladder.qualify.period is None:
        raise ValueError(f"ladder {ladder.id} has no period")
    return ladder.qualify.period


def counted_since(book: Rulebook, ladder: Ladder, at: dt.datetime) -> dt.datetime | None:
    """The total at an instant counts what is later than this (exclusive); None: everything."""
    within = ladder.qualify.within
    if within is WithinKind.ROLLING:
        return shift(at, _window_of(ladder), book.tz, -1)
    if within is WithinKind.CALENDAR:
        return period_start(at, _period_of(ladder), book.tz) - _INSTANT
    if within is WithinKind.ANNIVERSARY:
        return anniversary_start(at, book.enrolled_at, book.tz) - _INSTANT
    return None


def _valid_from(book: Rulebook, ladder: Ladder, at: dt.datetime) -> dt.datetime | None:
    """Until when a step taken at the instant stands."""
    within = ladder.qualify.within
    if within is WithinKind.ROLLING:
        return shift(at, _window_of(ladder), book.tz)
    if within is WithinKind.CALENDAR:
        return period_end(at, _period_of(ladder), book.tz)
    if within is WithinKind.ANNIVERSARY:
        return anniversary_end(at, book.enrolled_at, book.tz)
    return None


def _due(book: Rulebook, ladder: Ladder, valid_until: dt.datetime | None) -> dt.datetime | None:
    grace = ladder.downgrade.grace
    if valid_until is None or grace is None:
        return valid_until
    return shift(valid_until, grace, book.tz)


def first_due(book: Rulebook, at: dt.datetime) -> dt.datetime | None:
    """When a step taken at the instant is judged."""
    ladder = book.at(at)
    return _due(book, ladder, _valid_from(book, ladder, at))


def needs_replay(ladder: Ladder) -> bool:
    """Every contribution moves the end of such a tier, so there is no short way."""
    return (
        ladder.qualify.within is WithinKind.ROLLING
        and ladder.downgrade.when is DowngradeWhen.AT_ONCE
    )


def step_up(book: Rulebook, current: Step | None, at: dt.datetime, total: int) -> Step | None:
    """The new open step when the total lifts the member at the instant, else None."""
    ladder = book.at(at)
    rank = book.rank(ladder, current.tier, at) if current else 0
    goal = reached(ladder, total)
    if goal <= rank:
        return None
    valid_until = _valid_from(book, ladder, at)
    return Step(at, None, ladder.tiers[goal].id, valid_until, _due(book, ladder, valid_until))


class _Replay:
    """The state of one replay: what counted so far, the steps, the tier now and its end."""

    def __init__(self, book: Rulebook, contributions: Iterable[tuple[dt.datetime, int]]) -> None:
        grouped = [
            (at, sum(amount for _, amount in group))
            for at, group in itertools.groupby(sorted(contributions), key=lambda c: c[0])
        ]
        self.book = book
        self.instants = [at for at, _ in grouped]
        self.sums = [0, *itertools.accumulate(amount for _, amount in grouped)]
        self.gains = [*itertools.accumulate(max(amount, 0) for _, amount in grouped)]
        self.steps: list[Step] = []

    def counted(
        self, after: dt.datetime | None, until: dt.datetime, *, inclusive: bool = True
    ) -> int:
        """What counts in (after, until], or in (after, until) when not inclusive."""
        low = 0 if after is None else bisect.bisect_right(self.instants, after)
        cut = bisect.bisect_right if inclusive else bisect.bisect_left
        return self.sums[max(low, cut(self.instants, until))] - self.sums[low]

    def run(self, until: dt.datetime) -> list[Step]:
        for at, gained in zip(self.instants, self.gains, strict=True):
            self._ends(at)
            self._contributed(at, gained)
        self._ends(until)
        return self.steps

    def _now(self) -> Step | None:
        return self.steps[-1] if self.steps else None

    def _open(self, at: dt.datetime, ladder: Ladder, rank: int, valid: dt.datetime | None) -> None:
        step = Step(at, None, ladder.tiers[rank].id, valid, _due(self.book, ladder, valid))
        if self.steps and self.steps[-1].from_at == at:
            self.steps.pop()
        elif self.steps:
            self.steps[-1] = msgspec.structs.replace(self.steps[-1], until_at=at)
        self.steps.append(step)

    def _extend(self, ladder: Ladder, valid: dt.datetime | None) -> None:
        self.steps[-1] = msgspec.structs.replace(
            self.steps[-1], valid_until=valid, due_at=_due(self.book, ladder, valid)
        )

    def _contributed(self, at: dt.datetime, gained: int) -> None:
        """`gained`: all that was ever added by then, which no window counts more than."""
        ladder = self.book.at(at)
        if step_up(self.book, self._now(), at, gained) is not None:
            total = self.counted(counted_since(self.book, ladder, at), at)
            step = step_up(self.book, self._now(), at, total)
            if step is not None:
                self._open(at, ladder, ladder.rank(step.tier), step.valid_until)
        current = self._now()
        if current is not None and needs_replay(ladder):
            rank = self.book.rank(ladder, current.tier, at)
            if rank > 0:
                self._follow(ladder, rank, at)

    def _follow(self, ladder: Ladder, rank: int, at: dt.datetime) -> None:
        """A tier that goes at once stands until its threshold is no longer met.

        That is now if this contribution took away what it stood on; in its grace it waits for the
        end of that.
        """
        falls = self._falls_at(ladder, rank, at)
        if falls is not None:
            self._extend(ladder, falls)
        elif self._stood(ladder, rank, at):
            self._extend(ladder, at)

    def _stood(self, ladder: Ladder, rank: int, at: dt.datetime) -> bool:
        """The threshold was met before what the instant brings."""
        before = self.counted(counted_since(self.book, ladder, at), at, inclusive=False)
        return before >= ladder.tiers[rank].threshold

    def _falls_at(self, ladder: Ladder, rank: int, at: dt.datetime) -> dt.datetime | None:
        """When the rolling total drops below the rank's threshold if nothing more counts.

        None when it is below already.
        """
        window = _window_of(ladder)
        threshold = ladder.tiers[rank].threshold
        after = counted_since(self.book, ladder, at)
        if self.counted(after, at) < threshold:
            return None
        low = 0 if after is None else bisect.bisect_right(self.instants, after)
        high = bisect.bisect_right(self.instants, at)
        for n in range(low, high):
            if self.sums[high] - self.sums[n + 1] < threshold:
                falls = shift(self.instants[n], window, self.book.tz)
                if shift(falls, window, self.book.tz, -1) < self.instants[n]:
                    # 31 January plus a month is 28 February, minus a month 28 January: the
                    # contribution leaves the window with the next local day
                    falls = end_of_day(falls.astimezone(self.book.tz).date(), self.book.tz)
                return falls
        return None

    def _ends(self, until: dt.datetime) -> None:
        while (now := self._now()) is not None and now.due_at is not None and now.due_at <= until:
            self._judge(now, now.due_at)

    def _judge(self, now: Step, due: dt.datetime) -> None:
        """A tier's validity (and grace) is over: renewed, or down."""
        ladder = self.book.at(due)
        rank = self.book.rank(ladder, now.tier, due)
        valid_until = now.valid_until or due
        if rank == 0 or ladder.qualify.within is WithinKind.LIFETIME:
            self._extend(ladder, None)
            return
        total = self._total_at_end(ladder, valid_until, due)
        if total >= ladder.tiers[rank].threshold:
            self._extend(ladder, self._renewed(ladder, rank, valid_until, due))
            return
        goal = reached(ladder, total)
        if ladder.downgrade.one_step:
            goal = max(goal, rank - 1)
        self._open(due, ladder, goal, self._valid_after_fall(ladder, goal, due))

    def _total_at_end(self, ladder: Ladder, valid_until: dt.datetime, due: dt.datetime) -> int:
        if ladder.qualify.within is WithinKind.ROLLING:
            return self.counted(counted_since(self.book, ladder, due), due)
        ended = counted_since(self.book, ladder, valid_until - _INSTANT)
        return self.counted(ended, due, inclusive=False)

    def _renewed(
        self, ladder: Ladder, rank: int, valid_until: dt.datetime, due: dt.datetime
    ) -> dt.datetime | None:
        if needs_replay(ladder):
            return self._falls_at(ladder, rank, due)
        following = _valid_from(self.book, ladder, valid_until)
        while following is not None and following <= due:
            following = _valid_from(self.book, ladder, following)
        return following

    def _valid_after_fall(self, ladder: Ladder, rank: int, due: dt.datetime) -> dt.datetime | None:
        if rank == 0:
            return None
        if needs_replay(ladder):
            falls = self._falls_at(ladder, rank, due)
            if falls is not None:
                return falls
        return _valid_from(self.book, ladder, due)


def counted(
    book: Rulebook, contributions: Iterable[tuple[dt.datetime, int]], at: dt.datetime
) -> int:
    """The total of the window that ends at the instant."""
    since = counted_since(book, book.at(at), at)
    return sum(amount for t, amount in contributions if t <= at and (since is None or t > since))


def replay(
    book: Rulebook, contributions: Iterable[tuple[dt.datetime, int]], until: dt.datetime
) -> list[Step]:
    """All steps from what counted, with everything due up to `until` judged."""
    return _Replay(book, contributions).run(until)


def tier_at(
    ladder: Ladder, steps: Sequence[Step], floors: Sequence[FloorRow], at: dt.datetime
) -> str:
    """The tier in force at the instant: the step's, or a floor above it."""
    rank = 0
    for step in steps:
        if step.from_at <= at and (step.until_at is None or at < step.until_at):
            rank = ladder.rank(step.tier)
    for floor in floors:
        if floor.from_at <= at and (floor.until_at is None or at < floor.until_at):
            rank = max(rank, ladder.rank(floor.tier))
    return ladder.tiers[rank].id


def changes(
    ladder: Ladder,
    steps: Sequence[Step],
    floors: Sequence[FloorRow],
    after: dt.datetime,
    until: dt.datetime,
) -> list[tuple[dt.datetime, str]]:
    """Instants in (after, until] at which the tier in force becomes another: (instant, tier)."""
    moments = {step.from_at for step in steps}
    for floor in floors:
        moments.add(floor.from_at)
        if floor.until_at is not None:
            moments.add(floor.until_at)
    found: list[tuple[dt.datetime, str]] = []
    last = tier_at(ladder, steps, floors, after)
    for moment in sorted(m for m in moments if after < m <= until):
        tier = tier_at(ladder, steps, floors, moment)
        if tier != last:
            found.append((moment, tier))
            last = tier
    return found


def progress(ladder: Ladder, tier: str, total: int, valid_until: dt.datetime | None) -> Progress:
    """From the tier in force and the total counted: what is missing to the next."""
    rank = ladder.rank(tier)
    following = ladder.tiers[rank + 1] if rank + 1 < len(ladder.tiers) else None
    return Progress(
        tier=tier,
        total=total,
        next=following.id if following else None,
        missing=max(0, following.threshold - total) if following else None,
        valid_until=valid_until,
    )
