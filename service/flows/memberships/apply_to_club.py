"""apply_to_club: a member asks to be let in."""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs import applications, steps
from service.domain.clubs.applications import Application, State
from service.domain.clubs.errors import AlreadyInClub, ClubNotFound, EntryNotOffered
from service.domain.clubs.stays import ApplicationView, ApplyToClub
from service.domain.clubs.steps import What
from service.domain.events.club_stays import ClubApplied
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import applying, knowing, staying
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.ids import new_id


class Command(msgspec.Struct, frozen=True):
    """The member who asks."""

    actor: Actor
    club_id: str
    body: ApplyToClub


async def apply_all(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ApplicationView], an ExpectedError, or BUSY."""

    async def apply(tx: Tx, command: Command) -> Answer[ApplicationView]:
        return await _apply(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, apply)


async def _apply(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ApplicationView]:
    """Sent again while it is open it changes nothing. Who is banned is told of no such club."""
    actor, body = command.actor, command.body
    circle, works = await staying.look(tx, ctx, actor, command.club_id, body.member, wait=wait)
    club = circle.known(actor)
    if circle.is_banned:
        raise ClubNotFound
    if staying.is_in(circle):
        raise AlreadyInClub
    if club.application() is None:
        raise EntryNotOffered(entry="application")
    asked = await applications.open_of(tx, circle.member_id, club.number)
    if asked is not None:
        return Answer(applying.view(club, asked), replayed=True)
    work = circle.work
    asked = Application(
        circle.member_id, new_id(), club.number, State.OPEN, body.words, work.at, None, None
    )
    await applications.insert(tx, asked, actor)
    noted = staying.step(circle, What.APPLIED, actor, source=asked.application_id)
    await steps.note(tx, [noted])
    work.emit(ClubApplied(club=club.id, application_id=asked.application_id), work.at)
    await knowing.write(tx, works)
    return Answer(applying.view(club, asked))
