"""Out of a club: what ends with the grounds of members, worked out in memory, written at once."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec

from service.domain.clubs import membership, owners, seats, spans, steps
from service.domain.clubs.membership import PAUSE, Ended, Span
from service.domain.clubs.spans import Ending
from service.domain.clubs.steps import Step, What
from service.domain.events.club_stays import ClubGroundEnded, ClubLeft, ClubOwnerChanged
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.rules.clubs import Club
from service.rules.triggers import Occasion, On


class Dismissal(msgspec.Struct, frozen=True, kw_only=True):
    """Grounds of the member of `work` that end: `only` these, or (None) all of the club.

    `at`: from when on (None: now), which may be long ago for a term that ran out.
    """

    work: Work
    club: Club
    why: Ended
    actor: Actor
    only: tuple[uuid.UUID, ...] | None = None
    at: dt.datetime | None = None
    by_member: uuid.UUID | None = None
    note: str | None = None

    @property
    def instant(self) -> dt.datetime:
        """From when on."""
        return self.at or self.work.at

    def ends(self, span: Span) -> bool:
        """It is one of those, and something of it is left, or nobody said yet that it is over."""
        if span.club != self.club.number or not span.is_ground or span.ended_at is not None:
            return False
        if self.only is not None:
            return span.span_id in self.only
        return span.until_at is None or span.until_at > self.instant


class Leaving:
    """What several dismissals come to. `theirs`: the members' spans, kept as they are after it."""

    def __init__(self, theirs: dict[uuid.UUID, list[Span]]) -> None:
        self.ended: list[Span] = []
        self._theirs = theirs
        self._endings: list[Ending] = []
        self._steps: list[Step] = []
        self._seats: dict[int, tuple[Club, dict[uuid.UUID, dt.datetime | None]]] = {}
        self._free: dict[int, list[uuid.UUID]] = {}
        self._out: dict[tuple[int, uuid.UUID], Dismissal] = {}

    def add(self, one: Dismissal) -> None:
        """Grounds end; of who is in on another one nothing else does."""
        before = list(self._theirs.get(one.work.holder.holder_id, ()))
        ending = [span for span in before if one.ends(span)]
        if not ending:
            return
        self.ended += ending
        self._end(one, ending)
        number, at = one.club.number, one.instant
        was_in = one.why is Ended.LAPSED or membership.has_ground(before, number, at)
        left = self._theirs[one.work.holder.holder_id]
        if membership.has_ground(left, number, one.work.at):
            self._stays(one, ending[-1], left)
        else:
            self._goes(one, ending[-1], left, was_in=was_in)

    def _end(self, one: Dismissal, ending: Sequence[Span]) -> None:
        endings = [Ending(span, one.instant, one.why, one.work.now) for span in ending]
        self._endings += endings
        after = {ended.span.span_id: ended.after for ended in endings}
        holder_id = one.work.holder.holder_id
        theirs = self._theirs[holder_id]
        theirs[:] = [after.get(span.span_id, span) for span in theirs]

    def _stays(self, one: Dismissal, span: Span, left: Sequence[Span]) -> None:
        work, club = one.work, one.club
        until = membership.ends_at(left, club.number, work.at)
        if club.seats is not None:
            asked = self._seats.setdefault(club.number, (club, {}))[1]
            asked[work.holder.holder_id] = until
        event = ClubGroundEnded(club=club.id, why=one.why.name.lower(), until=until)
        work.emit(event, one.instant)
        self._steps.append(_step(one, What.GROUND_ENDED, span))

    def _goes(self, one: Dismissal, span: Span, left: Sequence[Span], *, was_in: bool) -> None:
        work, club, at = one.work, one.club, one.instant
        pauses = [s for s in left if s.club == club.number and s.kind == PAUSE and s.covers(at)]
        self._end(one, pauses)
        if club.seats is not None:
            self._free.setdefault(club.number, []).append(work.holder.holder_id)
        if not was_in:  # a term that had not begun
            self._steps.append(_step(one, What.GROUND_ENDED, span))
            work.emit(ClubGroundEnded(club=club.id, why=one.why.name.lower(), until=at), at)
            return
        self._out[club.number, work.holder.holder_id] = one
        self._steps.append(_step(one, What.LEFT, span))
        work.emit(ClubLeft(club=club.id, why=one.why.name.lower()), at)
        source = None if span.source is None else str(span.source)
        work.occasions.append(
            Occasion(on=On.CLUB_LEAVE, of=club.id, at=at, ref=str(span.span_id), cause=source)
        )

    async def write(self, tx: Tx) -> None:
        """The spans, the seats, whoever owned a club they are out of, the history."""
        if not self._endings:
            return
        await spans.end_many(tx, self._endings)
        for number in sorted(self._free):
            await seats.release(tx, number, *self._free[number])
        for number in sorted(self._seats):
            club, asked = self._seats[number]
            await seats.take_many(tx, number, club.seats or 0, list(asked.items()))
        await self._end_ownership(tx)
        await steps.note(tx, self._steps)

    async def _end_ownership(self, tx: Tx) -> None:
        gone = [(club, holder_id, one.instant) for (club, holder_id), one in self._out.items()]
        for key in sorted(await owners.end(tx, gone)):
            one = self._out[key]
            one.work.emit(ClubOwnerChanged(club=one.club.id, owns=False), one.instant)
            self._steps.append(_step(one, What.OWNER_ENDED))


def _step(one: Dismissal, what: What, span: Span | None = None) -> Step:
    return Step(
        holder_id=one.work.holder.holder_id,
        club=one.club.number,
        kind=what,
        occurred_at=one.instant,
        recorded_at=one.work.now,
        actor=one.actor,
        by_member=one.by_member,
        source=None if span is None else span.source or span.span_id,
        note=one.note or one.why.name.lower(),
    )
