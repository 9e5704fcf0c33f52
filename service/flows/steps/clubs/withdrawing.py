"""Places in clubs that a rule offered, once what it was for came back.

An open offer is withdrawn; who took it is out, unless something else lets them be in; who was led
to the end of the list by it waits no more.
"""

import uuid
from collections.abc import Sequence

import msgspec

from service.domain.clubs import offers, seats, spans, waiting
from service.domain.clubs.membership import Ended
from service.domain.clubs.types import LeftHow, Offer, OfferState
from service.flows.steps.clubs import admitting, entering, offering
from service.flows.steps.clubs.leaving import Dismissal
from service.flows.steps.context import Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.rules.clubs import Club


class Lost(msgspec.Struct, frozen=True):
    """An offer of a place in the club that an operation had made to the member of `work`."""

    work: Work
    club: Club
    op_id: uuid.UUID
    actor: Actor


async def withdraw(tx: Tx, ctx: Context, lost: Sequence[Lost]) -> None:
    """End what is left of them; the members are locked."""
    if not lost:
        return
    with_seats = {one.club.number for one in lost if one.club.seats is not None}
    await seats.lock(tx, with_seats, max(one.work.now for one in lost))
    holder_ids = {one.work.holder.holder_id for one in lost}
    numbers = {one.club.number for one in lost}
    latest, places = offers.ask_latest(holder_ids, numbers), waiting.ask_open(holder_ids, numbers)
    of_spans = spans.ask_spans(holder_ids)
    await tx.ask_all([latest, places, of_spans])
    dismissals: list[Dismissal] = []
    for one in lost:
        holder_id = one.work.holder.holder_id
        key = (holder_id, one.club.number)
        offer = latest.answer.get(key)
        if offer is None or offer.source != one.op_id:
            continue
        if await _withdrawn(tx, one, offer):
            continue
        place = places.answer.get(key)
        if place is not None and place.source == offer.offer_id:
            await entering.leave_list(tx, one.work, one.club, place, LeftHow.WENT, one.actor)
        theirs = of_spans.answer.get(holder_id, [])
        ids = tuple(span.span_id for span in theirs if span.source == offer.offer_id)
        if ids:
            dismissals.append(
                Dismissal(
                    work=one.work, club=one.club, why=Ended.RETURNED, actor=one.actor, only=ids
                )
            )
    await admitting.dismiss(tx, ctx, dismissals)


async def _withdrawn(tx: Tx, one: Lost, offer: Offer) -> bool:
    """It was open, so that is all; one that is overdue lapses by itself."""
    if not offer.stands(one.work.at):
        return offer.state is OfferState.OPEN
    await offering.close(tx, one.work, one.club, offer, OfferState.WITHDRAWN, one.actor)
    return True
