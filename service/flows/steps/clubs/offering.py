"""Offers of a place in a club: made, closed; with the seats that are kept for them.

The caller has locked the members. Of a club with a number of seats its row is locked here, so that
a seat is given once, and kept for nobody while somebody else waits for it.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from service.domain.clubs import membership, offers, seats, spans, steps, waiting
from service.domain.clubs.steps import Step, What
from service.domain.clubs.types import Ground, Offer, OfferState
from service.domain.events.clubs import (
    ClubInvited,
    ClubOfferDeclined,
    ClubOffered,
    ClubOfferLapsed,
    ClubOfferWithdrawn,
)
from service.flows.steps.context import EARLIEST, SETTLEMENT, Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.calendar import shift
from service.kernel.ids import new_id
from service.rules.clubs import Club

_Closing = type[ClubOfferDeclined] | type[ClubOfferWithdrawn] | type[ClubOfferLapsed]
WHY: Final = {
    Ground.INVITATION: "invitation",
    Ground.RULE: "rule",
    Ground.APPROVAL: "approval",
    Ground.PAID: "payment",
    Ground.STAFF: "staff",
}
_CLOSED: Final[dict[OfferState, tuple[What, _Closing]]] = {
    OfferState.DECLINED: (What.DECLINED, ClubOfferDeclined),
    OfferState.WITHDRAWN: (What.WITHDRAWN, ClubOfferWithdrawn),
    OfferState.LAPSED: (What.LAPSED, ClubOfferLapsed),
}


class NewOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A place to be offered to the member of `work`, locked and settled to now.

    `ground`: what the membership will rest on. `inviter`: the member who asks for it; `rule`: the
    rule that does. `place`: theirs on the list. `term_until`: when the membership ends; None: as
    the program says.
    """

    work: Work
    club: Club
    ground: Ground
    actor: Actor
    inviter: uuid.UUID | None = None
    source: uuid.UUID | None = None
    rule: str | None = None
    note: str | None = None
    place: int | None = None
    term_until: dt.datetime | None = None


async def offer(tx: Tx, ctx: Context, wanted: Sequence[NewOffer]) -> list[Offer]:
    """Offers to those who can have one; the others are left out, and nothing is said of them.

    Left out are who belongs to the club (pausing or not), is banned, waits, or has an open offer of
    it. A seat is kept for an offer when one is free and nobody waits.
    """
    if not wanted:
        return []
    with_seats = {one.club.number for one in wanted if one.club.seats is not None}
    await seats.lock(tx, with_seats, tx.now or EARLIEST)
    can = await _who_can(tx, wanted)
    kept: dict[int, frozenset[uuid.UUID]] = {}
    for club in _clubs(can):
        if club.seats is not None and not await waiting.ahead(tx, club.number):
            of_club = [one for one in can if one.club.number == club.number]
            kept[club.number] = await seats_for(tx, ctx, club, of_club)
    return await make(tx, ctx, can, kept)


async def _who_can(tx: Tx, wanted: Sequence[NewOffer]) -> list[NewOffer]:
    """Those who can have one; what they did not take in time is written down on the way."""
    holder_ids = {one.work.holder.holder_id for one in wanted}
    numbers = {one.club.number for one in wanted}
    of_spans = spans.ask_spans(holder_ids)
    latest, places = offers.ask_latest(holder_ids, numbers), waiting.ask_open(holder_ids, numbers)
    await tx.ask_all([of_spans, latest, places])
    can: dict[tuple[uuid.UUID, int], NewOffer] = {}
    stale: list[tuple[Work, Club, Offer]] = []
    for one in wanted:
        key = (one.work.holder.holder_id, one.club.number)
        had = latest.answer.get(key)
        theirs, at = of_spans.answer.get(key[0], []), one.work.at
        if (
            key in can
            or key in places.answer
            or (had is not None and had.stands(at))
            or membership.has_ground(theirs, key[1], at)
            or membership.banned_at(theirs, key[1], at)
        ):
            continue
        can[key] = one
        if had is not None and had.state is OfferState.OPEN:
            stale.append((one.work, one.club, had))
    await lapse(tx, stale)
    return list(can.values())


def _clubs(wanted: Iterable[NewOffer]) -> list[Club]:
    found = {one.club.number: one.club for one in wanted}
    return [found[number] for number in sorted(found)]


async def seats_for(
    tx: Tx, ctx: Context, club: Club, wanted: Sequence[NewOffer]
) -> frozenset[uuid.UUID]:
    """Who gets a seat that is kept, in this order; nobody asks who waits."""
    if club.seats is None:
        return frozenset()
    due = [(one.work.holder.holder_id, _due(ctx, one)) for one in wanted]
    return await seats.take_many(tx, club.number, club.seats, due)


def _due(ctx: Context, one: NewOffer) -> dt.datetime:
    return shift(one.work.at, one.club.offer_for, ctx.programs.tz)


async def make(
    tx: Tx,
    ctx: Context,
    wanted: Sequence[NewOffer],
    kept: Mapping[int, Collection[uuid.UUID]],
) -> list[Offer]:
    """The offers with their events and history; `kept`: club -> who has a seat for it already."""
    made: list[Offer] = []
    history: list[Step] = []
    for one in wanted:
        row = _row(ctx, one, kept)
        made.append(row)
        is_invitation = _is_invitation(row)
        history.append(
            step(
                one.work, one.club, What.INVITED if is_invitation else What.OFFERED, one.actor,
                by_member=one.inviter, source=row.offer_id, note=one.note,
            )
        )  # fmt: skip
        one.work.emit(_told(one.club, row, is_invitation=is_invitation), one.work.at)
    await offers.insert(tx, made)
    await steps.note(tx, history)
    return made


def _is_invitation(row: Offer) -> bool:
    """Not their turn on the list; a rule that gives invitations invites too."""
    return row.kind is Ground.INVITATION and row.place is None


def _row(ctx: Context, one: NewOffer, kept: Mapping[int, Collection[uuid.UUID]]) -> Offer:
    holder_id = one.work.holder.holder_id
    return Offer(
        holder_id=holder_id,
        offer_id=new_id(),
        club=one.club.number,
        kind=one.ground,
        state=OfferState.OPEN,
        has_seat=holder_id in kept.get(one.club.number, ()),
        made_at=one.work.at,
        due_at=_due(ctx, one),
        inviter=one.inviter,
        source=one.source,
        rule=one.rule,
        note=one.note,
        place=one.place,
        term_until=one.term_until,
        actor_kind=int(one.actor.kind),
        actor_id=one.actor.id,
    )


def _told(club: Club, row: Offer, *, is_invitation: bool) -> ClubInvited | ClubOffered:
    seat_kept = row.has_seat or club.seats is None
    if is_invitation:
        return ClubInvited(
            club=club.id,
            offer_id=row.offer_id,
            inviter_id=row.inviter,
            until=row.due_at,
            seat_kept=seat_kept,
        )
    why = WHY[row.kind] if row.place is None else "waiting_list"
    return ClubOffered(
        club=club.id, offer_id=row.offer_id, why=why, until=row.due_at, seat_kept=seat_kept
    )


async def lapse(tx: Tx, overdue: Sequence[tuple[Work, Club, Offer]]) -> None:
    """Write down that offers ended untaken, at the instants they did; their seats are free."""
    for work, club, one in overdue:
        await close(tx, work, club, one, OfferState.LAPSED, SETTLEMENT)


async def close(
    tx: Tx,
    work: Work,
    club: Club,
    one: Offer,
    state: OfferState,
    actor: Actor,
    *,
    by_member: uuid.UUID | None = None,
    note: str | None = None,
) -> None:
    """An open offer is declined, withdrawn or lapsed; the seat kept for it is free.

    Unless they are in on another ground: then it is the seat of that one. The club's seats are
    locked unless it lapsed: then the seat has gone by itself.
    """
    what, event = _CLOSED[state]
    at = one.due_at if state is OfferState.LAPSED else work.at
    await offers.close(tx, [one], state, at)
    if one.has_seat and state is not OfferState.LAPSED:
        theirs = await tx.ask(spans.ask_spans([one.holder_id]))
        if not membership.has_ground(theirs.get(one.holder_id, []), one.club, work.at):
            await seats.release(tx, one.club, one.holder_id)
    closed = step(
        work, club, what, actor, at=at, by_member=by_member, source=one.offer_id, note=note
    )
    await steps.note(tx, [closed])
    work.emit(event(club=club.id, offer_id=one.offer_id), at)


def step(
    work: Work,
    club: Club,
    what: What,
    actor: Actor,
    *,
    at: dt.datetime | None = None,
    by_member: uuid.UUID | None = None,
    source: uuid.UUID | None = None,
    note: str | None = None,
) -> Step:
    """A row of the history of the work's member, as of now or (`at`) earlier."""
    return Step(
        holder_id=work.holder.holder_id,
        club=club.number,
        kind=what,
        occurred_at=at or work.at,
        recorded_at=work.now,
        actor=actor,
        by_member=by_member,
        source=source,
        note=note,
    )
