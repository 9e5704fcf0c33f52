"""cancel_club_membership, keep_club_membership: it ends with its term, or may be renewed again."""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs import membership, spans, steps
from service.domain.clubs.errors import NothingToCancel
from service.domain.clubs.stays import ClubStanding
from service.domain.clubs.steps import What
from service.domain.clubs.types import OfMember
from service.domain.events.club_stays import ClubCancellationTakenBack, ClubCancelled
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import knowing, staying
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """The member who cancels; `keeps`: who takes that back."""

    actor: Actor
    club_id: str
    body: OfMember
    keeps: bool


async def cancel_memberships(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubStanding], an ExpectedError, or BUSY."""

    async def cancel(tx: Tx, command: Command) -> Answer[ClubStanding]:
        return await _cancel(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, cancel)


async def _cancel(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubStanding]:
    """Sent again it changes nothing. NothingToCancel for a membership without an end."""
    actor, keeps = command.actor, command.keeps
    circle, works = await staying.look(
        tx, ctx, actor, command.club_id, command.body.member, wait=wait
    )
    club = staying.must_be_in(circle, actor)
    work, theirs = circle.work, circle.spans
    until = membership.ends_at(theirs, club.number, work.at)
    if until is None:
        raise NothingToCancel
    changed = [
        one
        for one in theirs
        if one.club == club.number
        and one.is_ground
        and one.renews is not keeps
        and one.until_at is not None
        and one.until_at > work.at
    ]
    if not changed:
        return Answer(await staying.standing(tx, circle, club), replayed=True)
    await spans.renewing(tx, changed, renews=keeps)
    what = What.CANCELLATION_TAKEN_BACK if keeps else What.CANCELLED
    await steps.note(tx, [staying.step(circle, what, actor)])
    event = ClubCancellationTakenBack if keeps else ClubCancelled
    work.emit(event(club=club.id, until=until), work.at)
    await knowing.write(tx, works)
    return Answer(await staying.standing(tx, circle, club))
