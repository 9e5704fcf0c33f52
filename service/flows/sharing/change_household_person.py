"""change_household_person: the head limits what a person draws, or passes the head's place on."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.events.sharing import HouseholdPersonChanged
from service.domain.households import store
from service.domain.households.errors import WalletNotPooled
from service.domain.households.types import ChangePerson, Membership, Role
from service.flows.steps.checkout import apart
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.sharing import belonging
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """A change of one person of a household."""

    actor: Actor
    household_id: uuid.UUID
    member_id: uuid.UUID
    body: ChangePerson


async def change_people(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[HouseholdStanding], an ExpectedError, or BUSY."""

    async def change(tx: Tx, command: Command) -> Any:
        return await _change(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, change)


async def _change(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Any:
    body, member_id = command.body, command.member_id
    both = {member_id, body.by}
    one = await belonging.lock(tx, ctx, command.actor, command.household_id, both, wait=wait)
    now = tx.now or EARLIEST
    pooled = belonging.offered(ctx, now).wallets
    head, person = await one.asked_by(tx, body.by), one.person(member_id)
    limits = {} if body.draw_max is msgspec.UNSET else body.draw_max or {}
    for wallet in limits:
        if wallet not in pooled:
            raise WalletNotPooled(wallet=wallet, pointer="/draw_max")
    changed = _changed(head, person, body)
    if changed:
        await store.change(tx, changed, command.actor, now)
    for membership in changed:
        event = HouseholdPersonChanged(
            household_id=one.id,
            member_id=membership.holder_id,
            role=belonging.role(membership),
            draw_max=membership.draw_max,
        )
        one.emit(event, [membership.holder_id], now)
    await one.write(tx)
    return Answer(await belonging.standing(tx, one.id))


def _changed(head: Membership, person: Membership, body: ChangePerson) -> list[Membership]:
    """The memberships that are not as they were; the head's too, when the place passes on."""
    after = person
    if body.draw_max is not msgspec.UNSET:
        after = msgspec.structs.replace(after, draw_max=body.draw_max)
    changed: list[Membership] = []
    if body.role is not msgspec.UNSET and person.role != Role.HEAD:
        changed.append(msgspec.structs.replace(head, role=Role.PERSON))
        after = msgspec.structs.replace(after, role=Role.HEAD)
    if after != person:
        changed.append(after)
    return changed
