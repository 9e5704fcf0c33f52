"""What a return takes back and gives back: units, debt, limits, budgets, floors and tiers."""

import pytest

from service.kernel.values import Balance, Movement, TierNow
from tests.flows.shop import SOURCE, Shop, day, goods


async def _cake(shop: Shop) -> None:
    """100 stars for 55 EUR with cake; less than 50 none; less than 20 earns 60."""
    await shop.buy("a", "1", goods(4000, 4, category="cake"), goods(1500), at=day(0))


async def test_qualifying_units_go_as_if_they_had_never_come_and_others_when_they_go(
    shop: Shop,
) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(3000), at=day(0))
    await shop.show(day(6))

    await shop.bring_back("r", "a", at=day(5))

    assert (await shop.entries(ola.id))[-1] == ("reversed", -30, 0, day(5))
    assert (await shop.entries(ola.id, "status"))[-1] == ("reversed", -30, 0, day(0))


async def test_units_that_were_spent_become_debt_and_the_next_ones_pay_it(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(100, 8, brand="acme"), at=day(0))
    await shop.adjust(ola.id, -30, "stars")  # 50 of 80 are left

    await shop.bring_back("r", "a")
    assert await shop.balance(ola.id, "stars") == (0, 0, 30)
    await shop.buy("b", ola.id, goods(100, 10, brand="acme"))

    assert await shop.balance(ola.id, "stars") == (70, 0, 0)
    assert [e[:3] for e in await shop.entries(ola.id, "stars")] == [
        ("earned", 80, 0),
        ("adjusted", -30, 0),
        ("reversed", -50, 30),
        ("earned", 100, 0),
        ("debt_paid", -30, -30),
    ]


async def test_pending_units_pay_debt_when_they_are_released(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(4000), at=day(0))
    await shop.show(day(20))
    await shop.adjust(ola.id, -40)
    await shop.bring_back("r", "a")
    assert await shop.balance(ola.id) == (0, 0, 40)

    await shop.buy("b", ola.id, goods(9000))
    assert await shop.balance(ola.id) == (0, 90, 40)
    await shop.show(day(35))

    assert await shop.balance(ola.id) == (50, 0, 0)


async def test_own_units_go_first_and_pending_ones_of_other_purchases_never(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(4000), at=day(0))
    await shop.show(day(15))
    await shop.adjust(ola.id, -15)  # 25 of its own are left
    await shop.adjust(ola.id, 5)
    await shop.buy("b", ola.id, goods(2000), at=day(15))

    await shop.bring_back("r", "a")

    # 25 of its own, 5 of the adjustment, 10 missing; b's 20 stay pending
    assert await shop.balance(ola.id) == (0, 20, 10)


async def test_a_clamped_wallet_drops_what_is_missing(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(100, 4, category="plant"), at=day(0))
    await shop.adjust(ola.id, -15, "gifts")

    await shop.bring_back("r", "a")

    assert await shop.balance(ola.id, "gifts") == (0, 0, 0)


async def test_what_is_missing_is_dropped_or_owed_by_the_version_of_the_purchase(
    shop: Shop,
) -> None:
    """Gifts were clamped when the first was bought; from day 10 on they are owed."""
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(100, 4, category="plant"), at=day(0))
    await shop.publish(SOURCE.replace("shortfall: clamp", "shortfall: debt"), day(10))
    await shop.show(day(11))
    await shop.buy("b", ola.id, goods(100, 3, category="plant"), at=day(11))
    await shop.adjust(ola.id, -35, "gifts")

    await shop.bring_back("r", "a")
    dropped = await shop.balance(ola.id, "gifts")
    await shop.bring_back("q", "b")

    assert dropped == (0, 0, 0)
    assert await shop.balance(ola.id, "gifts") == (0, 0, 15)


async def test_units_that_lapsed_meanwhile_count_as_taken(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(100, 3, brand="acme"), at=day(0))
    await shop.show(day(40))
    await shop.buy("b", ola.id, goods(100, 2, brand="acme"), at=day(35))

    first = await shop.bring_back("r", "a", {1: 1})
    second = await shop.bring_back("q", "a")

    assert [m.amount for m in first.reversed if m.wallet == "stars"] == [10]
    assert [m.amount for m in second.reversed if m.wallet == "stars"] == [20]
    assert await shop.balance(ola.id, "stars") == (20, 0, 0)  # b's
    assert [e[0] for e in await shop.entries(ola.id, "stars")] == ["earned", "expired", "earned"]


async def test_a_lapsed_unit_counts_once_over_all_returns(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(100, 3, brand="acme"), at=day(0))
    await shop.adjust(ola.id, -20, "stars")  # 10 are left to lapse
    await shop.show(day(40))
    await shop.buy("b", ola.id, goods(100, 2, brand="acme"), at=day(35))

    await shop.bring_back("r", "a", {1: 1})  # the lapsed 10
    assert await shop.balance(ola.id, "stars") == (20, 0, 0)
    await shop.bring_back("q", "a", {1: 1})  # 10 of b's
    assert await shop.balance(ola.id, "stars") == (10, 0, 0)
    await shop.bring_back("p", "a", {1: 1})

    assert await shop.balance(ola.id, "stars") == (0, 0, 0)


# ------------------------------------------------------------------ what is kept


async def test_a_later_return_may_give_units_back(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await _cake(shop)
    assert await shop.balance(ola.id, "stars") == (100, 0, 0)

    await shop.bring_back("r", "a", {2: None})  # 40 EUR of cake
    assert await shop.balance(ola.id, "stars") == (0, 0, 0)
    receipt = await shop.bring_back("q", "a", {1: 3})  # 10 EUR of cake

    assert Movement(wallet="stars", amount=-60) in receipt.reversed
    assert await shop.balance(ola.id, "stars") == (60, 0, 0)
    lapses = (await shop.wallets(ola.id))["stars"].expiring[0].expires_at
    assert lapses == (await shop.reads.purchase_by_key("web", "a")).earned[1].expires_at
    await shop.bring_back("p", "a")
    assert await shop.balance(ola.id, "stars") == (0, 0, 0)


async def test_what_is_kept_does_not_depend_on_the_way(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await _cake(shop)

    await shop.bring_back("r", "a", {1: 3, 2: None})

    assert await shop.balance(ola.id, "stars") == (60, 0, 0)


async def test_nobody_keeps_more_than_was_earned(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(4000, 4, category="cake"), at=day(0))  # no stars
    assert await shop.balance(ola.id, "stars") == (0, 0, 0)

    await shop.bring_back("r", "a", {1: 3})  # what is left would earn 60 by itself

    assert await shop.balance(ola.id, "stars") == (0, 0, 0)


async def test_units_given_back_pay_debt_first(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await _cake(shop)
    await shop.adjust(ola.id, -75, "stars")
    await shop.bring_back("r", "a", {2: None})
    assert await shop.balance(ola.id, "stars") == (0, 0, 75)

    await shop.bring_back("q", "a", {1: 3})

    assert await shop.balance(ola.id, "stars") == (0, 0, 15)


async def test_lapsed_units_are_uncounted_before_any_is_given_back(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await _cake(shop)
    await shop.show(day(40))
    await shop.bring_back("r", "a", {2: None})  # 100 lapsed ones count as taken

    receipt = await shop.bring_back("q", "a", {1: 3})

    assert Movement(wallet="stars", amount=-60) in receipt.reversed
    assert await shop.balance(ola.id, "stars") == (0, 0, 0)
    assert [e[0] for e in await shop.entries(ola.id, "stars")] == ["earned", "expired"]


async def test_units_given_back_after_their_time_lapse_at_once(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await _cake(shop)
    await shop.bring_back("r", "a", {2: None})
    await shop.show(day(40))

    await shop.bring_back("q", "a", {1: 3})

    assert await shop.balance(ola.id, "stars") == (0, 0, 0)
    assert [e[:2] for e in await shop.entries(ola.id, "stars")] == [
        *(("earned", 100), ("reversed", -100), ("reversed", 60), ("expired", -60)),
    ]


async def test_a_purchase_is_returned_by_the_version_that_decided_it(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(4000, 4), at=day(0))
    await shop.publish(SOURCE.replace("award: 1}", "award: 3}", 1), None)
    await shop.show(day(1))

    await shop.bring_back("r", "a", {1: 1})

    assert await shop.balance(ola.id) == (0, 30, 0)


# ------------------------------------------------------------------ limits and budgets


async def test_a_return_gives_the_use_of_a_limit_back_and_reopens_no_earlier_refusal(
    shop: Shop,
) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(5))
    earned = [
        (await shop.buy(key, ola.id, goods(1000, category="beans"), at=day(on))).earned[0].amount
        for key, on in (("a", 1), ("b", 2))
    ]
    assert earned == [60, 10]

    await shop.bring_back("r", "a")
    again = await shop.buy("c", ola.id, goods(1000, category="beans"), at=day(3))

    assert again.earned[0].amount == 60
    assert (await shop.reads.purchase_by_key("web", "b")).earned[0].amount == 10


async def test_a_part_that_keeps_the_rule_keeps_the_use(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(1000, 2, category="beans"), at=day(0))

    await shop.bring_back("r", "a", {1: 1})
    again = await shop.buy("b", ola.id, goods(1000, category="beans"))

    assert again.earned[0].amount == 10
    assert await shop.count("limit_use") == 1


@pytest.mark.parametrize(
    ("campaign", "cap", "fields", "used"),
    [
        ("acme-weeks", 100, {"brand": "acme"}, 30),
        ("zeta-days", 50, {"brand": "zeta"}, 30),
        ("first-in-app", 3, {}, 1),
    ],
)
async def test_a_return_gives_the_budget_back(
    shop: Shop, campaign: str, cap: int, fields: dict[str, str], used: int
) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(3000, 3, **fields), at=day(0), channel="app")
    assert await shop.left(campaign) == cap - used

    await shop.bring_back("r", "a", bought_in="app")

    assert await shop.left(campaign) == cap


async def test_a_part_gives_its_part_of_the_budget_back(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(3000, 3, brand="acme"), at=day(0))

    await shop.bring_back("r", "a", {1: 1})

    assert await shop.left("acme-weeks") == 80


# ------------------------------------------------------------------ tiers


async def test_a_tier_goes_at_once_with_what_it_stood_on(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(10))
    await shop.buy("a", ola.id, goods(12_000, 2), at=day(1))
    assert await shop.tier(ola.id) == "silver"

    receipt = await shop.bring_back("r", "a", {1: 1})

    assert receipt.tier == {"main": TierNow(id="bronze", changed=True, next="silver", missing=40)}
    assert await shop.tier(ola.id) == "bronze"
    assert (await shop.reads.tier(ola.id)).ladders["main"].history == ()
    told = [data for kind, data in await shop.events(ola.id) if kind == "tier.changed"]
    assert [(data["was"], data["now"]) for data in told] == [
        *(("bronze", "silver"), ("silver", "bronze")),
    ]


async def test_a_tier_that_still_stands_stays(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(12_000, 12), at=day(0))

    receipt = await shop.bring_back("r", "a", {1: 2})

    assert receipt.tier == {"main": TierNow(id="silver", changed=False, next="gold", missing=200)}


async def test_a_floor_goes_at_once_with_its_purchase(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(1000, category="piano"), goods(500), at=day(0))
    assert await shop.tier(ola.id) == "gold"
    await shop.bring_back("r", "a", {2: None})
    assert await shop.tier(ola.id) == "gold"

    receipt = await shop.bring_back("q", "a")

    assert receipt.tier == {"main": TierNow(id="bronze", changed=True, next="silver", missing=100)}
    assert await shop.tier(ola.id) == "bronze"
    assert await shop.count("tier_floor") == 0


async def test_another_purchase_is_not_decided_again(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(5))
    await shop.buy("a", ola.id, goods(10_000), at=day(1))
    as_silver = await shop.buy("b", ola.id, goods(1000), at=day(2))

    await shop.bring_back("r", "a")

    assert await shop.reads.purchase(as_silver.id) == as_silver
    assert as_silver.earned[0].amount == 20
    assert await shop.balance(ola.id) == (0, 20, 0)


# ------------------------------------------------------------------ history and events


async def test_history_is_net_of_returns(shop: Shop) -> None:
    ola, jan = await shop.enrol("1"), await shop.enrol("2")
    await shop.show(day(5))
    for key, member in (("a", ola), ("b", jan)):
        await shop.buy(key, member.id, goods(10_000, 100), at=day(1))
    await shop.bring_back("r", "a", {1: 1})

    less = await shop.buy("c", ola.id, goods(100), at=day(2))
    enough = await shop.buy("d", jan.id, goods(100), at=day(2))

    assert [m.wallet for m in less.earned] == ["points", "status"]
    assert [m.wallet for m in enough.earned] == ["points", "gifts", "status"]


async def test_the_events_tell_the_return_and_what_it_moved(shop: Shop) -> None:
    ola = await shop.enrol("1")
    bought = await shop.buy("a", ola.id, goods(3000), at=day(0))

    receipt = await shop.bring_back("r", "a")

    returned, reversed_ = (await shop.events(ola.id))[-2:]
    assert returned[0] == "purchase.returned"
    assert (returned[1]["return_id"], returned[1]["total"]) == (str(receipt.id), 3000)
    assert reversed_ == (
        "points.reversed",
        {
            "operation_id": str(receipt.id),
            "purchase_id": str(bought.id),
            "changes": [
                {"wallet": "points", "amount": -30, "pending": -30, "debt": 0},
                {"wallet": "status", "amount": -30, "pending": 0, "debt": 0},
            ],
        },
    )


async def test_the_receipt_of_the_purchase_stays_what_it_was(shop: Shop) -> None:
    ola = await shop.enrol("1")
    bought = await shop.buy("a", ola.id, goods(3000), at=day(0))

    await shop.bring_back("r", "a")

    assert await shop.reads.purchase(bought.id) == bought
    assert bought.wallets["points"] == Balance(available=0, pending=30, held=0, debt=0)
