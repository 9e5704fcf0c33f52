"""What is computed once from a cart and its facts."""

import pytest

from service.rules.cart import LineKind
from service.rules.document import Taxed
from tests.rules.builders import by, cart, case, facts, line, program


@pytest.mark.parametrize(
    ("prices", "earns_on", "bases"),
    [
        (Taxed.GROSS, Taxed.GROSS, [1000, 500, 0]),
        (Taxed.NET, Taxed.NET, [1000, 500, 0]),
        # 1000 - 187; of 500 the tax of half the price: 187 x 500 // 1000 = 93
        (Taxed.GROSS, Taxed.NET, [813, 407, 0]),
        (Taxed.NET, Taxed.GROSS, [1187, 593, 0]),
    ],
)
def test_the_earning_base_is_what_was_paid_with_or_without_its_tax(
    prices: Taxed, earns_on: Taxed, bases: list[int]
) -> None:
    bought = cart(
        line(1000, tax_amount=187),
        line(1000, tax_amount=187, discount_given=300, charged_off=200),
        line(0, tax_amount=5),
    )
    known = program(prices=prices, earns_on=earns_on)
    assert case(bought, of=known).bases.values == bases


def test_a_base_is_never_less_than_nothing() -> None:
    bought = cart(line(100, discount_given=150), line(100, tax_amount=130))
    known = program(prices=Taxed.GROSS, earns_on=Taxed.NET)
    assert case(bought, of=known).bases.values == [0, 0]
    assert case(bought).bases.values == [0, 100]


def test_lines_that_do_not_earn_have_neither_base_nor_units() -> None:
    bought = cart(
        line(100),
        line(200, kind=LineKind.GIFT_CARD),
        line(300, kind=LineKind.DEPOSIT),
        line(400, category="tobacco"),
        line(500, kind=LineKind.SHIPPING),
        line(600, brand="house"),
    )
    known = program(no_earning=(by("category", "tobacco"), by("brand", "house")))
    seen = case(bought, of=known)
    assert seen.barred == {1, 2, 3, 5}
    assert seen.bases.values == [100, 0, 0, 0, 500, 0]
    assert seen.units.values == [1000, 0, 0, 0, 1000, 0]
    assert seen.paid == [100, 200, 300, 400, 500, 600]
    assert seen.earns([1, 4])
    assert not seen.earns([1, 2])
    assert not seen.earns([])


def test_lines_are_grouped_by_their_values() -> None:
    bought = cart(line(1, category="a"), line(2), line(3, category="a", brand="x"))
    seen = case(bought)
    assert seen.groups("category") == {"a": [0, 2], None: [1]}
    assert seen.groups("brand") == {None: [0, 1], "x": [2]}
    assert seen.groups("sku") == {"sku": [0, 1, 2]}


def test_sums_are_those_of_the_cart() -> None:
    bought = cart(line(1000, discount_given=10, charged_off=20), line(50, kind=LineKind.SHIPPING))
    seen = case(bought)
    for _ in range(2):
        assert (seen.total(), seen.subtotal(), seen.quantity()) == (970, 1040, 2000)


def test_the_clock_is_that_of_the_program() -> None:
    assert case(cart(line(1)), facts()).local.isoformat() == "2026-11-24T09:40:00+01:00"
