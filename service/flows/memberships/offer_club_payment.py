"""offer_club_payment: a seat is kept for a member while they pay for it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs import waiting
from service.domain.clubs.errors import (
    AlreadyInClub,
    AlreadyInvited,
    CannotBeInvited,
    ClubFull,
    EntryNotOffered,
)
from service.domain.clubs.stays import PaymentPlace
from service.domain.clubs.types import Ground, Offer, OfMember
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import entering, knowing, staying, views
from service.flows.steps.clubs.entering import NewOffer, Right
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.rules.clubs import Club


class Command(msgspec.Struct, frozen=True):
    """The member who is going to pay."""

    actor: Actor
    club_id: str
    body: OfMember


async def offer_payments(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[PaymentPlace], an ExpectedError, or BUSY."""

    async def offer(tx: Tx, command: Command) -> Answer[PaymentPlace]:
        return await _offer(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, offer)


async def _offer(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[PaymentPlace]:
    """Asked for again it is the same offer, or place on the list. ClubFull without a list."""
    actor = command.actor
    circle, works = await staying.look(
        tx, ctx, actor, command.club_id, command.body.member, wait=wait
    )
    club = circle.known(actor)
    _check(circle, club)
    if circle.open_offer is not None or circle.waiting is not None:
        return Answer(await _place(tx, circle, club, circle.open_offer), replayed=True)
    await knowing.lock_seats(tx, club, circle.work)
    made = None
    if club.seats is None or await entering.is_free(tx, club):
        wanted = NewOffer(work=circle.work, club=club, ground=Ground.PAID, actor=actor)
        (made,) = await entering.offer(tx, ctx, [wanted])
    elif not club.waiting_list:
        raise ClubFull
    else:
        await entering.wait(tx, circle, club, Right(ground=Ground.PAID, actor=actor))
    await knowing.write(tx, works)
    return Answer(await _place(tx, circle, club, made))


def _check(circle: Circle, club: Club) -> None:
    """EntryNotOffered, CannotBeInvited, AlreadyInClub; AlreadyInvited to come in without paying."""
    if club.paid() is None:
        raise EntryNotOffered(entry="payment")
    if circle.is_banned:
        raise CannotBeInvited
    if staying.is_in(circle):
        raise AlreadyInClub
    if circle.open_offer is not None and circle.open_offer.kind is not Ground.PAID:
        raise AlreadyInvited


async def _place(tx: Tx, circle: Circle, club: Club, offer: Offer | None) -> PaymentPlace:
    one = PaymentPlace(club=club.id, member_id=circle.member_id)
    if offer is not None:
        shown = views.offer(club, offer, circle.work.at)
        return msgspec.structs.replace(one, offer=shown)
    place = circle.waiting
    assert place is not None  # noqa: S101  # there is an offer or a place
    ahead = await waiting.ahead(tx, club.number, place.place)
    return msgspec.structs.replace(one, ahead=ahead)
