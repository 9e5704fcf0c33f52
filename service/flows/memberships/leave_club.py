"""leave_club: a member is in the club no more, at once, whatever they were in by."""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs.errors import OwnerCannotLeave
from service.domain.clubs.membership import Ended
from service.domain.clubs.stays import ClubStanding
from service.domain.clubs.types import OfMember
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import admitting, knowing, staying
from service.flows.steps.clubs.leaving import Dismissal
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """The member who goes."""

    actor: Actor
    club_id: str
    body: OfMember


async def leave_clubs(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubStanding], an ExpectedError, or BUSY."""

    async def leave(tx: Tx, command: Command) -> Answer[ClubStanding]:
        return await _leave(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, leave)


async def _leave(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubStanding]:
    """Of a visible club, sent again it changes nothing; of a hidden one nobody is told any more."""
    actor = command.actor
    circle, works = await staying.look(
        tx, ctx, actor, command.club_id, command.body.member, wait=wait
    )
    club = circle.known(actor)
    if not staying.is_in(circle):
        return Answer(await staying.standing(tx, circle, club), replayed=True)
    if circle.owns:
        raise OwnerCannotLeave
    await knowing.lock_seats(tx, club, circle.work)
    gone = Dismissal(work=circle.work, club=club, why=Ended.LEFT, actor=actor)
    await admitting.dismiss(tx, ctx, [gone])
    await knowing.write(tx, works)
    return Answer(await staying.standing(tx, circle, club))
