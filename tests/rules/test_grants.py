"""Budgets: what is asked, what a grant leaves, and that nobody else's part changes."""

import msgspec
import pytest

from service.rules.compile import Program
from service.rules.decide import decide
from service.rules.decision import Decision
from service.rules.document import Budget, BudgetUnit, Campaign, Limit, Rule, WhenOut
from tests.rules.builders import (
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

BOUGHT = cart(line(1000))
TRIM = Budget(unit=BudgetUnit.POINTS, amount=1000)
REJECT = Budget(unit=BudgetUnit.POINTS, amount=1000, when_out=WhenOut.REJECT)
USES = Budget(unit=BudgetUnit.USES, amount=1000)


def budgeted(budget: Budget, *rules: Rule) -> Campaign:
    return msgspec.structs.replace(campaign(*rules, name="autumn"), budget=budget)


def known(budget: Budget) -> Program:
    """The base gives 10; autumn doubles (10) and gives 7 points and 3 status."""
    base = campaign(rule("a-base", per_euro()))
    seven = rule("c-seven", fixed(7), fixed(3, wallet="status"))
    return program(base, budgeted(budget, rule("b-double", times(2)), seven))


def given(decision: Decision) -> list[tuple[str, str, int, int]]:
    return [(one.rule, one.wallet, one.points, one.wanted) for one in decision.credits]


def test_a_budget_that_was_not_asked_cuts_nothing_and_learns_the_demand() -> None:
    decision = decide(known(TRIM), BOUGHT, facts())
    assert decision.earned() == {"points": 27, "status": 3}
    assert decision.demands == {"autumn": 17}


def test_trim_serves_the_first_rules_first() -> None:
    decision = decide(known(TRIM), BOUGHT, facts(grants={"autumn": 12}))
    assert given(decision) == [
        ("a-base", "points", 10, 10),
        ("b-double", "points", 10, 10),
        ("c-seven", "points", 2, 7),
        ("c-seven", "status", 3, 3),
    ]
    assert decision.earned() == {"points": 22, "status": 3}
    assert decision.demands == {"autumn": 17}


def test_a_cut_of_an_earlier_part_leaves_the_later_ones() -> None:
    """A budget on the base: its 10 are cut to 4, the multiplier still gives its 10."""
    base = budgeted(TRIM, rule("a-base", per_euro()))
    double = campaign(rule("b-double", times(2)), name="other")
    decision = decide(program(base, double), BOUGHT, facts(grants={"autumn": 4}))
    assert given(decision) == [("a-base", "points", 4, 10), ("b-double", "points", 10, 10)]


def test_reject_gives_nothing_in_the_wallet_unless_all_is_granted() -> None:
    short = decide(known(REJECT), BOUGHT, facts(grants={"autumn": 16}))
    assert given(short) == [
        ("a-base", "points", 10, 10),
        ("b-double", "points", 0, 10),
        ("c-seven", "points", 0, 7),
        ("c-seven", "status", 3, 3),
    ]
    assert short.earned() == {"points": 10, "status": 3}
    assert short.demands == {"autumn": 17}
    full = decide(known(REJECT), BOUGHT, facts(grants={"autumn": 17}))
    assert full.earned() == {"points": 27, "status": 3}


@pytest.mark.parametrize("when_out", WhenOut)
def test_uses_are_granted_whole_rules_in_order(when_out: WhenOut) -> None:
    budget = msgspec.structs.replace(USES, when_out=when_out)
    decision = decide(known(budget), BOUGHT, facts(grants={"autumn": 1}))
    assert given(decision) == [
        ("a-base", "points", 10, 10),
        ("b-double", "points", 10, 10),
        ("c-seven", "points", 0, 7),
        ("c-seven", "status", 0, 3),
    ]
    assert decision.awards[0].points == 20
    assert decision.demands == {"autumn": 2}


def test_a_budget_of_one_wallet_leaves_the_others() -> None:
    budget = msgspec.structs.replace(TRIM, wallet="status")
    decision = decide(known(budget), BOUGHT, facts(grants={"autumn": 1}))
    assert decision.earned() == {"points": 27, "status": 1}
    assert decision.demands == {"autumn": 3}


def test_a_campaign_that_was_not_asked_was_granted_nothing() -> None:
    decision = decide(known(TRIM), BOUGHT, facts(grants={}))
    assert decision.earned() == {"points": 10, "status": 3}


def test_a_limited_rule_cut_to_nothing_uses_nothing_up() -> None:
    limited = budgeted(TRIM, rule("once", fixed(50), limit=Limit(1)))
    assert decide(program(limited), BOUGHT, facts(grants={"autumn": 1})).uses == ("once",)
    assert decide(program(limited), BOUGHT, facts(grants={"autumn": 0})).uses == ()


def test_a_floor_beyond_the_uses_granted_is_not_laid() -> None:
    raised = budgeted(USES, rule("a", fixed(5)), rule("b", lift("gold"), limit=Limit(1)))
    both = decide(program(raised), BOUGHT, facts(grants={"autumn": 2}))
    assert [floor.tier for floor in both.floors] == ["gold"]
    assert both.uses == ("b",)
    one = decide(program(raised), BOUGHT, facts(grants={"autumn": 1}))
    assert (one.floors, one.uses, one.demands) == ((), (), {"autumn": 2})


def test_a_rule_without_effect_asks_for_no_use() -> None:
    nothing = budgeted(USES, rule("a", times(2)))
    assert decide(program(nothing), BOUGHT, facts()).demands == {}
