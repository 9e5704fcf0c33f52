"""leave_household, remove_from_household: a member belongs to it no more; what they gave stays."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.events.sharing import HouseholdLeft
from service.domain.households import store
from service.domain.households.errors import HeadCannotLeave
from service.domain.households.types import Role
from service.flows.steps.checkout import apart
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.sharing import belonging
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """The member who goes; `by`: the head who removes them, None: they leave."""

    actor: Actor
    household_id: uuid.UUID
    member_id: uuid.UUID
    by: uuid.UUID | None = None


async def leave_households(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[HouseholdStanding], an ExpectedError, or BUSY."""

    async def leave(tx: Tx, command: Command) -> Any:
        return await _leave(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, leave)


async def _leave(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Any:
    member_id = command.member_id
    one = await belonging.lock(tx, ctx, command.actor, command.household_id, [member_id], wait=wait)
    now = tx.now or EARLIEST
    if command.by is not None:
        await one.asked_by(tx, command.by)
    membership = one.person(member_id)
    if membership.role == Role.HEAD:
        raise HeadCannotLeave
    await store.end(tx, [membership], now, command.actor)
    removed = command.by is not None
    event = HouseholdLeft(household_id=one.id, member_id=member_id, removed=removed)
    one.emit(event, [member_id], now)
    await one.write(tx)
    return Answer(await belonging.standing(tx, one.id))
