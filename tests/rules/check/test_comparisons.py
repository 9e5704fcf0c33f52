"""Tests of one value."""

import pytest

from service.rules.check import comparisons
from service.rules.registry import Info, Kind, Origin
from service.rules.values import Test as Comparison
from tests.rules.check.files import cursor, messages

CHOICE = Info("f", Kind.CHOICE, Origin.CART, "", ("mon", "tue", "wed"))
TIER = Info("f", Kind.TIER, Origin.MEMBER, "", ("bronze", "silver", "gold"))
MONTH = Info("f", Kind.COUNT, Origin.CLOCK, "", (), 1, 12)


def info(kind: Kind) -> Info:
    return Info("f", kind, Origin.CART, "")


@pytest.mark.parametrize(
    ("fact", "text", "comparison"),
    [
        (info(Kind.TEXT), "coffee", Comparison(eq="coffee")),
        (info(Kind.TEXT), "[a, b]", Comparison(is_in=("a", "b"))),
        (info(Kind.TEXT), "{ne: a, not_in: [b, c]}", Comparison(ne="a", not_in=("b", "c"))),
        (CHOICE, "mon", Comparison(eq="mon")),
        (CHOICE, "{in: [mon, tue]}", Comparison(is_in=("mon", "tue"))),
        (info(Kind.BOOL), "false", Comparison(eq=False)),
        (info(Kind.BOOL), "{ne: true}", Comparison(ne=True)),
        (info(Kind.COUNT), "0", Comparison(eq=0)),
        (info(Kind.COUNT), "{gt: 1, lte: 5}", Comparison(gt=1, lte=5)),
        (info(Kind.MONEY), "{gte: 50 EUR, lt: 99.99 EUR}", Comparison(gte=5000, lt=9999)),
        (info(Kind.QUANTITY), "{gte: 0.5}", Comparison(gte=500)),
        (info(Kind.DATE), "2026-12-24", Comparison(eq="2026-12-24")),
        (info(Kind.DATE), "{gt: 2026-12-24}", Comparison(gt="2026-12-24")),
        (TIER, "gold", Comparison(eq="gold")),
        (TIER, "{at_least: silver}", Comparison(gte="silver")),
        (TIER, "{at_most: silver, ne: bronze}", Comparison(lte="silver", ne="bronze")),
    ],
)
def test_each_type_is_compared_in_its_own_unit(
    fact: Info, text: str, comparison: Comparison
) -> None:
    at, log = cursor(text)
    assert comparisons.test(at, fact, "EUR") == comparison
    assert messages(log) == []


@pytest.mark.parametrize(
    ("fact", "text", "message"),
    [
        (info(Kind.TEXT), "{gte: a}", "unknown key 'gte'; one of eq, ne, in, not_in"),
        (info(Kind.TEXT), "{in: a}", "expected a list of values, got 'a'"),
        (info(Kind.TEXT), "[]", "expected at least 1 in the list, got 0"),
        (info(Kind.TEXT), "{}", "needs a comparison: one of eq, ne, in, not_in"),
        (info(Kind.TEXT), "[[a]]", "expected a string, got a list"),
        (CHOICE, "[mon, thu]", "unknown value 'thu', did you mean 'tue'?; one of mon, tue, wed"),
        (info(Kind.CHOICE), "x", "the program declares no value for 'f'"),
        (info(Kind.BOOL), "yes", "expected true or false, got 'yes'"),
        (info(Kind.BOOL), "{in: [true]}", "unknown key 'in'; one of eq, ne"),
        (info(Kind.COUNT), "1.5", "expected a whole number, got 1.5"),
        (MONTH, "13", "expected a whole number from 1 to 12, got 13"),
        (info(Kind.MONEY), "{gte: 50}", "expected an amount such as '50 EUR', got 50"),
        (info(Kind.DATE), "24.12.2026", "expected a date YYYY-MM-DD between 1970 and 2199, got"),
        (TIER, "golden", "unknown value 'golden', did you mean 'gold'?; one of bronze, silver"),
        (TIER, "{gte: gold}", "unknown key 'gte'; one of eq, ne, in, not_in, at_least, at_most"),
    ],
)
def test_what_does_not_fit_the_type_is_told(fact: Info, text: str, message: str) -> None:
    at, log = cursor(text)
    comparisons.test(at, fact, "EUR")
    (told,) = messages(log)
    assert told.startswith(message)


def test_every_type_with_a_value_has_its_comparisons() -> None:
    with_value = [kind for kind in Kind if kind not in (Kind.TIME, Kind.LINES, Kind.GROUPS)]
    assert all("eq" in comparisons.operators(kind) for kind in with_value)
