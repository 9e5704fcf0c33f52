"""Discounts."""

import pytest

from service.rules.conditions.lines import LineTest
from service.rules.decision import Target
from service.rules.effects import Bundle, Discount
from service.rules.values import Test as Comparison
from tests.rules.check.files import document, problems, rule

AT = "$.campaigns[0].rules[0].then[0].discount"
COFFEE = (LineTest("category", Comparison(eq="coffee")),)
CAKE = (LineTest("category", Comparison(eq="cake")),)


def read(written: str) -> Discount:
    (effect,) = document(rule(then=f"[{{discount: {written}}}]")).campaigns[0].rules[0].then
    assert isinstance(effect, Discount)
    return effect


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("{percent: 10}", Discount(at=AT, on=Target.ORDER, percent=(1, 10))),
        ("{percent: 7.5}", Discount(at=AT, on=Target.ORDER, percent=(3, 40))),
        ("{percent: 7.5 %}", Discount(at=AT, on=Target.ORDER, percent=(3, 40))),
        ("{percent: 100}", Discount(at=AT, on=Target.ORDER, percent=(1, 1))),
        ("{percent: 10, on: items}", Discount(at=AT, percent=(1, 10))),
        (
            "{percent: 10, where: {category: coffee}}",
            Discount(at=AT, percent=(1, 10), where=COFFEE),
        ),
        (
            "{percent: 10, where: {category: coffee}, on: order, max: 20 EUR}",
            Discount(at=AT, on=Target.ORDER, percent=(1, 10), where=COFFEE, most=2000),
        ),
        ("{percent: 50, on: shipping}", Discount(at=AT, on=Target.SHIPPING, percent=(1, 2))),
        ("{amount: 5 EUR}", Discount(at=AT, on=Target.ORDER, amount=500)),
        ("{amount: 4.99 EUR, on: shipping}", Discount(at=AT, on=Target.SHIPPING, amount=499)),
        (
            "{amount: 5 EUR, where: {category: coffee}, stackable: false}",
            Discount(at=AT, amount=500, where=COFFEE, stackable=False),
        ),
        ("{amount: 5 EUR, stackable: true}", Discount(at=AT, on=Target.ORDER, amount=500)),
        (
            "{unit_price: 3 EUR, where: {category: coffee}}",
            Discount(at=AT, unit_price=300, where=COFFEE),
        ),
        ("{unit_price: 3 EUR, max: 9 EUR}", Discount(at=AT, unit_price=300, most=900)),
        (
            "{buy: 3, pay: 2, where: {category: coffee}, exclusive_group: g}",
            Discount(at=AT, bundle=Bundle(buy=3, free=1), where=COFFEE, exclusive_group="g"),
        ),
        ("{buy: 5, pay: 2, on: items}", Discount(at=AT, bundle=Bundle(buy=5, free=3))),
        (
            "{buy: 2, where: {category: coffee}, free: 1, of: {category: cake}}",
            Discount(at=AT, bundle=Bundle(buy=2, free=1, of=CAKE), where=COFFEE),
        ),
        (
            "{free: 1, where: {category: coffee}}",
            Discount(at=AT, bundle=Bundle(buy=0, free=1), where=COFFEE),
        ),
    ],
)
def test_each_form_has_its_canonical_form(written: str, found: Discount) -> None:
    assert read(written) == found


ONE = "needs exactly one of percent, amount, unit_price, buy, free"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{}", f": {ONE}"),
        ("10", ": expected a mapping, got 10"),
        ("{percent: 10, amount: 5 EUR}", f": {ONE}"),
        ("{percent: 10, free: 1}", f": {ONE}"),
        ("{percents: 10}", ".percents: unknown key 'percents', did you mean 'percent'?"),
        ("{percent: 0}", ".percent: expected more than 0 and at most 100 percent, got 0"),
        ("{percent: 100.5}", ".percent: expected more than 0 and at most 100 percent, got 100.5"),
        ("{percent: -5}", ".percent: expected more than 0 and at most 100 percent, got -5"),
        ("{percent: '10'}", ".percent: expected a number such as 10 or 7.5 without quotes, got"),
        ("{percent: 1.23456}", ".percent: expected at most 4 decimal places, got 1.23456"),
        ("{percent: ten %}", ".percent: expected a percentage such as '50 %', got 'ten %'"),
        ("{amount: 5}", ".amount: expected an amount such as '50 EUR', got 5"),
        ("{amount: 0 EUR}", ".amount: expected more than 0, got '0 EUR'"),
        ("{amount: 5 EUR, max: 3 EUR}", ".max: an amount is its own maximum: leave out 'max'"),
        ("{unit_price: 0 EUR}", ".unit_price: expected more than 0, got '0 EUR'"),
        ("{unit_price: 1 PLN}", ".unit_price: expected an amount in EUR, the program's currency"),
        ("{percent: 10, max: 0.00 EUR}", ".max: expected more than 0, got '0.00 EUR'"),
        ("{unit_price: 1 EUR, on: order}", ".on: only 'percent' and 'amount' can be taken off 'o"),
        ("{free: 1, on: shipping}", ".on: only 'percent' and 'amount' can be taken off 'shippin"),
        ("{percent: 1, on: cart}", ".on: unknown value 'cart'; one of items, order, shipping"),
        ("{buy: 3}", ": needs exactly one of pay, free"),
        ("{buy: 3, pay: 2, free: 1}", ": needs exactly one of pay, free"),
        ("{buy: 3, pay: 3}", ".pay: expected less than 'buy', 3, got 3"),
        ("{buy: 3, pay: 0}", ".pay: expected a whole number from 1 to 1000, got 0"),
        ("{buy: 0, free: 1, of: {sku: x}}", ".buy: expected a whole number from 1 to 1000, got 0"),
        ("{buy: 3, pay: 2, of: {sku: x}}", ".of: 'of' goes with 'free', not with 'pay'"),
        ("{buy: 2, free: 1}", ": 'free' beside 'buy' needs 'of', the lines that are free; to giv"),
        ("{buy: 2, free: 1, of: {}}", ".of: expected at least one line field"),
        ("{free: 1, of: {sku: x}}", ".of: 'of' goes with 'buy'"),
        ("{free: 1, pay: 2}", ".pay: 'pay' goes with 'buy'"),
        ("{free: 1.5}", ".free: expected a whole number, got 1.5"),
        ("{percent: 1, where: {catgory: x}}", ".where.catgory: unknown line field 'catgory', did"),
        ("{percent: 1, exclusive_group: A B}", ".exclusive_group: expected an id of at most 64 "),
        ("{percent: 1, stackable: 0}", ".stackable: expected true or false, got 0"),
    ],
)
def test_wrong_discounts_are_told(written: str, told: str) -> None:
    found = problems(rule(then=f"[{{discount: {written}}}]"))
    assert len(found) == 1
    assert found[0].partition(" ")[2].startswith(f"{AT}{told}")


def test_a_condition_of_a_discount_cannot_ask_for_what_discounts_leave() -> None:
    then = "[{points: {fixed: 5}}, {discount: {percent: 10}}]"
    (told,) = problems(rule("{any: [{cart.total: {gte: 5 EUR}}, {now.day: 1}]}", then))
    assert told == (
        "12:29 $.campaigns[0].rules[0].when.any[0].cart.total: 'cart.total' is what discounts "
        "leave, so none may ask for it: use cart.subtotal"
    )
    whens = ("{cart.subtotal: {gte: 5 EUR}}", "{lines: {where: {sku: x}, amount: {gte: 5 EUR}}}")
    for when in whens:
        assert document(rule(when, then)).campaigns[0].rules[0].when is not None


def test_a_condition_of_points_may_ask_for_it() -> None:
    assert document(rule("{cart.total: {gte: 5 EUR}}")).campaigns[0].rules[0].when is not None
