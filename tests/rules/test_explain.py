"""Explanations: the shape of the design, every reason, and agreement with the decision."""

import datetime as dt

import msgspec
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from service.rules.cart import Cart
from service.rules.compile import Program, compile_program
from service.rules.conditions import All, Fact, Lines, TimeOfDay
from service.rules.decide import decide
from service.rules.decision import Refused, Target
from service.rules.discounts import TooManyCombinations
from service.rules.document import Budget, BudgetUnit, Limit, Validity, WhenOut
from service.rules.effects import Discount, GiveBadge, InviteToClub, TellEvent
from service.rules.explain import Reason, RuleExplained, Why, explain
from service.rules.facts import Facts
from service.rules.triggers import On, Trigger
from service.rules.values import Test
from tests.rules import reference, reference_checkout, reference_conditions
from tests.rules.builders import (
    AT,
    amount,
    by,
    campaign,
    cart,
    facts,
    fixed,
    gives,
    lift,
    line,
    per_euro,
    percent,
    program,
    rule,
    shows,
    template,
    times,
)
from tests.rules.strategies import CARTS, INSTANTS, documents
from tests.rules.strategies import facts as some_facts
from tests.rules.strategies_conditions import CAMPAIGNS

BOUGHT = cart(line(1000))


def explained(known: Program, bought: Cart, seen: Facts) -> dict[str, RuleExplained]:
    return {one.rule: one for one in explain(known, bought, seen).rules}


def test_coffee_mornings_on_a_saturday() -> None:
    """The example of the design: 08:40 in Warsaw, one line of twenty is coffee."""
    when = All(
        at="$.rules[1].when",
        of=(
            Fact(
                at="$.rules[1].when.now.weekday",
                fact="now.weekday",
                test=Test(is_in=("mon", "tue", "wed", "thu", "fri")),
            ),
            TimeOfDay(at="$.rules[1].when.now.time", since=360, until=660),
            Lines(at="$.rules[1].when.lines", where=by("category", "coffee")),
        ),
    )
    known = program(
        campaign(rule("coffee-mornings", times(2, where=by("category", "coffee")), when=when))
    )
    saturday = dt.datetime(2026, 11, 28, 7, 40, tzinfo=dt.UTC)
    bought = cart(line(300, category="coffee"), *[line(100) for _ in range(19)])
    one = explained(known, bought, facts(at=saturday))["coffee-mornings"]
    assert msgspec.json.decode(msgspec.json.encode(one)) == {
        "rule": "coffee-mornings",
        "campaign": "base",
        "fired": False,
        "when": {
            "ok": False,
            "at": "$.rules[1].when",
            "of": [
                {
                    "ok": False,
                    "at": "$.rules[1].when.now.weekday",
                    "want": "in ['mon','tue','wed','thu','fri']",
                    "got": "sat",
                },
                {
                    "ok": True,
                    "at": "$.rules[1].when.now.time",
                    "want": "06:00-11:00",
                    "got": "08:40",
                },
                {"ok": True, "at": "$.rules[1].when.lines", "got": "1 of 20 lines match"},
            ],
        },
        "reasons": [{"why": "condition_failed"}],
    }


def test_a_rule_that_fired_shows_what_it_gave() -> None:
    known = program(campaign(rule("a", per_euro(), lift("gold"))))
    explanation = explain(known, BOUGHT, facts())
    (one,) = explanation.rules
    assert (one.fired, one.when, one.reasons) == (True, None, ())
    assert one.credits == explanation.decision.credits
    assert one.floors == explanation.decision.floors
    assert (explanation.version, explanation.at) == (1, AT)


def test_everything_that_stopped_a_rule_is_told() -> None:
    over = msgspec.structs.replace(
        campaign(
            rule(
                "a",
                fixed(5),
                when=Fact(at="$.when", fact="cart.channel", test=Test(eq="app")),
                limit=Limit(2),
            )
        ),
        until_at=AT,
    )
    one = explained(program(over), BOUGHT, facts(uses={"a": 2}))["a"]
    assert not one.fired
    assert one.reasons == (
        Reason(why=Why.OUTSIDE_DATES),
        Reason(why=Why.LIMIT_USED_UP, wanted=3, given=2),
        Reason(why=Why.CONDITION_FAILED),
    )


def test_a_campaign_that_has_not_begun_is_outside_its_dates() -> None:
    early = msgspec.structs.replace(
        campaign(rule("a", fixed(5))), from_at=AT + dt.timedelta(microseconds=1)
    )
    assert explained(program(early), BOUGHT, facts())["a"].reasons == (
        Reason(why=Why.OUTSIDE_DATES),
    )


def test_a_rule_that_fired_for_nothing_says_so() -> None:
    known = program(campaign(rule("a", times(2)), rule("b", fixed(5, where=by("sku", "none")))))
    for one in explained(known, BOUGHT, facts()).values():
        assert one.fired
        assert one.reasons == (Reason(why=Why.NO_EFFECT),)


def with_budget(budget: Budget) -> Program:
    rules = (rule("a", fixed(5)), rule("b", fixed(7), lift("gold")), rule("c", lift("silver")))
    return program(msgspec.structs.replace(campaign(*rules), budget=budget))


def test_a_trimmed_budget_says_wanted_and_given() -> None:
    known = with_budget(Budget(unit=BudgetUnit.POINTS, amount=9))
    found = explained(known, BOUGHT, facts(grants={"base": 6}))
    assert found["a"].reasons == ()
    assert found["b"].reasons == (
        Reason(why=Why.BUDGET_TRIMMED, wallet="points", wanted=7, given=1),
    )
    assert found["c"].reasons == ()


def test_a_rejected_budget_says_wanted_and_given() -> None:
    known = with_budget(Budget(unit=BudgetUnit.POINTS, amount=9, when_out=WhenOut.REJECT))
    found = explained(known, BOUGHT, facts(grants={"base": 6}))
    assert found["a"].reasons == (
        Reason(why=Why.BUDGET_REJECTED, wallet="points", wanted=5, given=0),
    )
    assert found["b"].reasons == (
        Reason(why=Why.BUDGET_REJECTED, wallet="points", wanted=7, given=0),
    )


def test_a_rule_beyond_the_uses_granted_is_rejected() -> None:
    known = with_budget(Budget(unit=BudgetUnit.USES, amount=9))
    found = explained(known, BOUGHT, facts(grants={"base": 2}))
    assert [found[name].reasons for name in "ab"] == [(), ()]
    assert found["c"].reasons == (Reason(why=Why.BUDGET_REJECTED, wanted=1, given=0),)


def test_without_a_member_or_a_line_nothing_is_asked() -> None:
    known = program(campaign(rule("a", fixed(5))))
    assert explained(known, BOUGHT, Facts(at=AT))["a"].reasons == (Reason(why=Why.NO_MEMBER),)
    assert explained(known, cart(), facts())["a"].reasons == (Reason(why=Why.NO_LINES),)


def test_a_discount_that_lost_says_to_whom() -> None:
    small, large = amount(1, exclusive_group="g"), amount(2, exclusive_group="g")
    known = program(campaign(rule("a", small), rule("b", large), rule("c", small, fixed(5))))
    found = explained(known, BOUGHT, facts())
    excluded = Reason(why=Why.EXCLUDED_BY, by="b")
    assert (found["a"].fired, found["a"].reasons) == (True, (excluded,))
    assert (found["c"].reasons, found["c"].credits[0].points) == ((excluded,), 5)
    assert (found["b"].reasons, found["b"].discounts[0].amount) == ((), 2)


def test_a_discount_that_comes_to_nothing_has_no_effect() -> None:
    known = program(campaign(rule("a", percent(10, by("sku", "none")))))
    assert explained(known, BOUGHT, facts())["a"].reasons == (Reason(why=Why.NO_EFFECT),)


def test_what_a_budget_of_money_left_of_discounts() -> None:
    budget = Budget(unit=BudgetUnit.MONEY, amount=9)
    known = program(campaign(rule("a", percent(10)), rule("b", percent(10)), budget=budget))
    found = explained(known, BOUGHT, facts(grants={"base": 60}))
    assert found["a"].reasons == (Reason(why=Why.BUDGET_TRIMMED, wanted=100, given=60),)
    assert found["b"].reasons == (Reason(why=Why.BUDGET_REJECTED),)


def test_a_coupon_that_a_budget_did_not_pay_is_rejected() -> None:
    gift = template("GIFT", discount=percent(10), personal=True)
    over = template("OVER", discount=percent(10), personal=True, valid=Validity(until_at=AT))
    budget = Budget(unit=BudgetUnit.USES, amount=9)
    known = program(
        campaign(rule("a", gives("GIFT")), rule("b", gives("OVER")), budget=budget),
        coupons=(gift, over),
    )
    found = explained(known, BOUGHT, facts(grants={"base": 0}))
    assert found["a"].reasons == (Reason(why=Why.BUDGET_REJECTED, wanted=1, given=0),)
    assert found["b"].reasons == (Reason(why=Why.NO_EFFECT),)
    (issued,) = explained(known, BOUGHT, facts(grants={"base": 1}))["a"].issued
    assert issued.template == "GIFT"


def test_a_condition_on_prices_may_hold_on_one_side_of_the_discounts_only() -> None:
    """10.00 before, 9.00 after."""
    dear = Fact(at="$", fact="cart.total", test=Test(gte=1000))
    cheap = Fact(at="$", fact="cart.total", test=Test(lt=1000))
    known = program(
        campaign(
            rule("a", percent(10)),
            rule("b", percent(10), fixed(5), when=dear),
            rule("c", percent(10), fixed(5), when=cheap),
        )
    )
    found = explained(known, BOUGHT, facts())
    assert found["b"].reasons == (Reason(why=Why.ONLY_BEFORE_DISCOUNTS),)
    assert found["c"].reasons == (Reason(why=Why.ONLY_AFTER_DISCOUNTS),)
    assert [found[name].fired for name in "bc"] == [True, True]
    assert (found["b"].credits, found["c"].discounts) == ((), ())


def test_coupons_are_explained_with_their_condition() -> None:
    app = Fact(at="$", fact="cart.channel", test=Test(eq="app"))
    known = program(
        coupons=(
            template("A", discount=percent(10, exclusive_group="g")),
            template("B", discount=percent(20, exclusive_group="g")),
            template("C", points=fixed(5)),
            template("D", points=fixed(5), when=app),
        )
    )
    a, b, c, d, unknown = explain(
        known, BOUGHT, facts(coupons=shows("A", "B", "C", "D", None))
    ).coupons
    assert (a.applied, a.reason, a.by) == (False, Refused.EXCLUDED_BY, "B")
    assert (b.applied, b.reason, b.discounts[0].on) == (True, None, Target.ITEMS)
    assert (c.applied, c.credits[0].points, c.when) == (True, 5, None)
    assert (d.applied, d.reason, d.credits) == (False, Refused.CONDITION_FAILED, ())
    assert d.when is not None
    assert (d.when.ok, d.when.got) == (False, "web")
    assert (unknown.template, unknown.reason) == (None, Refused.UNKNOWN)


def test_coupons_of_nobody_are_explained() -> None:
    known = program(campaign(rule("a", fixed(5))), coupons=(template("A", discount=percent(10)),))
    explanation = explain(known, BOUGHT, Facts(at=AT, coupons=shows("A")))
    assert explanation.rules[0].reasons == (Reason(why=Why.NO_MEMBER),)
    assert explanation.coupons[0].applied


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_explanation_agrees_with_the_decision_and_the_plain_interpreter(
    data: st.DataObject,
) -> None:
    document = data.draw(documents())
    known, bought = compile_program(document, 1, INSTANTS[0]), data.draw(CARTS)
    seen = data.draw(some_facts(document))
    try:
        explanation = explain(known, bought, seen)
    except TooManyCombinations:
        reject()
    decision = decide(known, bought, seen)
    assert explanation.decision == decision
    of_rules = [credit for credit in decision.credits if credit.campaign in CAMPAIGNS]
    assert [credit for one in explanation.rules for credit in one.credits] == of_rules
    assert [floor for one in explanation.rules for floor in one.floors] == list(decision.floors)
    shown = [one for part in explanation.rules for one in part.discounts]
    shown += [one for part in explanation.coupons for one in part.discounts]
    assert sorted(shown, key=decision.discounts.index) == list(decision.discounts)
    assert [one.position for one in explanation.coupons if one.applied] == list(decision.coupons)
    checkout = reference_checkout.Checkout(document, bought, seen)
    pairs = reference.of_purchases(document)
    assert [one.rule for one in explanation.rules] == [rule.id for _, rule in pairs]
    for one, (owner, plain) in zip(explanation.rules, pairs, strict=True):
        if seen.member is None:
            assert one.reasons == (Reason(why=Why.NO_MEMBER),)
            continue
        offers = [effect for effect in plain.then if isinstance(effect, Discount)]
        scenes = [checkout.before] if offers else []
        scenes += [checkout.scene] if len(offers) < len(plain.then) else []
        assert one.fired is any(reference.fires(scene, owner, plain) for scene in scenes)
        if plain.when is not None:
            assert one.when is not None
            assert one.when.ok is reference_conditions.holds(scenes[0], plain.when)
    assert msgspec.json.decode(msgspec.json.encode(explanation), type=type(explanation)) == (
        explanation
    )


def test_badges_invitations_and_events_are_shown_with_their_rule() -> None:
    marks = (
        GiveBadge(at="$", badge="a"),
        InviteToClub(at="$", club="c"),
        TellEvent(at="$", name="e"),
    )
    known = program(campaign(rule("a", *marks)))
    one = explained(known, BOUGHT, facts())["a"]
    decision = decide(known, BOUGHT, facts())
    assert (one.fired, one.reasons) == (True, ())
    assert (one.badges, one.invites, one.told) == (
        decision.badges,
        decision.invites,
        decision.told,
    )
    assert decision.badges[0].badge == "a"
    uses = Budget(unit=BudgetUnit.USES, amount=1)
    short = program(campaign(rule("a", *marks), budget=uses))
    cut = explained(short, BOUGHT, facts(grants={"base": 0}))["a"]
    assert cut.reasons == (Reason(why=Why.BUDGET_REJECTED, wanted=1, given=0),)
    granted = explained(short, BOUGHT, facts(grants={"base": 1}))["a"]
    assert granted.reasons == ()


def test_rules_with_another_trigger_are_no_part_of_a_purchase() -> None:
    other = msgspec.structs.replace(rule("b", fixed(1)), trigger=Trigger(on=On.ENROL))
    assert set(explained(program(campaign(rule("a", fixed(1)), other)), BOUGHT, facts())) == {"a"}
