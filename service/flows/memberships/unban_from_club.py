"""unban_from_club: a member may come in again; what they had been in by does not come back."""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.audit.acts import Act
from service.domain.clubs import membership, spans, steps
from service.domain.clubs.errors import ClubNotFound
from service.domain.clubs.membership import BAN, Ended
from service.domain.clubs.stays import BanMember, ClubStanding
from service.domain.clubs.steps import What
from service.domain.events.club_stays import ClubUnbanned
from service.flows.steps import auditing
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import knowing, staying
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """Whose ban is lifted, and why."""

    actor: Actor
    club_id: str
    body: BanMember


async def unban_all(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubStanding], an ExpectedError, or BUSY."""

    async def unban(tx: Tx, command: Command) -> Answer[ClubStanding]:
        return await _unban(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, unban)


async def _unban(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubStanding]:
    """Who is not banned (any more) stays so."""
    actor, body = command.actor, command.body
    circle, works = await staying.look_named(
        tx, ctx, actor, command.club_id, body.member, wait=wait
    )
    club, work = circle.club, circle.work
    if club is None:
        raise ClubNotFound
    if not membership.banned_at(circle.spans, club.number, work.at):
        return Answer(await staying.standing(tx, circle, club), replayed=True)
    bans = [
        one
        for one in circle.spans
        if one.club == club.number and one.kind == BAN and one.covers(work.at)
    ]
    await spans.end(tx, [(one, work.at) for one in bans], Ended.REMOVED, work.now)
    await steps.note(tx, [staying.step(circle, What.UNBANNED, actor, note=body.note)])
    work.emit(ClubUnbanned(club=club.id), work.at)
    await knowing.write(tx, works)
    await auditing.note_club(tx, actor, Act.CLUB_UNBANNED, club.id, circle.member_id, {})
    return Answer(await staying.standing(tx, circle, club))
