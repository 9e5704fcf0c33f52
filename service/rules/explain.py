"""Why each rule fired or did not, on one purchase: the full explanation, for those who may read it.

It is made beside the decision, from the conditions as they stand in the document, so that it also
tells what the index skipped; the decision in it is `decide`'s own.
"""

import datetime as dt
import enum

import msgspec

from service.rules.cart import Cart
from service.rules.case import NOBODY, Case
from service.rules.compile import Program
from service.rules.compiled_rule import CompiledRule
from service.rules.conditions.finding import Finding
from service.rules.conditions.logic import Condition, explain_condition
from service.rules.decide import before_ours, decide
from service.rules.decision import (
    BadgeGiven,
    Credit,
    Decision,
    Discounted,
    Floor,
    Invited,
    Issued,
    NotApplied,
    Refused,
    Told,
)
from service.rules.document import Budget, BudgetUnit, Campaign, WhenOut
from service.rules.early import is_on
from service.rules.earned import issued_by
from service.rules.facts import Facts
from service.rules.priced import priced


class Why(enum.StrEnum):
    """Why a rule gave nothing, or less than it wanted."""

    NO_MEMBER = "no_member"  # the purchase belongs to nobody
    NO_LINES = "no_lines"  # nothing was bought
    OUTSIDE_DATES = "outside_dates"  # the campaign is not on at the purchase's instant
    LIMIT_USED_UP = "limit_used_up"  # wanted: uses with this one, given: uses the limit allows
    CONDITION_FAILED = "condition_failed"  # the findings say which part
    BUDGET_TRIMMED = "budget_trimmed"  # wanted and given: units
    BUDGET_REJECTED = "budget_rejected"  # wanted and given: units, or uses
    NO_EFFECT = "no_effect"  # fired, and nothing came of it
    EXCLUDED_BY = "excluded_by"  # another discount was better, or leaves no room for this one
    ONLY_BEFORE_DISCOUNTS = "only_before_discounts"  # fired, but gives no points at these prices
    ONLY_AFTER_DISCOUNTS = "only_after_discounts"  # fired at these prices, too late for a discount


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`wallet`, `wanted` and `given` where there is something to count; without a wallet: money.

    `by`: the rule or template that excluded it.
    """

    why: Why
    by: str | None = None
    wallet: str | None = None
    wanted: int | None = None
    given: int | None = None


class RuleExplained(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule. `fired`: its campaign was on, its limit allowed it and its condition held.

    `when` is None for a rule without condition, and where there was no member or no line to ask
    about. The condition of a rule with a discount is shown at the prices before any discount, that
    of another at those after all; one with a discount and points is asked both times.
    """

    rule: str
    campaign: str
    fired: bool
    when: Finding | None = None
    reasons: tuple[Reason, ...] = ()
    credits: tuple[Credit, ...] = ()
    floors: tuple[Floor, ...] = ()
    discounts: tuple[Discounted, ...] = ()
    issued: tuple[Issued, ...] = ()
    badges: tuple[BadgeGiven, ...] = ()
    invites: tuple[Invited, ...] = ()
    told: tuple[Told, ...] = ()


class CouponExplained(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A coupon that was presented. `template` None: it was not known.

    `when`: its condition at the prices before any discount, None where it has none.
    """

    position: int
    template: str | None = None
    applied: bool
    when: Finding | None = None
    reason: Refused | None = None
    by: str | None = None
    credits: tuple[Credit, ...] = ()
    discounts: tuple[Discounted, ...] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The decision, all coupons, and all rules that are asked of purchases by (priority, id)."""

    version: int
    at: dt.datetime
    decision: Decision
    rules: tuple[RuleExplained, ...]
    coupons: tuple[CouponExplained, ...] = ()


class _Prices:
    """The case before any discount of ours, and at the prices after all."""

    __slots__ = ("after", "before")

    def __init__(self, program: Program, cart: Cart, facts: Facts, decision: Decision) -> None:
        case = Case(cart, facts, facts.member or NOBODY, program.terms)
        self.before = before_ours(program, case)
        sold = priced(cart, decision)
        self.after = case if sold is cart else Case(sold, facts, case.member, program.terms, case)


def explain(program: Program, cart: Cart, facts: Facts) -> Explanation:
    """What became of every rule and coupon; the decision equals that of `decide`."""
    decision = decide(program, cart, facts)
    prices = _Prices(program, cart, facts, decision)
    return Explanation(
        version=program.version,
        at=facts.at,
        decision=decision,
        rules=_explain_rules(program, prices, facts, decision),
        coupons=tuple(
            _explain_coupon(program, position, prices.before, decision)
            for position in range(len(facts.coupons))
        ),
    )


def _explain_rules(
    program: Program, prices: _Prices, facts: Facts, decision: Decision
) -> tuple[RuleExplained, ...]:
    if facts.member is None or not prices.after.lines:
        why = Why.NO_MEMBER if facts.member is None else Why.NO_LINES
        return tuple(_not_asked(rule, why) for rule in program.rules)
    campaigns = program.campaigns
    return tuple(
        _explain_rule(program, rule, campaigns[rule.campaign], prices, decision)
        for rule in program.rules
    )


def _not_asked(rule: CompiledRule, why: Why) -> RuleExplained:
    reasons = (Reason(why=why),)
    return RuleExplained(rule=rule.id, campaign=rule.campaign, fired=False, reasons=reasons)


def _explain_rule(
    program: Program,
    rule: CompiledRule,
    campaign: Campaign,
    prices: _Prices,
    decision: Decision,
) -> RuleExplained:
    when = rule.rule.when
    before = _finding(program, when, prices.before) if rule.offers else None
    after = _finding(program, when, prices.after) if rule.earns else None
    finding = before if rule.offers else after
    held = [one.ok for one in (before, after) if one is not None]
    stops = _stops(
        rule,
        prices.after.facts,
        is_on=is_on(campaign, prices.after.facts.at, prices.after, program.world, program.tz),
        failed=bool(held) and not any(held),
    )
    made = RuleExplained(
        rule=rule.id,
        campaign=rule.campaign,
        fired=not stops,
        when=finding,
        credits=tuple(credit for credit in decision.credits if credit.rule == rule.id),
        floors=tuple(floor for floor in decision.floors if floor.rule == rule.id),
        discounts=tuple(
            one for one in decision.discounts if one.rule == rule.id and one.coupon is None
        ),
        issued=tuple(one for one in decision.issued if one.rule == rule.id),
        badges=tuple(one for one in decision.badges if one.rule == rule.id),
        invites=tuple(one for one in decision.invites if one.rule == rule.id),
        told=tuple(one for one in decision.told if one.rule == rule.id),
    )
    refused = next((one for one in decision.not_applied if one.rule == rule.id), None)
    gives = bool(issued_by(program, rule, prices.after.facts))
    reasons = stops or (*_half(before, after), *_cuts(rule, made, refused, gives=gives))
    return msgspec.structs.replace(made, reasons=reasons)


def _explain_coupon(
    program: Program, position: int, before: Case, decision: Decision
) -> CouponExplained:
    name = before.facts.coupons[position].template
    coupon = program.coupons.get(name or "")
    refused = next((one for one in decision.not_applied if one.coupon == position), None)
    applied = position in decision.coupons
    rule = None if coupon is None or coupon.rule is None or not applied else coupon.rule.id
    return CouponExplained(
        position=position,
        template=name,
        applied=applied,
        when=None if coupon is None else _finding(program, coupon.template.when, before),
        reason=None if refused is None else refused.reason,
        by=None if refused is None else refused.by,
        credits=tuple(credit for credit in decision.credits if credit.rule == rule),
        discounts=tuple(one for one in decision.discounts if one.coupon == position),
    )


def _finding(program: Program, when: Condition | None, case: Case) -> Finding | None:
    if when is None:
        return None
    return explain_condition(when, case, program.world, program.filters)


def _stops(rule: CompiledRule, facts: Facts, *, is_on: bool, failed: bool) -> tuple[Reason, ...]:
    """Everything that kept the rule from firing. `is_on`: its campaign is."""
    reasons = []
    if not is_on:
        reasons.append(Reason(why=Why.OUTSIDE_DATES))
    used = facts.uses.get(rule.id, 0)
    if rule.times is not None and used >= rule.times:
        reasons.append(Reason(why=Why.LIMIT_USED_UP, wanted=used + 1, given=rule.times))
    if failed:
        reasons.append(Reason(why=Why.CONDITION_FAILED))
    return tuple(reasons)


def _half(before: Finding | None, after: Finding | None) -> tuple[Reason, ...]:
    """Of a rule with a discount and points whose condition depends on the prices."""
    if before is None or after is None or before.ok == after.ok:
        return ()
    return (Reason(why=Why.ONLY_BEFORE_DISCOUNTS if before.ok else Why.ONLY_AFTER_DISCOUNTS),)


def _cuts(
    rule: CompiledRule, made: RuleExplained, refused: NotApplied | None, *, gives: bool
) -> tuple[Reason, ...]:
    """What became less of a rule that fired. `gives`: it has coupons to give."""
    reason = None if refused is None else refused.reason
    excluded: tuple[Reason, ...] = ()
    if refused is not None and reason is Refused.EXCLUDED_BY:
        excluded = (Reason(why=Why.EXCLUDED_BY, by=refused.by),)
    wanted = bool(
        made.credits
        or made.discounts
        or rule.floors
        or rule.marks
        or gives
        or reason is Refused.BUDGET_EXHAUSTED
    )
    if not wanted:
        return excluded or (Reason(why=Why.NO_EFFECT),)
    return (*excluded, *_budget_cuts(rule, made, reason))


def _budget_cuts(
    rule: CompiledRule, made: RuleExplained, reason: Refused | None
) -> tuple[Reason, ...]:
    """Of a rule that wanted something."""
    budget = rule.budget
    if budget is None:
        return ()
    match budget.unit:
        case BudgetUnit.USES:
            points = any(credit.points for credit in made.credits)
            others = made.badges or made.invites or made.told
            given = points or made.floors or made.discounts or made.issued or others
            return () if given else (Reason(why=Why.BUDGET_REJECTED, wanted=1, given=0),)
        case BudgetUnit.MONEY:
            if reason is Refused.BUDGET_EXHAUSTED:
                return (Reason(why=Why.BUDGET_REJECTED),)
            return tuple(
                Reason(why=Why.BUDGET_TRIMMED, wanted=one.wanted, given=one.amount)
                for one in made.discounts
                if one.amount < one.wanted
            )
        case BudgetUnit.POINTS:
            return tuple(_cut(budget, c) for c in made.credits if c.points < c.wanted)


def _cut(budget: Budget, credit: Credit) -> Reason:
    why = Why.BUDGET_REJECTED if budget.when_out is WhenOut.REJECT else Why.BUDGET_TRIMMED
    return Reason(why=why, wallet=credit.wallet, wanted=credit.wanted, given=credit.points)
