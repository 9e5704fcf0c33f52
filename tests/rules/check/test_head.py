"""The `program` section."""

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.conditions.lines import LineTest
from service.rules.document import DiscountCap, Taxed
from service.rules.values import Test as Comparison
from tests.rules.check.files import HEAD, document, problems

REST = "channels: [web]\nidentifiers: [card]\nline_fields: {category: text, brand: text}\n"


def test_what_is_left_out_has_its_default() -> None:
    head = document(HEAD).program
    assert (head.prices, head.earns_on, head.title, head.no_earning) == ("gross", "gross", {}, ())
    assert head.backdate_max == head.claim_max == Duration(30, Unit.DAY)


def test_everything_may_be_said() -> None:
    head = document(
        "program: {id: shop, title: {en: Shop}, timezone: Asia/Tokyo, currency: JPY, prices: net, "
        f"earns_on: net, backdate_max: 72h, claim_max: 2 months}}\n{REST}"
    ).program
    assert (head.id, head.title, head.timezone, head.currency) == (
        "shop",
        {"en": "Shop"},
        "Asia/Tokyo",
        "JPY",
    )
    assert (head.prices, head.earns_on) == (Taxed.NET, Taxed.NET)
    assert head.backdate_max == Duration(72, Unit.HOUR)
    assert head.claim_max == Duration(2, Unit.MONTH)


@pytest.mark.parametrize(
    ("written", "wheres"),
    [
        ("{category: [tobacco, deposit]}", [[("category", ("tobacco", "deposit"))]]),
        (
            "[{category: [tobacco]}, {brand: [x], kind: [fee]}]",
            [[("category", ("tobacco",))], [("brand", ("x",)), ("kind", ("fee",))]],
        ),
    ],
)
def test_what_never_earns_is_one_mapping_or_several(
    written: str, wheres: list[list[tuple[str, tuple[str, ...]]]]
) -> None:
    head = document(
        f"program: {{id: a, timezone: UTC, currency: EUR, no_earning: {written}}}\n{REST}"
    ).program
    assert head.no_earning == tuple(
        tuple(LineTest(name, Comparison(is_in=values)) for name, values in where)
        for where in wheres
    )


def test_discounts_may_be_capped_on_lines_and_on_all() -> None:
    caps = "[{where: {category: tobacco}, max: 2.5 %}, {max: 40%}]"
    head = document(
        f"program: {{id: a, timezone: UTC, currency: EUR, discount_caps: {caps}}}\n{REST}"
    ).program
    assert head.discount_caps == (
        DiscountCap((LineTest("category", Comparison(eq="tobacco")),), (1, 40)),
        DiscountCap((), (2, 5)),
    )


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("timezone: UTC, currency: EUR", "1:10 $.program: needs 'id'"),
        ("id: a, currency: EUR", "1:10 $.program: needs 'timezone'"),
        ("id: a, timezone: UTC", "1:10 $.program: needs 'currency'"),
        (
            "id: a, timezone: Europe/Warsawa, currency: EUR",
            (
                "1:28 $.program.timezone: unknown time zone 'Europe/Warsawa', "
                "did you mean 'Europe/Warsaw'?"
            ),
        ),
        (
            "id: a, timezone: ../../etc/passwd, currency: EUR",
            "1:28 $.program.timezone: unknown time zone '../../etc/passwd'",
        ),
        (
            "id: a, timezone: UTC, currency: EURO",
            "1:43 $.program.currency: unknown currency 'EURO', did you mean 'EUR'?",
        ),
        (
            "id: a, timezone: UTC, currency: EUR, prices: brutto",
            "1:56 $.program.prices: unknown value 'brutto'; one of gross, net",
        ),
        (
            "id: a, timezone: UTC, currency: EUR, no_earning: {colour: red}",
            (
                "1:61 $.program.no_earning.colour: unknown line field 'colour'; one of sku, kind, "
                "unit_price, amount, quantity, category, brand"
            ),
        ),
        (
            "id: a, timezone: UTC, currency: EUR, no_earning: []",
            "1:60 $.program.no_earning: expected at least 1 in the list, got 0",
        ),
        (
            "id: a, timezone: UTC, currency: EUR, discount_caps: []",
            "1:63 $.program.discount_caps: expected at least 1 in the list, got 0",
        ),
        (
            "id: a, timezone: UTC, currency: EUR, discount_caps: {max: 5 %}",
            "1:63 $.program.discount_caps: expected a list of caps, got a mapping",
        ),
        (
            "id: a, timezone: UTC, currency: EUR, discount_caps: [{where: {sku: x}}]",
            "1:64 $.program.discount_caps[0]: needs 'max'",
        ),
        (
            "id: a, timezone: UTC, currency: EUR, discount_caps: [{max: 5 EUR}]",
            (
                "1:70 $.program.discount_caps[0].max: expected a percentage such as '50 %', "
                "got '5 EUR'"
            ),
        ),
    ],
)
def test_wrong_heads_are_told(head: str, told: str) -> None:
    assert problems(f"program: {{{head}}}\n{REST}") == [told]


def test_a_wrong_currency_makes_no_amount_wrong() -> None:
    text = f"program: {{id: a, timezone: UTC, currency: XYZ}}\n{REST}wallets: {{points: {{}}}}\n"
    rule = "{id: r, then: [{points: {per: 1 EUR, award: 1}}]}"
    (told,) = problems(f"{text}campaigns: [{{id: c, rules: [{rule}]}}]")
    assert "unknown currency 'XYZ'" in told
