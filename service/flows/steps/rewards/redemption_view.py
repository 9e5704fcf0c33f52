"""A redemption as it is shown."""

import datetime as dt
from collections.abc import Mapping

from service.domain.coupons import codes
from service.domain.coupons import store as coupons
from service.domain.rewards.types import (
    CouponHad,
    GivesView,
    Redemption,
    RedemptionState,
    RedemptionView,
    State,
)
from service.flows.steps.context import Context
from service.kernel.values import Balance
from service.rules.document import Reward


def state(row: Redemption, at: dt.datetime) -> RedemptionState:
    """Where it stands at the instant, whatever has been written so far."""
    if row.timed_out(at):
        return RedemptionState.TIMED_OUT
    return RedemptionState(row.state.name.lower())


def gives(reward: Reward) -> GivesView:
    """What the reward is."""
    return GivesView(coupon=reward.coupon, item=reward.item, external=reward.external)


def view(
    ctx: Context, row: Redemption, at: dt.datetime, wallets: Mapping[str, Balance] | None = None
) -> RedemptionView:
    """The answer, in the words of the version it was had by; `wallets`: balances after it."""
    reward = ctx.programs.version(row.program_version).rewards[row.reward].reward
    is_handed_over = row.state is State.HANDED_OVER
    return RedemptionView(
        id=row.redemption_id,
        member_id=row.holder_id,
        reward=row.reward,
        title=reward.title,
        gives=gives(reward),
        state=state(row, at),
        wallet=reward.wallet,
        price=row.price,
        program_version=row.program_version,
        coupon=_coupon(ctx, row, reward),
        asked_at=row.asked_at,
        held_until=row.held_until,
        granted_at=row.granted_at,
        handed_over_at=row.closed_at if is_handed_over else None,
        cancelled_at=row.closed_at if row.state is State.CANCELLED else None,
        operation_id=row.closed_op,
        store=row.store,
        handed_over_store=row.closed_store if is_handed_over else None,
        wallets=dict(wallets or {}),
    )


def _coupon(ctx: Context, row: Redemption, reward: Reward) -> CouponHad | None:
    if row.coupon_id is None or reward.coupon is None:
        return None
    code = codes.shown(coupons.code_of(ctx.secret, row.coupon_id))
    return CouponHad(id=row.coupon_id, template=reward.coupon, code=code)
