"""withdraw_club_application: a member does not want to be let in any more."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs import applications
from service.domain.clubs.applications import State
from service.domain.clubs.errors import ApplicationDecidedOtherwise, ApplicationNotFound
from service.domain.clubs.stays import ApplicationView
from service.domain.clubs.types import OfMember
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import applying, knowing, staying
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """Whose application."""

    actor: Actor
    club_id: str
    application_id: uuid.UUID
    body: OfMember


async def withdraw_all(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ApplicationView], an ExpectedError, or BUSY."""

    async def withdraw(tx: Tx, command: Command) -> Answer[ApplicationView]:
        return await _withdraw(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, withdraw)


async def _withdraw(
    tx: Tx, ctx: Context, command: Command, *, wait: bool
) -> Answer[ApplicationView]:
    """Sent again it changes nothing."""
    actor = command.actor
    circle, works = await staying.look(
        tx, ctx, actor, command.club_id, command.body.member, wait=wait
    )
    club = circle.known(actor)
    asked = await applications.find(tx, club.number, command.application_id)
    if asked is None or asked.holder_id != circle.member_id:
        raise ApplicationNotFound
    if asked.state == State.WITHDRAWN:
        return Answer(applying.view(club, asked), replayed=True)
    if asked.state != State.OPEN:
        raise ApplicationDecidedOtherwise
    ended = await applying.end(tx, circle, club, asked, State.WITHDRAWN, actor)
    await knowing.write(tx, works)
    return Answer(applying.view(club, ended))
