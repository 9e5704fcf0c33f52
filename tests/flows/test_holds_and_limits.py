"""Limits of rules are kept by open holds, and a quote that names its hold finds what that keeps."""

from tests.flows import races
from tests.flows.counter import buy, hold, place, quote, reasons, release, rich
from tests.flows.gift_card_shop import issue
from tests.flows.shop import Shop, day, goods
from tests.flows.steps.checkout.test_paying_by_card import by

HAT = goods(2_000, category="hat")  # 4.00 off, once in 30 days


async def test_what_one_checkout_has_been_promised_another_does_not_get(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    placed = await hold(checkout, "c1", ola, HAT)

    elsewhere = await buy(checkout, "p1", ola, HAT)
    captured = await buy(checkout, "p2", ola, HAT, hold_id=placed.id)

    assert (placed.discount, elsewhere.discount, captured.discount) == (400, 0, 400)


async def test_of_two_checkouts_at_once_one_is_promised_it(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    asked = [races.holding(checkout, f"c{n}", ola, HAT) for n in range(10)]

    assert set(await races.at_once(asked)) == {"done"}

    found = [(await place(checkout, f"c{n}", ola, HAT)).body for n in range(10)]
    assert sorted(one.discount for one in found) == [0] * 9 + [400]


async def test_what_is_let_go_or_timed_out_is_there_again(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    await release(checkout, (await hold(checkout, "c1", ola, HAT)).id)
    await hold(checkout, "c2", ola, HAT, hold_for=60)
    assert (await quote(checkout, ola, HAT)).discount == 0

    await checkout.show(day(0.01))

    assert (await quote(checkout, ola, HAT)).discount == 400
    assert (await buy(checkout, "p1", ola, HAT)).discount == 400


async def test_another_basket_of_the_same_checkout_keeps_the_promise(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    await hold(checkout, "c1", ola, HAT)

    again = await hold(checkout, "c1", ola, HAT, goods(100))

    assert again.discount == 400


async def test_a_late_purchase_of_before_the_hold_is_not_limited_by_it(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    await checkout.show(day(3))
    await hold(checkout, "c1", ola, HAT)

    late = await buy(checkout, "p1", ola, HAT, at=day(1))

    assert late.discount == 400


async def test_a_quote_that_names_its_hold_finds_what_it_keeps(checkout: Shop) -> None:
    ola, gift = await rich(checkout, "1"), await issue(checkout, 1_000)
    cart = {"points": 1_000, "gift_cards": (by(gift.code),)}
    placed = await hold(checkout, "c1", ola, HAT, goods(3_000), **cart)

    own = await quote(checkout, ola, HAT, goods(3_000), hold_id=placed.id, **cart)
    changed = await quote(checkout, ola, HAT, goods(3_500), hold_id=placed.id, **cart)
    without = await quote(checkout, ola, HAT, goods(3_000), **cart)

    assert (own.total, own.due) == (placed.total, placed.due) == (4_600, 2_600)
    assert (changed.total, changed.due, reasons(changed)) == (5_100, 3_100, [])
    assert (without.total, without.due) == (5_000, 5_000)
    assert sorted(reason for _, reason in reasons(without)) == ["no_effect", "not_enough"]


async def test_a_quote_that_changes_its_hold_finds_its_shares_of_budgets(checkout: Shop) -> None:
    """A lamp of 200.00 has 40.00 of the 50.00 for lamps; a second one would have 10.00."""
    ola = await rich(checkout, "1", 0)
    lamp, more = goods(20_000, category="lamp"), goods(100)
    placed = await hold(checkout, "c1", ola, lamp)

    asked = await quote(checkout, ola, lamp, more, hold_id=placed.id)
    without = await quote(checkout, ola, lamp, more)
    bought = await buy(checkout, "p1", ola, lamp, more, hold_id=placed.id)

    assert (asked.discount, without.discount, bought.discount) == (4_000, 1_000, 4_000)


async def test_a_quote_that_changes_its_hold_finds_the_last_use_of_a_shared_code(
    checkout: Shop,
) -> None:
    """FEW-LEFT takes 1.00 off for three."""
    for n in range(2):
        await buy(checkout, f"p{n}", None, goods(1_000), coupons=("FEW-LEFT",))
    ola = await rich(checkout, "1", 0)
    few = {"coupons": ("FEW-LEFT",)}
    placed = await hold(checkout, "c1", ola, goods(1_000), **few)

    asked = await quote(checkout, ola, goods(2_000), hold_id=placed.id, **few)
    without = await quote(checkout, ola, goods(2_000), **few)
    bought = await buy(checkout, "p9", ola, goods(2_000), hold_id=placed.id, **few)

    assert (asked.discount, without.discount, bought.discount) == (100, 0, 100)


async def test_a_quote_of_nobodys_cart_may_name_its_hold_too(checkout: Shop) -> None:
    gift = await issue(checkout, 1_000)
    placed = await hold(checkout, "c1", None, goods(3_000), gift_cards=(by(gift.code),))

    own = await quote(checkout, None, goods(3_000), gift_cards=(by(gift.code),), hold_id=placed.id)

    assert (own.due, own.member_id) == (2_000, None)


async def test_a_hold_that_is_over_or_anothers_counts_as_none(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    placed = await hold(checkout, "c1", ola, HAT, hold_for=60)

    assert (await quote(checkout, jan, HAT, hold_id=placed.id)).discount == 400  # his own
    await checkout.show(day(0.01))
    assert (await quote(checkout, ola, HAT, hold_id=placed.id)).discount == 400
