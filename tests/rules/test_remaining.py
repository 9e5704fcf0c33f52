"""What remains of discounts, payments and coupons after returns."""

import msgspec
import pytest

from service.rules.conditions import Fact
from service.rules.decide import decide
from service.rules.decision import Decision, Discounted, Paid, Target
from service.rules.document import Budget, BudgetUnit, ComesBack, CouponTemplate
from service.rules.kept import kept
from service.rules.remaining import Remaining
from service.rules.values import Test
from tests.rules.builders import (
    by,
    campaign,
    cart,
    facts,
    fixed,
    line,
    paying,
    pays,
    per_euro,
    percent,
    program,
    rule,
    shows,
    template,
    times,
)

# 3 x 3.35 = 10.05 and 2 x 1.00 = 2.00
BOUGHT = cart(line(1005, quantity=3000, sku="a"), line(200, quantity=2000, sku="b"))


def test_each_line_keeps_its_share_of_a_discount() -> None:
    """10 % of 12.05 is 1.21: 1.01 and 0.20. One of three a carries 0.33, one of two b 0.10."""
    known = program(campaign(rule("r", percent(10))))
    decision = decide(known, BOUGHT, facts())
    assert decision.discounts[0].lines == ((0, 101), (1, 20))
    left = kept(known, BOUGHT, [1000, 1000], facts(), decision)
    assert left.discounts == (
        Discounted(
            campaign="base",
            rule="r",
            on=Target.ITEMS,
            amount=78,
            wanted=78,
            lines=((0, 68), (1, 10)),
        ),
    )
    assert kept(known, BOUGHT, [3000, 0], facts(), decision).discounts[0].lines == ((1, 20),)
    assert kept(known, BOUGHT, [3000, 2000], facts(), decision) == Decision()


def test_discounts_are_not_decided_again() -> None:
    """From 12.00 on 10 % are off; what is left is cheaper and keeps its discount."""
    dear = Fact(at="$", fact="cart.subtotal", test=Test(gte=1200))
    known = program(campaign(rule("r", percent(10), when=dear), rule("p", per_euro())))
    decision = decide(known, BOUGHT, facts())
    assert decision.earned() == {"points": 10}  # of 10.84
    left = kept(known, BOUGHT, [0, 2000], facts(), decision)
    assert (left.discounts[0].amount, left.earned()) == (101, {"points": 9})  # of 9.04


def test_each_line_keeps_its_share_of_what_paid() -> None:
    """5.00 over 10.05 and 2.00: 4.17 and 0.83. One of three carries 1.39, one of two 0.41."""
    known = program(wallets=(paying(),))
    asked = facts(redeem=(pays(500),))
    decision = decide(known, BOUGHT, asked)
    assert decision.paid[0].lines == ((0, 417, 417), (1, 83, 83))
    left = kept(known, BOUGHT, [1000, 1000], asked, decision)
    assert left.paid == (
        Paid(wallet="points", units=320, value=320, lines=((0, 278, 278), (1, 42, 42))),
    )


def test_what_a_tender_paid_of_the_rest_still_does_not_earn() -> None:
    """100 a euro of 12.05 - 5.00; the second line alone: of 2.00 less its 0.83 of the tender."""
    less = msgspec.structs.replace(per_euro(100), less=("points",))
    known = program(campaign(rule("r", less)), wallets=(paying(),))
    asked = facts(redeem=(pays(500),))
    decision = decide(known, BOUGHT, asked)
    assert decision.earned() == {"points": 705}
    assert kept(known, BOUGHT, [3000, 0], asked, decision).earned() == {"points": 117}


def test_the_wanted_part_shrinks_with_the_given_one() -> None:
    """6.00 was granted of 12.05 wanted; of it 0.50 are left, and as much of what was wanted."""
    budget = Budget(unit=BudgetUnit.MONEY, amount=1000)
    known = program(campaign(rule("r", percent(100)), budget=budget))
    granted = facts(grants={"base": 600})
    decision = decide(known, BOUGHT, granted)
    (one,) = decision.discounts
    assert (one.amount, one.wanted, one.lines) == (600, 1205, ((0, 500), (1, 100)))
    left = kept(known, BOUGHT, [3000, 1000], granted, decision)
    (rest,) = left.discounts
    assert (rest.amount, rest.wanted, left.demands) == (50, 100, {"base": 100})


def coupon(comes_back: ComesBack, **gives: object) -> CouponTemplate:
    return template("C", code="C", uses=5, comes_back=comes_back, **gives)


@pytest.mark.parametrize(
    ("comes_back", "stays"),
    [
        # nothing of its line; a part of it; all of its line; all there is
        (ComesBack.NEVER, [True, True, True, True]),
        (ComesBack.WHOLE, [True, True, False, False]),
        (ComesBack.ANY, [True, False, False, False]),
    ],
)
@pytest.mark.parametrize("what", ["discount", "points"])
def test_a_coupon_comes_back_by_its_policy(
    comes_back: ComesBack, stays: list[bool], what: str
) -> None:
    where = by("sku", "a")
    gives = (
        {"discount": percent(10, where)}
        if what == "discount"
        else {"points": fixed(5, where=where)}
    )
    known = program(coupons=(coupon(comes_back, **gives),))
    seen = facts(coupons=shows("C"))
    decision = decide(known, BOUGHT, seen)
    assert (decision.coupons, decision.caps) == ((0,), ("coupon:C",))
    for returned, used in zip([[0, 1000], [1000, 0], [3000, 0], [3000, 2000]], stays, strict=True):
        left = kept(known, BOUGHT, returned, seen, decision)
        assert left.coupons == ((0,) if used else ())
        assert left.caps == (("coupon:C",) if used else ())
        assert left.demands == ({"coupon:C": 1} if used else {})


def test_a_forced_coupon_without_a_use_takes_none_afterwards() -> None:
    known = program(coupons=(coupon(ComesBack.NEVER, discount=percent(10)),))
    seen = facts(coupons=shows("C", forced=True), grants={"coupon:C": 0})
    decision = decide(known, BOUGHT, seen)
    left = kept(known, BOUGHT, [1000, 0], seen, decision)
    assert (left.coupons, left.caps) == ((0,), ())


def test_a_multiplier_by_coupon_is_asked_again_at_the_prices_before_discounts() -> None:
    """From 12.00 on points are doubled: 10 % off leave 10.84, and still they are. Without 0.10 of
    line b it is 11.95, and the 10.75 that were paid of it give their 10 points once."""
    dear = Fact(at="$", fact="cart.subtotal", test=Test(gte=1200))
    known = program(
        campaign(rule("p", per_euro()), rule("r", percent(10))),
        coupons=(template("X", multiply=times(2), when=dear),),
    )
    seen = facts(coupons=shows("X"))
    decision = decide(known, BOUGHT, seen)
    assert decision.earned() == {"points": 21}
    assert kept(known, BOUGHT, [0, 100], seen, decision).earned() == {"points": 10}
    whole = Remaining(known, BOUGHT, [0, 0], seen, decision)
    assert whole.earned().earned() == {"points": 21}


def test_a_charged_cart_keeps_what_was_charged() -> None:
    charged = msgspec.structs.replace(
        BOUGHT, lines=(msgspec.structs.replace(BOUGHT.lines[0], charged_off=105),), charged=True
    )
    known = program(campaign(rule("p", per_euro()), rule("r", percent(50))))
    decision = decide(known, charged, facts())
    assert (decision.earned(), decision.discounts[0].amount) == ({"points": 9}, 503)
    left = kept(known, charged, [1000], facts(), decision)
    assert (left.earned(), left.discounts[0].amount) == ({"points": 6}, 336)
