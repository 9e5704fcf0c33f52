"""Holds as they stand: one past its time has timed out, whatever has been written so far."""

import uuid

import msgspec

from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.holds import store
from service.domain.holds.errors import HoldNotFound
from service.domain.holds.types import State
from service.domain.purchases.types import HoldView
from service.flows.steps.checkout.hold_view import told_hold
from service.flows.steps.context import EARLIEST, Context


async def hold(ctx: Context, hold_id: uuid.UUID) -> HoldView:
    """The hold; HoldNotFound."""
    async with ctx.db.reading() as tx:
        found = await store.by_id(tx, hold_id)
        if found is None:
            raise HoldNotFound
        states = await holders.states(tx, [found.holder_id], ctx.db.clock_offset)
        now = tx.now or EARLIEST
    if found.state is State.OPEN and not found.is_open(now):
        found = msgspec.structs.replace(found, state=State.TIMED_OUT, closed_at=found.due_at)
    return told_hold(ctx, found, is_member=states[found.holder_id].kind is Kind.MEMBER)
