"""Into a club and out of it: grounds begin and end, with the seat, the history and the event.

Set-based, over members that the caller has locked, and of clubs with a number of seats their rows
(`seats.lock`). Whether somebody may come in is decided before (entering.py). A term that is over is
so without anybody; what happens here first to a member is that it is written down.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from service.domain.clubs import membership, seats, spans, steps
from service.domain.clubs.errors import NoFreeSeat
from service.domain.clubs.membership import Ended, Span
from service.domain.clubs.steps import Step, What
from service.domain.clubs.types import Ground
from service.domain.events.club_stays import ClubJoined, ClubMembershipExtended
from service.flows.steps.clubs.leaving import Dismissal, Leaving
from service.flows.steps.context import SETTLEMENT, Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.ids import new_id
from service.rules.clubs import Club
from service.rules.triggers import Occasion, On

GROUNDS: Final = {
    Ground.INVITATION: "invitation",
    Ground.RULE: "rule",
    Ground.APPROVAL: "approval",
    Ground.PAID: "paid",
    Ground.STAFF: "staff",
}
Theirs = dict[uuid.UUID, list[Span]]


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """A ground for the member of `work`, from `from_at` (None: now) until `until_at`.

    `conditional`: it counts only while the club's rule is true. `source`: the offer, code,
    application, payment or purchase it comes of; `span_id`: its own id, None: a new one.
    `overtook`: how many who waited longer were passed over.
    """

    work: Work
    club: Club
    kind: Ground
    actor: Actor
    from_at: dt.datetime | None = None
    until_at: dt.datetime | None = None
    conditional: bool = False
    source: uuid.UUID | None = None
    span_id: uuid.UUID | None = None
    invited_by: uuid.UUID | None = None
    note: str | None = None
    overtook: int | None = None


async def admit(tx: Tx, ctx: Context, admissions: Sequence[Admission]) -> list[Span]:
    """The grounds begin. NoFreeSeat where a seat is needed, and none is free or theirs already."""
    if not admissions:
        return []
    theirs = await _spans(tx, [one.work for one in admissions])
    await _dismiss(tx, ctx, _lapsed(admissions, theirs), theirs)
    made = [_ground(one) for one in admissions]
    wanted: dict[int, tuple[Club, list[seats.Wanted]]] = {}
    for one, span in zip(admissions, made, strict=True):
        before = theirs.setdefault(span.holder_id, [])
        was_in = membership.has_ground(before, span.club, _start(one, span))
        before.append(span)
        _want_seat(wanted, one.club, before, _start(one, span))
        _tell_joined(one, span, before, was_in=was_in)
    await _take_seats(tx, wanted)
    await spans.insert(tx, made)
    await steps.note(tx, [_joined(one, span) for one, span in zip(admissions, made, strict=True)])
    return made


async def _spans(tx: Tx, works: Iterable[Work]) -> Theirs:
    return await tx.ask(spans.ask_spans({work.holder.holder_id for work in works}))


def _lapsed(
    admissions: Sequence[Admission], theirs: Mapping[uuid.UUID, Sequence[Span]]
) -> list[Dismissal]:
    """Terms of the same club that are over: who comes again has left before, and is told so."""
    found: dict[tuple[uuid.UUID, int], Dismissal] = {}
    for one in admissions:
        holder_id, number = one.work.holder.holder_id, one.club.number
        over = membership.overdue(theirs.get(holder_id, ()), number, one.work.at)
        if over:
            found[holder_id, number] = lapse(one.work, one.club, over)
    return list(found.values())


def lapse(work: Work, club: Club, over: Sequence[Span]) -> Dismissal:
    """Terms that are over (`membership.overdue`), written down with effect from their end."""
    return Dismissal(
        work=work,
        club=club,
        why=Ended.LAPSED,
        actor=SETTLEMENT,
        only=tuple(span.span_id for span in over),
        at=max(span.until_at for span in over if span.until_at is not None),
    )


def _ground(one: Admission) -> Span:
    return Span(
        holder_id=one.work.holder.holder_id,
        span_id=one.span_id or new_id(),
        club=one.club.number,
        kind=int(one.kind),
        from_at=one.from_at or one.work.at,
        until_at=one.until_at,
        conditional=one.conditional,
        source=one.source,
        invited_by=one.invited_by,
        note=one.note,
        actor_kind=int(one.actor.kind),
        actor_id=one.actor.id,
        recorded_at=one.work.now,
    )


def _start(one: Admission, span: Span) -> dt.datetime:
    """The instant at which it is asked whether they are in: now, else when it began or begins."""
    return one.work.at if span.covers(one.work.at) else span.from_at


def _want_seat(
    wanted: dict[int, tuple[Club, list[seats.Wanted]]],
    club: Club,
    theirs: Sequence[Span],
    at: dt.datetime,
) -> None:
    """A seat as long as the membership lasts by itself; none for a term that was over when told."""
    if club.seats is None:
        return
    span = theirs[-1]
    due_at = membership.ends_at(theirs, club.number, at)
    if due_at is None or due_at > max(at, span.recorded_at):
        wanted.setdefault(club.number, (club, []))[1].append((span.holder_id, due_at))


async def _take_seats(tx: Tx, wanted: Mapping[int, tuple[Club, list[seats.Wanted]]]) -> None:
    for number in sorted(wanted):
        club, asked = wanted[number]
        latest = dict(asked)  # who is admitted on two grounds at once has one seat
        taken = await seats.take_many(tx, number, club.seats or 0, list(latest.items()))
        if len(taken) < len(latest):
            raise NoFreeSeat


def _tell_joined(one: Admission, span: Span, theirs: Sequence[Span], *, was_in: bool) -> None:
    work, club = one.work, one.club
    until = membership.ends_at(theirs, club.number, _start(one, span))
    ground = GROUNDS[one.kind]
    if was_in or span.from_at > work.at:
        work.emit(ClubMembershipExtended(club=club.id, ground=ground, until=until), work.at)
        return
    work.emit(ClubJoined(club=club.id, ground=ground, until=until), span.from_at)
    if span.covers(work.at):
        source = None if span.source is None else str(span.source)
        work.occasions.append(
            Occasion(on=On.CLUB_JOIN, of=club.id, at=work.at, ref=str(span.span_id), cause=source)
        )


def _joined(one: Admission, span: Span) -> Step:
    return Step(
        holder_id=span.holder_id,
        club=span.club,
        kind=What.JOINED,
        occurred_at=span.from_at,
        recorded_at=one.work.now,
        actor=one.actor,
        by_member=one.invited_by,
        source=span.source or span.span_id,
        note=one.note,
        overtook=one.overtook,
    )


async def dismiss(tx: Tx, ctx: Context, dismissals: Sequence[Dismissal]) -> list[Span]:
    """The grounds end; who has none left is out, and the seat is free. Answers what ended."""
    if not dismissals:
        return []
    theirs = await _spans(tx, [one.work for one in dismissals])
    return await _dismiss(tx, ctx, dismissals, theirs)


async def _dismiss(
    tx: Tx, ctx: Context, dismissals: Sequence[Dismissal], theirs: Theirs
) -> list[Span]:
    """The same where the members' spans are known; they are as after it then."""
    del ctx
    leaving = Leaving(theirs)
    for one in dismissals:
        leaving.add(one)
    await leaving.write(tx)
    return leaving.ended
