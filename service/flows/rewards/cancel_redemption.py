"""cancel_redemption: the units go back to their lots, the piece to the stock, the coupon is void.

Cancelled twice it stays cancelled; one that has timed out is answered as it is. What was handed
over, and a coupon that was used, cannot be taken back.
"""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.operations import store as operations
from service.domain.rewards.types import CancelRedemption, RedemptionView, State
from service.flows.steps.context import Context
from service.flows.steps.own import refuse_own
from service.flows.steps.rewards import (
    cancelling,
    redemptions,
)
from service.flows.steps.rewards.redemption_view import view
from service.flows.steps.rewards.redemptions import Found
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id


class Command(msgspec.Struct, frozen=True):
    """A redemption to cancel."""

    actor: Actor
    redemption_id: uuid.UUID
    body: CancelRedemption


async def cancel_redemptions(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[RedemptionView], an ExpectedError, or BUSY."""
    return [await _one(ctx, command, wait=wait) for command in commands]


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    try:
        async with ctx.db.transaction() as tx:
            found = await redemptions.lock(tx, ctx, command.redemption_id, wait=wait)
            if found is None:
                return BUSY
            refuse_own(command.actor, found.row.holder_id)
            return await _cancel(tx, ctx, command, found)
    except ExpectedError as refusal:
        return refusal


async def _cancel(tx: Tx, ctx: Context, command: Command, found: Found) -> Answer[RedemptionView]:
    """RedemptionClosed when it was handed over, CouponInUse."""
    row, work = found.row, found.work
    if row.state is State.CANCELLED or row.timed_out(work.at):
        return Answer(view(ctx, row, work.at), replayed=True)
    op_id, reason = new_id(), command.body.reason
    after = await cancelling.cancel(tx, ctx, found, op_id, reason, command.actor)
    kind = operations.Kind.CANCELLATION
    await operations.insert(tx, row.holder_id, op_id, reason, command.actor, work.now, kind)
    await redemptions.write(tx, found, after)
    return Answer(view(ctx, after, work.at, work.balances(ctx.programs)))
