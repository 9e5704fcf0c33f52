"""A redemption cancelled: units back to their lots, the piece to the stock, the coupon void."""

import uuid

import msgspec

from service.domain.budgets import store as budgets
from service.domain.coupons import codes
from service.domain.coupons import store as coupons
from service.domain.events.catalog import (
    CouponVoided,
    HoldReleased,
    PointsGivenBack,
    RewardCancelled,
)
from service.domain.holds import store as holds
from service.domain.holds.types import Closing, units_of
from service.domain.holds.types import State as HoldState
from service.domain.rewards.errors import CouponInUse
from service.domain.rewards.types import Redemption, State
from service.domain.wallets.entries import Op
from service.flows.steps import wallets
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.rewards import redemptions
from service.flows.steps.rewards.redemptions import Found
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.calendar import shift
from service.rules.check.redeeming import GRACE
from service.rules.document import stock_name


async def cancel(
    tx: Tx, ctx: Context, found: Found, op_id: uuid.UUID, reason: str, actor: Actor
) -> Redemption:
    """The redemption as it is then; RedemptionClosed when it has ended, CouponInUse.

    The caller writes it, and the operation that cancels it.
    """
    row, work = found.row, found.work
    redemptions.refuse_ended(row, work.at)
    if row.state is State.HELD:
        await _let_go(tx, ctx, found, actor)
    else:
        await _void(tx, ctx, found, reason)
        await _give_back(tx, ctx, found, op_id, actor)
    _tell(ctx, found, op_id, reason)
    return msgspec.structs.replace(
        row,
        state=State.CANCELLED,
        closed_at=work.at,
        closed_op=op_id,
        closed_store=actor.store,
    )


async def _let_go(tx: Tx, ctx: Context, found: Found, actor: Actor) -> None:
    """What is held for it is free again."""
    row, work = found.row, found.work
    hold = await holds.of_redemption(tx, row.holder_id, row.redemption_id)
    if hold is None:
        raise AssertionError("a held redemption has no hold")
    work.mark()
    for number, units in units_of(hold.items).items():
        work.books[number].release_hold(hold.hold_id, units, work.at)
    work.collect(actor, actor.store)
    changes = work.changes(ctx.programs)
    work.emit(HoldReleased(hold_id=hold.hold_id, changes=changes), work.at)
    await holds.close(tx, [Closing(hold=hold, state=HoldState.RELEASED, at=work.at)])
    if row.stocked:
        await budgets.release(tx, stock_name(row.reward), row.redemption_id)


async def _void(tx: Tx, ctx: Context, found: Found, reason: str) -> None:
    """Its coupon is good no more; CouponInUse when it was used, or an open checkout has it."""
    row, work = found.row, found.work
    if row.coupon_id is None:
        return
    digest = codes.digest(ctx.secret, coupons.code_of(ctx.secret, row.coupon_id))
    coupon = (await coupons.lock(tx, [digest]))[digest]
    held = await tx.ask(coupons.ask_held([(digest, None)], tx.now or EARLIEST))
    if coupon.used or held.get(0, 0):
        raise CouponInUse(coupon_id=str(row.coupon_id))
    if coupon.voided_at is None:
        await coupons.void(tx, [digest], work.now)
        event = CouponVoided(coupon_id=row.coupon_id, template=coupon.template, reason=reason)
        work.emit(event, work.at)


async def _give_back(tx: Tx, ctx: Context, found: Found, op_id: uuid.UUID, actor: Actor) -> None:
    """The units to their lots, as a return gives them back; the piece to the stock."""
    row, work = found.row, found.work
    taken = await wallets.load_taken(tx, [work], {row.redemption_id: row.holder_id})
    paying = ctx.programs.wallet(row.wallet, work.at).redeem
    grace = GRACE if paying is None else paying.grace
    work.mark()
    work.books[row.wallet].give_back(
        Op(op_id),
        taken[row.redemption_id, row.wallet],
        row.price,
        at=work.at,
        grace_until=shift(work.at, grace, ctx.programs.tz),
    )
    work.collect(actor, actor.store)
    changes = work.changes(ctx.programs)
    work.emit(
        PointsGivenBack(operation_id=op_id, redemption_id=row.redemption_id, changes=changes),
        work.at,
    )
    if row.stocked:
        await budgets.give_back(tx, stock_name(row.reward), 1)


def _tell(ctx: Context, found: Found, op_id: uuid.UUID, reason: str) -> None:
    row: Redemption = found.row
    found.work.emit(
        RewardCancelled(
            redemption_id=row.redemption_id,
            reward=row.reward,
            operation_id=op_id,
            wallet=ctx.programs.wallet_id(row.wallet),
            given_back=row.price if row.state is State.GRANTED else 0,
            reason=reason,
            coupon_id=row.coupon_id,
        ),
        found.work.at,
    )
