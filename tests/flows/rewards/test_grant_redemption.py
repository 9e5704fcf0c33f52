"""What is held for a member: kept from others, free again in time, or taken as it was held."""

import asyncio
import datetime as dt

import pytest

from service.domain.rewards.errors import (
    RedemptionClosed,
    RedemptionNotFound,
    RewardNotAvailable,
    UnknownReward,
)
from service.domain.rewards.types import RedemptionState, RedemptionView
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from tests.flows.coupon_shop import listed
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
from tests.flows.shop import SOURCE, TILL, Shop, another, day


async def test_what_is_held_is_kept_from_everybody_and_then_taken(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 100)

    held = await redeem(shop, ola, "tasting", hold=600)

    assert held.state is RedemptionState.HELD
    assert held.held_until == held.asked_at + dt.timedelta(seconds=600)
    balance = (await shop.wallets(ola))["points"].balance
    assert (balance.available, balance.held) == (0, 100)
    assert await shop.count("entry") == 1  # a hold makes none
    jan = await member(shop, 100, "2")
    with pytest.raises(RewardNotAvailable):
        await redeem(shop, jan, "tasting")
    done = (await grant(shop, held)).body
    assert (done.state, done.wallets["points"].held) == (RedemptionState.GRANTED, 0)
    assert await shop.balance(ola) == (0, 0, 0)


async def test_what_nobody_takes_is_free_again_by_itself(shop: Shop) -> None:
    await with_rewards(shop)
    ola, jan = await member(shop, 100), await member(shop, 100, "2")
    held = await redeem(shop, ola, "tasting", hold=600)
    before = await shop.count("outbox")
    await shop.show(day(0.01))  # 14 minutes

    assert await state(shop, held) is RedemptionState.TIMED_OUT
    assert await shop.balance(ola) == (100, 0, 0)
    assert await shop.count("outbox") == before  # no job has run
    assert (await redeem(shop, jan, "tasting")).state is RedemptionState.GRANTED
    with pytest.raises(RewardNotAvailable):
        await redeem(shop, ola, "tasting")


async def test_a_hold_pins_price_and_terms_whatever_is_published_since(shop: Shop) -> None:
    await with_rewards(shop)
    ola, jan = await member(shop, 1000), await member(shop, 1000, "2")
    held = await redeem(shop, ola, "five-off", hold=3600)
    await shop.publish(SOURCE, None)  # no rewards any more
    await shop.show(day(0.01))
    with pytest.raises(UnknownReward):
        await redeem(shop, jan, "five-off")

    done = (await grant(shop, held)).body

    assert (done.price, done.program_version, done.wallets["points"].available) == (250, 2, 750)
    assert len(await listed(shop, ola)) == 1


async def test_units_that_outlive_their_lot_while_held_lapse_when_they_are_let_go(
    shop: Shop,
) -> None:
    """They end with June in Warsaw; held from the day before until the day after."""
    await with_rewards(shop)
    ola = await member(shop, 150)
    await shop.show(dt.datetime(2026, 6, 30, 10, tzinfo=dt.UTC))
    await redeem(shop, ola, "mug", hold=48 * 3600)
    await shop.show(dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC))
    balance = (await shop.wallets(ola))["points"].balance
    assert (balance.available, balance.held) == (0, 100)  # 50 have lapsed

    await shop.show(dt.datetime(2026, 7, 2, 11, tzinfo=dt.UTC))
    await shop.settle()

    assert [entry[:2] for entry in await shop.entries(ola)] == [
        ("adjusted", 150),
        ("expired", -50),
        ("expired", -100),
    ]


async def test_held_units_pay_and_the_coupon_comes(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 1000)
    held = await redeem(shop, ola, "five-off", hold=600)
    assert await shop.count("coupon") == 0
    await shop.adjust(ola, -750)  # all that is not held

    done = (await grant(shop, held)).body

    assert (done.id, done.state, done.price) == (held.id, RedemptionState.GRANTED, 250)
    assert done.coupon is not None
    assert done.held_until == held.held_until
    assert await shop.balance(ola) == (0, 0, 0)
    kinds = [kind for kind, _ in await shop.events(ola)]
    assert kinds[-3:] == ["points.redeemed", "reward.redeemed", "coupon.issued"]


async def test_a_held_piece_of_the_stock_is_used_for_good(shop: Shop) -> None:
    await with_rewards(shop)
    held = await redeem(shop, await member(shop, 100), "tasting", hold=600)
    await grant(shop, held)
    await shop.show(day(1))

    assert (await stock(shop, "tasting"), await shop.count("budget_hold")) == (0, 0)


async def test_granted_twice_changes_nothing(shop: Shop) -> None:
    await with_rewards(shop)
    held = await redeem(shop, await member(shop, 1000), "five-off", hold=600)
    first = (await grant(shop, held)).body
    before = await shop.tables()

    again = await grant(shop, held)

    assert again.replayed
    assert (again.body.state, again.body.coupon) == (RedemptionState.GRANTED, first.coupon)
    assert await shop.tables() == before


async def test_what_was_handed_over_is_granted_already(shop: Shop) -> None:
    await with_rewards(shop)
    had = await redeem(shop, await member(shop, 100), "mug")
    await hand_over(shop, had)
    assert (await grant(shop, had)).body.state is RedemptionState.HANDED_OVER


async def test_what_has_ended_is_not_granted(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 1000)
    cancelled = await redeem(shop, ola, "mug", hold=600)
    await cancel(shop, cancelled)
    late = await redeem(shop, ola, "mug", hold=600)
    await shop.show(day(0.01))
    before = await shop.tables()

    with pytest.raises(RedemptionClosed) as ended:
        await grant(shop, cancelled)
    assert ended.value.state == "cancelled"
    with pytest.raises(RedemptionClosed) as over:
        await grant(shop, late)
    assert (over.value.state, over.value.closed_at) == ("timed_out", late.held_until)

    assert await shop.tables() == before


async def test_who_was_short_has_the_piece_of_one_that_is_over(shop: Shop) -> None:
    await with_rewards(shop)
    ola, jan = await member(shop, 100), await member(shop, 100, "2")
    held = await redeem(shop, ola, "tasting", hold=60)
    await shop.show(day(0.01))
    await redeem(shop, jan, "tasting")
    with pytest.raises(RedemptionClosed):
        await grant(shop, held)
    assert await shop.balance(ola) == (100, 0, 0)


async def test_an_unknown_one_is_not_there(shop: Shop) -> None:
    await with_rewards(shop)
    with pytest.raises(RedemptionNotFound):
        await shop.verbs.grant_redemption(TILL, new_id())


async def test_granting_cancelling_and_handing_over_at_once_has_one_end(shop: Shop) -> None:
    """A held mug is granted, cancelled and handed over by two processes, ten times over."""
    await with_rewards(shop)
    other = another(shop.db)
    await other.start()
    ola = await member(shop, 1000)
    for n in range(10):
        held = await redeem(shop, ola, "mug", hold=600)
        done = await asyncio.gather(
            other.verbs.grant_redemption(TILL, held.id),
            cancel(shop, held),
            hand_over(shop, held, key=f"key-{n:05}"),
            return_exceptions=True,
        )
        assert all(isinstance(one, ExpectedError | Answer) for one in done), done
        await _ends_once(shop, held)
    await other.gate.drain()
    assert (await shop.balance(ola))[0] % 100 == 0


async def _ends_once(shop: Shop, held: RedemptionView) -> None:
    """Handed over and paid, or cancelled with all given back: never neither, never both."""
    ended = await shop.reads.redemption(held.id)
    async with shop.db.reading() as tx:
        paid = await tx.connection.fetchval(
            "select coalesce(sum(amount), 0) from entry where op_id in (select $1::uuid union all"
            " select closed_op from redemption where redemption_id = $1)",
            held.id,
        )
    expected = {RedemptionState.HANDED_OVER: -100, RedemptionState.CANCELLED: 0}
    assert paid == expected[ended.state]
