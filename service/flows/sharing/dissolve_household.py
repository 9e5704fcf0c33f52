"""dissolve_household: it is no more; what is left in the pool goes to the head."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.households import store
from service.domain.households.errors import HouseholdNotFound
from service.domain.households.types import ByHead
from service.flows.steps.checkout import apart
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import Context
from service.flows.steps.sharing import belonging, dissolving
from service.flows.steps.sharing.passing import Passing
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """The end of a household."""

    actor: Actor
    household_id: uuid.UUID
    body: ByHead


async def dissolve_households(
    ctx: Context, commands: Sequence[Command], *, wait: bool
) -> list[Any]:
    """One result per command: Answer[HouseholdStanding], an ExpectedError, or BUSY."""

    async def dissolve(tx: Tx, command: Command) -> Any:
        return await _dissolve(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, dissolve)


async def _dissolve(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Any:
    household_id = command.household_id
    seen = await _people(tx, household_id)
    one = await belonging.lock(tx, ctx, command.actor, household_id, seen, wait=wait)
    head = await one.asked_by(tx, command.body.by)
    if {known.holder_id for known in one.people} != seen:
        raise RunAgain  # somebody came or went before the lock
    together = await Passing.settled(tx, ctx, one.locked)
    pool, of_head = together.works[household_id], together.works[head.holder_id]
    event = await dissolving.dissolve(tx, ctx, pool, of_head, one.people, command.actor)
    for work in together.works.values():
        work.emit(event, together.at)
    await together.write(tx)
    return Answer(await belonging.standing(tx, household_id))


async def _people(tx: Tx, household_id: uuid.UUID) -> set[uuid.UUID]:
    if await store.find(tx, household_id) is None:
        raise HouseholdNotFound
    people = await store.people(tx, household_id)
    return {one.holder_id for one in people if one.until_at is None}
