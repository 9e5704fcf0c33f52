"""A redemption undone is cancelled; a hand-over undone leaves it granted, to be handed over."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

import msgspec

from service.domain.events.operations import OperationUndone
from service.domain.holders.types import Holder
from service.domain.operations import undos
from service.domain.operations.store import Kind
from service.domain.operations.undos import Done
from service.domain.rewards import store
from service.domain.rewards.types import Redemption, State
from service.flows.steps.checkout import apart
from service.flows.steps.context import Context
from service.flows.steps.rewards import (
    cancelling,
    redemptions,
)
from service.flows.steps.rewards.redemption_view import state
from service.flows.steps.sharing.passing import Passing
from service.flows.steps.undoing.undoing import (
    RedemptionAfter,
    Undoing,
    Undone,
    UndoReceipt,
    check_window,
    stored,
    wallets_of,
)
from service.infra.db import Tx
from service.kernel.answer import Answer


async def undo_hand_over(
    tx: Tx,
    ctx: Context,
    undoing: Undoing,
    done: Sequence[Done],
    locked: Mapping[uuid.UUID, Holder],
) -> UndoReceipt:
    """The item was not given after all, or is back on the shelf."""
    both = await Passing.settled(tx, ctx, locked)
    work = both.works[done[0].holder_id]
    row = await store.closed_by(tx, work.holder.holder_id, undoing.undoes)
    if row is None:
        raise AssertionError("what was handed over is no redemption")
    after = msgspec.structs.replace(
        row, state=State.GRANTED, closed_at=None, closed_op=None, closed_store=None
    )
    work.emit(
        OperationUndone(
            operation_id=undoing.op_id,
            undoes=undoing.undoes,
            kind=Undone.HAND_OVER,
            changes=(),
            redemption_id=row.redemption_id,
        ),
        work.at,
    )
    receipt = UndoReceipt(
        id=undoing.op_id,
        undoes=undoing.undoes,
        kind=Undone.HAND_OVER,
        recorded_at=work.now,
        redemption=_after(after, work.at),
        wallets=wallets_of(ctx, work),
    )
    await store.update(tx, [(row, after)])
    await undoing.write(tx, receipt, Kind.UNDO, work)
    await both.write(tx)
    return receipt


async def undo_redemption(
    tx: Tx, ctx: Context, undoing: Undoing, *, wait: bool
) -> Answer[UndoReceipt]:
    """As it is cancelled, with the window of an undo; apart.Busy, RedemptionClosed, CouponInUse."""
    found = await redemptions.lock(tx, ctx, undoing.undoes, wait=wait)
    if found is None:
        raise apart.Busy
    row, work = found.row, found.work
    if row.state is State.CANCELLED:
        return Answer(await _cancelled(tx, row), replayed=True)
    check_window(ctx, undoing, _as_done(row), work.now)
    actor = msgspec.structs.replace(undoing.actor, store=undoing.store)
    after = await cancelling.cancel(tx, ctx, found, undoing.op_id, undoing.body.reason, actor)
    receipt = UndoReceipt(
        id=undoing.op_id,
        undoes=undoing.undoes,
        kind=Undone.REDEMPTION,
        recorded_at=work.now,
        moved=undoing.moved(ctx, work),
        coupon_void=row.coupon_id,
        redemption=_after(after, work.at),
        wallets=wallets_of(ctx, work),
    )
    await undoing.write(tx, receipt, Kind.CANCELLATION, work)
    await redemptions.write(tx, found, after)
    return Answer(receipt)


async def _cancelled(tx: Tx, row: Redemption) -> UndoReceipt:
    """The answer that was given; of one that was cancelled otherwise, how it stands."""
    given = await undos.receipt(tx, row.holder_id, row.redemption_id)
    if given is not None:
        return stored(given)
    if row.closed_op is None or row.closed_at is None:
        raise AssertionError("it was cancelled by no operation")
    return UndoReceipt(
        id=row.closed_op,
        undoes=row.redemption_id,
        kind=Undone.REDEMPTION,
        recorded_at=row.closed_at,
        coupon_void=row.coupon_id,
        redemption=_after(row, row.closed_at),
    )


def _as_done(row: Redemption) -> Done:
    return Done(
        holder_id=row.holder_id,
        op_id=row.redemption_id,
        kind=Kind.CANCELLATION,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        client_id=None,
        store=row.store,
        recorded_at=row.asked_at,
        undone=None,
    )


def _after(row: Redemption, at: dt.datetime) -> RedemptionAfter:
    return RedemptionAfter(id=row.redemption_id, state=state(row, at))
