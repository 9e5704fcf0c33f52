"""What is computed once from a cart and its facts."""

import msgspec
import pytest

from service.rules.cart import LineKind
from service.rules.case import Case
from service.rules.conditions import LineTest
from service.rules.decision import Paid
from service.rules.document import Taxed
from service.rules.values import Test
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


def test_a_tender_lowers_the_base_of_those_who_leave_it_out() -> None:
    """Of 10.00 with 1.87 tax 4.00 were paid: 6.00 less 1.87 x 6 / 10 = 1.12."""
    known = program(prices=Taxed.GROSS, earns_on=Taxed.NET)
    seen = case(cart(line(1000, tax_amount=187), line(500)), of=known)
    points = Paid(wallet="points", units=400, value=400, lines=((0, 400, 400),))
    seen.tenders = [points, msgspec.structs.replace(points, wallet="cash", lines=((1, 100, 100),))]
    assert seen.bases.values == [813, 500]
    assert seen.bases_less(("points",)).values == [488, 500]
    assert seen.bases_less(("points", "cash")).values == [488, 400]
    assert seen.bases_less(("points",)) is seen.bases_less(("points",))


def test_what_a_tender_paid_above_the_price_leaves_nothing_to_earn_on() -> None:
    seen = case(cart(line(100)))
    seen.tenders = [Paid(wallet="points", units=150, value=150, lines=((0, 150, 150),))]
    assert seen.bases_less(("points",)).values == [0]


def test_the_same_lines_at_other_prices_keep_what_does_not_depend_on_prices() -> None:
    known = program()
    dear = known.filters.of((LineTest("amount", Test(gte=500)),))
    tea = known.filters.of(by("category", "tea"))
    before = case(cart(line(600, category="tea"), line(400)), of=known)
    assert (dear.match(before), tea.match(before)) == ([0], [0])
    lower = cart(line(600, category="tea", charged_off=200), line(400))
    after = Case(lower, before.facts, before.member, known.terms, like=before)
    assert after.matches == {tea.number: [0]}
    assert dear.match(after) == []
    assert after.groups("category") is before.groups("category")
    assert after.total() == 800


def test_a_lowered_case_is_the_case_of_the_lowered_cart() -> None:
    """6.00 less 1.00 and 0.50, in two parts: the tea is not dear any more."""
    known = program(no_earning=((LineTest("amount", Test(lt=300)),),))
    dear = known.filters.of((LineTest("amount", Test(gte=500)),))
    asked = (line(600, category="tea"), line(400), line(90, kind=LineKind.SHIPPING))
    before = case(cart(*asked), of=known)
    assert (dear.match(before), before.barred, before.total()) == ([0], frozenset({2}), 1000)

    after = before.lowered([(0, 100), (1, 150), (0, 50)])

    assert (after.paid, after.total(), after.subtotal()) == ([450, 250, 90], 700, 1090)
    assert dear.match(after) == []
    assert (after.barred, after.bases.values, after.units.values) == (
        frozenset({1, 2}),
        [450, 0, 0],
        [1000, 0, 0],
    )
    assert after.groups("category") is before.groups("category")
    assert after.local == before.local
    assert (before.paid, before.bases.values) == ([600, 400, 90], [600, 400, 0])


def test_without_filters_by_price_what_was_found_is_found_again() -> None:
    known = program()
    tea = known.filters.of(by("category", "tea"))
    before = case(cart(line(600, category="tea"), line(400)), of=known)
    found = tea.match(before)
    assert tea.match(before.lowered([(0, 600)])) is found


def test_one_line_that_is_no_goods_makes_a_cart_mixed() -> None:
    assert not case(cart(line(1), line(2))).mixed
    for kind in set(LineKind) - {LineKind.GOODS}:
        assert case(cart(line(1), line(2, kind=kind))).mixed
