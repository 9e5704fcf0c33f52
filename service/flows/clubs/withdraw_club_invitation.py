"""withdraw_club_invitation: an invitation that was not taken yet is taken back."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from service.domain.audit.acts import Act
from service.domain.clubs import offers
from service.domain.clubs.errors import InvitationNotFound, InvitationTaken
from service.domain.clubs.types import ByWhom, ClubOfferView, Ground, Offer, OfferState
from service.domain.holders import store as holders
from service.flows.steps import auditing
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import entering, inviting, knowing, views
from service.flows.steps.clubs.inviting import Asker
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """An invitation to be taken back."""

    actor: Actor
    club_id: str
    offer_id: uuid.UUID
    body: ByWhom


async def withdraw_all(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubOfferView], an ExpectedError, or BUSY."""

    async def withdraw(tx: Tx, command: Command) -> Answer[ClubOfferView]:
        return await _withdraw(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, withdraw)


async def _withdraw(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubOfferView]:
    """An invitation that is closed already, or has lapsed, stays what it is."""
    actor, body = command.actor, command.body
    await holders.clock(tx, ctx.db.clock_offset)
    by = inviting.asking_member(actor, body.by)
    found = await _find(tx, ctx, command)
    guest = None if found is None else found.holder_id
    people = {one for one in (by, guest) if one is not None}
    works = await knowing.lock(tx, ctx, actor, people, wait=wait)
    asker = await inviting.asker(tx, ctx, command.club_id, actor, works, by)
    offer = _theirs(asker, await _find(tx, ctx, command), works)
    work = works[offer.holder_id]
    if offer.state is OfferState.TAKEN:
        raise InvitationTaken
    if not offer.stands(work.at):
        return Answer(views.offer(asker.club, offer, work.at), replayed=True)
    await knowing.lock_seats(tx, asker.club, work)
    await entering.close(
        tx, work, asker.club, offer, OfferState.WITHDRAWN, actor, by_member=by, note=body.note
    )
    await knowing.write(tx, works)
    if by is None:
        await auditing.note_club(
            tx,
            actor,
            Act.CLUB_INVITATION_WITHDRAWN,
            asker.club.id,
            offer.holder_id,
            {"offer_id": offer.offer_id},
        )
    after = msgspec.structs.replace(offer, state=OfferState.WITHDRAWN)
    return Answer(views.offer(asker.club, after, work.at))


async def _find(tx: Tx, ctx: Context, command: Command) -> Offer | None:
    club = knowing.club_named(ctx, command.club_id, tx.now or EARLIEST)
    return await offers.find(tx, knowing.number_of(club), command.offer_id)


def _theirs(asker: Asker, offer: Offer | None, works: Mapping[uuid.UUID, Work]) -> Offer:
    """The invitation, if whoever asks may take it back; InvitationNotFound."""
    if (
        offer is None
        or offer.holder_id not in works
        or offer.kind is not Ground.INVITATION
        or not asker.may_touch(offer.inviter)
    ):
        raise InvitationNotFound
    return offer
