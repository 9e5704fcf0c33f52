"""Bundles: which units are free, and how the money is spread over all of them."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from service.rules.discounts.bundles import bundle_bound, take_bundle
from service.rules.discounts.money import Part, Prices
from service.rules.effects import Bundle

THREE_FOR_TWO = Bundle(3, 1)


def taken(
    bundle: Bundle,
    left: list[int],
    units: list[int] | None = None,
    of: Sequence[int] | None = None,
    lines: Sequence[int] | None = None,
    most: int | None = None,
) -> list[Part]:
    """By lines with so much left, one unit each unless said."""
    prices = Prices(left, [1000 * each for each in units or [1] * len(left)])
    return take_bundle(bundle, most, prices, range(len(left)) if lines is None else lines, of)


def test_three_for_two_of_one_line() -> None:
    assert taken(THREE_FOR_TWO, [900], [3]) == [(0, 300)]
    assert taken(THREE_FOR_TWO, [900], [2]) == []


def test_the_cheapest_is_free_and_all_of_the_bundle_carry_it() -> None:
    """5.00 free of 5 + 10 + 15: 0.83, 1.67, 2.50 of it."""
    assert taken(THREE_FOR_TWO, [1000, 500, 1500]) == [(0, 167), (1, 83), (2, 250)]


def test_units_beyond_the_bundles_are_left_alone() -> None:
    """Of four the three cheapest are the bundle: 1.00 free of 1 + 2 + 3; the fourth stays."""
    assert taken(THREE_FOR_TWO, [400, 300, 200, 100]) == [(1, 50), (2, 33), (3, 17)]


def test_six_are_two_bundles_and_the_two_cheapest_are_free() -> None:
    """2 x 1.00 free of 3 x 1.00 + 3 x 4.00 = 15.00."""
    assert taken(THREE_FOR_TWO, [1200, 300], [3, 3]) == [(0, 160), (1, 40)]


def test_two_and_a_half_kilograms_are_two_units() -> None:
    """10.00 for 2.5: a unit is 4.00; buy 2, one free: 4.00 of the 8.00 of two."""
    prices = Prices([1000], [2500])
    assert take_bundle(Bundle(2, 1), None, prices, [0], None) == [(0, 400)]
    assert take_bundle(THREE_FOR_TWO, None, prices, [0], None) == []


def test_units_that_cost_nothing_any_more_take_no_part() -> None:
    assert taken(THREE_FOR_TWO, [0, 500, 700]) == []
    assert taken(Bundle(0, 1), [0, 500, 700]) == [(1, 500)]


def test_free_without_a_condition_is_the_cheapest_unit_once() -> None:
    assert taken(Bundle(0, 1), [700, 900], [2, 3]) == [(1, 300)]
    assert taken(Bundle(0, 2), [700, 900], [1, 1]) == [(0, 700), (1, 900)]
    assert taken(Bundle(0, 5), [700]) == [(0, 700)]


def test_two_coffees_a_cake_free() -> None:
    """A cake of 2.00 free of 2 x 3.00 + 2.00: 0.50 of it on the cake, 1.50 on the coffees."""
    assert taken(Bundle(2, 1), [600, 200], [2, 1], of=[1], lines=[0]) == [(0, 150), (1, 50)]
    assert taken(Bundle(2, 1), [300, 200], [1, 1], of=[1], lines=[0]) == []
    assert taken(Bundle(2, 1), [600], [2], of=[], lines=[0]) == []


def test_the_cheapest_cake_is_free_and_only_as_many_as_bought_for() -> None:
    left, units = [1500, 400, 250], [5, 1, 1]  # five coffees pay for two cakes
    assert taken(Bundle(2, 1), left, units, of=[1, 2], lines=[0]) == [
        (0, 422),  # 6.50 x 12.00 / 18.50 = 421.6
        (1, 140),  # 6.50 x 4.00 / 18.50 = 140.5
        (2, 88),  # 6.50 x 2.50 / 18.50 = 87.8
    ]
    assert taken(Bundle(2, 1), [600, 400, 250], [2, 1, 1], of=[1, 2], lines=[0]) == [
        (0, 176),  # 2.50 x 6.00 / 8.50 = 176.5
        (2, 74),  # 2.50 x 2.50 / 8.50 = 73.5
    ]


def test_the_last_set_need_not_be_full_of_gifts() -> None:
    """Buy 1, get 2 free, one cake there: it is free, for one coffee."""
    assert taken(Bundle(1, 2), [600, 200], [2, 1], of=[1], lines=[0]) == [(0, 120), (1, 80)]


def test_no_unit_is_bought_and_free() -> None:
    """Two bought, a third of the same lines free: three are needed for one."""
    lines = [0, 1]
    assert taken(Bundle(2, 1), [200, 300], of=lines, lines=lines) == []
    assert taken(Bundle(2, 1), [200, 900], [1, 2], of=lines, lines=lines) == [(0, 36), (1, 164)]


def test_a_dearer_gift_is_free_when_the_cheaper_units_have_to_be_bought() -> None:
    """Two coffees at 1.50 and a tea at 4.00, any of them free: the tea is."""
    assert taken(Bundle(2, 1), [300, 400], [2, 1], of=[0, 1], lines=[0]) == [(0, 171), (1, 229)]


def test_most_caps_the_gift() -> None:
    assert taken(Bundle(0, 1), [700], most=250) == [(0, 250)]


@given(
    st.integers(0, 3),
    st.integers(1, 2),
    st.lists(st.tuples(st.integers(0, 900), st.integers(500, 4000)), min_size=1, max_size=5),
    st.data(),
)
def test_what_is_taken_off_is_never_above_the_price_nor_the_bound(
    buy: int, free: int, lines: list[tuple[int, int]], data: st.DataObject
) -> None:
    prices = Prices([left for left, _ in lines], [thousandths for _, thousandths in lines])
    numbers = st.lists(st.sampled_from(range(len(lines))), unique=True).map(sorted)
    bought, of = data.draw(numbers), data.draw(st.none() | numbers)
    bundle = Bundle(buy, free, None if of is None else ())
    lower = prices.copy()
    for n, left in enumerate(prices.left):
        lower.left[n] = data.draw(st.integers(0, left))
    bound = bundle_bound(bundle, None, prices, bought, of)
    for at in (prices, lower):
        parts = take_bundle(bundle, None, at, bought, of)
        assert all(0 < off <= at.left[n] for n, off in parts)
        assert sum(off for _, off in parts) <= bound
