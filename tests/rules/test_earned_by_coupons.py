"""Coupons that give points or multiply."""

from service.rules.decide import decide
from service.rules.decision import Credit, Decision, Refused
from service.rules.facts import Facts
from tests.rules.builders import (
    AT,
    by,
    campaign,
    cart,
    facts,
    fixed,
    line,
    per_euro,
    program,
    rule,
    shows,
    template,
    times,
)

BOUGHT = cart(line(1000))
BASE = campaign(rule("m-base", per_euro()))


def credits_of(decision: Decision) -> list[tuple[str, int]]:
    return [(one.rule, one.points) for one in decision.credits]


def why(decision: Decision) -> dict[int | None, Refused]:
    return {one.coupon: one.reason for one in decision.not_applied}


def test_points_of_a_coupon_are_credited_to_its_template() -> None:
    known = program(BASE, coupons=(template("PLUS", points=fixed(5)),))
    decision = decide(known, BOUGHT, facts(coupons=shows("PLUS")))
    assert decision.credits[0] == Credit(
        campaign="coupon:PLUS",
        rule="coupon:PLUS",
        effect="points",
        wallet="points",
        points=5,
        wanted=5,
    )
    assert (decision.earned(), decision.coupons) == ({"points": 15}, (0,))


def test_a_coupon_acts_at_its_priority_among_the_rules() -> None:
    """10 by the base; the coupon doubles them; the 5 of the last rule are fixed."""
    last = campaign(rule("z-last", fixed(5)), name="z")
    known = program(BASE, last, coupons=(template("n-double", multiply=times(2)),))
    decision = decide(known, BOUGHT, facts(coupons=shows("n-double")))
    assert credits_of(decision) == [("m-base", 10), ("coupon:n-double", 10), ("z-last", 5)]


def test_a_multiplier_before_the_points_it_multiplies_has_an_effect() -> None:
    known = program(BASE, coupons=(template("DOUBLE", code="DOUBLE", uses=1, multiply=times(2)),))
    decision = decide(known, BOUGHT, facts(coupons=shows("DOUBLE")))
    assert (credits_of(decision), decision.coupons) == ([("m-base", 20)], (0,))
    assert (decision.caps, decision.demands) == (("coupon:DOUBLE",), {"coupon:DOUBLE": 1})
    out = decide(known, BOUGHT, facts(coupons=shows("DOUBLE"), grants={"coupon:DOUBLE": 0}))
    assert (credits_of(out), out.coupons) == ([("m-base", 10)], ())
    assert (out.caps, out.demands, why(out)) == (
        (),
        {"coupon:DOUBLE": 1},
        {0: Refused.USED_UP},
    )


def test_a_coupon_that_gives_nothing_is_not_used() -> None:
    known = program(
        BASE,
        coupons=(
            template("ONE", multiply=times(1)),
            template("TEA", code="TEA", uses=1, points=fixed(5, where=by("category", "tea"))),
        ),
    )
    decision = decide(known, BOUGHT, facts(coupons=shows("ONE", "TEA")))
    assert (decision.earned(), decision.coupons, decision.demands) == ({"points": 10}, (), {})
    assert why(decision) == {0: Refused.NO_EFFECT, 1: Refused.NO_EFFECT}


def test_two_coupons_of_one_template_act_both() -> None:
    known = program(coupons=(template("PLUS", points=fixed(5)),))
    decision = decide(known, BOUGHT, facts(coupons=shows("PLUS", "PLUS")))
    assert (decision.earned(), decision.coupons) == ({"points": 10}, (0, 1))


def test_a_forced_coupon_acts_without_a_use_left() -> None:
    known = program(coupons=(template("PLUS", code="PLUS", uses=1, points=fixed(5)),))
    decision = decide(known, BOUGHT, facts(coupons=shows("PLUS", forced=True), grants={}))
    assert (decision.earned(), decision.coupons) == ({"points": 5}, (0,))
    assert (decision.caps, decision.demands) == ((), {"coupon:PLUS": 1})


def test_nobody_earns_by_a_coupon() -> None:
    known = program(BASE, coupons=(template("PLUS", points=fixed(5)),))
    decision = decide(known, BOUGHT, Facts(at=AT, coupons=shows("PLUS")))
    assert (decision.awards, why(decision)) == ((), {0: Refused.NEEDS_MEMBER})
