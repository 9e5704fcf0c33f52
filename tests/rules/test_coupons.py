"""Coupon templates, compiled."""

import msgspec
import pytest

from service.rules.conditions import Fact, History, Not
from service.rules.conditions.history import Metric, Window
from service.rules.coupons import cap_budget, reads_person, rule_of
from service.rules.decision import Refused
from service.rules.document import Budget, BudgetUnit, CouponTemplate, Limit, WhenOut
from service.rules.facts import Presented
from service.rules.values import Test
from tests.rules.builders import cart, case, fixed, line, percent, program, template, times

APP = Fact(at="$", fact="cart.channel", test=Test(eq="app"))
TIER = Fact(at="$", fact="member.tier.main", test=Test(eq="gold"))
SPEND = History(at="$", metric=Metric.SPEND, window=Window(), test=Test(gte=1))
SHOWN = Presented(shown="A", template="A")


def needs_member(of: CouponTemplate) -> bool:
    return program(coupons=(of,)).coupons[of.id].needs_member


def test_conditions_about_the_member_and_the_past_are_about_a_person() -> None:
    assert reads_person(TIER)
    assert reads_person(Not(at="$", of=SPEND))
    assert not reads_person(APP)


@pytest.mark.parametrize(
    ("more", "needed"),
    [
        ({"discount": percent(10)}, False),
        ({"discount": percent(10), "when": APP}, False),
        ({"discount": percent(10), "when": TIER}, True),
        ({"discount": percent(10), "personal": True}, True),
        ({"discount": percent(10), "per_member": Limit(1)}, True),
        ({"points": fixed(5)}, True),
        ({"multiply": times(2)}, True),
    ],
)
def test_who_needs_a_member(more: dict[str, object], needed: bool) -> None:
    assert needs_member(template("A", **more)) is needed


def test_a_template_is_an_offer_or_a_rule_of_its_own() -> None:
    known = program(
        coupons=(
            template("A", discount=percent(10), priority=3),
            template("B", points=fixed(5), priority=2),
        )
    )
    offer, rule = known.coupons["A"].offer, known.coupons["B"].rule
    assert offer is not None
    assert (offer.id, offer.campaign, offer.order[1]) == ("A", "", 3)
    assert known.coupons["A"].rule is None
    assert rule is not None
    assert (rule.id, rule.campaign, rule.key) == ("coupon:B", "coupon:B", (2, "B"))
    assert known.coupons["B"].offer is None
    assert rule.presented(4).coupon == 4
    assert rule.coupon is None


def test_a_template_without_points_is_no_rule() -> None:
    assert rule_of(template("A", discount=percent(10))) is None


def test_the_cap_of_a_shared_code_is_a_budget_of_uses() -> None:
    shared = template("A", code="A", uses=7, discount=percent(10))
    assert cap_budget(shared) == Budget(unit=BudgetUnit.USES, amount=7, when_out=WhenOut.REJECT)
    assert cap_budget(msgspec.structs.replace(shared, uses=None)) is None
    assert cap_budget(msgspec.structs.replace(shared, code=None)) is None


def test_what_is_refused_in_the_cart() -> None:
    known = program(
        coupons=(
            template("A", discount=percent(10), when=APP, personal=True),
            template("B", points=fixed(5)),
        )
    )
    web, app = case(cart(line(1))), case(cart(line(1), channel="app"))
    coupon = known.coupons["A"]
    assert coupon.refused(SHOWN, web, known=False) is Refused.NEEDS_MEMBER
    assert coupon.refused(SHOWN, web, known=True) is Refused.CONDITION_FAILED
    assert coupon.refused(SHOWN, app, known=True) is None
    forced = msgspec.structs.replace(SHOWN, forced=True)
    assert coupon.refused(forced, web, known=False) is None
    assert known.coupons["B"].refused(forced, web, known=False) is Refused.NEEDS_MEMBER
