"""Tests of line fields."""

import pytest

from service.rules.check.where import where
from service.rules.conditions.lines import LineTest
from service.rules.document import Field, FieldKind
from service.rules.registry import build
from service.rules.values import Test as Comparison
from tests.rules.check.files import cursor, messages

FIELDS = build(
    channels=("web",),
    stores={},
    line_fields={
        "category": Field(FieldKind.TEXT),
        "attributes.roast": Field(FieldKind.CHOICE, ("light", "dark")),
    },
    member_fields={},
    ladders=[],
).line_fields


def test_every_field_is_tested_in_the_order_of_the_file() -> None:
    at, log = cursor(
        "{category: coffee, attributes.roast: dark, kind: [goods], unit_price: {gte: 1.50 EUR}, "
        "quantity: {gt: 0.5}, sku: {ne: X}, amount: {lt: 9 EUR}}"
    )
    assert where(at, FIELDS, "EUR") == (
        LineTest("category", Comparison(eq="coffee")),
        LineTest("attributes.roast", Comparison(eq="dark")),
        LineTest("kind", Comparison(is_in=("goods",))),
        LineTest("unit_price", Comparison(gte=150)),
        LineTest("quantity", Comparison(gt=500)),
        LineTest("sku", Comparison(ne="X")),
        LineTest("amount", Comparison(lt=900)),
    )
    assert messages(log) == []


def test_nothing_written_matches_every_line() -> None:
    at, log = cursor("{a: 1}")
    assert where(at.fields(("a",))["where"], FIELDS, "EUR") == ()
    assert messages(log) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "expected at least one line field"),
        ("[]", "expected a mapping of line fields, got a list"),
        ("{catgory: x}", "unknown line field 'catgory', did you mean 'category'?"),
        ("{brand: x}", "line field 'brand' is not declared in line_fields"),
        ("{attributes.size: x}", "line field 'attributes.size' is not declared in line_fields"),
        ("{attributes.roast: drak}", "unknown value 'drak', did you mean 'dark'?; one of light,"),
        ("{kind: good}", "unknown value 'good', did you mean 'goods'?; one of goods, service,"),
        ("{lines: {}}", "unknown line field 'lines'"),
    ],
)
def test_wrong_fields_are_told(text: str, message: str) -> None:
    at, log = cursor(text)
    where(at, FIELDS, "EUR")
    (told,) = messages(log)
    assert told.startswith(message)
