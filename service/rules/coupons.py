"""Coupon templates, compiled: when a presented coupon can be used, and what it then does."""

from collections.abc import Mapping
from typing import Final

from service.rules.case import Case
from service.rules.compiled_rule import CompiledRule, LotKinds, compile_parts
from service.rules.conditions.activities import Activities
from service.rules.conditions.belonging import Belonging, Belongs, in_club
from service.rules.conditions.fact import MEMBER, Fact, World
from service.rules.conditions.history import History
from service.rules.conditions.lines import Filters
from service.rules.conditions.logic import Condition, Holds, compile_condition, leaves
from service.rules.decision import Refused
from service.rules.discounts.offers import Offer
from service.rules.document import (
    Budget,
    BudgetUnit,
    Campaign,
    CouponTemplate,
    Rule,
    Wallet,
    WhenOut,
)
from service.rules.facts import Presented

PREFIX: Final = "coupon:"  # of the campaign and rule that a template's points are credited to


class CompiledCoupon:
    """A template: an `offer`, or a `rule` that gives points or multiplies.

    `needs_member`: it does nothing for a purchase of nobody. `cap`: its shared code's budget.
    `early`: who may use it before it starts for everybody, if there is somebody.
    """

    __slots__ = ("cap", "early", "holds", "needs_member", "offer", "rule", "template")

    def __init__(
        self,
        template: CouponTemplate,
        holds: Holds | None,
        offer: Offer | None,
        rule: CompiledRule | None,
        early: Belongs | None = None,
    ) -> None:
        self.template = template
        self.early = early
        self.holds = holds
        self.offer = offer
        self.rule = rule
        self.cap = template.cap
        self.needs_member = (
            template.personal
            or template.per_member is not None
            or rule is not None
            or (template.when is not None and reads_person(template.when))
        )

    def refused(self, presented: Presented, case: Case, *, known: bool) -> Refused | None:
        """Why it is not used in this cart; None: it is. `known`: the purchase has a member."""
        if self.needs_member and not known and (self.rule is not None or not presented.forced):
            return Refused.NEEDS_MEMBER
        if presented.forced:
            return None
        if self.early is not None and self._is_too_early(case, self.early):
            return Refused.NOT_STARTED
        if self.holds is None or self.holds(case):
            return None
        return Refused.CONDITION_FAILED

    def _is_too_early(self, case: Case, belongs: Belongs) -> bool:
        starts = self.template.valid.from_at
        return starts is not None and case.facts.at < starts and not belongs(case)


def reads_person(condition: Condition) -> bool:
    """True when the condition asks about the member, or what he bought or did before."""
    return any(
        isinstance(leaf, History | Belonging | Activities)
        or (isinstance(leaf, Fact) and leaf.fact.startswith(MEMBER))
        for leaf in leaves(condition)
    )


def cap_budget(template: CouponTemplate) -> Budget | None:
    """The uses of a shared code as a budget; None: it has no cap."""
    if template.cap is None or template.uses is None:
        return None
    return Budget(unit=BudgetUnit.USES, amount=template.uses, when_out=WhenOut.REJECT)


def rule_of(template: CouponTemplate) -> Rule | None:
    """The template's points or multiplier as a rule without condition; None: it has neither."""
    effect = template.points or template.multiply
    if effect is None:
        return None
    name = f"{PREFIX}{template.id}"
    return Rule(at=template.at, id=name, priority=template.priority, then=(effect,))


def compile_coupon(
    template: CouponTemplate,
    wallets: Mapping[str, Wallet],
    scales: Mapping[str, int],
    world: World,
    filters: Filters,
    lots: LotKinds,
) -> CompiledCoupon:
    """The template, ready to decide."""
    when, rule, discount = template.when, rule_of(template), template.discount
    compiled = None
    if rule is not None:
        parts = compile_parts(rule, wallets, scales, filters, lots)
        compiled = CompiledRule(Campaign(at=template.at, id=rule.id), rule, None, parts)
        compiled.key = (template.priority, template.id)
    offer = None
    if discount is not None:
        offer = Offer(discount, filters, campaign="", owner=template.id, priority=template.priority)
    holds = None if when is None else compile_condition(when, world, filters)
    early = template.early_access
    sooner = None if early is None else in_club(early.club, world)
    return CompiledCoupon(template, holds, offer, compiled, sooner)
