"""Offers and bids: which lines they are about, and in which order they are taken."""

from service.rules.cart import LineKind
from service.rules.conditions.lines import Filters
from service.rules.decision import Discounted, Target
from service.rules.discounts.offers import Bid, Offer, Taken, taken_before, taken_by
from service.rules.effects import Bundle, Discount
from service.rules.taking import start_prices
from tests.rules.builders import amount, by, cart, case, discount, line, percent

KINDS = case(cart(*[line(1000, kind=kind, sku=kind) for kind in LineKind]))


def offer(of: Discount, priority: int = 0, name: str = "r", number: int = 0) -> Offer:
    filters = Filters()
    return Offer(of, filters, campaign="c", owner=name, priority=priority, number=number)


def lines(of: Discount) -> list[str]:
    return [KINDS.lines[n].kind for n in offer(of).lines(case(KINDS.cart))]


def test_goods_and_services_have_prices_of_their_own_and_shipping_has_its_own_discounts() -> None:
    assert lines(percent(10)) == ["goods", "service"]
    assert lines(percent(10, on=Target.ORDER)) == ["goods", "service"]
    assert lines(percent(10, on=Target.SHIPPING)) == ["shipping"]


def test_only_matching_lines_are_meant() -> None:
    assert lines(percent(10, by("sku", "service"))) == ["service"]
    assert lines(percent(10, by("sku", "fee"))) == []


def test_gifts_are_lines_of_their_own() -> None:
    plain = offer(discount(bundle=Bundle(2, 1)))
    cake = offer(discount(bundle=Bundle(2, 1, by("sku", "service")), where=by("sku", "goods")))
    assert plain.gifts(KINDS) is None
    bid = Bid(cake, case(KINDS.cart))
    assert ([KINDS.lines[n].kind for n in bid.lines], bid.gifts) == (["goods"], [1])
    assert bid.touchable == [0, 1]


def test_items_come_before_the_order_and_shipping_then_priority_then_id() -> None:
    order = [
        offer(percent(1), priority=-1, name="z"),
        offer(percent(1), name="a"),
        offer(percent(1), name="b"),
        offer(percent(1), name="b", number=1),
        offer(percent(1, on=Target.ORDER), priority=-9, name="a"),
        offer(percent(1, on=Target.SHIPPING), priority=-99, name="a"),
    ]
    assert [one.order for one in order] == sorted(one.order for one in order)


def test_a_bid_keeps_off_reserved_lines() -> None:
    seen = case(cart(line(1000), line(1000), line(1000)))
    prices = start_prices(seen)
    bid = Bid(offer(amount(300)), seen)
    assert bid.take(prices, {}) == [(0, 100), (1, 100), (2, 100)]
    assert bid.take(prices, {1: bid}) == [(0, 150), (2, 150)]
    gift = Bid(offer(discount(bundle=Bundle(1, 1, by("sku", "sku")))), seen)
    assert gift.take(prices, {0: bid, 2: bid}) == []  # one unit is not bought and free


def test_a_bid_is_fixed_when_nothing_excludes_it() -> None:
    seen = case(cart(line(1000)))
    assert Bid(offer(percent(1)), seen).fixed
    assert not Bid(offer(percent(1, stackable=False)), seen).fixed
    assert not Bid(offer(percent(1, exclusive_group="g")), seen).fixed
    assert Bid(offer(percent(1, exclusive_group="g")), seen, 0, forced=True).fixed


def test_a_taken_discount_is_cut_over_its_lines() -> None:
    seen = case(cart(line(1000), line(3000)))
    taken = taken_by(Bid(offer(percent(10)), seen, 2), [(0, 100), (1, 300)])
    taken.cut(500)
    assert taken.amount == 400
    taken.cut(50)
    assert taken.stored() == Discounted(
        campaign="c",
        rule="r",
        coupon=2,
        on=Target.ITEMS,
        amount=50,
        wanted=400,
        lines=((0, 13), (1, 37)),  # 12.5 and 37.5, the tie to the first
    )


def test_what_was_taken_before_is_stored_as_it_was() -> None:
    taken = Taken("c", "r", None, Target.ORDER, [(0, 5), (3, 7)])
    taken.cut(8)
    assert taken_before(taken.stored()).stored() == taken.stored()
