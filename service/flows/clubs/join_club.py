"""join_club: a member takes an open offer, or shows a code; the partner vouches for it.

Without a free seat it leads to the end of the waiting list. A club nobody knows, one that is hidden
from the member, and a code that lets nobody in, whatever the reason, are one answer after the same
questions to the database.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs import codes, membership
from service.domain.clubs.errors import ClubNotFound, NoOpenOffer, PaymentNeeded
from service.domain.clubs.types import ClubEntry, CodeLets, CodeRow, Ground, JoinClub
from service.domain.holders import store as holders
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import coding, entering, knowing, views
from service.flows.steps.clubs.entering import Right
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """A member who wants to come in."""

    actor: Actor
    club_id: str
    body: JoinClub


async def join_clubs(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubEntry], an ExpectedError, or BUSY."""

    async def join(tx: Tx, command: Command) -> Answer[ClubEntry]:
        return await _join(tx, ctx, command, wait=wait)

    results = await apart.each(ctx, commands, join)
    for command, result in zip(commands, results, strict=True):
        await coding.count_wrong(ctx, command.actor, command.club_id, command.body, result)
    return results


async def _join(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubEntry]:
    """Sent again by who is in the club or waits, it changes nothing."""
    actor, body = command.actor, command.body
    await holders.clock(tx, ctx.db.clock_offset)
    await coding.refuse_if_locked(tx, ctx, body)
    works = await knowing.lock(tx, ctx, actor, [body.member], wait=wait)
    circle = await knowing.circle(tx, ctx, command.club_id, works[body.member])
    code = await coding.shown(tx, ctx, circle, body, CodeLets.JOIN)
    club = coding.known(circle, code)
    if _is_in(circle):
        return Answer(await views.entry(tx, circle, club), replayed=True)
    right = _right(circle, code, body, actor)
    await knowing.lock_seats(tx, club, circle.work)
    await entering.enter(tx, ctx, circle, club, right)
    if code is not None and right.source == code.code_id:
        await codes.use(tx, code.digest)
    await knowing.write(tx, works)
    return Answer(await views.entry(tx, circle, club))


def _is_in(circle: Circle) -> bool:
    """Nothing is to be done: no offer is open, and they are in (pausing or not), or they wait."""
    has_ground = membership.has_ground(circle.spans, circle.number, circle.work.at)
    return circle.open_offer is None and (has_ground or circle.waiting is not None)


def _right(circle: Circle, code: CodeRow | None, body: JoinClub, actor: Actor) -> Right:
    """The open offer's, else the code's. ClubNotFound, NoOpenOffer, PaymentNeeded."""
    offer = circle.open_offer
    if offer is not None:
        if offer.kind is Ground.PAID:
            raise PaymentNeeded
        return Right(
            ground=offer.kind,
            actor=actor,
            inviter=offer.inviter,
            source=offer.offer_id,
            note=offer.note,
            term_until=offer.term_until,
        )
    if code is not None:
        return Right(
            ground=Ground.INVITATION,
            actor=actor,
            inviter=code.inviter,
            source=code.code_id,
            note=code.note,
        )
    if body.code is not None:
        raise ClubNotFound
    raise NoOpenOffer
