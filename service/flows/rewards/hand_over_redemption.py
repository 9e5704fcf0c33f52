"""hand_over_redemption: what a reward is, is in the member's hands.

Handed over a second time is refused, not answered as done: at the desk that would be a second item.
Who did not get the answer asks again with the same Idempotency-Key. What was only held is taken in
the same transaction.
"""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.events.catalog import RewardHandedOver
from service.domain.operations import store as operations
from service.domain.rewards.errors import NothingToHandOver
from service.domain.rewards.types import HandOver, RedemptionView, State
from service.flows.steps import idempotency
from service.flows.steps.context import Context
from service.flows.steps.own import refuse_own
from service.flows.steps.rewards import redemptions
from service.flows.steps.rewards.redemption_view import view
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id


class Command(msgspec.Struct, frozen=True):
    """A redemption that is handed over, under an idempotency key."""

    actor: Actor
    redemption_id: uuid.UUID
    body: HandOver
    key: str


async def hand_over_redemptions(
    ctx: Context, commands: Sequence[Command], *, wait: bool
) -> list[Any]:
    """One result per command: Answer[RedemptionView], an ExpectedError, or BUSY."""
    return [await _one(ctx, command, wait=wait) for command in commands]


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    actor, key = command.actor, command.key
    fp = idempotency.fingerprint("hand_over_redemption", str(command.redemption_id), command.body)
    try:
        async with ctx.db.transaction() as tx:
            known = await idempotency.stored(tx, actor, key, fp, RedemptionView)
            if known is not None:
                return Answer(known, replayed=True)
            found = await redemptions.lock(tx, ctx, command.redemption_id, wait=wait)
            if found is None:
                return BUSY
            refuse_own(command.actor, found.row.holder_id)
            done = await _hand_over(tx, ctx, command, found)
            await idempotency.keep(tx, actor, key, fp, found.row.holder_id, done)
            return Answer(done)
    except ExpectedError as refusal:
        return refusal


async def _hand_over(
    tx: Tx, ctx: Context, command: Command, found: redemptions.Found
) -> RedemptionView:
    """NothingToHandOver for a coupon, RedemptionClosed for what has ended."""
    row, work, actor = found.row, found.work, command.actor
    program = ctx.programs.version(row.program_version)
    if program.rewards[row.reward].reward.coupon is not None:
        raise NothingToHandOver
    redemptions.refuse_ended(row, work.at)
    if row.state is State.HELD:
        row = await redemptions.take_held(tx, ctx, found, actor)
    op_id = new_id()
    after = msgspec.structs.replace(
        row,
        state=State.HANDED_OVER,
        closed_at=work.at,
        closed_op=op_id,
        closed_store=actor.store,
    )
    work.emit(
        RewardHandedOver(
            redemption_id=row.redemption_id,
            reward=row.reward,
            operation_id=op_id,
            store=actor.store,
        ),
        work.at,
    )
    kind = operations.Kind.HAND_OVER
    await operations.insert(tx, row.holder_id, op_id, command.body.note, actor, work.now, kind)
    await redemptions.write(tx, found, after)
    return view(ctx, after, work.at, work.balances(ctx.programs))
