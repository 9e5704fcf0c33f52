"""Rewards for units: taken, held, refused, twice and at once."""

import asyncio
import datetime as dt
import uuid

import pytest

from service.domain.coupons.types import CouponState
from service.domain.idempotency.errors import IdempotencyKeyInUse, IdempotencyKeyReused
from service.domain.members.errors import MemberNotFound
from service.domain.purchases.basket import RedeemIn
from service.domain.purchases.errors import RedemptionRefused
from service.domain.rewards.errors import RewardNotAvailable, UnknownReward
from service.domain.rewards.types import RedeemReward, RedemptionState, RedemptionView
from service.domain.wallets.errors import InsufficientPoints
from service.kernel.codes import normalise
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.rules.rewards import Unavailable
from tests.flows.coupon_shop import listed
from tests.flows.reward_shop import (
    REWARDS,
    cancel,
    hand_over,
    member,
    redeem,
    stock,
    with_rewards,
)
from tests.flows.shop import SOURCE, TILL, Shop, another, bought, day, goods


async def reasons(shop: Shop, who: uuid.UUID, reward: str) -> list[Unavailable]:
    """Why it is refused; nothing may be written then."""
    before = await shop.tables()
    with pytest.raises(RewardNotAvailable) as caught:
        await redeem(shop, who, reward, key="the-refused-key")
    assert await shop.tables() == before
    return [one.reason for one in caught.value.why]


async def test_a_coupon_comes_into_the_list_and_the_price_is_paid(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 1000)

    done = await redeem(shop, ola, "five-off")

    (coupon,) = await listed(shop, ola)
    assert done.coupon is not None
    assert (done.state, done.price, done.wallet) == (RedemptionState.GRANTED, 250, "points")
    assert (coupon.id, coupon.code) == (done.coupon.id, done.coupon.code)
    assert (coupon.template, coupon.state) == ("FREE", CouponState.USABLE)
    assert done.granted_at is not None
    assert coupon.valid_until == done.granted_at + dt.timedelta(days=10)
    assert done.wallets["points"].available == 750
    assert await shop.balance(ola) == (750, 0, 0)
    assert [entry[:3] for entry in await shop.entries(ola)] == [
        ("adjusted", 1000, 0),
        ("redeemed", -250, 0),
    ]


async def test_the_events_tell_all_but_the_code(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 1000)

    done = await redeem(shop, ola, "five-off")

    *_, paid, had, given = await shop.events(ola)
    assert done.coupon is not None
    assert [paid[0], had[0], given[0]] == ["points.redeemed", "reward.redeemed", "coupon.issued"]
    assert paid[1]["operation_id"] == given[1]["operation_id"] == str(done.id)
    assert had[1] == {
        "redemption_id": str(done.id),
        "reward": "five-off",
        "wallet": "points",
        "price": 250,
        "program_version": 2,
        "coupon_id": str(done.coupon.id),
        "store": "waw-01",
    }
    assert done.coupon.code not in str(await shop.events(ola))


async def test_what_is_kept_under_the_key_holds_no_code(shop: Shop) -> None:
    await with_rewards(shop)
    done = await redeem(shop, await member(shop, 1000), "five-off", key="key-00001")
    assert done.coupon is not None

    async with shop.db.reading() as tx:
        body = await tx.connection.fetchval("select body from idem where key = 'key-00001'")

    assert str(done.coupon.id) in body.decode()
    assert done.coupon.code[:4] not in body.decode()
    assert (normalise(done.coupon.code) or "")[:6] not in body.decode()


async def test_an_item_is_granted_and_waits_to_be_handed_over(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 250)

    done = await redeem(shop, ola, "mug")

    assert (done.state, done.gives.item, done.coupon) == (RedemptionState.GRANTED, "mug", None)
    assert (await shop.balance(ola))[0] == 150
    assert await stock(shop, "mug") == 39
    assert (await shop.events(ola))[-1][1]["item"] == "mug"


async def test_the_price_is_that_of_the_members_tier(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 1000)
    await shop.adjust(ola, 100, "status")  # silver

    done = await redeem(shop, ola, "five-off")

    assert (done.price, done.wallets["points"].available) == (200, 800)


async def test_units_lapse_first_that_end_first(shop: Shop) -> None:
    """99 points end with June, 50 with July: a mug takes all of the first and one of the others."""
    await with_rewards(shop)
    await shop.show(day(-1))
    ola = await member(shop, 99)
    await shop.show(day(40))
    await shop.adjust(ola, 50)

    await redeem(shop, ola, "mug")

    lots = (await shop.wallets(ola))["points"].expiring
    assert [lot.amount for lot in lots] == [49]


@pytest.mark.parametrize(
    ("points", "reward", "expected"),
    [
        (99, "mug", [Unavailable.NOT_ENOUGH]),
        (0, "tree", [Unavailable.NOT_ENOUGH]),
        (10, "silver-only", [Unavailable.NEEDS_TIER]),
        (10, "buyers", [Unavailable.NOT_ELIGIBLE]),
        (10, "later", [Unavailable.NOT_STARTED]),
        (10, "gone", [Unavailable.OVER]),
        (9, "gone", [Unavailable.OVER, Unavailable.NOT_ENOUGH]),
    ],
)
async def test_what_stands_against_it_refuses_it_and_writes_nothing(
    points: int, reward: str, expected: list[Unavailable], shop: Shop
) -> None:
    await with_rewards(shop)
    assert await reasons(shop, await member(shop, points), reward) == expected


async def test_what_he_bought_and_earned_counts(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 100)
    await shop.buy("a", ola, goods(4_999))
    assert await reasons(shop, ola, "buyers") == [Unavailable.NOT_ELIGIBLE]

    await shop.buy("b", ola, goods(1), at=day(1))
    assert (await redeem(shop, ola, "buyers")).price == 10
    await shop.show(day(31.5))  # a was 31 days before
    assert await reasons(shop, ola, "buyers") == [Unavailable.NOT_ELIGIBLE]


async def test_a_purchase_that_comes_late_counts_from_then_on(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 100)
    await shop.show(day(2))
    assert await reasons(shop, ola, "buyers") == [Unavailable.NOT_ELIGIBLE]

    await shop.buy("late", ola, goods(5_000), at=day(1))

    assert (await redeem(shop, ola, "buyers")).price == 10


async def test_pending_and_held_units_do_not_pay(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 150)
    await shop.buy("a", ola, goods(10_000))  # 100 points, pending for 14 days
    await redeem(shop, ola, "mug", hold=600)
    with pytest.raises(RewardNotAvailable) as caught:
        await redeem(shop, ola, "mug")
    assert [one.missing for one in caught.value.why] == [50]
    with pytest.raises(InsufficientPoints):
        await shop.adjust(ola, -51)

    await shop.show(day(15))  # the hold is over, the points are there

    assert (await redeem(shop, ola, "mug")).wallets["points"].available == 150


async def test_the_limit_counts_a_year_and_what_is_held_but_not_what_was_cancelled(
    shop: Shop,
) -> None:
    await with_rewards(shop)
    ola = await member(shop, 100)
    held = await redeem(shop, ola, "yearly", hold=600)
    assert await reasons(shop, ola, "yearly") == [Unavailable.LIMIT]
    await cancel(shop, held)
    had = await redeem(shop, ola, "yearly")
    assert await reasons(shop, ola, "yearly") == [Unavailable.LIMIT]
    await cancel(shop, had)
    await redeem(shop, ola, "yearly", hold=600)
    await shop.show(day(1))  # it has timed out
    await hand_over(shop, await redeem(shop, ola, "yearly"))
    assert await reasons(shop, ola, "yearly") == [Unavailable.LIMIT]

    await shop.show(dt.datetime(2026, 12, 31, 22, 59, tzinfo=dt.UTC))
    await shop.adjust(ola, 100)
    assert await reasons(shop, ola, "yearly") == [Unavailable.LIMIT]
    await shop.show(dt.datetime(2026, 12, 31, 23, tzinfo=dt.UTC))  # midnight in Warsaw

    assert (await redeem(shop, ola, "yearly")).state is RedemptionState.GRANTED


async def test_the_same_key_redeems_once_and_answers_the_code_again(shop: Shop) -> None:
    await with_rewards(shop)
    ola, jan = await member(shop, 1000), await member(shop, 1000, "2")
    first = await redeem(shop, ola, "five-off", key="key-00001")
    before = await shop.tables()

    body = RedeemReward(reward="five-off")
    again = await shop.verbs.redeem_reward(TILL, ola, body, "key-00001")
    with pytest.raises(IdempotencyKeyReused):
        await redeem(shop, jan, "five-off", key="key-00001")
    with pytest.raises(IdempotencyKeyReused):
        await redeem(shop, ola, "five-off", hold=60, key="key-00001")

    assert (again.replayed, again.body) == (True, first)
    assert await shop.tables() == before


async def test_a_refusal_does_not_use_up_the_key(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 99)
    with pytest.raises(RewardNotAvailable):
        await redeem(shop, ola, "mug", key="key-00001")
    await shop.adjust(ola, 1)
    assert (await redeem(shop, ola, "mug", key="key-00001")).price == 100


async def test_nobody_and_nothing_is_refused(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 1000)
    await shop.buy("a", "7", goods(100))
    async with shop.db.reading() as tx:
        unclaimed = await tx.connection.fetchval("select holder_id from holder where kind = 2")
    before = await shop.tables()

    for nobody in (unclaimed, new_id()):
        with pytest.raises(MemberNotFound):
            await redeem(shop, nobody, "mug")
    with pytest.raises(UnknownReward):
        await redeem(shop, ola, "no-such-thing")

    assert await shop.tables() == before


async def test_redeeming_is_activity_that_keeps_other_units_alive(shop: Shop) -> None:
    """Gifts lapse 30 days after the last activity."""
    await with_rewards(shop)
    ola = await member(shop, 100)
    await shop.adjust(ola, 7, "gifts")
    await shop.show(day(20))
    await redeem(shop, ola, "tree")

    await shop.show(day(49))
    assert (await shop.balance(ola, "gifts"))[0] == 7
    await shop.show(day(51))
    assert (await shop.balance(ola, "gifts"))[0] == 0


async def test_a_tier_that_has_ended_is_settled_with_it(shop: Shop) -> None:
    """Silver since day 0 stands for a year; a day later it is gone, though no job ran."""
    await with_rewards(shop)
    ola = await member(shop, 100)
    await shop.buy("a", ola, goods(10_000))
    assert await shop.tier(ola) == "silver"
    await shop.show(day(366))
    await shop.adjust(ola, 10)

    assert await reasons(shop, ola, "silver-only") == [Unavailable.NEEDS_TIER]
    await redeem(shop, ola, "yearly")

    assert "tier.changed" in [kind for kind, _ in await shop.events(ola)]


# ---------------------------------------------------------------- at once


async def won(*asked: "asyncio.Future[RedemptionView]") -> list[RedemptionView]:
    """The redemptions of those that got one; the others were refused."""
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(one, RedemptionView | ExpectedError) for one in done), done
    return [one for one in done if isinstance(one, RedemptionView)]


async def test_the_last_piece_of_the_stock_is_had_once_by_fifty(shop: Shop) -> None:
    await with_rewards(shop)
    members = [await member(shop, 100, f"{n}") for n in range(50)]
    other = another(shop.db)
    await other.start()

    verbs = (shop.verbs, other.verbs)
    found = await won(
        *(
            asyncio.ensure_future(redeem(shop, who, "tasting", verbs=verbs[n % 2]))
            for n, who in enumerate(members)
        )
    )

    await other.gate.drain()
    assert len(found) == 1
    assert await stock(shop, "tasting") == 0
    assert sum([(await shop.balance(who))[0] for who in members]) == 4900


async def test_a_stock_of_forty_is_had_forty_times_by_sixty_though_some_hold_and_go(
    shop: Shop,
) -> None:
    await with_rewards(shop)
    members = [await member(shop, 100, f"{n}") for n in range(60)]
    abandoned = await won(
        *(asyncio.ensure_future(redeem(shop, who, "mug", hold=60)) for who in members[:25])
    )
    assert len(abandoned) == 25
    assert await stock(shop, "mug") == 15
    await shop.show(day(0.01))

    found = await won(*(asyncio.ensure_future(redeem(shop, who, "mug")) for who in members))

    assert (len(found), await stock(shop, "mug")) == (40, 0)


async def test_the_last_units_are_spent_once(shop: Shop) -> None:
    """A mug, a tasting, a purchase paid with 100, 100 taken by hand: they do for one of them."""
    pays = "    shortfall: debt\n    redeem: {rate: 100 points = 1 EUR}\n  stars:"
    source = (SOURCE + REWARDS).replace("    shortfall: debt\n  stars:", pays)
    await with_rewards(shop, source)
    other = another(shop.db)
    await other.start()
    ola = await member(shop, 100)

    done = await asyncio.gather(
        redeem(shop, ola, "mug"),
        redeem(shop, ola, "tasting", verbs=other.verbs),
        shop.adjust(ola, -100),
        other.verbs.record_purchase(
            TILL, bought("a", ola, goods(900), redeem=(RedeemIn(wallet="points", amount=100),))
        ),
        return_exceptions=True,
    )

    await other.gate.drain()
    refused = [one for one in done if isinstance(one, ExpectedError)]
    known = {RewardNotAvailable, InsufficientPoints, RedemptionRefused}
    assert len(refused) == 3
    assert {type(one) for one in refused} <= known
    assert (await shop.balance(ola))[::2] == (0, 0)  # what a purchase earns is pending


async def test_the_same_key_at_once_redeems_once(shop: Shop) -> None:
    await with_rewards(shop)
    other = another(shop.db)
    await other.start()
    ola = await member(shop, 1000)

    done = await asyncio.gather(
        *(
            redeem(shop, ola, "mug", key="key-00001", verbs=verbs)
            for verbs in (shop.verbs, other.verbs) * 5
        ),
        return_exceptions=True,
    )

    await other.gate.drain()
    found = {one.id for one in done if isinstance(one, RedemptionView)}
    beaten = [one for one in done if not isinstance(one, RedemptionView)]
    assert len(found) == 1
    assert all(isinstance(one, IdempotencyKeyInUse) for one in beaten)
    assert (await shop.balance(ola))[0] == 900
