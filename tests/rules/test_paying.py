"""Units that pay: what they are worth, which lines they pay, what is refused and why."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kernel.calendar import Duration, Unit
from service.rules.cart import Cart, LineKind
from service.rules.case import Bought
from service.rules.compile import Program
from service.rules.decide import decide
from service.rules.decision import Decision, NotApplied, Paid, Refused
from service.rules.document import Redeem, RedeemAs, Wallet
from service.rules.facts import Facts
from service.rules.paying import payable, units_max, unknown, why_not
from service.rules.priced import priced
from tests.rules import reference_paying
from tests.rules.builders import (
    AT,
    CASHBACK,
    POINTS,
    STATUS,
    by,
    campaign,
    cart,
    facts,
    line,
    paying,
    pays,
    per_euro,
    percent,
    program,
    rule,
)
from tests.rules.strategies_effects import REDEEMS

BOUGHT = cart(line(1000, sku="a"), line(3000, sku="b"))
MONTH = Duration(30, Unit.DAY)


def redeem(**terms: object) -> Redeem:
    found = paying(POINTS, **terms).redeem
    assert found is not None
    return found


def paid_by(wallet: Wallet, units: int, available: int = 10**9) -> Decision:
    return decide(
        program(wallets=(wallet,)), BOUGHT, facts(redeem=(pays(units, available=available),))
    )


def refused(wallet: Wallet, units: int, available: int = 10**9) -> tuple[Refused, int | None]:
    (one,) = paid_by(wallet, units, available).not_applied
    assert (one.wallet, one.coupon, one.rule) == ("points", None, None)
    return one.reason, one.most


def test_units_pay_lines_by_what_they_cost() -> None:
    """5.00 over 10.00 and 30.00."""
    assert paid_by(paying(), 500).paid == (
        Paid(wallet="points", units=500, value=500, lines=((0, 125, 125), (1, 375, 375))),
    )


def test_the_rate_rounds_the_whole_down_and_units_go_with_the_money() -> None:
    """100 units are 0.30: 250 are 0.75, over 1 : 3 as 0.19 and 0.56, 63 and 187 units."""
    assert paid_by(paying(units=100, minor=30), 250).paid == (
        Paid(wallet="points", units=250, value=75, lines=((0, 19, 63), (1, 56, 187))),
    )


@pytest.mark.parametrize(
    ("terms", "units", "available", "reason", "most"),
    [
        ({"step": 50}, 120, 1000, Refused.NOT_A_STEP, 1000),
        ({"least": 100}, 99, 1000, Refused.BELOW_MIN, 1000),
        ({"most": 500}, 501, 1000, Refused.ABOVE_MAX, 500),
        ({}, 501, 500, Refused.NOT_ENOUGH, 500),
        ({}, 501, 0, Refused.NOT_ENOUGH, 0),
        ({"least": 100}, 501, 99, Refused.NOT_ENOUGH, 0),
        ({}, 4001, 9000, Refused.ABOVE_MAX, 4000),
        ({"share_max": (1, 3)}, 1334, 9000, Refused.ABOVE_MAX, 1333),
        ({"share_max": (1, 3), "step": 50}, 1350, 9000, Refused.ABOVE_MAX, 1300),
        ({"where": by("sku", "a")}, 1001, 9000, Refused.ABOVE_MAX, 1000),
        ({"where": by("sku", "c")}, 1, 9000, Refused.ABOVE_MAX, 0),
        ({"units": 100}, 99, 9000, Refused.NO_EFFECT, 9000),
    ],
)
def test_what_cannot_pay_is_refused_whole_with_what_could(
    terms: dict[str, object], units: int, available: int, reason: Refused, most: int
) -> None:
    assert refused(paying(POINTS, **terms), units, available) == (reason, most)
    assert paid_by(paying(POINTS, **terms), units, available).paid == ()


def most(known: Program, sold: Cart, paid: Sequence[Paid], wallet: str, available: int) -> int:
    return payable(known, Bought(sold, known.terms), paid, wallet, available)


def test_the_first_thing_that_is_wrong_is_told() -> None:
    terms = redeem(step=50, least=100, most=200)
    assert why_not(terms, 70, 10, 10) is Refused.NOT_A_STEP
    assert why_not(terms, 50, 10, 10) is Refused.BELOW_MIN
    assert why_not(terms, 250, 10, 10) is Refused.ABOVE_MAX
    assert why_not(terms, 150, 10, 10) is Refused.NOT_ENOUGH
    assert why_not(terms, 150, 150, 149) is Refused.ABOVE_MAX
    assert why_not(terms, 150, 150, 150) is None


def test_only_goods_and_services_that_earn_can_be_paid() -> None:
    """Goods 10.00, service 10.00; the others are 80.00 of which nothing can be paid."""
    lines = [line(1000, kind=kind) for kind in LineKind]
    bought = cart(*lines, line(3000, category="tobacco"))
    known = program(wallets=(paying(),), no_earning=(by("category", "tobacco"),))
    assert most(known, bought, (), "points", 10**6) == 2000
    decision = decide(known, bought, facts(redeem=(pays(2000),)))
    assert decision.paid[0].lines == ((0, 1000, 1000), (1, 1000, 1000))


def test_the_share_is_of_goods_without_shipping_and_what_does_not_earn() -> None:
    """Half of 10.00 goods + 10.00 donation; shipping, a gift card and tobacco do not count."""
    bought = cart(
        line(1000),
        line(1000, kind=LineKind.DONATION),
        line(1000, kind=LineKind.SHIPPING),
        line(1000, kind=LineKind.GIFT_CARD),
        line(1000, category="tobacco"),
    )
    known = program(wallets=(paying(share_max=(1, 2)),), no_earning=(by("category", "tobacco"),))
    assert most(known, bought, (), "points", 10**6) == 1000


def test_the_share_is_of_goods_after_discounts() -> None:
    known = program(campaign(rule("half", percent(50))), wallets=(paying(share_max=(1, 2)),))
    assert decide(known, BOUGHT, facts(redeem=(pays(1000),))).paid[0].value == 1000
    (over,) = decide(known, BOUGHT, facts(redeem=(pays(1001),))).not_applied
    assert (over.reason, over.most) == (Refused.ABOVE_MAX, 1000)


def test_a_discount_lowers_what_earns_and_a_tender_does_not() -> None:
    base = campaign(rule("r", per_euro()))
    for paid_as, points in ((RedeemAs.DISCOUNT, 35), (RedeemAs.TENDER, 40)):
        known = program(base, wallets=(paying(paid_as=paid_as),))
        decision = decide(known, BOUGHT, facts(redeem=(pays(500),)))
        assert decision.earned() == {"points": points}
        assert decision.paid[0].off is (paid_as is RedeemAs.DISCOUNT)
        sold = priced(BOUGHT, decision)
        assert [one.paid() for one in sold.lines] == (
            [875, 2625] if paid_as is RedeemAs.DISCOUNT else [1000, 3000]
        )


def test_a_rule_may_leave_out_what_a_tender_paid() -> None:
    """1 per euro less points of 40.00: 35; the status still counts all 40."""
    less = per_euro().__class__(at="$", wallet="points", per_amount=(1, 100), less=("points",))
    known = program(
        campaign(rule("r", less, per_euro(wallet="status"))), wallets=(paying(), STATUS)
    )
    decision = decide(known, BOUGHT, facts(redeem=(pays(500),)))
    assert decision.earned() == {"points": 35, "status": 40}


def test_several_wallets_pay_in_the_order_of_the_program_each_what_is_left() -> None:
    cash = paying(CASHBACK, where=by("sku", "b"))
    known = program(wallets=(paying(), cash))
    asked = (pays(2900, wallet="cashback"), pays(400))
    decision = decide(known, BOUGHT, facts(redeem=asked))
    assert [(one.wallet, one.lines) for one in decision.paid] == [
        ("points", ((0, 100, 100), (1, 300, 300))),
    ]
    assert decision.not_applied == (
        NotApplied(reason=Refused.ABOVE_MAX, wallet="cashback", most=2700),
    )


def test_what_pays_as_a_discount_comes_before_tenders() -> None:
    """The discount takes 4.00 as 1.00 and 3.00; the tender may pay half of 36.00."""
    cash = paying(CASHBACK, paid_as=RedeemAs.DISCOUNT)
    known = program(wallets=(paying(share_max=(1, 2)), cash))
    asked = (pays(1800), pays(400, wallet="cashback"))
    decision = decide(known, BOUGHT, facts(redeem=asked))
    assert [(one.wallet, one.lines) for one in decision.paid] == [
        ("cashback", ((0, 100, 100), (1, 300, 300))),
        ("points", ((0, 450, 450), (1, 1350, 1350))),
    ]


def test_what_is_forced_is_paid_as_far_as_there_is_something_to_pay() -> None:
    known = program(wallets=(paying(least=100, step=50),))
    forced = decide(known, BOUGHT, facts(redeem=(pays(5001, 0, forced=True),)))
    assert [(one.units, one.value) for one in forced.paid] == [(5001, 4000)]
    assert sum(units for _, _, units in forced.paid[0].lines) == 5001
    nobody = Facts(at=AT, redeem=(pays(70, 0, forced=True),))
    assert decide(known, BOUGHT, nobody).paid[0].units == 70


def test_who_is_not_known_cannot_pay() -> None:
    known = program(wallets=(paying(),))
    assert decide(known, BOUGHT, Facts(at=AT, redeem=(pays(70),))).not_applied == (
        NotApplied(reason=Refused.NEEDS_MEMBER, wallet="points", most=0),
    )


def test_a_wallet_whose_units_do_not_pay_is_not_known() -> None:
    known = program(wallets=(paying(), STATUS))
    asked = facts(redeem=(pays(5, wallet="status"), pays(5)))
    assert unknown(known, asked) == [NotApplied(reason=Refused.UNKNOWN, wallet="status")]
    assert decide(known, BOUGHT, asked).not_applied == tuple(unknown(known, asked))
    assert most(known, BOUGHT, (), "status", 100) == 0
    assert most(known, BOUGHT, (), "none", 100) == 0


def test_what_may_still_be_paid_counts_what_is_paid_already() -> None:
    known = program(wallets=(paying(), paying(CASHBACK)))
    decision = decide(known, BOUGHT, facts(redeem=(pays(500),)))
    assert most(known, BOUGHT, decision.paid, "cashback", 9000) == 3500
    assert most(known, BOUGHT, decision.paid, "cashback", 900) == 900
    assert most(known, BOUGHT, (), "cashback", 9000) == 4000


def test_what_pays_as_a_discount_is_in_the_prices_already() -> None:
    known = program(wallets=(paying(paid_as=RedeemAs.DISCOUNT), paying(CASHBACK)))
    decision = decide(known, BOUGHT, facts(redeem=(pays(500),)))
    sold = priced(BOUGHT, decision)
    assert most(known, sold, decision.paid, "cashback", 9000) == 3500


def test_nobody_is_asked_for_units_that_are_worth_nothing_more() -> None:
    """3 units are 0.01: of 0.10 30 units are worth as much as 32."""
    assert units_max(redeem(units=3), 10, 1000) == 30
    assert units_max(redeem(units=3, step=4), 10, 1000) == 32
    assert units_max(redeem(units=1, minor=5), 12, 1000) == 2  # 0.10, the third would be 0.15
    assert units_max(redeem(), 0, 1000) == 0


@given(REDEEMS, st.integers(0, 400), st.integers(0, 900))
def test_the_most_is_what_counting_down_finds(terms: Redeem, money: int, available: int) -> None:
    most = units_max(terms, money, available)
    assert most == reference_paying.units_max(terms, money, available)
    if most:
        assert why_not(terms, most, available, money) is None
