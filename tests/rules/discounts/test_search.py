"""The best combination: exact figures, every promise of its order, and all sets tried by force."""

import itertools
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.rules.cart import Cart
from service.rules.conditions.lines import Filters
from service.rules.decision import Target
from service.rules.discounts.money import Prices
from service.rules.discounts.offers import Bid, Offer
from service.rules.discounts.search import (
    COMBINATIONS_MAX,
    Bounds,
    Cap,
    Combination,
    TooManyCombinations,
    best,
)
from service.rules.effects import Discount
from service.rules.taking import start_prices
from tests.rules.builders import amount, by, cart, case, discount, line, percent
from tests.rules.strategies import CARTS
from tests.rules.strategies_effects import DISCOUNTS

BOUGHT = cart(line(1000, sku="a"), line(3000, sku="b"))
PRICES = start_prices(case(BOUGHT))


def bids(
    *discounts: Discount, coupons: Sequence[int] = (), forced: Sequence[int] = ()
) -> list[Bid]:
    """Bids named a, b, c ... in this order; those of `coupons` are coupons at their position."""
    filters, seen = Filters(), case(BOUGHT)
    return [
        Bid(
            Offer(each, filters, campaign="", owner="abcdefghijklmnopqrst"[n], priority=0),
            seen,
            n if n in coupons else None,
            forced=n in forced,
        )
        for n, each in enumerate(discounts)
    ]


def chosen(
    *discounts: Discount,
    coupons: Sequence[int] = (),
    forced: Sequence[int] = (),
    caps: Sequence[Cap] = (),
) -> dict[str, list[tuple[int, int]]]:
    """What the best combination takes off, by name, in order."""
    found = best(bids(*discounts, coupons=coupons, forced=forced), PRICES, caps)
    return {bid.offer.id: list(parts) for bid, parts in found.effects}


def test_percentages_are_of_what_remains() -> None:
    assert chosen(percent(10, by("sku", "b")), percent(10, by("sku", "b"))) == {
        "a": [(1, 300)],
        "b": [(1, 270)],
    }


def test_items_come_before_the_order_whatever_their_priority() -> None:
    """50.0 % of 10.00 first, then 10 % of 35.00."""
    order = percent(10, on=Target.ORDER)
    assert chosen(order, percent(50, by("sku", "a"))) == {
        "b": [(0, 500)],
        "a": [(0, 50), (1, 300)],
    }


def test_of_a_group_the_one_with_most_money_is_taken() -> None:
    small = amount(300, exclusive_group="g")
    assert chosen(small, percent(10, exclusive_group="g")) == {"b": [(0, 100), (1, 300)]}
    assert list(chosen(percent(7, exclusive_group="g"), small)) == ["b"]


def test_most_money_counts_over_the_whole_cart() -> None:
    """a alone saves 5.00 and spoils b's 20 % of 40.00; c saves 4.90 elsewhere and leaves it whole.

    a and b: 5.00 + 20 % of 35.00 = 12.00. c and b: 4.90 + 20 % of 35.10 = 11.92."""
    rest = percent(20, on=Target.ORDER)
    first = amount(500, by("sku", "a"), exclusive_group="g")
    other = amount(490, by("sku", "b"), exclusive_group="g")
    assert list(chosen(first, rest, other)) == ["a", "b"]


def test_a_discount_that_does_not_stack_has_its_lines_alone() -> None:
    """a on line 1 alone: 9.00 off; b then finds line 0 only: 1.00."""
    assert chosen(percent(30, by("sku", "b"), stackable=False), percent(10)) == {
        "a": [(1, 900)],
        "b": [(0, 100)],
    }


def test_a_discount_that_does_not_stack_is_left_when_others_save_more() -> None:
    assert chosen(percent(5, stackable=False), percent(10)) == {"b": [(0, 100), (1, 300)]}


def test_of_two_that_do_not_stack_the_first_reserves_its_lines() -> None:
    first, other = percent(20, by("sku", "b"), stackable=False), percent(10, stackable=False)
    assert chosen(first, other) == {"a": [(1, 600)], "b": [(0, 100)]}


def test_equal_money_takes_the_fewest_coupons() -> None:
    two = (amount(400, exclusive_group="g"), amount(400, exclusive_group="g"))
    assert list(chosen(*two, coupons=[0])) == ["b"]
    assert list(chosen(*two, coupons=[1])) == ["a"]


def test_equal_money_and_coupons_take_the_first_by_priority_and_id() -> None:
    two = (amount(400, exclusive_group="g"), amount(400, exclusive_group="g"))
    assert list(chosen(*two)) == ["a"]
    assert list(chosen(*two, coupons=[0, 1])) == ["a"]


def test_a_coupon_that_adds_nothing_is_not_used() -> None:
    free = percent(100)
    assert list(chosen(free, amount(400, stackable=False), coupons=[1])) == ["a"]


def test_a_forced_coupon_is_taken_and_closes_its_group() -> None:
    two = (amount(400, exclusive_group="g"), percent(50, exclusive_group="g"))
    assert list(chosen(*two, coupons=[0], forced=[0])) == ["a"]
    assert list(chosen(*two, coupons=[0, 1], forced=[0, 1])) == ["a", "b"]


def test_a_cap_cuts_the_last_discount_taken() -> None:
    """At most 5.00 off both lines: a has 4.00 of it, b's 3.60 is cut to 1.00, by its parts."""
    caps = [(frozenset({0, 1}), 500)]
    assert chosen(percent(10), percent(10, on=Target.ORDER), caps=caps) == {
        "a": [(0, 100), (1, 300)],
        "b": [(0, 25), (1, 75)],
    }


def test_a_cap_counts_its_lines_only_and_the_next_counts_what_the_first_left() -> None:
    """Of 1.00 and 3.00: line 1 at most 2.00; then both together at most 2.50."""
    caps = [(frozenset({1}), 200), (frozenset({0, 1}), 250)]
    assert chosen(percent(10), caps=caps[:1]) == {"a": [(0, 100), (1, 200)]}
    assert chosen(percent(10), caps=caps) == {"a": [(0, 83), (1, 167)]}


def test_a_discount_that_a_cap_cuts_to_nothing_has_no_effect() -> None:
    assert chosen(percent(10), caps=[(frozenset({0, 1}), 0)]) == {}


def test_the_cap_is_part_of_what_is_compared() -> None:
    """10 % of line 1 is 3.00 and capped at 1.00; 2.00 off line 0 is more."""
    two = (percent(10, by("sku", "b"), exclusive_group="g"), amount(200, exclusive_group="g"))
    assert list(chosen(*two)) == ["a"]
    assert list(chosen(*two, caps=[(frozenset({1}), 100)])) == ["b"]


def test_ten_coupons_are_searched_and_eleven_are_not() -> None:
    assert len(chosen(*[amount(1)] * 10, coupons=range(10))) == 10
    with pytest.raises(TooManyCombinations):
        chosen(*[amount(1)] * 11, coupons=range(11))


def test_so_many_combinations_are_searched_and_no_more() -> None:
    alone = [amount(1 + n, stackable=False) for n in range(12)]
    assert 2 ** len(alone) == COMBINATIONS_MAX
    assert list(chosen(*alone)) == ["a", "l"]  # 0.01 on line 1, 0.12 on line 0
    with pytest.raises(TooManyCombinations):
        chosen(*alone, percent(1, stackable=False))
    with pytest.raises(TooManyCombinations):
        chosen(*alone, percent(1, exclusive_group="g"))


def test_nothing_to_choose_is_one_combination() -> None:
    found = best(bids(percent(10), percent(5)), PRICES, [])
    assert (found.money, len(found.bids)) == (400 + 180, 2)
    assert best([], PRICES, []).money == 0


def by_force(all_bids: list[Bid], prices: Prices, caps: list[Cap]) -> Combination:
    """Every subset that is allowed."""
    closed = {bid.offer.group for bid in all_bids if bid.fixed and bid.offer.group}
    allowed = []
    for size in range(len(all_bids) + 1):
        for some in itertools.combinations(sorted(all_bids, key=lambda bid: bid.order), size):
            if any(bid.fixed and bid not in some for bid in all_bids):
                continue
            groups = [bid.offer.group for bid in some if bid.offer.group and not bid.fixed]
            if len(set(groups)) == len(groups) and not closed & set(groups):
                allowed.append(Combination(some, prices, caps))
    return min(allowed, key=Combination.rank)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(CARTS, st.lists(DISCOUNTS, max_size=6), st.data())
def test_no_other_set_is_better(bought: Cart, each: list[Discount], data: st.DataObject) -> None:
    seen = case(msgspec.structs.replace(bought, charged=False))
    filters = Filters()
    offered = [
        Bid(
            Offer(one, filters, campaign="", owner=f"o{n % 3}", priority=n % 2, number=n),
            seen,
            data.draw(st.none() | st.just(n)),
            forced=data.draw(st.integers(0, 9)) == 0,
        )
        for n, one in enumerate(each)
    ]
    prices = start_prices(seen)
    some = st.frozensets(st.sampled_from(range(len(seen.lines))))
    caps = data.draw(st.lists(st.tuples(some, st.integers(0, 2000)), max_size=2))
    found, wanted = best(offered, prices, caps), by_force(offered, prices, caps)
    assert found.rank() == wanted.rank()
    assert found.effects == wanted.effects
    bounds = Bounds(offered, prices)
    assert found.money <= bounds.of(sorted(found.bids, key=lambda bid: bid.order))
    touched = [n for _, parts in found.effects for n, _ in parts]
    alone = [n for bid, parts in found.effects for n, _ in parts if not bid.offer.stackable]
    assert all(touched.count(n) == 1 for n in alone)
    off = [
        sum(off for _, p in found.effects for m, off in p if m == n)
        for n in range(len(prices.left))
    ]
    assert all(0 <= less <= price for less, price in zip(off, prices.left, strict=True))
    for lines, limit in caps:
        assert sum(off[n] for n in lines) <= limit


def test_a_bound_counts_what_is_taken_of_everything_once() -> None:
    """5.00 off line 0 at most, then 20 % of the 35.00 that are left: 12.00, and not 13.00."""
    offered = bids(amount(500, by("sku", "a")), percent(20, on=Target.ORDER))
    assert Bounds(offered, PRICES).of(offered) == 1200
    shipping = bids(percent(20, on=Target.ORDER), discount(amount=300, on=Target.SHIPPING))
    assert Bounds(shipping, PRICES).of(shipping) == 800
