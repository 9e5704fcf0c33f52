"""What a member could use on a cart."""

import uuid
from typing import Any

from service.domain.purchases.basket import LineIn
from service.domain.purchases.types import CouponUsable, PointsUsable
from service.flows.reads.usable import TRIED_MAX
from tests.flows.counter import CHECKOUT, buy, hold, nothing_written, quote, rich, unique
from tests.flows.coupon_shop import give, void
from tests.flows.shop import Shop, day, goods

GIFTS = """
  CAKE3: {discount: {amount: 3 EUR, where: {category: cake}}, personal: true, title: {en: Cake}}
  THRICE: {multiply: {by: 3}, personal: true, limit: {per_member: 1}}
  BOOK9:
    personal: true
    discount: {amount: 9 EUR, where: {category: book}, exclusive_group: books}
"""


async def with_gifts(shop: Shop) -> None:
    """More personal templates, from now on."""
    await shop.publish(CHECKOUT + GIFTS.lstrip("\n"), None)
    await shop.show(day(1))


async def listed(
    shop: Shop, member: uuid.UUID, *lines: LineIn, **fields: Any
) -> dict[str, CouponUsable]:
    """template -> what its coupon would do."""
    asked = await quote(shop, member, *lines, **fields)
    return {one.template: one for one in asked.usable.coupons}


async def test_each_coupon_of_the_list_is_tried_on_the_cart(checkout: Shop) -> None:
    """30.00 of cake, 40.00 of books, of which a tenth is off: 66.00 earn 66 points, and the cake 30
    more. BOOK9 takes 9.00 instead of the tenth, THRICE makes 288 points of 96."""
    await with_gifts(checkout)
    ola = await rich(checkout, "1", 0)
    gifts = {
        template: await give(checkout, ola, template)
        for template in ("NEXT5", "CAKE3", "THRICE", "BOOK9")
    }
    lines = (goods(3_000, category="cake"), goods(4_000, category="book"))

    found = await listed(checkout, ola, *lines)

    assert found["NEXT5"].discount == 500
    # its 5.00 are 2.27 off the cake and 2.73 off the books: 61.00 + 27.73 earn 88
    assert found["NEXT5"].earns == {"points": -8, "status": -5}
    assert (found["CAKE3"].discount, found["CAKE3"].title) == (300, {"en": "Cake"})
    assert found["CAKE3"].earns == {"points": -6, "status": -3}
    assert found["THRICE"].discount == 0
    assert found["THRICE"].earns == {"points": 192}
    assert found["BOOK9"].discount == 500
    assert found["BOOK9"].earns == {"points": -5, "status": -5}
    assert {one.id for one in found.values()} == {gift.id for gift in gifts.values()}
    assert found["NEXT5"].until_at == gifts["NEXT5"].valid_until


async def test_what_would_give_nothing_says_why(checkout: Shop) -> None:
    await with_gifts(checkout)
    ola = await rich(checkout, "1", 0)
    for template in ("CAKE3", "NEXT5", "THRICE"):
        await give(checkout, ola, template)
    another = await give(checkout, ola, "THRICE")
    await hold(checkout, "c1", ola, goods(100), coupons=(another.code,))

    found = await listed(checkout, ola, goods(5_000))

    assert (found["CAKE3"].reason, found["CAKE3"].discount) == ("no_effect", 0)
    assert found["THRICE"].reason == "member_limit"  # the hold's counts
    assert (found["NEXT5"].reason, found["NEXT5"].discount) == (None, 500)


async def test_each_of_two_that_may_be_used_once_is_usable_until_one_is_presented(
    checkout: Shop,
) -> None:
    await with_gifts(checkout)
    ola = await rich(checkout, "1", 0)
    one, other = await give(checkout, ola, "THRICE"), await give(checkout, ola, "THRICE")

    alone = await quote(checkout, ola, goods(1_000))
    beside = await quote(checkout, ola, goods(1_000), coupons=(one.code,))

    assert [(c.id, c.reason) for c in alone.usable.coupons] == [(one.id, None), (other.id, None)]
    assert [(c.id, c.presented, c.reason) for c in beside.usable.coupons] == [
        (one.id, True, None),
        (other.id, False, "member_limit"),
    ]


async def test_what_the_hold_keeps_that_the_quote_names_is_usable(checkout: Shop) -> None:
    await with_gifts(checkout)
    ola = await rich(checkout, "1", 0)
    gift = await give(checkout, ola, "NEXT5")
    placed = await hold(checkout, "c1", ola, goods(3_000), coupons=(gift.code,))

    own = await quote(checkout, ola, goods(2_000), hold_id=placed.id)
    another = await quote(checkout, ola, goods(2_000))

    assert [(one.discount, one.reason) for one in own.usable.coupons] == [(500, None)]
    assert [one.reason for one in another.usable.coupons] == ["needs_hold"]


async def test_one_that_is_held_by_another_checkout_needs_that(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    gift = await give(checkout, ola, "NEXT5")
    await hold(checkout, "c1", ola, goods(3_000), coupons=(gift.code,))

    assert (await listed(checkout, ola, goods(3_000)))["NEXT5"].reason == "needs_hold"


async def test_a_better_one_of_its_group_excludes_it_by_name(checkout: Shop) -> None:
    """A tenth of a book of 100.00 is better than 9.00."""
    await with_gifts(checkout)
    ola = await rich(checkout, "1", 0)
    await give(checkout, ola, "BOOK9")

    found = await listed(checkout, ola, goods(10_000, category="book"))

    assert (found["BOOK9"].reason, found["BOOK9"].by) == ("excluded_by", "books-tenth")


async def test_one_that_is_presented_is_shown_as_that(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    gift = await give(checkout, ola, "NEXT5")

    found = await listed(checkout, ola, goods(3_000), coupons=(gift.code,))

    assert found["NEXT5"].presented
    assert (found["NEXT5"].discount, found["NEXT5"].reason) == (0, None)


async def test_void_used_and_overdue_ones_are_not_there(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    gone = await give(checkout, ola, "NEXT5")
    await void(checkout, coupon_id=gone.id)
    spent = await give(checkout, ola, "NEXT5")
    await buy(checkout, "p1", ola, goods(3_000), coupons=(spent.code,))

    assert await listed(checkout, ola, goods(3_000)) == {}
    await give(checkout, ola, "NEXT5")
    assert set(await listed(checkout, ola, goods(3_000))) == {"NEXT5"}
    await checkout.show(day(31))
    assert await listed(checkout, ola, goods(3_000)) == {}


async def test_unique_codes_are_in_nobodys_list(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    await unique(checkout)

    assert await listed(checkout, ola, goods(3_000)) == {}


async def test_of_a_long_list_the_soonest_to_end_are_tried(checkout: Shop) -> None:
    await with_gifts(checkout)
    ola = await rich(checkout, "1", 0)
    for _ in range(TRIED_MAX // 2):
        await give(checkout, ola, "CAKE3")  # these never end
    for _ in range(TRIED_MAX // 2 + 1):
        await give(checkout, ola, "NEXT5")

    async with nothing_written(checkout):
        asked = await quote(checkout, ola, goods(3_000, category="cake"))

    templates = [one.template for one in asked.usable.coupons]
    assert templates == ["NEXT5"] * 26 + ["CAKE3"] * 24


async def test_ten_coupons_are_the_most_a_cart_takes(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    await give(checkout, ola, "NEXT5")
    codes = await unique(checkout, 10)

    found = await listed(checkout, ola, goods(30_000), coupons=tuple(codes))

    assert found["NEXT5"].reason == "too_many"


# ------------------------------------------------------------------ units


async def test_the_most_units_that_pay_is_told_with_what_they_are_worth(checkout: Shop) -> None:
    """1,234 points: at 30.00 at most 1,200, in steps of 50; half of 20.00 is 1,000 points."""
    ola = await rich(checkout, "1", 1_234)

    plenty = (await quote(checkout, ola, goods(3_000))).usable.points["points"]
    half = (await quote(checkout, ola, goods(2_000))).usable.points["points"]

    assert plenty == PointsUsable(available=1_234, least=100, most=1_200, step=50, value=1_200)
    assert half == PointsUsable(available=1_234, least=100, most=1_000, step=50, value=1_000)


async def test_the_most_can_be_paid_and_a_step_more_can_not(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 5_000)
    for amount in (1_999, 2_000, 2_099, 2_100, 20_000):
        most = (await quote(checkout, ola, goods(amount))).usable.points["points"].most
        paid = await quote(checkout, ola, goods(amount), points=most)
        more = await quote(checkout, ola, goods(amount), points=most + 50)
        assert (amount - paid.due, len(more.not_applied)) == (most, 1), amount


async def test_why_nothing_can_be_paid(checkout: Shop) -> None:
    """Too little on the wallet; a cart of which half is less than the least; nothing that the
    wallet may pay."""
    ola, jan = await rich(checkout, "1", 99), await rich(checkout, "2", 1_000)
    await checkout.adjust(jan, 100, "stamps")

    poor = (await quote(checkout, ola, goods(3_000))).usable.points["points"]
    small = (await quote(checkout, jan, goods(199))).usable.points["points"]
    none = (await quote(checkout, jan, goods(3_000, category="tobacco"))).usable.points
    cake = (await quote(checkout, jan, goods(3_000))).usable.points["stamps"]

    assert (poor.most, poor.reason) == (0, "not_enough")
    assert (small.most, small.reason) == (0, "above_max")
    assert (none["points"].most, none["points"].reason) == (0, "above_max")
    assert (cake.available, cake.most, cake.reason) == (100, 0, "above_max")


async def test_other_wallets_leave_less_to_pay(checkout: Shop) -> None:
    """Cake of 10.00: 50 stamps pay 5.00 of it, so points, of which 5.00 may be paid, still pay
    5.00; with 80 stamps 2.00 are left for them."""
    ola = await rich(checkout, "1", 1_000)
    await checkout.adjust(ola, 200, "stamps")
    cake = goods(1_000, category="cake")

    some = (await quote(checkout, ola, cake, stamps=50)).usable.points["points"]
    more = (await quote(checkout, ola, cake, stamps=80)).usable.points["points"]

    assert (some.most, more.most) == (500, 200)


async def test_held_units_are_not_usable(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 1_000)
    await hold(checkout, "c1", ola, goods(3_000), points=800)

    shown = (await quote(checkout, ola, goods(3_000))).usable.points["points"]

    assert (shown.available, shown.most) == (200, 200)
