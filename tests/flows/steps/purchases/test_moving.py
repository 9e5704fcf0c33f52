"""A purchase goes from one member to another: nothing of it stays, its prices do."""

import asyncio

from tests.flows.counter import CHECKOUT, beyond, buy, held, hold, release, rich
from tests.flows.moves import move, told, two
from tests.flows.shop import Shop, day, goods


async def test_what_it_earned_goes_and_is_earned_anew(verified: Shop) -> None:
    ola, jan = await two(verified)
    bought = await verified.buy("a", ola, goods(3_000), at=day(0.1))
    await verified.show(day(3))

    done = await move(verified, bought.id, ola, jan)

    assert (done.member_id, done.recorded_at) == (jan, bought.recorded_at)
    assert [(m.wallet, m.amount) for m in done.earned] == [("points", 30), ("status", 30)]
    assert done.earned[0].available_at == day(14.1)  # of its own day
    assert done.moved is not None
    assert done.moved.member_id == ola
    assert [(m.wallet, m.amount) for m in done.moved.reversed] == [("points", 30), ("status", 30)]
    assert await verified.balance(ola) == (0, 0, 0)
    assert await verified.balance(ola, "status") == (0, 0, 0)
    assert await verified.balance(jan) == (0, 30, 0)
    assert await verified.balance(jan, "status") == (30, 0, 0)
    again = await verified.reads.purchase(bought.id)
    assert again.member_id == jan
    assert again.moved is None


async def test_both_are_told(verified: Shop) -> None:
    ola, jan = await two(verified)
    bought = await verified.buy("a", ola, goods(3_000), at=day(0.1))

    await move(verified, bought.id, ola, jan)

    names = [name for name, _ in await verified.events(ola)]
    assert names[3:] == ["purchase.reassigned", "points.reversed"]
    names = [name for name, _ in await verified.events(jan)]
    assert names[1:] == ["purchase.reassigned", "purchase.recorded", "points.earned"]
    (data,) = await told(verified, jan, "purchase.reassigned")
    assert data == {
        "purchase_id": str(bought.id),
        "member_id": str(jan),
        "from_member_id": str(ola),
    }
    assert [data] == await told(verified, ola, "purchase.reassigned")


async def test_what_is_spent_already_becomes_debt(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    bought = await buy(checkout, "a", ola, goods(2_500))
    await checkout.adjust(ola, -20)

    await move(checkout, bought.id, ola, jan)

    assert await checkout.balance(ola) == (0, 0, 20)
    assert await checkout.balance(jan) == (25, 0, 0)


async def test_held_units_are_left_alone_and_pay_the_debt_when_they_are_released(
    checkout: Shop,
) -> None:
    ola, jan = await two(checkout)
    bought = await buy(checkout, "a", ola, goods(20_000))
    kept = await hold(checkout, "h", ola, goods(5_000), points=150)

    await move(checkout, bought.id, ola, jan)

    assert await checkout.balance(ola) == (0, 0, 150)
    assert await held(checkout, ola) == (0, 150)
    await release(checkout, kept.id)
    assert await checkout.balance(ola) == (0, 0, 0)
    assert await checkout.balance(jan) == (200, 0, 0)


async def test_tiers_and_set_tiers_go_along(verified: Shop) -> None:
    """100 status make silver; the piano lifts to gold for two months."""
    ola, jan = await two(verified)
    silver = await verified.buy("a", ola, goods(10_000), at=day(0.1))
    piano = await verified.buy("b", ola, goods(1_000, category="piano"), at=day(0.2))
    assert await verified.tier(ola) == "gold"
    await verified.show(day(1))

    await move(verified, piano.id, ola, jan)
    assert (await verified.tier(ola), await verified.tier(jan)) == ("silver", "gold")
    await move(verified, silver.id, ola, jan)

    assert await verified.tier(ola) == "bronze"
    assert [(d["was"], d["now"]) for d in await told(verified, ola, "tier.changed")] == [
        ("bronze", "silver"),
        ("silver", "gold"),
        ("gold", "silver"),
        ("silver", "bronze"),
    ]
    # the piano is not decided again, though Jan is silver before it now
    assert await verified.balance(jan) == (0, 110 + 10 - 10, 0)


async def test_the_use_of_a_limit_goes_along(verified: Shop) -> None:
    """50 for beans once in 30 days: Ola may again, Jan may not."""
    ola, jan = await two(verified)
    bought = await verified.buy("a", ola, goods(1_000, category="beans"), at=day(0.1))
    assert bought.earned[0].amount == 60

    await move(verified, bought.id, ola, jan)

    hers = await verified.buy("b", ola, goods(1_000, category="beans"), at=day(1))
    his = await verified.buy("c", jan, goods(1_000, category="beans"), at=day(1))
    assert (hers.earned[0].amount, his.earned[0].amount) == (60, 10)


async def test_a_limit_the_new_member_has_used_up_is_kept(verified: Shop) -> None:
    """By the rules of its own day: Jan had his 50 the day before."""
    ola, jan = await two(verified)
    await verified.buy("b", jan, goods(1_000, category="beans"), at=day(0))
    bought = await verified.buy("a", ola, goods(1_000, category="beans"), at=day(1))

    done = await move(verified, bought.id, ola, jan)

    assert [(m.wallet, m.amount) for m in done.earned] == [("points", 10), ("status", 10)]
    assert await verified.balance(jan) == (0, 70, 0)


async def test_budgets_are_given_back_and_asked_again(verified: Shop) -> None:
    """10 stars for each acme, 100 in all: 70 and 30 of 70 went out; the 70 move."""
    ola, jan = await two(verified)
    first = await verified.buy("a", ola, goods(700, 7, brand="acme"), at=day(0.1))
    second = await verified.buy("b", ola, goods(700, 7, brand="acme"), at=day(0.2))
    assert await verified.left("acme-weeks") == 0

    await move(verified, first.id, ola, jan)
    assert (await verified.balance(ola, "stars"))[0] == 30
    assert (await verified.balance(jan, "stars"))[0] == 70
    await move(verified, second.id, ola, jan)

    assert (await verified.balance(jan, "stars"))[0] == 100
    assert await verified.left("acme-weeks") == 0


async def test_a_budget_of_discounts_is_not_touched(checkout: Shop) -> None:
    """20 % off lamps, 50.00 in all: 40.00 and 10.00 of 40.00; both prices stay."""
    ola, jan = await two(checkout)
    lamp = goods(20_000, category="lamp")
    first = await buy(checkout, "a", ola, lamp)
    second = await buy(checkout, "b", ola, lamp)
    assert (first.discount, second.discount) == (4_000, 1_000)

    moved = [await move(checkout, one.id, ola, jan) for one in (second, first)]

    assert [one.discount for one in moved] == [1_000, 4_000]
    assert await beyond(checkout, "lamps") == (0, 0)
    assert await checkout.balance(jan) == (160 + 190, 0, 0)
    await checkout.bring_back("r", "a")
    assert await beyond(checkout, "lamps") == (4_000, 0)


async def test_a_coupon_it_gave_is_void_and_the_new_member_gets_one(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    bought = await buy(checkout, "a", ola, goods(1_000, category="mug"))

    done = await move(checkout, bought.id, ola, jan)

    assert done.moved is not None
    assert done.moved.coupons_void == (bought.issued[0].id,)
    hers = (await checkout.reads.coupons(ola, (), None, 10)).items
    his = (await checkout.reads.coupons(jan, (), None, 10)).items
    assert [one.state for one in hers] == ["void"]
    assert [(one.id, one.state) for one in his] == [(done.issued[0].id, "usable")]
    assert done.issued[0].id != bought.issued[0].id


async def test_a_coupon_it_gave_that_was_used_is_told_with_its_worth(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    bought = await buy(checkout, "a", ola, goods(1_000, category="mug"))
    (coupon,) = (await checkout.reads.coupons(ola, (), None, 10)).items
    await buy(checkout, "b", ola, goods(2_000), coupons=(coupon.code,))

    done = await move(checkout, bought.id, ola, jan)

    assert done.moved is not None
    assert (done.moved.coupons_void, done.moved.unrecovered) == ((), {str(coupon.id): 500})
    (data,) = await told(checkout, ola, "purchase.reassigned")
    assert data["unrecovered"] == {str(coupon.id): 500}


async def test_a_used_coupon_to_be_deserved_costs_points(checkout: Shop) -> None:
    """3.00 off by a coupon of a pot that is not hers any more: 300 points, of 15 there are 15."""
    ola, jan = await two(checkout)
    bought = await buy(checkout, "a", ola, goods(1_000, category="pot"))
    (coupon,) = (await checkout.reads.coupons(ola, (), None, 10)).items
    await buy(checkout, "b", ola, goods(1_800), coupons=(coupon.code,))

    await move(checkout, bought.id, ola, jan)

    assert await checkout.balance(ola) == (0, 0, 300 - 15)


async def test_a_public_coupon_used_on_it_goes_along(checkout: Shop) -> None:
    """GIVE-FIVE may be used twice by each: Ola has both uses back, Jan has one left."""
    ola, jan = await two(checkout)
    first = await buy(checkout, "a", ola, goods(3_000), coupons=("GIVE-FIVE",))
    second = await buy(checkout, "b", ola, goods(3_000), coupons=("GIVE-FIVE",))
    await move(checkout, first.id, ola, jan)

    done = await move(checkout, second.id, ola, jan)

    assert (done.discount, done.total, len(done.coupons)) == (500, 2_500, 1)
    assert await checkout.left("coupon:FIVE") == 98
    hers = await buy(checkout, "c", ola, goods(3_000), coupons=("GIVE-FIVE",))
    assert hers.discount == 500
    await checkout.bring_back("r", "a")
    assert await checkout.left("coupon:FIVE") == 98


async def test_a_price_only_the_old_member_had_stays(checkout: Shop) -> None:
    """20 % off for silver; Jan is bronze."""
    ola, jan = await two(checkout)
    await buy(checkout, "s", ola, goods(10_000), at=day(0))
    bought = await buy(checkout, "a", ola, goods(1_000), coupons=("SILVER-20",), at=day(1))
    assert bought.total == 800

    done = await move(checkout, bought.id, ola, jan)

    assert (done.total, done.earned[0].amount) == (800, 8)
    assert len(done.coupons) == 1


async def test_a_coupon_of_points_without_effect_for_the_new_member_is_not_used(
    checkout: Shop,
) -> None:
    """50 points for who is silver, five uses: Jan is bronze, so the use comes back."""
    bonus = "  ELITE: {points: {fixed: 50}, when: {member.tier.main: {at_least: silver}},"
    bonus += " code: SILVER-50, limit: {uses: 5}}\n"
    await checkout.publish(CHECKOUT.replace("  BONUS:", f"{bonus}  BONUS:"), None)
    await checkout.show(day(1))
    ola, jan = await two(checkout)
    await buy(checkout, "s", ola, goods(10_000), at=day(1))
    bought = await buy(checkout, "a", ola, goods(1_000), coupons=("SILVER-50",), at=day(2))
    assert (bought.earned[0].amount, await checkout.left("coupon:ELITE")) == (60, 4)

    done = await move(checkout, bought.id, ola, jan)

    assert (done.earned[0].amount, done.coupons) == (10, ())
    assert await checkout.left("coupon:ELITE") == 5
    assert await checkout.balance(ola) == (100, 0, 0)


async def test_coupons_it_gives_each_time_are_others(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    bought = await buy(checkout, "a", ola, goods(1_000, category="mug"))
    await move(checkout, bought.id, ola, jan)
    await move(checkout, bought.id, jan, ola)

    states = [one.state for one in (await checkout.reads.coupons(ola, (), None, 10)).items]
    assert sorted(states) == ["usable", "void"]
    await checkout.bring_back("r", "a")
    states = [one.state for one in (await checkout.reads.coupons(ola, (), None, 10)).items]
    assert states == ["void", "void"]


async def test_a_return_that_comes_meanwhile_is_of_either_and_never_of_both(
    verified: Shop,
) -> None:
    ola, jan = await two(verified)
    for n in range(4):
        bought = await verified.buy(f"a{n}", ola, goods(3_000, 3), at=day(0.1 + n / 100))
        await asyncio.gather(
            move(verified, bought.id, ola, jan),
            verified.bring_back(f"r{n}", f"a{n}", {1: 1}),
        )

    assert await verified.balance(ola) == (0, 0, 0)
    assert await verified.balance(jan) == (0, 80, 0)


async def test_only_a_rich_one_pays_what_was_taken_from_others(checkout: Shop) -> None:
    """Of 1,000 points of another origin 25 are taken when those of the purchase are spent."""
    ola = await rich(checkout, "1", 25)
    jan = await rich(checkout, "2", 0)
    bought = await buy(checkout, "a", ola, goods(2_500))
    await checkout.adjust(ola, -30)
    assert await checkout.balance(ola) == (20, 0, 0)

    await move(checkout, bought.id, ola, jan)

    assert await checkout.balance(ola) == (0, 0, 5)
