"""form_household: a member makes a household and is its head."""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.events.sharing import HouseholdFormed
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.households import store
from service.domain.households.errors import AlreadyInHousehold
from service.domain.households.types import FormHousehold, Household, Membership, Role
from service.domain.members.errors import MemberNotFound
from service.flows.steps.checkout import apart
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.own import refuse_own
from service.flows.steps.sharing import belonging
from service.flows.steps.sharing.belonging import Belonging
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.ids import new_id


class Command(msgspec.Struct, frozen=True):
    """A new household."""

    actor: Actor
    body: FormHousehold


async def form_households(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[HouseholdStanding], an ExpectedError, or BUSY."""

    async def form(tx: Tx, command: Command) -> Any:
        return await _form(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, form)


async def _form(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Any:
    head_id = command.body.head
    refuse_own(command.actor, head_id)
    locked = await apart.lock_all(tx, ctx, [head_id], wait=wait)
    if head_id not in locked or locked[head_id].kind is not Kind.MEMBER:
        raise MemberNotFound
    now = tx.now or EARLIEST
    belonging.offered(ctx, now)
    if await store.open_of(tx, [head_id]):
        raise AlreadyInHousehold(member_id=head_id)
    household = Household(new_id(), now, None)
    membership = Membership(head_id, new_id(), household.holder_id, now, None, Role.HEAD, None)
    holder = Holder(household.holder_id, Kind.HOUSEHOLD, None, 0, None, now, now)
    await holders.insert(tx, [household.holder_id], Kind.HOUSEHOLD, [now], now)
    await store.insert(tx, household, command.actor)
    await store.join(tx, membership, command.actor, now)
    formed = Belonging(household, [membership], {**locked, holder.holder_id: holder})
    event = HouseholdFormed(household_id=formed.id, member_id=head_id)
    formed.emit(event, [head_id], now)
    await formed.write(tx)
    return Answer(await belonging.standing(tx, formed.id))
