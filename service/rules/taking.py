"""The discounts of one purchase: the best that may be had, cut to what budgets granted."""

import operator
from collections.abc import Container, Sequence
from typing import Final

from service.rules.caps import Caps
from service.rules.case import Bought, Case
from service.rules.compile import Program
from service.rules.compiled_rule import CompiledRule
from service.rules.decision import NotApplied, Refused
from service.rules.discounts.money import Prices, half_up
from service.rules.discounts.offers import Bid, Taken, taken_before, taken_by
from service.rules.discounts.reasons import losers
from service.rules.discounts.search import Cap, best
from service.rules.facts import Unusable
from service.rules.grants import cut_discounts

_TIMES: Final = frozenset({Unusable.NOT_STARTED, Unusable.EXPIRED})
_key: Final = operator.attrgetter("key")
_quantity: Final = operator.attrgetter("quantity")


class Taking:
    """The discounts taken, in order, and what became of the coupons.

    rules: those whose discounts want something, in order. awarding: usable coupons that give points
    or multiply, as rules. demands: what budgets of money are asked for.
    """

    __slots__ = ("awarding", "caps", "demands", "refused", "rules", "taken")

    def __init__(self, caps: Caps) -> None:
        self.caps = caps
        self.taken: list[Taken] = []
        self.rules: list[CompiledRule] = []
        self.awarding: list[CompiledRule] = []
        self.demands: dict[str, int] = {}
        self.refused: list[NotApplied] = []

    def refuse(self, coupon: int, reason: Refused) -> None:
        """The coupon at this position is not applied."""
        self.refused.append(NotApplied(reason=reason, coupon=coupon))


def take(program: Program, before: Case, rules: Sequence[CompiledRule]) -> Taking:
    """Decide the discounts of rules that offer some, and of coupons.

    `before`: the case before any discount of ours.
    """
    taking = Taking(Caps(program, before.facts))
    bids = [Bid(offer, before) for rule in rules for offer in rule.offers]
    if before.facts.coupons:
        bids += _bids_of_coupons(program, before, taking)
    if bids:
        _take_best(program, before, bids, taking)
        _cut(program, before, taking, given=False)
    return taking


def take_given(program: Program, before: Case) -> Taking:
    """The discounts as they were given before; coupons not among them had no effect."""
    taking = Taking(Caps(program, before.facts))
    given = before.facts.frozen or ()
    taking.taken = [taken_before(one) for one in given]
    applied = {one.coupon for one in given if one.coupon is not None}
    for bid in _bids_of_coupons(program, before, taking, applied):
        taking.refuse(bid.coupon or 0, Refused.NO_EFFECT)
    for one in taking.taken:
        reason = None if one.coupon is None else _gone(before, taking, one.coupon)
        if reason is not None:
            one.cut(0)
            taking.refuse(one.coupon or 0, reason)
    _cut(program, before, taking, given=True)
    return taking


def _gone(before: Case, taking: Taking, coupon: int) -> Refused | None:
    """Why a coupon that has had its effect cannot be used after all; None: it can.

    That its time has passed since changes no price.
    """
    presented = before.facts.coupons[coupon]
    if presented.why is not None and presented.why not in _TIMES and not presented.forced:
        return Refused(presented.why)
    return None if taking.caps.asked(coupon, given=True) else Refused.USED_UP


def start_prices(bought: Bought) -> Prices:
    """What the lines cost before any discount of ours."""
    paid = bought.paid
    left = [max(0, minor) for minor in paid] if min(paid, default=0) < 0 else paid.copy()
    return Prices(left, [*map(_quantity, bought.lines)])


def _bids_of_coupons(
    program: Program, before: Case, taking: Taking, applied: Container[int] = ()
) -> list[Bid]:
    """Usable coupons with a discount; the others are refused or kept for the awards."""
    known = before.facts.member is not None
    bids = []
    for position, presented in enumerate(before.facts.coupons):
        if position in applied:
            continue
        coupon = program.coupons.get(presented.template or "")
        if presented.why is not None and not presented.forced:
            taking.refuse(position, Refused(presented.why))
        elif coupon is None:
            taking.refuse(position, Refused.UNKNOWN)
        elif (reason := coupon.refused(presented, before, known=known)) is not None:
            taking.refuse(position, reason)
        elif coupon.rule is not None:
            taking.awarding.append(coupon.rule.presented(position))
        elif coupon.offer is not None:
            bids.append(Bid(coupon.offer, before, position, forced=presented.forced))
    return bids


def _take_best(program: Program, before: Case, bids: list[Bid], taking: Taking) -> None:
    """Search; a winner whose code is used up is left out, and the rest searched once more."""
    prices = start_prices(before)
    caps = _caps(program, before, prices)
    while True:
        chosen = best(bids, prices, caps)
        out = [
            bid
            for bid, _ in chosen.effects
            if bid.coupon is not None and not taking.caps.asked(bid.coupon)
        ]
        if not out:
            break
        for bid in out:
            taking.refuse(bid.coupon or 0, Refused.USED_UP)
        bids = [bid for bid in bids if bid not in out]
    taking.taken = [taken_by(bid, parts) for bid, parts in chosen.effects]
    if len(chosen.effects) < len(bids):
        taking.refused += losers(bids, chosen)


def _caps(program: Program, before: Case, prices: Prices) -> list[Cap]:
    caps: list[Cap] = []
    for where, share in program.discount_caps:
        lines = frozenset(where.match(before))
        caps.append((lines, half_up(sum([prices.left[n] for n in lines]), share)))
    return caps


def _cut(program: Program, before: Case, taking: Taking, *, given: bool) -> None:
    """Cut to what budgets granted; a rule whose discounts are cut to nothing is told."""
    known = program.rules_by_id
    names = {one.rule for one in taking.taken if one.coupon is None and one.amount}
    rules = [known[name] for name in names if name in known]
    taking.rules = sorted(rules, key=_key)
    if program.budgets:
        taking.demands = cut_discounts(program, taking.taken, before.facts.grants, given=given)
    kept = [one for one in taking.taken if one.amount]
    if len(kept) == len(taking.taken):
        return
    taking.taken = kept
    left = {one.rule for one in kept if one.coupon is None}
    taking.refused += [
        NotApplied(reason=Refused.BUDGET_EXHAUSTED, rule=rule.id)
        for rule in taking.rules
        if rule.id not in left
    ]
