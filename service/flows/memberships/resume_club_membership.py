"""resume_club_membership: a pause ends before its time."""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs import membership, spans, steps
from service.domain.clubs.membership import Ended
from service.domain.clubs.stays import ClubStanding
from service.domain.clubs.steps import What
from service.domain.clubs.types import OfMember
from service.domain.events.club_stays import ClubResumed
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import knowing, staying
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """The member who comes back."""

    actor: Actor
    club_id: str
    body: OfMember


async def resume_memberships(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubStanding], an ExpectedError, or BUSY."""

    async def resume(tx: Tx, command: Command) -> Answer[ClubStanding]:
        return await _resume(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, resume)


async def _resume(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubStanding]:
    """Who does not pause (any more) stays what they are."""
    actor = command.actor
    circle, works = await staying.look(
        tx, ctx, actor, command.club_id, command.body.member, wait=wait
    )
    club = staying.must_be_in(circle, actor)
    paused = membership.paused_at(circle.spans, club.number, circle.work.at)
    if paused is None:
        return Answer(await staying.standing(tx, circle, club), replayed=True)
    await spans.end(tx, [(paused, circle.work.at)], Ended.LEFT, circle.work.now)
    await steps.note(tx, [staying.step(circle, What.RESUMED, actor)])
    circle.work.emit(ClubResumed(club=club.id), circle.work.at)
    await knowing.write(tx, works)
    return Answer(await staying.standing(tx, circle, club))
