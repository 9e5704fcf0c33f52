"""What quotes remember of members: what decides a cart and only the member's own acts change.

A member is remembered as loaded at an instant, and recalled later only where loading anew would
come to the same:

- the holder has the version it had: every write to a member's tables moves it (the caller has asked
  for it in the snapshot it answers by, which is also how it knows whose an identifier is);
- the same program is in force, and none was published since;
- nothing has fallen due: no lot, hold, tier, floor or time in a club begins or ends in between;
- windows of history, limits and rolling ladders have let nothing go: since when they count is no
  earlier than it was, and still earlier than the first that they counted;
- where the program asks for the person, it is the same local day (birthdays, days enrolled).

What others can change (budgets, caps, codes and who holds them) is never remembered; members with
coupons in their list are not remembered at all. What is remembered is only read: who changes where
a member stands takes `Standing.again`.
"""

import collections
import datetime as dt
import operator
import uuid
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from service.domain.clubs.membership import Span
from service.flows.steps import (
    facts,
    tiers,
)
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.context import EARLIEST
from service.flows.steps.reconsidering.moments import moments
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.rules.compile import Program
from service.rules.document import WithinKind
from service.rules.facts import Facts

REMEMBERED_MAX: Final = 10_000  # some 4 KB each

NOT_KNOWN: Final = dt.datetime.max.replace(tzinfo=dt.UTC)  # nothing counts since then

Starts = Sequence[dt.datetime]


class Stored(NamedTuple):
    """What of a holder's row tells how long what is loaded of it will hold."""

    version: int
    next_due: dt.datetime | None
    settled_at: dt.datetime
    recorded_at: dt.datetime

    def is_quiet(self, at: dt.datetime) -> bool:
        """Nothing is due, or was written then or later (as after a change of the clock)."""
        due = self.next_due is not None and self.next_due <= at
        return self.recorded_at < at and self.settled_at <= at and not due


class Past(NamedTuple):
    """The first instants that windows and limits counted, and the member's times in clubs."""

    firsts: Sequence[dt.datetime | None]
    spans: Sequence[Span]


class Moment:
    """An instant at which many are recalled: what is the same for all of them is worked out once.

    `newest`: number of the newest program version.
    """

    __slots__ = ("_counted", "_days", "_later", "_starts", "at", "newest")

    def __init__(self, at: dt.datetime, newest: int) -> None:
        self.at = at
        self.newest = newest
        self._starts: dict[int, Starts] = {}
        self._later: dict[int, tuple[Starts, bool]] = {}  # by the identity of what is compared
        self._days: dict[int, dt.date | None] = {}
        self._counted: dict[int, dt.datetime | None] = {}

    def starts(self, program: Program) -> Starts:
        """Since when the program's windows and limits count; since ever is EARLIEST."""
        known = self._starts.get(program.version)
        if known is None:
            found = [since or EARLIEST for since in facts.starts(program, self.at)]
            known = self._starts[program.version] = found
        return known

    def is_later(self, starts: Starts, program: Program) -> bool:
        """None of the program's windows and limits counts since earlier than those did."""
        known = self._later.get(id(starts))
        if known is None:
            now = self.starts(program)
            later = all(map(operator.le, starts, now))
            known = self._later[id(starts)] = (starts, later)  # kept, so that no other has its id
        return known[1]

    def counted_since(self, standing: Standing) -> dt.datetime | None:
        """Since when the ladder counts; of all members the same, but for their anniversaries."""
        known = self._counted.get(standing.number, NOT_KNOWN)
        if known is not NOT_KNOWN:
            return known
        since = tiers.counted_since(standing.book, self.at)
        if standing.book.at(self.at).qualify.within is not WithinKind.ANNIVERSARY:
            self._counted[standing.number] = since
        return since

    def day(self, program: Program) -> dt.date | None:
        """The local day, None for a program that does not look at persons."""
        if program.version not in self._days:
            day = self.at.astimezone(program.tz).date() if program.reads_member else None
            self._days[program.version] = day
        return self._days[program.version]


class Remembered:
    """A holder as loaded: `facts` without what a cart presents, settled books, where it stands."""

    __slots__ = (
        "_at", "_day", "_firsts", "_newest", "_program", "_starts", "_totals", "_until", "_version",
        "facts", "standings", "work",
    )  # fmt: skip

    def __init__(self, item: Checkout, moment: Moment, past: Past, stored: Stored) -> None:
        known = item.decided.facts
        self.facts = Facts(
            at=known.at,
            member=known.member,
            history=known.history,
            uses=known.uses,
            activities=known.activities,
        )
        self.work: Work = item.work
        self.standings = {name: one.again(moment.at) for name, one in item.standings.items()}
        self._version = stored.version
        self._program = item.program
        self._newest = moment.newest
        self._at = moment.at
        self._day = moment.day(item.program)
        self._starts = moment.starts(item.program)
        self._firsts = [
            (n, first)
            for n, (since, first) in enumerate(zip(self._starts, past.firsts, strict=False))
            if since is not EARLIEST and first is not None
        ]  # of who is no member nothing is asked: `firsts` is empty
        short = [one for one in self.standings.values() if one.contributions is None]
        self._totals = [(one, moment.counted_since(one)) for one in short]
        self._until = _until(stored, self.standings.values(), past.spans, moment.at)

    def holds(self, version: int, program: Program, moment: Moment) -> bool:
        """Loading anew at the moment would come to the same."""
        at = moment.at
        return (
            self._version == version
            and self._program is program
            and self._newest == moment.newest
            and self._at <= at
            and (self._until is None or at < self._until)
            and self._day == moment.day(program)
            and moment.is_later(self._starts, program)
            and (not self._firsts or self._windows_let_nothing_go(moment.starts(program)))
            and self._totals_let_nothing_go(moment)
        )

    def _windows_let_nothing_go(self, starts: Starts) -> bool:
        return all(starts[n] < first for n, first in self._firsts)

    def _totals_let_nothing_go(self, moment: Moment) -> bool:
        for one, since in self._totals:
            now = moment.counted_since(one)
            if not _is_later(since, now):
                return False
            if one.first is not None and now is not None and now >= one.first:
                return False
        return True


def _is_later(since: dt.datetime | None, now: dt.datetime | None) -> bool:
    """What counted since an instant counts since another now; nothing that was before is added."""
    if since is None or now is None:
        return since is now
    return since <= now


def _until(
    stored: Stored, standings: Collection[Standing], spans: Collection[Span], at: dt.datetime
) -> dt.datetime | None:
    """When the next thing falls due."""
    ends = [moment for one in spans for moment in (one.from_at, one.until_at) if moment is not None]
    found = [moment for one in standings for moment in moments(one)] + ends
    found = [moment for moment in found if moment > at]
    if stored.next_due is not None:
        found.append(stored.next_due)
    return min(found, default=None)


class Memory:
    """The holders quoted last, of one process."""

    def __init__(self) -> None:
        self._kept: collections.OrderedDict[uuid.UUID, Remembered] = collections.OrderedDict()

    def recall(
        self, holder_id: uuid.UUID, version: int, program: Program, moment: Moment
    ) -> Remembered | None:
        """The holder as loading it would find it; None: it has to be loaded.

        `version`: its version in the snapshot that the caller answers by.
        """
        known = self._kept.get(holder_id)
        if known is None or not known.holds(version, program, moment):
            return None
        self._kept.move_to_end(holder_id)
        return known

    def keep(self, item: Checkout, moment: Moment, past: Past, stored: Stored) -> None:
        """Remember the holder of a basket that was decided at the moment, where that will hold.

        Of one with things due it does not: only who settles it writes what falls due after that.
        """
        if item.occurred_at != moment.at or not item.is_decided or not stored.is_quiet(moment.at):
            return
        holder_id = item.work.holder.holder_id
        self._kept[holder_id] = Remembered(item, moment, past, stored)
        self._kept.move_to_end(holder_id)
        while len(self._kept) > REMEMBERED_MAX:
            self._kept.popitem(last=False)
