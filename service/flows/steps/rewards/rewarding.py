"""What a reward asks of a member, loaded; and a reward granted: paid, and given."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from service.domain.activities import store as activities
from service.domain.budgets import store as budgets
from service.domain.clubs import spans
from service.domain.coupons import store as coupons
from service.domain.coupons.types import NewCoupon
from service.domain.coupons.validity import end_of, uses_max
from service.domain.events.catalog import CouponIssued, PointsRedeemed, RewardRedeemed
from service.domain.holds import store as holds
from service.domain.holds.types import Closing, Hold, units_of
from service.domain.holds.types import State as HoldState
from service.domain.members.store import MemberRow
from service.domain.purchases import store as purchases
from service.domain.rewards import store
from service.domain.rewards.errors import RedemptionClosed
from service.domain.rewards.types import Redemption, RedemptionState, State
from service.domain.wallets.entries import Op
from service.flows.steps import wallets
from service.flows.steps.context import Context
from service.flows.steps.facts import in_clubs, member_facts
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.infra.together import Ask
from service.kernel.actor import Actor
from service.kernel.ids import new_id
from service.rules.compile import Program
from service.rules.document import stock_name
from service.rules.expiry import ExpiryKind, expires_at
from service.rules.facts import Facts
from service.rules.rewards import CompiledReward
from service.rules.windows import activity_start, limit_span, window_start


async def facts(
    tx: Tx,
    program: Program,
    rewards: Sequence[CompiledReward],
    person: MemberRow,
    standings: Mapping[str, Standing],
    at: dt.datetime,
) -> Facts:
    """All that these rewards ask of the member at the instant; the uses by reward."""
    windows = tuple(dict.fromkeys(window for one in rewards for window in one.windows))
    pasts = purchases.ask_windows([
        purchases.WindowAsked(
            person.holder_id, window_start(window, at, program.tz), at,
            window.channel, window.store, window.category,
        )
        for window in windows
    ])  # fmt: skip
    limited = [one.reward for one in rewards if one.reward.limit is not None]
    had = store.ask_had([
        store.Span(person.holder_id, reward.id, *limit_span(reward.limit, at, program.tz))
        for reward in limited
        if reward.limit is not None
    ], tx.now or at)  # fmt: skip
    doings = tuple(dict.fromkeys(doing for one in rewards for doing in one.activity_windows))
    done = activities.ask_windows([
        activities.WindowAsked(
            person.holder_id, activity_start(doing, at, program.tz), at, doing.name
        )
        for doing in doings
    ])  # fmt: skip
    theirs = spans.ask_spans([person.holder_id])
    reads_clubs = any(one.reads_clubs for one in rewards)
    asked: list[Ask[Any]] = [had] if limited else []
    asked += [done] if doings else []
    asked += [theirs] if reads_clubs else []
    await tx.ask_all([*pasts, *asked])
    found = {place: seen.past for one in pasts for place, seen in one.answer.items()}
    uses = {reward.id: had.answer[n] for n, reward in enumerate(limited) if had.answer[n]}
    tiers = {ladder_id: standing.tier_at(at) for ladder_id, standing in standings.items()}
    known = member_facts(person, tiers, at, program.tz)
    in_them = theirs.answer.get(person.holder_id, []) if reads_clubs else []
    return Facts(
        at=at,
        member=in_clubs(known, program, in_them, at) if in_them else known,
        history={window.key(): found[n] for n, window in enumerate(windows)},
        uses=uses,
        activities={
            doing.key(): done.answer[n].times
            for n, doing in enumerate(doings)
            if done.answer[n].times
        },
    )


async def grant(
    tx: Tx,
    ctx: Context,
    work: Work,
    row: Redemption,
    hold: Hold | None,
    actor: Actor,
) -> Redemption:
    """Take the price (of what is held for it, if it is) and give what the reward gives.

    Answers the redemption as it is then; the caller has locked and loaded, and writes it. By the
    program version of the redemption, whatever is in force.
    """
    program = ctx.programs.version(row.program_version)
    await _prolong(tx, work, program)
    held = units_of(hold.items).get(row.wallet, ()) if hold is not None else ()
    work.mark()
    work.books[row.wallet].redeem(Op(row.redemption_id), row.price, at=work.at, held=held)
    work.collect(actor, actor.store)
    work.emit(
        PointsRedeemed(operation_id=row.redemption_id, changes=work.changes(ctx.programs)), work.at
    )
    if hold is not None:
        await _capture(tx, work, row, hold)
    reward = program.rewards[row.reward].reward
    coupon = _coupon(program, work, row)
    work.emit(
        RewardRedeemed(
            redemption_id=row.redemption_id,
            reward=row.reward,
            wallet=reward.wallet,
            price=row.price,
            program_version=row.program_version,
            coupon_id=None if coupon is None else coupon.coupon_id,
            item=reward.item,
            external=reward.external,
            store=actor.store,
        ),
        work.at,
    )
    if coupon is not None:
        _tell(work, coupon)
        await coupons.issue(tx, ctx.secret, [coupon], work.now)
    return msgspec.structs.replace(
        row,
        state=State.GRANTED,
        granted_at=work.at,
        coupon_id=None if coupon is None else coupon.coupon_id,
    )


async def _capture(tx: Tx, work: Work, row: Redemption, hold: Hold) -> None:
    """RedemptionClosed: who was short found its piece of the stock overdue this moment."""
    name, taken = stock_name(row.reward), {item.item_no: item.amount for item in hold.items}
    if row.stocked and not await budgets.capture(tx, name, row.redemption_id):
        raise RedemptionClosed(state=RedemptionState.TIMED_OUT, closed_at=hold.due_at)
    closing = Closing(
        hold=hold, state=HoldState.CAPTURED, at=work.at, by=row.redemption_id, captured=taken
    )
    await holds.close(tx, [closing])


def _coupon(program: Program, work: Work, row: Redemption) -> NewCoupon | None:
    name = program.rewards[row.reward].reward.coupon
    if name is None:
        return None
    template = program.coupons[name].template
    return NewCoupon(
        coupon_id=new_id(),
        template=name,
        holder_id=row.holder_id,
        origin_op=row.redemption_id,
        until_at=end_of(template, work.at, program.tz),
        uses_max=uses_max(template),
    )


def _tell(work: Work, coupon: NewCoupon) -> None:
    work.emit(
        CouponIssued(
            coupon_id=coupon.coupon_id,
            template=coupon.template,
            operation_id=coupon.origin_op,
            valid_from=coupon.from_at,
            valid_until=coupon.until_at,
        ),
        work.at,
    )


async def _prolong(tx: Tx, work: Work, program: Program) -> None:
    """Redeeming is activity: units of inactivity wallets live on from it."""
    until = {
        wallet.number: end
        for wallet in program.wallets.values()
        if wallet.expires.kind is ExpiryKind.INACTIVITY
        and (end := expires_at(wallet.expires, work.at, program.tz)) is not None
    }
    if until:
        await wallets.touch_inactivity(tx, [(work, until)])
