import datetime as dt
from typing import Any

import msgspec
import pytest

from service.domain.purchases.basket import LineIn, MemberRef, RedeemIn, Tax
from service.domain.purchases.content import (
    FP_VERSION,
    basket_fingerprint,
    by_category,
    cart_of,
    fingerprint,
    held_fingerprint,
    thousandths,
)
from service.domain.purchases.errors import LineInvalid, TotalInvalid
from service.domain.purchases.types import ChargedIn, Mode, RecordPurchase
from service.kernel.ids import new_id
from service.kernel.text import AMOUNT_MAX
from service.kernel.values import Identifier
from service.rules.cart import CartLine, LineKind
from service.rules.document import Taxed

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
ESPRESSO = LineIn(
    sku="ESP-250",
    quantity=2,
    amount=2598,
    category="coffee",
    brand="acme",
    attributes={"roast": "dark", "origin": "peru"},
    tax=Tax(rate="23"),
    discount_given=98,
)
MILK = LineIn(sku="MILK", quantity="0.5", amount=100)
PURCHASE = RecordPurchase(
    channel="web",
    external_id="1001",
    store="waw-01",
    occurred_at=NOON,
    currency="EUR",
    member=(Identifier("card", "4012001"),),
    lines=(ESPRESSO, MILK),
    charged=ChargedIn(total=2500, discounts=(80, 20)),
)


def purchase(*lines: LineIn, charged: ChargedIn | None = None) -> RecordPurchase:
    return RecordPurchase(
        channel="web", external_id="1", currency="EUR", lines=lines, charged=charged
    )


def line_of(line: LineIn, prices: Taxed = Taxed.GROSS) -> CartLine:
    return cart_of(purchase(line), prices).lines[0]


def refused(body: RecordPurchase) -> tuple[str, str]:
    """(pointer, problem) of what is wrong with the body."""
    try:
        cart_of(body, Taxed.GROSS)
    except (LineInvalid, TotalInvalid) as refusal:
        return refusal.pointer, refusal.problem
    raise AssertionError("taken")


@pytest.mark.parametrize(
    ("given", "expected"),
    [(1, 1000), (250, 250_000), ("2", 2000), ("0.732", 732), ("1.5", 1500), ("0.05", 50)],
)
def test_a_quantity_counts_in_thousandths(given: int | str, expected: int) -> None:
    assert thousandths(given) == expected


@pytest.mark.parametrize(
    ("quantity", "unit_price", "amount"),
    [
        (2, 1299, 2598),
        ("0.732", 1000, 732),
        ("0.5", 1299, 650),  # 649.5 rounds half up
        ("0.333", 100, 33),
        ("0.001", 499, 0),
        ("0.001", 500, 1),
    ],
)
def test_a_unit_price_gives_the_amount_rounded_half_up(
    quantity: int | str, unit_price: int, amount: int
) -> None:
    line = line_of(LineIn(sku="x", quantity=quantity, unit_price=unit_price))

    assert line.amount == amount


def test_the_amount_is_authoritative() -> None:
    assert line_of(LineIn(sku="x", quantity=2, amount=100, unit_price=999)).amount == 100


@pytest.mark.parametrize(
    ("tax", "prices", "amount"),
    [
        (Tax(rate="23"), Taxed.GROSS, 23),  # 123 has 100 + 23 in it
        (Tax(rate="23"), Taxed.NET, 28),  # 123 x 0.23 = 28.29
        (Tax(rate="5.5"), Taxed.NET, 7),  # 6.765
        (Tax(rate="0"), Taxed.GROSS, 0),
        (Tax(rate="23", amount=20), Taxed.GROSS, 20),  # the amount says more than the rate
        (Tax(amount=123), Taxed.GROSS, 123),
        (Tax(amount=500), Taxed.NET, 500),
        (Tax(), Taxed.GROSS, 0),
        (None, Taxed.GROSS, 0),
    ],
)
def test_the_tax_is_in_gross_and_on_net_prices(tax: Tax | None, prices: Taxed, amount: int) -> None:
    assert line_of(LineIn(sku="x", amount=123, tax=tax), prices).tax_amount == amount


@pytest.mark.parametrize(
    ("line", "where", "problem"),
    [
        (LineIn(sku="x"), "amount", "give 'amount' or 'unit_price'"),
        (LineIn(sku="x", amount=1, quantity="0"), "quantity", "must be more than 0"),
        (LineIn(sku="x", amount=1, quantity="0.000"), "quantity", "must be more than 0"),
        (LineIn(sku="x", amount=1, quantity="1000000.001"), "quantity", "must be at most 1000000"),
        (
            LineIn(sku="x", quantity=1_000_000, unit_price=1_000_001),
            "unit_price",
            "the line is worth too much",
        ),
        (
            LineIn(sku="x", amount=5, discount_given=6),
            "discount_given",
            "more than the line itself",
        ),
    ],
)
def test_a_line_that_makes_no_sense_is_refused_with_its_place(
    line: LineIn, where: str, problem: str
) -> None:
    body = purchase(MILK, line)

    assert refused(body) == (f"/lines/1/{where}", problem)
    with pytest.raises(LineInvalid):
        fingerprint(body)


def test_more_tax_than_the_line_is_refused_in_gross_prices() -> None:
    assert refused(purchase(LineIn(sku="x", amount=5, tax=Tax(amount=6)))) == (
        "/lines/0/tax/amount",
        "more than the line itself",
    )


def test_the_lines_together_are_worth_at_most_what_one_may_be() -> None:
    half = LineIn(sku="x", amount=500_000_000_001)

    assert refused(purchase(half, half)) == ("/lines", "the lines are worth too much together")


def test_the_largest_line_there_may_be_is_taken() -> None:
    line = line_of(LineIn(sku="x", quantity="1000000.000", unit_price=1_000_000))

    assert (line.quantity, line.amount) == (1_000_000_000, AMOUNT_MAX)


def test_an_amount_of_zero_is_legal() -> None:
    assert line_of(LineIn(sku="x", amount=0)).paid() == 0


def test_the_cart_has_every_field_of_the_line() -> None:
    cart = cart_of(PURCHASE, Taxed.GROSS)

    assert (cart.channel, cart.store, cart.currency) == ("web", "waw-01", "EUR")
    assert cart.lines[0] == CartLine(
        sku="ESP-250",
        quantity=2000,
        amount=2598,
        kind=LineKind.GOODS,
        category="coffee",
        brand="acme",
        attributes={"origin": "peru", "roast": "dark"},
        tax_amount=486,  # 2598 x 23 / 123 = 485.8
        discount_given=98,
        charged_off=80,
    )
    assert [line.paid() for line in cart.lines] == [2420, 80]


def test_what_the_till_took_off_is_spread_over_the_lines_by_what_they_cost() -> None:
    lines = [LineIn(sku="x", amount=amount) for amount in (1000, 500, 0, 1500)]

    cart = cart_of(purchase(*lines, charged=ChargedIn(total=2900)), Taxed.GROSS)

    # 100 off 3000: 33.3, 16.7, 0, 50; the largest remainder gets the odd one
    assert [line.charged_off for line in cart.lines] == [33, 17, 0, 50]
    assert cart.subtotal() == 3000
    assert cart.total() == 2900


def test_the_shops_own_discount_is_off_before_the_tills() -> None:
    lines = (LineIn(sku="x", amount=1000, discount_given=900), LineIn(sku="y", amount=100))

    cart = cart_of(purchase(*lines, charged=ChargedIn(total=100)), Taxed.GROSS)

    assert [line.charged_off for line in cart.lines] == [50, 50]


def test_charging_nothing_is_legal() -> None:
    cart = cart_of(purchase(ESPRESSO, MILK, charged=ChargedIn(total=0)), Taxed.GROSS)

    assert [line.paid() for line in cart.lines] == [0, 0]


@pytest.mark.parametrize(
    ("charged", "pointer", "problem"),
    [
        (ChargedIn(total=2601), "/charged/total", "more than the lines come to"),
        (
            ChargedIn(total=2500, discounts=(100,)),
            "/charged/discounts",
            "one discount per line is needed",
        ),
        (
            ChargedIn(total=2499, discounts=(0, 101)),
            "/charged/discounts/1",
            "more than the line itself",
        ),
        (
            ChargedIn(total=2500, discounts=(10, 20)),
            "/charged/total",
            "lines less discounts come to 2570",
        ),
    ],
)
def test_charged_money_that_does_not_fit_the_lines_is_refused(
    charged: ChargedIn, pointer: str, problem: str
) -> None:
    assert refused(purchase(ESPRESSO, MILK, charged=charged)) == (pointer, problem)


def test_the_form_of_a_fingerprint_stays_as_it_is_stored() -> None:
    # another form needs another FP_VERSION, or a replay after a release is none any more
    assert FP_VERSION == 1
    assert fingerprint(PURCHASE).hex() == (
        "6cb059fde9ef9a666a71ebe5a36afdbb3310b532b82b9e00da27cba6a2f8a5a4"
    )


def _with_line(**fields: Any) -> RecordPurchase:
    return msgspec.structs.replace(
        PURCHASE, lines=(msgspec.structs.replace(ESPRESSO, **fields), MILK)
    )


@pytest.mark.parametrize(
    "same",
    [
        msgspec.structs.replace(PURCHASE, mode=Mode.RECORD),
        msgspec.structs.replace(PURCHASE, member=None),
        msgspec.structs.replace(PURCHASE, member=MemberRef(id=new_id())),
        msgspec.structs.replace(
            PURCHASE, occurred_at=NOON.astimezone(dt.timezone(dt.timedelta(hours=5)))
        ),
        _with_line(quantity="2.000"),
        _with_line(quantity="2"),
        _with_line(amount=None, unit_price=1299),
        _with_line(unit_price=1),  # `amount` is there and counts
        _with_line(attributes={"origin": "peru", "roast": "dark"}),
        _with_line(kind=LineKind.GOODS),
        _with_line(tax=Tax(rate="23.0")),
        _with_line(tax=Tax(rate="023.0000")),
        msgspec.structs.replace(
            PURCHASE, lines=(ESPRESSO, msgspec.structs.replace(MILK, quantity="0.50", tax=Tax()))
        ),
    ],
)
def test_the_same_content_in_another_form_has_the_same_fingerprint(same: RecordPurchase) -> None:
    assert fingerprint(same) == fingerprint(PURCHASE)


@pytest.mark.parametrize(
    "other",
    [
        msgspec.structs.replace(PURCHASE, channel="app"),
        msgspec.structs.replace(PURCHASE, external_id="1002"),
        msgspec.structs.replace(PURCHASE, store="waw-02"),
        msgspec.structs.replace(PURCHASE, store=None),
        msgspec.structs.replace(PURCHASE, occurred_at=None),
        msgspec.structs.replace(PURCHASE, occurred_at=NOON + dt.timedelta(microseconds=1)),
        msgspec.structs.replace(PURCHASE, currency="PLN"),
        msgspec.structs.replace(PURCHASE, lines=(ESPRESSO,)),
        msgspec.structs.replace(PURCHASE, lines=(MILK, ESPRESSO)),
        msgspec.structs.replace(PURCHASE, charged=None),
        msgspec.structs.replace(PURCHASE, charged=ChargedIn(total=2500)),
        msgspec.structs.replace(PURCHASE, charged=ChargedIn(total=2499, discounts=(80, 21))),
        msgspec.structs.replace(PURCHASE, charged=ChargedIn(total=2500, discounts=(81, 19))),
        _with_line(sku="ESP-251"),
        _with_line(quantity="2.001"),
        _with_line(amount=2599),
        _with_line(kind=LineKind.SERVICE),
        _with_line(category="tea"),
        _with_line(category=None),
        _with_line(brand="other"),
        _with_line(brand=None),
        _with_line(attributes={"roast": "dark"}),
        _with_line(attributes={"roast": "peru", "origin": "dark"}),
        _with_line(tax=None),
        _with_line(tax=Tax(rate="23.0001")),
        _with_line(tax=Tax(rate="23", amount=486)),
        _with_line(tax=Tax(amount=486)),
        _with_line(tax=Tax(rate="23", amount=0)),
        _with_line(discount_given=97),
    ],
)
def test_each_field_changes_the_fingerprint(other: RecordPurchase) -> None:
    assert fingerprint(other) != fingerprint(PURCHASE)


def test_category_and_brand_do_not_stand_for_each_other() -> None:
    assert fingerprint(_with_line(category="a", brand=None)) != fingerprint(
        _with_line(category=None, brand="a")
    )


def test_money_and_quantity_add_up_by_category() -> None:
    cart = cart_of(
        purchase(
            LineIn(sku="a", amount=500, category="tea"),
            LineIn(sku="b", amount=300, category="coffee", quantity="0.5", discount_given=100),
            LineIn(sku="c", amount=200, category="tea", quantity=3),
            LineIn(sku="d", amount=50),
        ),
        Taxed.GROSS,
    )

    assert by_category(cart) == {"tea": (700, 4000), "coffee": (200, 500)}


def test_a_held_basket_is_the_same_wherever_it_is_shown() -> None:
    shown = msgspec.structs.replace(PURCHASE, channel="elsewhere", store="another")
    assert held_fingerprint(shown) == held_fingerprint(PURCHASE)
    assert basket_fingerprint(shown) != basket_fingerprint(PURCHASE)


def test_another_held_basket_has_other_lines_or_pays_otherwise() -> None:
    changes = (
        {"lines": PURCHASE.lines * 2},
        {"currency": "USD"},
        {"coupons": ("ABCDEF",)},
        {"redeem": (RedeemIn(wallet="points", amount=1),)},
    )
    found = {held_fingerprint(msgspec.structs.replace(PURCHASE, **change)) for change in changes}
    assert len(found | {held_fingerprint(PURCHASE)}) == 5
