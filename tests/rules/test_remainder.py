"""What came back of lines, and what is left of them."""

import pytest

from service.rules.remainder import carried, remainder, returned_value
from tests.rules.builders import cart, line


@pytest.mark.parametrize(
    ("units", "share"), [(0, 0), (1000, 333), (2000, 666), (2999, 999), (3000, 1000)]
)
def test_the_first_units_carry_their_share_rounded_down(units: int, share: int) -> None:
    assert carried(1000, units, line(0, quantity=3000)) == share


def test_discounts_of_ours_go_back_with_their_units() -> None:
    """Two of 10.00 with 1.01 off: the first carries floor(8.99 / 2) = 4.49, the rest is 4.50."""
    bought = cart(line(1000, quantity=2000, charged_off=101))
    assert returned_value(bought, [1000]) == [449]
    assert remainder(bought, [1000]).lines[0].paid() == 450
