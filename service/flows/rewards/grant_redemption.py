"""grant_redemption: what was held for a member is taken, and he has his reward."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.rewards.types import RedemptionView, State
from service.flows.steps.context import Context
from service.flows.steps.own import refuse_own
from service.flows.steps.rewards import redemptions
from service.flows.steps.rewards.redemption_view import view
from service.flows.steps.step_up import refuse_stale
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError


class Command(msgspec.Struct, frozen=True):
    """A redemption to grant."""

    actor: Actor
    redemption_id: uuid.UUID


async def grant_redemptions(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[RedemptionView], an ExpectedError, or BUSY."""
    return [await _one(ctx, command, wait=wait) for command in commands]


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    try:
        async with ctx.db.transaction() as tx:
            found = await redemptions.lock(tx, ctx, command.redemption_id, wait=wait)
            if found is None:
                return BUSY
            refuse_own(command.actor, found.row.holder_id)
            return await _grant(tx, ctx, command, found)
    except ExpectedError as refusal:
        return refusal


async def _grant(
    tx: Tx, ctx: Context, command: Command, found: redemptions.Found
) -> Answer[RedemptionView]:
    """Granted twice it stays granted; RedemptionClosed when it was cancelled or has timed out."""
    row, work = found.row, found.work
    if row.state in {State.GRANTED, State.HANDED_OVER}:
        return Answer(view(ctx, row, work.at), replayed=True)
    redemptions.refuse_ended(row, work.at)
    refuse_stale(command.actor, row.price)
    after = await redemptions.take_held(tx, ctx, found, command.actor)
    await redemptions.write(tx, found, after)
    return Answer(view(ctx, after, work.at, work.balances(ctx.programs)))
