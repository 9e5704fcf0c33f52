"""Coupons that give points or multiply: they act like rules, when they are granted."""

from collections.abc import Sequence

from service.rules import awards
from service.rules.awards import Share
from service.rules.caps import Caps
from service.rules.case import Case
from service.rules.compiled_rule import CompiledRule
from service.rules.decision import NotApplied, Refused


class ByCoupons:
    """rules: those that fired with the coupons that act, in order; shares: theirs.

    applied: positions of the coupons with an effect.
    """

    __slots__ = ("applied", "refused", "rules", "shares")

    def __init__(self, rules: Sequence[CompiledRule], shares: list[Share]) -> None:
        self.rules = rules
        self.shares = shares
        self.applied: list[int] = []
        self.refused: list[NotApplied] = []


def with_coupons(
    case: Case,
    fired: Sequence[CompiledRule],
    coupons: Sequence[CompiledRule],
    caps: Caps,
) -> ByCoupons:
    """Let the coupons act among the rules that fired, but for those whose code is used up."""
    if not coupons:
        return ByCoupons(fired, awards.shares(case, fired))
    refused: list[NotApplied] = []
    while True:
        rules = in_order(fired, coupons)
        shares = awards.shares(case, rules)
        effective = [coupon for coupon in coupons if _has_effect(case, rules, shares, coupon)]
        out = [one for one in effective if not caps.asked(one.coupon or 0)]
        if not out:
            break
        refused += [NotApplied(reason=Refused.USED_UP, coupon=one.coupon) for one in out]
        coupons = [coupon for coupon in coupons if coupon not in out]
    found = ByCoupons(rules, shares)
    found.applied = [one.coupon for one in effective if one.coupon is not None]
    found.refused = refused + [
        NotApplied(reason=Refused.NO_EFFECT, coupon=one.coupon)
        for one in coupons
        if one not in effective
    ]
    return found


def in_order(
    fired: Sequence[CompiledRule], coupons: Sequence[CompiledRule]
) -> Sequence[CompiledRule]:
    """Rules and coupons together by (priority, id), coupons of one template as presented."""
    if not coupons:
        return fired
    return sorted(
        [*fired, *coupons], key=lambda one: (one.key, -1 if one.coupon is None else one.coupon)
    )


def _has_effect(
    case: Case, rules: Sequence[CompiledRule], shares: Sequence[Share], coupon: CompiledRule
) -> bool:
    """Whether something is credited to it, or less would be earned without it.

    A multiplier that stands before the points it multiplies has no part of its own.
    """
    if any(share.rule is coupon for share in shares):
        return True
    others = [rule for rule in rules if rule is not coupon]
    return _totals(shares) != _totals(awards.shares(case, others))


def _totals(shares: Sequence[Share]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for share in shares:
        wallet = share.part.wallet
        totals[wallet] = totals.get(wallet, 0) + share.wanted
    return totals
