"""decline_club_offer: a member does not want the place that is offered."""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs.errors import NoOpenOffer
from service.domain.clubs.types import ClubEntry, OfferState, OfMember
from service.domain.holders import store as holders
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import entering, knowing, views
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """A member who declines."""

    actor: Actor
    club_id: str
    body: OfMember


async def decline_all(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubEntry], an ExpectedError, or BUSY."""

    async def decline(tx: Tx, command: Command) -> Answer[ClubEntry]:
        return await _decline(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, decline)


async def _decline(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubEntry]:
    """Sent again by who declined it changes nothing: they know the club from the offer they had."""
    actor = command.actor
    await holders.clock(tx, ctx.db.clock_offset)
    member_id = command.body.member
    works = await knowing.lock(tx, ctx, actor, [member_id], wait=wait)
    circle = await knowing.circle(tx, ctx, command.club_id, works[member_id])
    last = circle.offer
    was_declined = last is not None and last.state is OfferState.DECLINED
    if circle.club is not None and was_declined and not circle.is_banned:
        return Answer(await views.entry(tx, circle, circle.club), replayed=True)
    club = circle.known()
    offer = circle.open_offer
    if offer is None:
        raise NoOpenOffer
    await knowing.lock_seats(tx, club, circle.work)
    await entering.close(tx, circle.work, club, offer, OfferState.DECLINED, actor)
    await knowing.write(tx, works)
    return Answer(await views.entry(tx, circle, club))
