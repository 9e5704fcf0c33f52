"""Matching lines and their sums."""

import pytest

from service.rules.cart import LineKind
from service.rules.conditions.lines import Filters, Lines, LineTest, compile_lines, explain_lines
from service.rules.values import Test
from tests.rules.builders import by, cart, case, line

BOUGHT = cart(
    line(1000, sku="a", category="coffee", brand="acme", quantity=3000, discount_given=200),
    line(500, sku="b", category="coffee", attributes={"roast": "dark"}, charged_off=100),
    line(700, sku="c", category="tea", kind=LineKind.GIFT_CARD, quantity=732),
    line(0, sku="d"),
)


def matches(*tests: LineTest) -> list[int]:
    return list(Filters().of(tests).match(case(BOUGHT)))


@pytest.mark.parametrize(
    ("field", "test", "found"),
    [
        ("sku", Test(eq="a"), [0]),
        ("sku", Test(is_in=("d", "a", "a")), [0, 3]),
        ("category", Test(eq="coffee"), [0, 1]),
        ("category", Test(eq="wine"), []),
        ("category", Test(is_in=("tea", "coffee")), [0, 1, 2]),
        ("category", Test(ne="coffee"), [2, 3]),
        ("category", Test(not_in=("coffee", "tea")), [3]),
        ("brand", Test(eq="acme"), [0]),
        ("kind", Test(eq="gift_card"), [2]),
        ("kind", Test(is_in=("goods", "fee")), [0, 1, 3]),
        ("unit_price", Test(gte=333, lt=334), [0]),  # before discounts: floor(1000 / 3)
        ("unit_price", Test(eq=956), [2]),  # floor(700 / 0.732)
        ("amount", Test(eq=800), [0]),
        ("amount", Test(lte=400), [1, 3]),
        ("quantity", Test(lt=1000), [2]),
        ("attributes.roast", Test(eq="dark"), [1]),
        ("attributes.roast", Test(ne="dark"), [0, 2, 3]),
        ("attributes.other", Test(eq="dark"), []),
    ],
)
def test_a_field_of_a_line_is_tested(field: str, test: Test, found: list[int]) -> None:
    assert matches(LineTest(field, test)) == found


def test_all_tests_must_hold() -> None:
    coffee = LineTest("category", Test(eq="coffee"))
    dear = LineTest("amount", Test(gte=800))
    assert matches(coffee, dear) == matches(dear, coffee) == [0]
    assert matches(coffee, LineTest("brand", Test(eq="acme"))) == [0]
    assert matches(coffee, LineTest("category", Test(eq="tea"))) == []


def test_no_test_matches_every_line() -> None:
    assert matches() == [0, 1, 2, 3]


def test_one_filter_serves_all_who_ask_the_same() -> None:
    filters = Filters()
    assert filters.of(by("sku", "a")) is filters.of(by("sku", "a"))
    assert filters.of(by("sku", "a")) is not filters.of(by("sku", "b"))


def test_totals_are_of_the_lines_that_match() -> None:
    filters, seen = Filters(), case(BOUGHT)
    coffee, everything = filters.of(by("category", "coffee")), filters.of(())
    for _ in range(2):
        assert coffee.total(seen, seen.bases) == 1200
        assert coffee.total(seen, seen.units) == 4000
        assert everything.total(seen, seen.bases) == 1200  # the gift card does not earn
    assert filters.of(by("sku", "none")).total(seen, seen.bases) == 0


@pytest.mark.parametrize(
    ("condition", "ok"),
    [
        (Lines(at="$"), True),
        (Lines(at="$", where=by("category", "coffee")), True),
        (Lines(at="$", where=by("category", "wine")), False),
        (Lines(at="$", where=by("category", "wine"), amount=Test(lt=5)), False),
        (Lines(at="$", where=by("category", "coffee"), amount=Test(gte=1200)), True),
        (Lines(at="$", where=by("category", "coffee"), amount=Test(gt=1200)), False),
        (Lines(at="$", where=by("category", "coffee"), quantity=Test(eq=4000)), True),
        (Lines(at="$", amount=Test(gte=1), quantity=Test(gte=9000)), False),
        (Lines(at="$", amount=Test(eq=1900), quantity=Test(eq=5732)), True),
    ],
)
def test_some_line_matches_and_the_sums_pass(condition: Lines, ok: bool) -> None:
    filters = Filters()
    assert compile_lines(condition, filters)(case(BOUGHT)) is ok
    assert explain_lines(condition, case(BOUGHT), filters).ok is ok


def test_the_finding_counts_lines_and_sums() -> None:
    plain = explain_lines(Lines(at="$.a"), case(BOUGHT), Filters())
    assert (plain.want, plain.got) == (None, "4 of 4 lines match")
    condition = Lines(
        at="$.b",
        where=by("category", "coffee"),
        amount=Test(gte=2000),
        quantity=Test(gte=2000),
    )
    found = explain_lines(condition, case(BOUGHT), Filters())
    assert (found.ok, found.at) == (False, "$.b")
    assert found.want == "amount >= 2000, quantity >= 2000"
    assert found.got == "2 of 4 lines match, amount 1200, quantity 4000"


def test_filters_of_what_was_paid_are_known() -> None:
    filters = Filters()
    filters.of(by("sku", "a"))
    paid = filters.of((LineTest("amount", Test(gte=1)), LineTest("sku", Test(eq="b"))))
    filters.of((LineTest("unit_price", Test(gte=1)),))
    assert filters.priced == {paid.number}
