"""Budgets: what is asked, what a grant leaves, and that nobody else's part changes."""

import msgspec
import pytest

from service.rules.compile import Program
from service.rules.decide import decide
from service.rules.decision import Decision, Target
from service.rules.discounts.offers import Taken
from service.rules.document import Budget, BudgetUnit, Campaign, Limit, Rule, WhenOut
from service.rules.grants import cut_discounts, used
from tests.rules.builders import (
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


MONEY = Budget(unit=BudgetUnit.MONEY, amount=1000)


def taken(*amounts: int, campaign: str = "autumn") -> list[Taken]:
    return [
        Taken(campaign, f"r{n}", None, Target.ITEMS, [(0, each)]) for n, each in enumerate(amounts)
    ]


@pytest.mark.parametrize(
    ("grants", "given", "left"),
    [
        (None, False, [30, 20]),
        ({"autumn": 40}, False, [30, 10]),
        ({"autumn": 25}, False, [25, 0]),
        ({}, False, [0, 0]),
        ({}, True, [30, 20]),  # they were given before, and nothing was asked now
        ({"autumn": 25}, True, [25, 0]),
    ],
)
def test_discounts_are_cut_to_what_their_budget_granted(
    grants: dict[str, int] | None, given: bool, left: list[int]
) -> None:
    of = program(budgeted(MONEY, rule("r0", percent(1))))
    found = taken(30, 20)
    assert cut_discounts(of, found, grants, given=given) == {"autumn": 50}
    assert [one.amount for one in found] == left


def test_discounts_of_other_campaigns_are_left_alone() -> None:
    of = program(budgeted(TRIM, rule("r0", percent(1))))
    found = taken(30) + taken(20, campaign="other")
    assert cut_discounts(of, found, {}, given=False) == {}
    assert [one.amount for one in found] == [30, 20]


def test_what_a_decision_takes_of_each_budget() -> None:
    gift = template("GIFT", personal=True, discount=percent(1))
    code = template("CODE", code="CODE", uses=9, discount=percent(10))
    known = program(
        campaign(rule("p", per_euro(), fixed(3, wallet="status")), name="points", budget=TRIM),
        campaign(rule("m", percent(50)), name="money", budget=MONEY),
        campaign(
            rule("u", gives("GIFT")),
            rule("v", lift("gold")),
            rule("w", percent(10)),
            rule("x", fixed(0)),
            name="uses",
            budget=USES,
        ),
        coupons=(gift, code),
    )
    decision = decide(known, BOUGHT, facts(coupons=shows("CODE")))
    # 10 % by the code: 9.00; 50 %: 4.50; 10 %: 4.05
    assert used(known, decision) == {"points": 4, "money": 450, "uses": 3, "coupon:CODE": 1}
    assert used(known, decision) == decision.demands
    assert used(known, Decision()) == {}
