"""Sums of a cart."""

from service.rules.cart import LineKind
from tests.rules.builders import cart, line

BOUGHT = cart(
    line(1000, quantity=2000, discount_given=100, charged_off=50),
    line(400, quantity=732),
    line(300, kind=LineKind.SHIPPING, discount_given=10),
)


def test_paid_is_what_is_left_after_both_discounts() -> None:
    assert [one.paid() for one in BOUGHT.lines] == [850, 400, 290]


def test_the_subtotal_is_before_discounts_of_ours() -> None:
    assert BOUGHT.subtotal() == 900 + 400 + 290


def test_the_total_is_after_all_discounts_without_shipping() -> None:
    assert BOUGHT.total() == 1250


def test_the_quantity_is_that_of_all_lines() -> None:
    assert BOUGHT.quantity() == 3732
