"""Tests of service/flows/steps/returns/unfounded.py: what was given for what never was, goes."""

import pytest

from tests.flows.moments_shop import Moments
from tests.flows.shop import goods


async def test_who_climbs_and_brings_it_back_keeps_nothing(moments: Moments) -> None:
    ola = await moments.member()
    bought = await moments.shop.buy("p", ola, goods(10_000))
    assert (await moments.points(ola), await moments.badges(ola)) == (650, [1])

    receipt = await moments.shop.bring_back("r", "p")

    assert receipt.wallets["points"].available == 50
    assert (await moments.points(ola), await moments.badges(ola)) == (50, [])
    assert await moments.shop.tier(ola) == "bronze"
    told = dict(await moments.shop.events(ola))
    assert told["trigger.undone"] == {
        "operation_id": str(bought.also[0].operation_id),
        "trigger": "tier_change:main",
        "by": str(receipt.id),
        "reversed": [{"wallet": "points", "amount": 500}],
        "coupons_void": [str(bought.also[0].issued[0].id)],
    }
    assert told["badge.taken"]["badge"] == "climber"


async def test_points_that_are_spent_become_debt(moments: Moments) -> None:
    ola = await moments.member()
    await moments.shop.buy("p", ola, goods(10_000))
    await moments.shop.adjust(ola, -600)

    await moments.shop.bring_back("r", "p")

    assert await moments.shop.balance(ola) == (0, 0, 550)


async def test_a_part_that_leaves_the_tier_takes_nothing(moments: Moments) -> None:
    ola = await moments.member()
    await moments.shop.buy("p", ola, goods(20_000, 2))

    await moments.shop.bring_back("r1", "p", {1: 1})
    assert await moments.points(ola) == 50 + 100 + 500

    await moments.shop.bring_back("r2", "p", {1: 1})
    assert (await moments.points(ola), await moments.badges(ola)) == (50, [])


async def test_what_that_brought_about_goes_in_turn(moments: Moments) -> None:
    ola = await moments.member()
    await moments.shop.buy("p", ola, goods(30_000))
    assert await moments.shop.tier(ola) == "black"

    await moments.shop.bring_back("r", "p")

    assert await moments.shop.tier(ola) == "bronze"
    assert await moments.points(ola) == 50


@pytest.mark.parametrize("back", ["p1", "p2"])
async def test_a_tier_that_goes_takes_what_it_gave_whichever_purchase_lifted_it(
    moments: Moments, back: str
) -> None:
    ola = await moments.member()
    await moments.shop.buy("p1", ola, goods(5_000))
    await moments.shop.buy("p2", ola, goods(5_000))
    assert (await moments.shop.tier(ola), await moments.points(ola)) == ("silver", 650)

    await moments.shop.bring_back("r", back)

    assert (await moments.shop.tier(ola), await moments.points(ola)) == ("bronze", 100)
    assert await moments.badges(ola) == []


async def test_a_tier_that_others_hold_up_keeps_what_it_gave(moments: Moments) -> None:
    ola = await moments.member()
    await moments.shop.buy("p0", ola, goods(5_000))
    await moments.shop.buy("p1", ola, goods(5_000))
    await moments.shop.buy("p2", ola, goods(1_000))

    await moments.shop.bring_back("r", "p2")  # it came after silver was reached

    assert (await moments.shop.tier(ola), await moments.points(ola)) == ("silver", 650)


async def test_a_badge_of_a_purchase_goes_with_what_gave_it(moments: Moments) -> None:
    ola = await moments.member()
    await moments.shop.buy("p", ola, goods(500, category="book"), goods(100))

    await moments.shop.bring_back("r1", "p", {2: None})
    assert await moments.badges(ola) == [2]
    await moments.shop.bring_back("r2", "p", {1: None})

    assert await moments.badges(ola) == []


async def test_climbing_again_gives_again(moments: Moments) -> None:
    ola = await moments.member()
    await moments.shop.buy("p1", ola, goods(10_000))
    await moments.shop.bring_back("r", "p1")

    await moments.shop.buy("p2", ola, goods(10_000))

    assert (await moments.points(ola), await moments.badges(ola)) == (650, [1])
