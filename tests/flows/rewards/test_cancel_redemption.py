"""Redemptions undone: units to their lots, pieces to the stock, coupons void.

The work of service/flows/steps/rewards/cancelling.py.
"""

import asyncio
import datetime as dt

import pytest

from service.domain.coupons.types import CouponState
from service.domain.holds.errors import HoldNotFound
from service.domain.purchases.basket import MemberRef
from service.domain.purchases.types import PlaceHold
from service.domain.rewards.errors import CouponInUse, RedemptionClosed, RedemptionNotFound
from service.domain.rewards.types import CancelRedemption, RedemptionState
from service.kernel.ids import new_id
from tests.flows.coupon_shop import listed, void
from tests.flows.reward_shop import (
    cancel,
    grant,
    hand_over,
    member,
    redeem,
    state,
    stock,
    with_rewards,
)
from tests.flows.shop import SOURCE, TILL, Shop, another, day, goods


async def test_units_go_back_to_their_lots_with_their_end(shop: Shop) -> None:
    """A mug for 100: 60 that end with June, 40 that end with August."""
    await with_rewards(shop)
    await shop.show(dt.datetime(2026, 2, 20, 10, tzinfo=dt.UTC) + dt.timedelta(days=30))
    ola = await member(shop, 60)  # 22 March: end of June
    await shop.show(day(60))  # 1 May: end of August
    await shop.adjust(ola, 90)
    before = (await shop.wallets(ola))["points"].expiring
    assert [lot.amount for lot in before] == [60, 90]
    had = await redeem(shop, ola, "mug")
    assert [lot.amount for lot in (await shop.wallets(ola))["points"].expiring] == [50]

    done = (await cancel(shop, had)).body

    assert (done.state, done.wallets["points"].available) == (RedemptionState.CANCELLED, 150)
    assert done.cancelled_at is not None
    assert (await shop.wallets(ola))["points"].expiring == before
    assert [entry[:2] for entry in await shop.entries(ola)][-2:] == [
        ("redeemed", -100),
        ("given_back", 100),
    ]


async def test_units_of_a_lot_that_has_lapsed_live_for_a_while(shop: Shop) -> None:
    """A wallet that does not pay at checkout gives them 30 days."""
    await with_rewards(shop)
    ola = await member(shop, 100)  # to the end of June
    had = await redeem(shop, ola, "mug")
    at = dt.datetime(2026, 7, 10, 10, tzinfo=dt.UTC)
    await shop.show(at)

    await cancel(shop, had)

    (lot,) = (await shop.wallets(ola))["points"].expiring
    assert lot.amount == 100
    assert lot.expires_at is not None
    assert lot.expires_at.date() == (at + dt.timedelta(days=30)).date()


async def test_units_that_come_back_pay_debt_first(shop: Shop) -> None:
    """100 earned and spent on a mug, the purchase comes back: 100 of debt, paid by the mug."""
    await with_rewards(shop)
    ola = await member(shop, 0)
    await shop.buy("a", ola, goods(10_000))
    await shop.show(day(15))
    had = await redeem(shop, ola, "mug")
    await shop.bring_back("r", "a")
    assert await shop.balance(ola) == (0, 0, 100)

    done = (await cancel(shop, had)).body

    assert (done.wallets["points"].available, done.wallets["points"].debt) == (0, 0)
    assert [entry[:3] for entry in await shop.entries(ola)][-2:] == [
        ("given_back", 100, 0),
        ("debt_paid", -100, -100),
    ]


async def test_the_stock_gets_its_piece_back(shop: Shop) -> None:
    await with_rewards(shop)
    ola, jan = await member(shop, 100), await member(shop, 100, "2")
    had = await redeem(shop, ola, "tasting")
    assert await stock(shop, "tasting") == 0
    await cancel(shop, had)
    assert await stock(shop, "tasting") == 1
    assert (await redeem(shop, jan, "tasting")).state is RedemptionState.GRANTED


async def test_what_was_held_is_free_again_without_an_entry(shop: Shop) -> None:
    await with_rewards(shop)
    ola, jan = await member(shop, 100), await member(shop, 100, "2")
    held = await redeem(shop, ola, "tasting", hold=600)

    done = (await cancel(shop, held, "changed her mind")).body

    assert (done.state, done.granted_at) == (RedemptionState.CANCELLED, None)
    assert await shop.balance(ola) == (100, 0, 0)
    assert [entry[0] for entry in await shop.entries(ola)] == ["adjusted"]
    assert (await redeem(shop, jan, "tasting")).state is RedemptionState.GRANTED
    released, cancelled = (await shop.events(ola))[-2:]
    assert (released[0], cancelled[0]) == ("hold.released", "reward.cancelled")
    assert (cancelled[1]["given_back"], cancelled[1]["reason"]) == (0, "changed her mind")


async def test_its_coupon_is_void(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 250)
    had = await redeem(shop, ola, "five-off")

    await cancel(shop, had)

    (coupon,) = await listed(shop, ola)
    assert coupon.state is CouponState.VOID
    assert [kind for kind, _ in await shop.events(ola)][-3:] == [
        *("coupon.voided", "points.given-back", "reward.cancelled")
    ]
    assert await shop.balance(ola) == (250, 0, 0)


async def test_a_coupon_that_was_used_cannot_be_taken_back(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 250)
    had = await redeem(shop, ola, "five-off")
    assert had.coupon is not None
    receipt = await shop.buy("a", ola, goods(2_000), coupons=(had.coupon.code,))
    assert receipt.discount == 500
    before = await shop.tables()

    with pytest.raises(CouponInUse):
        await cancel(shop, had)

    assert await shop.tables() == before
    await shop.bring_back("r", "a")  # and with it the use of the coupon
    assert (await cancel(shop, had)).body.state is RedemptionState.CANCELLED


async def test_a_coupon_in_an_open_checkout_cannot_be_taken_back(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 250)
    had = await redeem(shop, ola, "five-off")
    assert had.coupon is not None
    hold = PlaceHold(
        channel="web",
        checkout="c1",
        currency="EUR",
        member=MemberRef(id=ola),
        lines=(goods(2_000),),
        coupons=(had.coupon.code,),
        hold_for=600,
    )
    await shop.verbs.place_hold(TILL, hold)
    with pytest.raises(CouponInUse):
        await cancel(shop, had)

    await shop.show(day(0.01))  # the checkout was abandoned

    assert (await cancel(shop, had)).body.state is RedemptionState.CANCELLED


async def test_a_coupon_that_is_void_already_does_not_stop_it(shop: Shop) -> None:
    await with_rewards(shop)
    had = await redeem(shop, await member(shop, 250), "five-off")
    assert had.coupon is not None
    await void(shop, coupon_id=had.coupon.id)
    assert (await cancel(shop, had)).body.wallets["points"].available == 250


async def test_what_was_handed_over_cannot_be_taken_back(shop: Shop) -> None:
    await with_rewards(shop)
    had = await redeem(shop, await member(shop, 100), "mug")
    await hand_over(shop, had)
    before = await shop.tables()
    with pytest.raises(RedemptionClosed) as closed:
        await cancel(shop, had)
    assert closed.value.state == "handed_over"
    assert await shop.tables() == before


async def test_cancelled_twice_gives_back_once(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 100)
    had = await redeem(shop, ola, "mug")
    first = (await cancel(shop, had)).body
    before = await shop.tables()

    again = await cancel(shop, had, "another reason")

    assert again.replayed
    assert (again.body.state, again.body.cancelled_at) == (first.state, first.cancelled_at)
    assert await shop.tables() == before


async def test_what_has_timed_out_is_answered_as_it_is(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 100)
    held = await redeem(shop, ola, "mug", hold=60)
    await shop.show(day(0.01))
    assert (await cancel(shop, held)).body.state is RedemptionState.TIMED_OUT
    assert await state(shop, held) is RedemptionState.TIMED_OUT
    assert await shop.balance(ola) == (100, 0, 0)
    with pytest.raises(RedemptionNotFound):
        await shop.verbs.cancel_redemption(TILL, new_id(), CancelRedemption(reason="none"))


async def test_the_piece_of_one_that_timed_out_comes_back_once(shop: Shop) -> None:
    """The only tasting is kept, timed out, and another member's: who kept it gets and returns
    nothing any more."""
    await with_rewards(shop)
    kept = await redeem(shop, await member(shop, 100), "tasting", hold=60)
    await shop.show(day(0.01))
    had = await redeem(shop, await member(shop, 100, "2"), "tasting")

    with pytest.raises(RedemptionClosed):
        await grant(shop, kept)
    with pytest.raises(RedemptionClosed):
        await hand_over(shop, kept)
    await cancel(shop, kept)
    assert await stock(shop, "tasting") == 0
    await cancel(shop, had)
    assert await stock(shop, "tasting") == 1


async def test_of_a_version_that_had_no_stock_none_comes_back(shop: Shop) -> None:
    """A reward is had without a stock, then gets one of 1: cancelling adds nothing to it."""
    free = "{price: 10 points, gives: {item: cup}"
    await shop.publish(f"{_source(free)}}}\n", None)
    await shop.show(day(0))
    had = await redeem(shop, await member(shop, 100), "cup")
    await shop.publish(f"{_source(free)}, stock: 1}}\n", None)
    await shop.show(day(1))
    await cancel(shop, had)
    assert await stock(shop, "cup") == 1


def _source(cup: str) -> str:
    return f"{SOURCE}rewards:\n  cup: {cup}"


async def test_the_hold_of_a_redemption_is_none_of_a_checkout(shop: Shop) -> None:
    """Its id names no hold to read, to release, or to pay with."""
    await with_rewards(shop)
    ola = await member(shop, 100)
    held = await redeem(shop, ola, "mug", hold=600)
    with pytest.raises(HoldNotFound):
        await shop.reads.hold(held.id)
    with pytest.raises(HoldNotFound):
        await shop.verbs.release_hold(TILL, held.id)
    with pytest.raises(HoldNotFound):
        await shop.buy("a", ola, goods(100), hold_id=held.id)
    assert (await grant(shop, held)).body.state is RedemptionState.GRANTED


async def test_cancelled_at_many_desks_at_once_gives_back_once(shop: Shop) -> None:
    await with_rewards(shop)
    other = another(shop.db)
    await other.start()
    ola = await member(shop, 100)
    had = await redeem(shop, ola, "tasting")
    body = CancelRedemption(reason="at once")

    done = await asyncio.gather(
        *(verbs.cancel_redemption(TILL, had.id, body) for verbs in (shop.verbs, other.verbs) * 5)
    )

    await other.gate.drain()
    assert sum(not one.replayed for one in done) == 1
    assert await shop.balance(ola) == (100, 0, 0)
    assert await stock(shop, "tasting") == 1
