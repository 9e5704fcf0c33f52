"""The facts of a batch: members, history windows, uses of limited rules; one question for each."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from service.domain.activities import store as activities
from service.domain.clubs import membership, spans
from service.domain.clubs.membership import Span
from service.domain.holds import store as holds
from service.domain.members import store as members
from service.domain.members.store import MemberRow
from service.domain.purchases import store as purchases
from service.flows.steps import hiding
from service.flows.steps.context import Context
from service.flows.steps.standing import Standings
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.infra.together import Ask
from service.rules.compile import Program
from service.rules.conditions.activities import ActivityWindow
from service.rules.conditions.history import Window
from service.rules.document import Limit, WithinKind
from service.rules.facts import Facts, MemberFacts, Past
from service.rules.windows import activity_start, limit_span, window_start

_TICK: Final = dt.timedelta(microseconds=1)  # the finest step of an instant, here and in PostgreSQL


class Asked(msgspec.Struct, frozen=True):
    """One purchase to be decided: by which program, for whom, at which instant.

    `hold_id`: the hold it stands on, whose uses of limits are its own. `after`: what is asked is
    not a purchase but segments, club rules and rules with another trigger, of the member as all
    that happened up to and with the instant has left them; `limits` are those of the rules asked.
    """

    work: Work
    program: Program
    at: dt.datetime
    hold_id: uuid.UUID | None = None
    after: bool = False
    limits: Mapping[str, Limit] | None = None

    @property
    def limited(self) -> Mapping[str, Limit]:
        """Limits whose uses are counted, by rule."""
        if self.limits is not None:
            return self.limits
        return {} if self.after else self.program.limited

    @property
    def until(self) -> dt.datetime:
        """Windows count what is earlier."""
        return self.at + _TICK if self.after else self.at

    @property
    def windows(self) -> tuple[Window, ...]:
        """What is read of purchases."""
        return self.program.joined_windows if self.after else self.program.windows

    @property
    def activity_windows(self) -> tuple[ActivityWindow, ...]:
        """What is read of activities."""
        program = self.program
        return program.joined_activity_windows if self.after else program.activity_windows

    @property
    def reads_member(self) -> bool:
        """The person is asked for."""
        return self.program.joined_reads_member if self.after else self.program.reads_member

    @property
    def reads_clubs(self) -> bool:
        """Clubs are asked for, by rules or to know what answers may tell."""
        program = self.program
        if self.after:
            return program.joined_reads_clubs
        return program.reads_clubs or hiding.hides(program)


async def load_members(tx: Tx, ctx: Context, asked: Sequence[Asked]) -> dict[uuid.UUID, MemberRow]:
    """The members whose person a rule or a ladder's calendar asks for."""
    wanted = _persons(ctx, asked)
    return await members.members(tx, wanted) if wanted else {}


def _persons(ctx: Context, asked: Sequence[Asked]) -> list[uuid.UUID]:
    by_anniversary = any(
        ladder.qualify.within is WithinKind.ANNIVERSARY
        for versions in ctx.programs.ladder_versions.values()
        for _, ladder in versions
    )
    return [
        a.work.holder.holder_id
        for a in asked
        if a.work.is_member and (by_anniversary or a.reads_member)
    ]


class Questions:
    """What rules ask about purchases, as `all` questions to the database; only members have a past.

    After they were asked: `people`, and `facts` of each purchase.
    """

    def __init__(self, ctx: Context, asked: Sequence[Asked]) -> None:
        self._asked = asked
        known = [(n, a) for n, a in enumerate(asked) if a.work.is_member]
        persons = _persons(ctx, asked)
        self._people = members.ask_members(persons) if persons else None
        self._windows = [(n, window) for n, a in known for window in a.windows]
        self._pasts = purchases.ask_windows(
            [_window(asked[n], window) for n, window in self._windows]
        )
        self._doings = [(n, window) for n, a in known for window in a.activity_windows]
        self._done = (
            activities.ask_windows([_doing(asked[n], window) for n, window in self._doings])
            if self._doings
            else None
        )
        self._limits = [(n, rule, limit) for n, a in known for rule, limit in a.limited.items()]
        limits = [_span(asked[n], rule, limit) for n, rule, limit in self._limits]
        self._uses = purchases.ask_uses(limits) if limits else None
        self._pinned = holds.ask_pinned({span[0] for span in limits}) if limits else None
        joiners = {a.work.holder.holder_id for _, a in known if a.reads_clubs}
        self._spans = spans.ask_spans(joiners) if joiners else None

    @property
    def all(self) -> list[Ask[Any]]:
        """To be asked."""
        single = (self._people, self._done, self._uses, self._pinned, self._spans)
        return [*self._pasts, *(one for one in single if one is not None)]

    @property
    def people(self) -> dict[uuid.UUID, MemberRow]:
        """The members whose person a rule or a ladder's calendar asks for."""
        return {} if self._people is None else self._people.answer

    def firsts(self) -> list[list[dt.datetime | None]]:
        """Of each purchase the first instants that count, in the order of `starts`."""
        found: list[list[dt.datetime | None]] = [[] for _ in self._asked]
        seen = self._seen
        for place, (n, _) in enumerate(self._windows):
            found[n].append(seen[place].first)
        for place, (n, _) in enumerate(self._doings):
            found[n].append(self._did[place].first)
        for place, (n, _, _) in enumerate(self._limits):
            found[n].append(self._fired[place].first)
        return found

    def club_spans(self, holder_id: uuid.UUID) -> list[Span]:
        """All the member's spans in clubs, when clubs were asked for; else nothing."""
        return [] if self._spans is None else self._spans.answer.get(holder_id, [])

    @property
    def _seen(self) -> dict[int, purchases.Seen]:
        return {place: seen for one in self._pasts for place, seen in one.answer.items()}

    @property
    def _did(self) -> dict[int, activities.Done]:
        return {} if self._done is None else self._done.answer

    @property
    def _fired(self) -> dict[int, purchases.Fired]:
        return {} if self._uses is None else self._uses.answer

    def facts(self, standings: Standings) -> list[Facts]:
        """The facts of each purchase, in order; unmatched ones have no member."""
        history: list[dict[str, Past]] = [{} for _ in self._asked]
        doings: list[dict[str, int]] = [{} for _ in self._asked]
        seen, fired = self._seen, self._fired
        for place, (n, window) in enumerate(self._windows):
            history[n][window.key()] = seen[place].past
        for place, (n, doing) in enumerate(self._doings):
            if times := self._did[place].times:
                doings[n][doing.key()] = times
        uses: list[dict[str, int]] = [{} for _ in self._asked]
        for place, (n, rule, _) in enumerate(self._limits):
            times = fired[place].times + self._held(self._asked[n], rule)
            if times:
                uses[n][rule] = times
        return [
            Facts(
                at=a.at,
                member=self._member(a, standings) if a.work.is_member else None,
                history=history[n],
                uses=uses[n],
                activities=doings[n],
            )
            for n, a in enumerate(self._asked)
        ]

    def _held(self, asked: Asked, rule: str) -> int:
        """How often the member's other open checkouts use a rule: a limit is kept for them."""
        pinned = {} if self._pinned is None else self._pinned.answer
        mine = pinned.get(asked.work.holder.holder_id, ())
        return sum(one.uses.count(rule) for one in mine if one.counts(asked.at, asked.hold_id))

    def _member(self, asked: Asked, standings: Standings) -> MemberFacts:
        holder_id = asked.work.holder.holder_id
        tiers = {
            ladder_id: standing.tier_at(asked.at)
            for ladder_id, standing in standings.get(holder_id, {}).items()
        }
        row = self.people.get(holder_id) if asked.reads_member else None
        known = (
            MemberFacts(tiers=tiers)
            if row is None
            else member_facts(row, tiers, asked.at, asked.program.tz)
        )
        theirs = self.club_spans(holder_id)
        return known if not theirs else in_clubs(known, asked.program, theirs, asked.at)


def in_clubs(
    known: MemberFacts, program: Program, theirs: Sequence[Span], at: dt.datetime
) -> MemberFacts:
    """The same with the clubs of the program that the member is in at the instant."""
    sure, conditional = membership.clubs_at(theirs, at)
    names = {number: club.id for number, club in program.clubs_by_number.items()}
    return msgspec.structs.replace(
        known,
        clubs=tuple(sorted(names[number] for number in sure & names.keys())),
        clubs_while=tuple(sorted(names[number] for number in conditional & names.keys())),
    )


def starts(program: Program, at: dt.datetime) -> list[dt.datetime | None]:
    """Since when the program's windows count, and then its limits; None: since ever."""
    windows = [window_start(window, at, program.tz) for window in program.windows]
    doings = [activity_start(window, at, program.tz) for window in program.activity_windows]
    limits = [limit_span(one, at, program.tz)[0] for one in program.limited.values()]
    return windows + doings + limits


def _window(asked: Asked, window: Window) -> purchases.WindowAsked:
    return purchases.WindowAsked(
        asked.work.holder.holder_id,
        window_start(window, asked.at, asked.program.tz),
        asked.until,
        window.channel,
        window.store,
        window.category,
    )


def _doing(asked: Asked, window: ActivityWindow) -> activities.WindowAsked:
    return activities.WindowAsked(
        asked.work.holder.holder_id,
        activity_start(window, asked.at, asked.program.tz),
        asked.until,
        window.name,
    )


def _span(asked: Asked, rule: str, limit: Limit) -> purchases.Span:
    return (asked.work.holder.holder_id, rule, *limit_span(limit, asked.at, asked.program.tz))


def member_facts(
    row: MemberRow, tiers: dict[str, str], at: dt.datetime, tz: zoneinfo.ZoneInfo
) -> MemberFacts:
    """What rules may know of a person: nothing that names them.

    Who is born on 29 February has the birthday on the 28th in other years.
    """
    today = at.astimezone(tz).date()
    born = row.profile.birth_date
    birthday = born is not None and (
        (born.month, born.day) == (today.month, today.day)
        or ((born.month, born.day) == (2, 29) and (today.month, today.day) == (2, 28)
            and not _is_leap(today.year))
    )  # fmt: skip
    return MemberFacts(
        fields=row.fields,
        tiers=tiers,
        is_birthday=birthday,
        is_birthday_month=born is not None and born.month == today.month,
        enrolled_days=max(0, (today - row.enrolled_at.astimezone(tz).date()).days),
    )


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
