"""invite_to_club: a member of the club, its owner, staff or a partner invites somebody.

A seat is kept for the invitation when one is free and nobody waits for it.
"""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.audit.acts import Act
from service.domain.clubs import membership
from service.domain.clubs.errors import AlreadyInClub, AlreadyInvited, CannotBeInvited
from service.domain.clubs.types import ClubOfferView, Ground, InviteToClub, Offer
from service.domain.holders import store as holders
from service.flows.steps import auditing
from service.flows.steps.checkout import apart
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.clubs import entering, inviting, knowing, views
from service.flows.steps.clubs.entering import NewOffer
from service.flows.steps.clubs.inviting import Asker
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """An invitation to a club."""

    actor: Actor
    club_id: str
    body: InviteToClub


async def invite_all(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubOfferView], an ExpectedError, or BUSY."""

    async def invite(tx: Tx, command: Command) -> Answer[ClubOfferView]:
        return await _invite(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, invite)


async def _invite(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubOfferView]:
    """Sent again by whoever invited them, it changes nothing."""
    actor, body = command.actor, command.body
    await holders.clock(tx, ctx.db.clock_offset)
    by = inviting.asking_member(actor, body.by)
    member_id = await knowing.recipient(tx, ctx, body.member)
    people = {member_id} if by is None else {member_id, by}
    works = await knowing.lock(tx, ctx, actor, people, wait=wait)
    if await knowing.recipient(tx, ctx, body.member) != member_id:
        raise RunAgain  # the identifier has moved
    asker = await inviting.asker(tx, ctx, command.club_id, actor, works, by)
    guest = Circle(works[member_id], asker.club)
    await guest.look(tx)
    before = _invited_before(guest, actor, by)
    if before is not None:
        return Answer(views.offer(asker.club, before, guest.work.at), replayed=True)
    await asker.check_left(tx, 1)
    made = await _made(tx, ctx, command, asker, guest)
    await knowing.write(tx, works)
    if by is None:
        await auditing.note_club(
            tx, actor, Act.CLUB_INVITED, asker.club.id, member_id, {"offer_id": made.offer_id}
        )
    return Answer(views.offer(asker.club, made, guest.work.at))


def _invited_before(guest: Circle, actor: Actor, by: uuid.UUID | None) -> Offer | None:
    """The open invitation of the same inviter.

    CannotBeInvited, AlreadyInClub, AlreadyInvited.
    """
    if guest.is_banned:
        raise CannotBeInvited
    if membership.has_ground(guest.spans, guest.number, guest.work.at):
        raise AlreadyInClub
    offer = guest.open_offer
    if offer is None:
        if guest.waiting is not None:
            raise AlreadyInvited
        return None
    of_actor = (offer.actor_kind, offer.actor_id) == (int(actor.kind), actor.id)
    same = offer.inviter == by and (by is not None or of_actor)
    if not same or offer.kind is not Ground.INVITATION or offer.place is not None:
        raise AlreadyInvited
    return offer


async def _made(tx: Tx, ctx: Context, command: Command, asker: Asker, guest: Circle) -> Offer:
    wanted = NewOffer(
        work=guest.work,
        club=asker.club,
        ground=Ground.INVITATION,
        actor=command.actor,
        inviter=asker.member_id,
        note=command.body.note,
    )
    (made,) = await entering.offer(tx, ctx, [wanted])
    return made
