"""Explanations: the shape of the design, every reason, and agreement with the decision."""

import datetime as dt

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.rules.cart import Cart
from service.rules.compile import Program, compile_program
from service.rules.conditions import All, Fact, Lines, TimeOfDay
from service.rules.decide import decide
from service.rules.document import Budget, BudgetUnit, Limit, WhenOut
from service.rules.explain import Reason, RuleExplained, Why, explain
from service.rules.facts import Facts
from service.rules.values import Test
from tests.rules import reference, reference_conditions
from tests.rules.builders import (
    AT,
    by,
    campaign,
    cart,
    facts,
    fixed,
    lift,
    line,
    per_euro,
    program,
    rule,
    times,
)
from tests.rules.strategies import CARTS, INSTANTS, documents
from tests.rules.strategies import facts as some_facts

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


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_explanation_agrees_with_the_decision_and_the_plain_interpreter(
    data: st.DataObject,
) -> None:
    document = data.draw(documents())
    known, bought = compile_program(document, 1, INSTANTS[0]), data.draw(CARTS)
    seen = data.draw(some_facts(document))
    explanation = explain(known, bought, seen)
    decision = decide(known, bought, seen)
    assert explanation.decision == decision
    assert [credit for one in explanation.rules for credit in one.credits] == list(decision.credits)
    assert [floor for one in explanation.rules for floor in one.floors] == list(decision.floors)
    assert seen.member is not None
    scene = reference_conditions.Scene(document, bought, seen, seen.member)
    pairs = reference.in_order(document)
    assert [one.rule for one in explanation.rules] == [rule.id for _, rule in pairs]
    for one, (owner, plain) in zip(explanation.rules, pairs, strict=True):
        assert one.fired is reference.fires(scene, owner, plain)
        if plain.when is not None:
            assert one.when is not None
            assert one.when.ok is reference_conditions.holds(scene, plain.when)
    assert msgspec.json.decode(msgspec.json.encode(explanation), type=type(explanation)) == (
        explanation
    )
