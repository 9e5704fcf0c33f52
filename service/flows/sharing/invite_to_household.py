"""invite_to_household: the head invites a member, who joins by taking the invitation."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.events.sharing import HouseholdInvited
from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.households import store
from service.domain.households.errors import (
    AlreadyInHousehold,
    HouseholdFull,
    HouseholdNotFound,
)
from service.domain.households.types import Invitation, InvitePerson
from service.domain.transfers.errors import RecipientNotFound
from service.flows.steps import naming
from service.flows.steps.checkout import apart
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.sharing import belonging
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import shift


class Command(msgspec.Struct, frozen=True):
    """An invitation to a household."""

    actor: Actor
    household_id: uuid.UUID
    body: InvitePerson


async def invite_all(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[HouseholdStanding], an ExpectedError, or BUSY."""

    async def invite(tx: Tx, command: Command) -> Any:
        return await _invite(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, invite)


async def _invite(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Any:
    body = command.body
    await holders.clock(tx, ctx.db.clock_offset)
    if await store.find(tx, command.household_id) is None:
        raise HouseholdNotFound
    member_id = await _named(tx, ctx, command)
    one = await belonging.lock(tx, ctx, command.actor, command.household_id, [member_id], wait=wait)
    if await _named(tx, ctx, command) != member_id:
        raise RunAgain  # the identifier has moved
    now = tx.now or EARLIEST
    terms = belonging.offered(ctx, now)
    await one.asked_by(tx, body.by)
    if one.locked[member_id].kind is not Kind.MEMBER:
        raise RecipientNotFound(pointer="/member")
    if await store.open_of(tx, [member_id]):
        raise AlreadyInHousehold(member_id=member_id)
    await store.forget_lapsed(tx, one.id, now)
    others = [i for i in await store.invitations(tx, one.id, now) if i.member_id != member_id]
    if len(one.people) + len(others) >= terms.members_max:
        raise HouseholdFull(members_max=terms.members_max)
    until = shift(now, terms.offer_for, ctx.programs.tz)
    await store.invite(tx, Invitation(one.id, member_id, now, until))
    event = HouseholdInvited(household_id=one.id, member_id=member_id, until=until)
    one.emit(event, [member_id], now)
    await one.write(tx)
    return Answer(await belonging.standing(tx, one.id))


async def _named(tx: Tx, ctx: Context, command: Command) -> uuid.UUID:
    return await naming.find(tx, ctx, command.body.member, tx.now or EARLIEST, "/member")
