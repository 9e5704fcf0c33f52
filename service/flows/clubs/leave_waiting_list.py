"""leave_waiting_list: a member waits for a seat no more."""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs.errors import NotWaiting
from service.domain.clubs.types import ClubEntry, LeftHow, OfMember
from service.domain.holders import store as holders
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import entering, knowing, views
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """A member who gives up the place on the list."""

    actor: Actor
    club_id: str
    body: OfMember


async def leave_lists(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubEntry], an ExpectedError, or BUSY."""

    async def leave(tx: Tx, command: Command) -> Answer[ClubEntry]:
        return await _leave(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, leave)


async def _leave(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubEntry]:
    actor = command.actor
    await holders.clock(tx, ctx.db.clock_offset)
    member_id = command.body.member
    works = await knowing.lock(tx, ctx, actor, [member_id], wait=wait)
    circle = await knowing.circle(tx, ctx, command.club_id, works[member_id])
    club = circle.known()
    if circle.waiting is None:
        raise NotWaiting
    await knowing.lock_seats(tx, club, circle.work)
    await entering.leave_list(tx, circle.work, club, circle.waiting, LeftHow.WENT, actor)
    await knowing.write(tx, works)
    return Answer(await views.entry(tx, circle, club))
