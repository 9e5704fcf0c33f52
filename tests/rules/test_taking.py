"""The discounts of one purchase, by whole decisions: rules, coupons, budgets, caps of codes."""

import msgspec
import pytest

from service.rules.conditions import Fact
from service.rules.decide import decide
from service.rules.decision import Decision, NotApplied, Refused, Target
from service.rules.document import (
    Budget,
    BudgetUnit,
    DiscountCap,
    Limit,
    WhenOut,
)
from service.rules.facts import Facts, MemberFacts, Unusable
from service.rules.values import Test
from tests.rules.builders import (
    AT,
    amount,
    by,
    campaign,
    cart,
    facts,
    fixed,
    line,
    per_euro,
    percent,
    program,
    rule,
    shows,
    template,
)

TEN = template("TEN", discount=percent(10))
BOUGHT = cart(line(1000, sku="a"), line(3000, sku="b"))
MONEY = Budget(unit=BudgetUnit.MONEY, amount=10_000)
USES = Budget(unit=BudgetUnit.USES, amount=10)


def off(decision: Decision) -> dict[str, int]:
    return {one.rule: one.amount for one in decision.discounts}


def why(decision: Decision) -> dict[str | int | None, Refused]:
    return {
        one.rule if one.coupon is None else one.coupon: one.reason for one in decision.not_applied
    }


def test_rules_discount_for_members_only_and_coupons_for_everybody() -> None:
    known = program(campaign(rule("r", percent(10))), coupons=(TEN,))
    assert off(decide(known, BOUGHT, facts(coupons=shows("TEN")))) == {"TEN": 400, "r": 360}
    assert off(decide(known, BOUGHT, Facts(at=AT, coupons=shows("TEN")))) == {"TEN": 400}


def test_conditions_of_discounts_are_asked_at_the_prices_before_them() -> None:
    """10 % brings 40.00 to 36.00: a later discount from 40.00 on still holds, points do not."""
    dear = Fact(at="$", fact="cart.total", test=Test(gte=4000))
    known = program(
        campaign(rule("a", percent(10)), rule("b", percent(10), fixed(5), when=dear)),
        coupons=(msgspec.structs.replace(TEN, when=dear),),
    )
    decision = decide(known, BOUGHT, facts(coupons=shows("TEN")))
    assert off(decision) == {"TEN": 400, "a": 360, "b": 324}
    assert decision.awards == ()


def test_points_see_the_prices_after_discounts() -> None:
    cheap = Fact(at="$", fact="cart.total", test=Test(lt=4000))
    known = program(campaign(rule("a", percent(10)), rule("b", fixed(5), per_euro(), when=cheap)))
    assert decide(known, BOUGHT, facts()).earned() == {"points": 5 + 36}


def test_what_the_till_charged_stands_whatever_is_decided() -> None:
    """The till took 5.00 off: discounts are of the 40.00 before it, points of 35.00."""
    charged = msgspec.structs.replace(cart(line(1000), line(3000, charged_off=500)), charged=True)
    known = program(campaign(rule("a", percent(10)), rule("b", per_euro())))
    decision = decide(known, charged, facts())
    assert (off(decision), decision.earned()) == ({"a": 400}, {"points": 35})


def test_a_coupon_that_cannot_be_used_says_why_as_it_was_told() -> None:
    known = program(coupons=(TEN,))
    for unusable in Unusable:
        decision = decide(known, BOUGHT, facts(coupons=shows("TEN", why=unusable)))
        assert why(decision) == {0: Refused(unusable)}
        assert decision.coupons == ()
    assert why(decide(known, BOUGHT, facts(coupons=shows(None, "GONE")))) == {
        0: Refused.UNKNOWN,
        1: Refused.UNKNOWN,
    }


def test_coupons_for_a_member_need_one() -> None:
    tier = Fact(at="$", fact="member.tier.main", test=Test(eq="bronze"))
    known = program(
        coupons=(
            template("A", discount=percent(10), personal=True),
            template("B", discount=percent(10), per_member=Limit(1)),
            template("C", discount=percent(10), when=tier),
            template("D", points=fixed(5)),
        )
    )
    shown = shows("A", "B", "C", "D")
    nobody = decide(known, BOUGHT, Facts(at=AT, coupons=shown))
    assert why(nobody) == dict.fromkeys(range(4), Refused.NEEDS_MEMBER)
    assert decide(known, BOUGHT, facts(coupons=shown)).coupons == (0, 1, 2, 3)


def test_a_condition_that_fails_is_the_reason() -> None:
    app = Fact(at="$", fact="cart.channel", test=Test(eq="app"))
    known = program(coupons=(msgspec.structs.replace(TEN, when=app),))
    assert why(decide(known, BOUGHT, facts(coupons=shows("TEN")))) == {0: Refused.CONDITION_FAILED}
    forced = decide(known, BOUGHT, facts(coupons=shows("TEN", why=Unusable.EXPIRED, forced=True)))
    assert off(forced) == {"TEN": 400}


def test_an_empty_cart_gives_nothing() -> None:
    assert decide(program(coupons=(TEN,)), cart(), facts(coupons=shows("TEN"))) == Decision()


def test_discount_caps_of_the_program_are_shares_of_the_price_before() -> None:
    """15 % of 30.00 is 4.50; 10 % and 10 % are 3.00 and 2.70, of which 1.50 is left."""
    cap = DiscountCap(by("sku", "b"), (15, 100))
    rules = campaign(rule("x", percent(10)), rule("y", percent(10)))
    decision = decide(program(rules, discount_caps=(cap,)), BOUGHT, facts())
    assert [one.lines for one in decision.discounts] == [((0, 100), (1, 300)), ((0, 90), (1, 150))]


def test_a_limited_rule_uses_its_limit_up_by_a_discount_with_effect() -> None:
    known = program(
        campaign(
            rule("a", percent(10), limit=Limit(1)),
            rule("b", percent(10, by("sku", "none")), limit=Limit(1)),
        )
    )
    assert decide(known, BOUGHT, facts()).uses == ("a",)
    over = decide(known, BOUGHT, facts(uses={"a": 1}))
    assert (over.discounts, over.uses) == ((), ())


def test_a_budget_of_money_learns_the_demand_and_trims_the_last_first() -> None:
    """4.00 and 3.60 wanted; of 5.00 the second gets 1.00, over 0.90 and 2.70 as 0.25 and 0.75."""
    known = program(campaign(rule("a", percent(10)), rule("b", percent(10)), budget=MONEY))
    assert decide(known, BOUGHT, facts()).demands == {"base": 760}
    cut = decide(known, BOUGHT, facts(grants={"base": 500}))
    assert [(one.amount, one.wanted, one.lines) for one in cut.discounts] == [
        (400, 400, ((0, 100), (1, 300))),
        (100, 360, ((0, 25), (1, 75))),
    ]
    assert cut.demands == {"base": 760}
    less = decide(known, BOUGHT, facts(grants={"base": 400}))
    assert (off(less), why(less)) == ({"a": 400}, {"b": Refused.BUDGET_EXHAUSTED})


def test_a_budget_of_money_that_rejects_gives_all_or_nothing() -> None:
    budget = msgspec.structs.replace(MONEY, when_out=WhenOut.REJECT)
    known = program(
        campaign(rule("a", percent(10)), rule("b", percent(10)), budget=budget),
        campaign(rule("c", amount(100)), name="other"),
    )
    short = decide(known, BOUGHT, facts(grants={"base": 759}))
    assert off(short) == {"c": 100}
    assert why(short) == {"a": Refused.BUDGET_EXHAUSTED, "b": Refused.BUDGET_EXHAUSTED}
    assert off(decide(known, BOUGHT, facts(grants={"base": 760}))) == {"a": 400, "b": 360, "c": 100}


def test_a_budget_of_uses_counts_a_rule_with_a_discount_once_and_first() -> None:
    """a gives points, b a discount and points: b is served before a."""
    known = program(campaign(rule("a", fixed(5)), rule("b", percent(10), fixed(7)), budget=USES))
    both = decide(known, BOUGHT, facts())
    assert (both.demands, both.earned()) == ({"base": 2}, {"points": 12})
    one = decide(known, BOUGHT, facts(grants={"base": 1}))
    assert (off(one), one.earned(), one.demands) == ({"b": 400}, {"points": 7}, {"base": 2})
    none = decide(known, BOUGHT, facts(grants={"base": 0}))
    assert (off(none), none.earned(), none.demands) == ({}, {}, {"base": 2})
    assert why(none) == {"b": Refused.BUDGET_EXHAUSTED}


SHARED = template("SHARED", code="SHARED", uses=3, discount=percent(10, exclusive_group="g"))


def test_a_shared_code_asks_its_cap_for_one_use() -> None:
    known = program(coupons=(SHARED,))
    decision = decide(known, BOUGHT, facts(coupons=shows("SHARED")))
    assert (decision.demands, decision.caps) == ({"coupon:SHARED": 1}, ("coupon:SHARED",))
    granted = decide(known, BOUGHT, facts(coupons=shows("SHARED"), grants={"coupon:SHARED": 1}))
    assert granted == decision


def test_a_code_without_a_use_left_makes_room_for_the_next_best() -> None:
    second = rule("r", percent(5, exclusive_group="g"))
    known = program(campaign(second), coupons=(SHARED,))
    best = decide(known, BOUGHT, facts(coupons=shows("SHARED")))
    assert (off(best), why(best)) == ({"SHARED": 400}, {"r": Refused.EXCLUDED_BY})
    for grants in ({"coupon:SHARED": 0}, {}):
        out = decide(known, BOUGHT, facts(coupons=shows("SHARED"), grants=grants))
        assert (off(out), why(out)) == ({"r": 200}, {0: Refused.USED_UP})
        assert (out.caps, out.coupons, out.demands) == ((), (), {"coupon:SHARED": 1})


def test_a_forced_coupon_has_its_effect_without_a_use_left() -> None:
    known = program(coupons=(SHARED,))
    over = decide(
        known, BOUGHT, facts(coupons=shows("SHARED", forced=True), grants={"coupon:SHARED": 0})
    )
    assert (off(over), over.coupons) == ({"SHARED": 400}, (0,))
    assert (over.caps, over.demands) == ((), {"coupon:SHARED": 1})


def test_a_coupon_without_effect_asks_for_no_use() -> None:
    nothing = msgspec.structs.replace(SHARED, discount=percent(10, by("sku", "none")))
    decision = decide(program(coupons=(nothing,)), BOUGHT, facts(coupons=shows("SHARED")))
    assert (decision.demands, decision.coupons) == ({}, ())
    assert why(decision) == {0: Refused.NO_EFFECT}


def test_given_discounts_are_taken_as_they_are() -> None:
    """10 % twice were given; the rules of today are not asked, and the points see 32.40."""
    given = decide(
        program(campaign(rule("a", percent(10))), coupons=(TEN,)),
        BOUGHT,
        facts(coupons=shows("TEN")),
    )
    today = program(
        campaign(rule("a", percent(50)), rule("b", percent(20)), rule("c", per_euro())),
        coupons=(TEN, template("MORE", discount=percent(50))),
    )
    seen = facts(coupons=shows("TEN", "MORE"), frozen=given.discounts)
    decision = decide(today, BOUGHT, seen)
    assert decision.discounts == given.discounts
    assert (decision.earned(), decision.coupons) == ({"points": 32}, (0,))
    assert decision.not_applied == (NotApplied(reason=Refused.NO_EFFECT, coupon=1),)
    assert decide(today, BOUGHT, facts(frozen=())).discounts == ()


def test_given_discounts_ask_what_is_scarce_and_are_cut_when_it_is_refused() -> None:
    """What is not in the grants was granted when they were given."""
    known = program(campaign(rule("a", percent(10)), budget=MONEY), coupons=(SHARED,))
    shown = shows("SHARED")
    first = decide(known, BOUGHT, facts(coupons=shown))
    frozen = first.discounts
    assert (off(first), first.demands) == (
        {"SHARED": 400, "a": 360},
        {"base": 360, "coupon:SHARED": 1},
    )
    assert decide(known, BOUGHT, facts(coupons=shown, frozen=frozen)).demands == first.demands
    kept = decide(known, BOUGHT, facts(coupons=shown, frozen=frozen, grants={}))
    assert kept.discounts == frozen
    short = {"base": 100, "coupon:SHARED": 0}
    cut = decide(known, BOUGHT, facts(coupons=shown, frozen=frozen, grants=short))
    assert (off(cut), cut.coupons, cut.caps) == ({"a": 100}, (), ())
    assert why(cut) == {0: Refused.USED_UP}


@pytest.mark.parametrize("reason", list(Unusable))
def test_a_given_coupon_that_is_gone_since_is_cut_and_one_whose_time_has_passed_is_not(
    reason: Unusable,
) -> None:
    known = program(campaign(rule("a", percent(10))), coupons=(TEN,))
    frozen = decide(known, BOUGHT, facts(coupons=shows("TEN"))).discounts
    stays = reason in {Unusable.NOT_STARTED, Unusable.EXPIRED}

    later = decide(known, BOUGHT, facts(coupons=shows("TEN", why=reason), frozen=frozen))
    forced = facts(coupons=shows("TEN", why=reason, forced=True), frozen=frozen)

    assert off(later) == ({"TEN": 400, "a": 360} if stays else {"a": 360})
    assert why(later) == ({} if stays else {0: Refused(reason)})
    assert decide(known, BOUGHT, forced).discounts == frozen


def test_shipping_has_its_own_discounts() -> None:
    known = program(campaign(rule("a", percent(100, on=Target.SHIPPING)), rule("b", percent(10))))
    bought = cart(line(1000), line(490, kind="shipping"))
    assert off(decide(known, bought, facts(MemberFacts()))) == {"b": 100, "a": 490}
