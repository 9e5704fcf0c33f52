"""A coupon given by hand is taken back: it is void, unless it was used or a checkout has it."""

import uuid
from collections.abc import Mapping, Sequence

from service.domain.coupons import store as coupons
from service.domain.events.catalog import CouponVoided
from service.domain.events.operations import OperationUndone
from service.domain.holders.types import Holder
from service.domain.operations.errors import CannotBeUndone
from service.domain.operations.store import Kind
from service.domain.operations.undos import Done
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.sharing.passing import Passing
from service.flows.steps.undoing.undoing import Undoing, Undone, UndoReceipt, wallets_of
from service.infra.db import Tx


async def undo(
    tx: Tx,
    ctx: Context,
    undoing: Undoing,
    done: Sequence[Done],
    locked: Mapping[uuid.UUID, Holder],
) -> UndoReceipt:
    """CannotBeUndone when it was used, or is held."""
    both = await Passing.settled(tx, ctx, locked)
    work = both.works[done[0].holder_id]
    (given,) = await coupons.issued_by(tx, [(work.holder.holder_id, undoing.undoes)])
    coupon = (await coupons.lock(tx, [given.digest]))[given.digest]
    held = await tx.ask(coupons.ask_held([(given.digest, None)], tx.now or EARLIEST))
    if coupon.used:
        raise CannotBeUndone(why="coupon_used")
    if held.get(0, 0):
        raise CannotBeUndone(why="coupon_held")
    if coupon.voided_at is None:
        await coupons.void(tx, [coupon.digest], work.now)
        reason = undoing.body.reason
        event = CouponVoided(coupon_id=coupon.coupon_id, template=coupon.template, reason=reason)
        work.emit(event, work.at)
    work.emit(
        OperationUndone(
            operation_id=undoing.op_id,
            undoes=undoing.undoes,
            kind=Undone.COUPON,
            changes=(),
            coupon_id=coupon.coupon_id,
        ),
        work.at,
    )
    receipt = UndoReceipt(
        id=undoing.op_id,
        undoes=undoing.undoes,
        kind=Undone.COUPON,
        recorded_at=work.now,
        coupon_void=coupon.coupon_id,
        wallets=wallets_of(ctx, work),
    )
    await undoing.write(tx, receipt, Kind.UNDO, work)
    await both.write(tx)
    return receipt
