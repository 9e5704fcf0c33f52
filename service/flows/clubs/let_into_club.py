"""let_into_club: staff let a member in at once, with a reason when others wait longer."""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.audit.acts import Act
from service.domain.clubs import membership, seats, waiting
from service.domain.clubs.errors import (
    CannotBeInvited,
    ClubNotFound,
    NoFreeSeat,
    OvertakingNeedsNote,
)
from service.domain.clubs.types import ClubEntry, Ground, LetIntoClub
from service.domain.holders import store as holders
from service.flows.steps import auditing
from service.flows.steps.checkout import apart
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.clubs import entering, inviting, knowing, views
from service.flows.steps.clubs.entering import Right
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.rules.clubs import Club


class Command(msgspec.Struct, frozen=True):
    """A member to be let in."""

    actor: Actor
    club_id: str
    body: LetIntoClub


async def let_all_in(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubEntry], an ExpectedError, or BUSY."""

    async def let_in(tx: Tx, command: Command) -> Answer[ClubEntry]:
        return await _let_in(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, let_in)


async def _let_in(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubEntry]:
    """Sent again it changes nothing; who is in on another ground gets this one too."""
    actor, body = command.actor, command.body
    await holders.clock(tx, ctx.db.clock_offset)
    member_id = await knowing.recipient(tx, ctx, body.member)
    works = await knowing.lock(tx, ctx, actor, [member_id], wait=wait)
    if await knowing.recipient(tx, ctx, body.member) != member_id:
        raise RunAgain  # the identifier has moved
    circle = await knowing.circle(tx, ctx, command.club_id, works[member_id])
    club = circle.club
    if club is None:
        raise ClubNotFound
    if circle.is_banned:
        raise CannotBeInvited
    if membership.rests_on(circle.spans, club.number, Ground.STAFF, circle.work.at):
        return Answer(await views.entry(tx, circle, club), replayed=True)
    until = inviting.checked(body.until, circle.work.at)
    await knowing.lock_seats(tx, club, circle.work)
    right = Right(
        ground=Ground.STAFF,
        actor=actor,
        note=body.note,
        term_until=until,
        overtook=await _overtaken(tx, circle, club, body.note),
    )
    await entering.let_in(tx, ctx, circle, club, right)
    await knowing.write(tx, works)
    await auditing.note_club(
        tx,
        actor,
        Act.CLUB_LET_IN,
        club.id,
        circle.member_id,
        {"until": until, "overtook": right.overtook},
    )
    return Answer(await views.entry(tx, circle, club))


async def _overtaken(tx: Tx, circle: Circle, club: Club, note: str | None) -> int | None:
    """How many wait longer for the seat; None: nobody. NoFreeSeat, OvertakingNeedsNote."""
    if club.seats is None or await seats.has(tx, club.number, circle.member_id):
        return None
    if await seats.left(tx, club.number, club.seats, tx.now or EARLIEST) == 0:
        raise NoFreeSeat
    place = None if circle.waiting is None else circle.waiting.place
    passed = await waiting.ahead(tx, club.number, place)
    if passed and not (note or "").strip():
        raise OvertakingNeedsNote(waiting=passed)
    return passed or None
