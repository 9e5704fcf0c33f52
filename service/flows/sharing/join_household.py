"""join_household: an invited member takes the invitation; the partner vouches for it."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.events.sharing import HouseholdJoined
from service.domain.households import store
from service.domain.households.errors import AlreadyInHousehold, HouseholdFull, NotInvited
from service.domain.households.types import Membership, Person, Role
from service.flows.steps.checkout import apart
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.sharing import belonging
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.ids import new_id


class Command(msgspec.Struct, frozen=True):
    """A member who takes an invitation."""

    actor: Actor
    household_id: uuid.UUID
    body: Person


async def join_households(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[HouseholdStanding], an ExpectedError, or BUSY."""

    async def join(tx: Tx, command: Command) -> Any:
        return await _join(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, join)


async def _join(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Any:
    """Sent again by who belongs to it already, it changes nothing."""
    member_id = command.body.member
    one = await belonging.lock(tx, ctx, command.actor, command.household_id, [member_id], wait=wait)
    now = tx.now or EARLIEST
    terms = belonging.offered(ctx, now)
    if any(known.holder_id == member_id for known in one.people):
        return Answer(await belonging.standing(tx, one.id), replayed=True)
    if all(i.member_id != member_id for i in await store.invitations(tx, one.id, now)):
        raise NotInvited
    if await store.open_of(tx, [member_id]):
        raise AlreadyInHousehold(member_id=member_id)
    if len(one.people) >= terms.members_max:
        raise HouseholdFull(members_max=terms.members_max)
    membership = Membership(member_id, new_id(), one.id, now, None, Role.PERSON, None)
    await store.uninvite(tx, one.id, member_id)
    await store.join(tx, membership, command.actor, now)
    event = HouseholdJoined(household_id=one.id, member_id=member_id)
    one.emit(event, [member_id], now)
    await one.write(tx)
    return Answer(await belonging.standing(tx, one.id))
