"""The cart as it was sold."""

import msgspec

from service.rules.decision import Decision, Discounted, Paid, Target
from service.rules.priced import off_lines, priced, with_off
from tests.rules.builders import cart, line

TEN = Discounted(
    rule="TEN", coupon=0, on=Target.ITEMS, amount=130, wanted=130, lines=((0, 100), (2, 30))
)
OFF = Paid(wallet="cash", off=True, units=9, value=9, lines=((0, 9, 9),))
TENDER = Paid(wallet="points", units=5, value=5, lines=((1, 5, 5),))
BOUGHT = cart(line(1000, discount_given=50), line(500), line(300))


def test_discounts_and_units_paid_as_a_discount_lower_their_lines() -> None:
    sold = priced(BOUGHT, Decision(discounts=(TEN, TEN), paid=(OFF, TENDER)))
    assert [one.charged_off for one in sold.lines] == [209, 0, 60]
    assert [one.paid() for one in sold.lines] == [741, 500, 240]
    assert sold.subtotal() == BOUGHT.subtotal()
    assert sold.lines[1] is BOUGHT.lines[1]


def test_without_discounts_the_cart_is_the_same() -> None:
    assert priced(BOUGHT, Decision(paid=(TENDER,))) is BOUGHT
    assert with_off(BOUGHT, (), ()) is BOUGHT


def test_what_was_off_already_stays_off() -> None:
    lowered = cart(line(1000, charged_off=40), line(500), line(300))
    assert [one.charged_off for one in with_off(lowered, (TEN,), ()).lines] == [140, 0, 30]


def test_what_the_till_charged_stands() -> None:
    charged = msgspec.structs.replace(BOUGHT, charged=True)
    assert priced(charged, Decision(discounts=(TEN,), paid=(OFF,))) is charged


def test_what_is_off_each_line_is_what_lowers_it() -> None:
    decision = Decision(discounts=(TEN, TEN), paid=(OFF, TENDER))
    assert off_lines(BOUGHT, decision) == [209, 0, 60]
    assert off_lines(BOUGHT, Decision(paid=(TENDER,))) == [0, 0, 0]
    charged = msgspec.structs.replace(BOUGHT, charged=True)
    assert off_lines(charged, decision) == [0, 0, 0]
