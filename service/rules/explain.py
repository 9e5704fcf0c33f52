"""Why each rule fired or did not, on one purchase: the full explanation, for those who may read it.

It is made beside the decision, from the conditions as they stand in the document, so that it also
tells what the index skipped; the decision in it is `decide`'s own.
"""

import datetime as dt
import enum
from collections.abc import Mapping, Sequence

import msgspec

from service.rules.cart import Cart
from service.rules.case import Case
from service.rules.compile import Program
from service.rules.compiled_rule import CompiledRule
from service.rules.conditions.finding import Finding
from service.rules.conditions.logic import explain_condition
from service.rules.decide import decide
from service.rules.decision import Credit, Decision, Floor
from service.rules.document import Budget, BudgetUnit, Campaign, WhenOut
from service.rules.facts import Facts


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


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`wallet`, `wanted` and `given` where there is something to count."""

    why: Why
    wallet: str | None = None
    wanted: int | None = None
    given: int | None = None


class RuleExplained(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule. `fired`: its campaign was on, its limit allowed it and its condition held.

    `when` is None for a rule without condition, and where there was no member or no line to ask
    about.
    """

    rule: str
    campaign: str
    fired: bool
    when: Finding | None = None
    reasons: tuple[Reason, ...] = ()
    credits: tuple[Credit, ...] = ()
    floors: tuple[Floor, ...] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All rules of the version in order of (priority, id), and the decision they make."""

    version: int
    at: dt.datetime
    decision: Decision
    rules: tuple[RuleExplained, ...]


def explain(program: Program, cart: Cart, facts: Facts) -> Explanation:
    """What became of every rule of the version; the decision equals that of `decide`."""
    decision = decide(program, cart, facts)
    member = facts.member
    if member is None or not cart.lines:
        why = Why.NO_MEMBER if member is None else Why.NO_LINES
        rules = tuple(_not_asked(rule, why) for rule in program.rules)
        return Explanation(version=program.version, at=facts.at, decision=decision, rules=rules)
    case = Case(cart, facts, member, program.terms)
    campaigns = {campaign.id: campaign for campaign in program.document.campaigns}
    return Explanation(
        version=program.version,
        at=facts.at,
        decision=decision,
        rules=tuple(
            _explain_rule(program, rule, campaigns, case, decision) for rule in program.rules
        ),
    )


def _not_asked(rule: CompiledRule, why: Why) -> RuleExplained:
    reasons = (Reason(why=why),)
    return RuleExplained(rule=rule.id, campaign=rule.campaign, fired=False, reasons=reasons)


def _explain_rule(
    program: Program,
    rule: CompiledRule,
    campaigns: Mapping[str, Campaign],
    case: Case,
    decision: Decision,
) -> RuleExplained:
    when = rule.rule.when
    finding = (
        None if when is None else explain_condition(when, case, program.world, program.filters)
    )
    stops = _stops(rule, campaigns[rule.campaign], case.facts, finding)
    own = tuple(credit for credit in decision.credits if credit.rule == rule.id)
    floors = tuple(floor for floor in decision.floors if floor.rule == rule.id)
    return RuleExplained(
        rule=rule.id,
        campaign=rule.campaign,
        fired=not stops,
        when=finding,
        reasons=stops or _cuts(rule, own, floors),
        credits=own,
        floors=floors,
    )


def _stops(
    rule: CompiledRule, campaign: Campaign, facts: Facts, finding: Finding | None
) -> tuple[Reason, ...]:
    """Everything that kept the rule from firing."""
    reasons = []
    early = campaign.from_at is not None and facts.at < campaign.from_at
    late = campaign.until_at is not None and facts.at >= campaign.until_at
    if early or late:
        reasons.append(Reason(why=Why.OUTSIDE_DATES))
    used = facts.uses.get(rule.id, 0)
    if rule.times is not None and used >= rule.times:
        reasons.append(Reason(why=Why.LIMIT_USED_UP, wanted=used + 1, given=rule.times))
    if finding is not None and not finding.ok:
        reasons.append(Reason(why=Why.CONDITION_FAILED))
    return tuple(reasons)


def _cuts(rule: CompiledRule, own: Sequence[Credit], floors: Sequence[Floor]) -> tuple[Reason, ...]:
    """What became less of a rule that fired."""
    if not own and not rule.floors:
        return (Reason(why=Why.NO_EFFECT),)
    if rule.budget is None:
        return ()
    if rule.budget.unit is BudgetUnit.USES:
        given = any(credit.points for credit in own) or len(floors) > 0
        return () if given else (Reason(why=Why.BUDGET_REJECTED, wanted=1, given=0),)
    return tuple(_cut(rule.budget, credit) for credit in own if credit.points < credit.wanted)


def _cut(budget: Budget, credit: Credit) -> Reason:
    why = Why.BUDGET_REJECTED if budget.when_out is WhenOut.REJECT else Why.BUDGET_TRIMMED
    return Reason(why=why, wallet=credit.wallet, wanted=credit.wanted, given=credit.points)
