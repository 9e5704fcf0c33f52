"""One discount on lines: every kind with exact figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.discounts.money import (
    Prices,
    above_price,
    compile_of_sum,
    half_up,
    split,
)
from tests.rules.builders import amount, discount, percent


@pytest.mark.parametrize(
    ("whole", "share", "part"),
    [
        (30_000, (10, 100), 3000),
        (2598, (10, 100), 260),  # 259.8
        (5, (10, 100), 1),  # 0.5
        (4, (10, 100), 0),  # 0.4
        (1000, (1, 3), 333),
        (0, (1, 2), 0),
        (77, (1, 1), 77),
    ],
)
def test_halves_go_up(whole: int, share: tuple[int, int], part: int) -> None:
    assert half_up(whole, share) == part


def test_a_percentage_is_of_the_sum_and_an_amount_no_more_than_it() -> None:
    tenth, five = compile_of_sum(percent(10)), compile_of_sum(amount(500))
    assert tenth is not None
    assert five is not None
    assert (tenth(1045), five(1045), five(499)) == (105, 500, 499)


def test_most_caps_a_percentage_and_an_amount() -> None:
    capped, five = compile_of_sum(percent(50, most=200)), compile_of_sum(amount(500, most=300))
    assert capped is not None
    assert five is not None
    assert (capped(300), capped(1000), five(1000)) == (150, 200, 300)


def test_what_goes_by_units_is_no_function_of_the_sum() -> None:
    assert compile_of_sum(discount(unit_price=100)) is None


def test_a_unit_price_is_for_whole_units_of_lines_that_cost_more() -> None:
    """3 units of 9.00: 3.00 each, 1.00 above 2.00. 2.5 kg of 10.00: two units cost 8.00, 4.00
    above. 0.732 kg has no unit. A unit of 1.50 is cheaper already."""
    prices = Prices([900, 1000, 5000, 150], [3000, 2500, 732, 1000])
    assert above_price(prices, [0, 1, 2, 3], 200, None) == (700, [300, 400, 0, 0])
    assert above_price(prices, [0, 1, 2, 3], 200, 350) == (350, [300, 400, 0, 0])


def test_units_of_a_line_cost_their_share_rounded_down() -> None:
    prices = Prices([1000], [3000])
    assert [prices.price(0, units) for units in range(4)] == [0, 333, 666, 1000]
    assert prices.units(0) == 3


def test_a_split_leaves_out_lines_that_carry_nothing() -> None:
    assert split(10, [4, 7, 9], [10, 0, 20]) == [(4, 3), (9, 7)]  # 3.33 and 6.67
    assert split(0, [4, 7], [1, 1]) == []
    assert split(5, [3], [9]) == [(3, 5)]


def test_prices_are_lowered_in_the_copy_only() -> None:
    prices = Prices([100, 200], [1000, 1000])
    lower = prices.copy()
    lower.take([(1, 50)])
    assert (prices.left, lower.left) == ([100, 200], [100, 150])


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8), st.data())
def test_no_part_is_above_its_weight(weights: list[int], data: st.DataObject) -> None:
    off = data.draw(st.integers(0, sum(weights)))
    parts = dict(split(off, range(len(weights)), weights))
    assert sum(parts.values()) == off
    assert all(0 < part <= weights[n] for n, part in parts.items())
