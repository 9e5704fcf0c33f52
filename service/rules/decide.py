"""One purchase, one decision: pure and total, the same on every worker and for every channel.

Discounts come first, then units that pay, then what the priced cart earns.
"""

from collections.abc import Collection

import msgspec

from service.rules.cart import Cart
from service.rules.case import NOBODY, Case
from service.rules.compile import Program
from service.rules.compiled_rule import CompiledRule
from service.rules.decision import Decision, NotApplied
from service.rules.document import RedeemAs
from service.rules.earned import earned
from service.rules.earned_by_coupons import with_coupons
from service.rules.facts import Facts
from service.rules.paying import Payment, unknown
from service.rules.paying_by_card import ByCard
from service.rules.taking import take, take_given


def decide(program: Program, cart: Cart, facts: Facts) -> Decision:
    """What the purchase gives by this version of the program.

    Without a line, nothing; without a member, what coupons give that are for everybody. For a
    checked document it raises nothing but TooManyCombinations: what the facts do not know counts as
    missing, no history as none.
    """
    member = facts.member
    asks = bool(facts.coupons or facts.redeem or facts.gift_cards) or facts.frozen is not None
    if not cart.lines or (member is None and not asks):
        return Decision()
    case = Case(cart, facts, member or NOBODY, program.terms)
    candidates = 0 if member is None else program.index.candidates(case)
    if asks:
        return _checked_out(program, case, candidates)
    if candidates & program.discounting:
        return _discounted(program, case, candidates)
    return earned(program, case, fired(program, case, candidates))


def fired(program: Program, case: Case, candidates: int) -> list[CompiledRule]:
    """Rules whose condition and limit hold, in order; some that would do nothing are left out."""
    rules, uses = program.rules, case.facts.uses
    found = []
    digits = f"{candidates:b}"[::-1]  # the n-th is that of the n-th rule
    n = digits.find("1")
    while n >= 0:
        rule = rules[n]
        if rule.times is None or uses.get(rule.id, 0) < rule.times:
            rest = rule.rest
            if rest is None or rest(case):
                found.append(rule)
        n = digits.find("1", n + 1)
    return found


def before_ours(program: Program, case: Case) -> Case:
    """The case at the prices before any discount of ours."""
    cart = case.cart
    if not cart.charged:
        return case
    lines = tuple(
        msgspec.structs.replace(line, charged_off=0) if line.charged_off else line
        for line in cart.lines
    )
    asked = msgspec.structs.replace(cart, lines=lines, charged=False)
    return Case(asked, case.facts, case.member, program.terms, like=case)


def _discounted(program: Program, case: Case, candidates: int) -> Decision:
    """Of a cart that presents nothing: the discounts of rules, then what the rest earns."""
    before = before_ours(program, case)
    taking = take(program, before, fired(program, before, candidates & program.discounting))
    discounts = tuple([one.stored() for one in taking.taken])
    off = [part for one in discounts for part in one.lines]
    priced = case.lowered(off) if off and not case.cart.charged else case
    rules = fired(program, priced, candidates & program.earning)
    decision = earned(program, priced, rules, None, taking.rules, discounts)
    if not taking.refused and not taking.demands:
        return decision
    return msgspec.structs.replace(
        decision,
        demands={**decision.demands, **taking.demands},
        not_applied=tuple(_in_order(program, taking.refused)),
    )


def _checked_out(program: Program, case: Case, candidates: int) -> Decision:
    """Of a cart that presents coupons, units or gift cards, or has its discounts."""
    facts = case.facts
    before = before_ours(program, case)
    if facts.frozen is not None:
        taking = take_given(program, before)
    else:
        taking = take(program, before, fired(program, before, candidates & program.discounting))
    discounts = tuple([one.stored() for one in taking.taken])
    payment = Payment(program, facts)
    off = [part for one in discounts for part in one.lines]
    if facts.redeem:
        payment.take(before.lowered(off), RedeemAs.DISCOUNT)
        off += [(n, minor) for one in payment.paid for n, minor, _ in one.lines]
    priced = case.lowered(off) if off and not case.cart.charged else case
    if facts.redeem:
        payment.take(priced, RedeemAs.TENDER)
        priced.tenders = [one for one in payment.paid if not one.off]
    cards = ByCard(priced, facts)
    if cards.paid:
        priced.tenders = [*priced.tenders, *cards.paid]
    rules = fired(program, priced, candidates & program.earning)
    by_coupons = with_coupons(priced, rules, taking.awarding, taking.caps)
    decision = earned(program, priced, by_coupons.rules, by_coupons.shares, taking.rules, discounts)
    refused = [*taking.refused, *by_coupons.refused]
    coupons = [one.coupon for one in taking.taken if one.coupon is not None]
    return msgspec.structs.replace(
        decision,
        demands={**decision.demands, **taking.demands, **taking.caps.demands},
        paid=tuple(payment.paid),
        cards=tuple(cards.paid),
        coupons=tuple(sorted([*coupons, *by_coupons.applied])),
        caps=tuple(sorted(taking.caps.taken)),
        not_applied=(
            *_in_order(program, refused),
            *payment.refused,
            *cards.refused,
            *unknown(program, facts),
        ),
    )


def _in_order(program: Program, refused: Collection[NotApplied]) -> list[NotApplied]:
    """Coupons as they were presented, then rules by (priority, id)."""
    if not refused:
        return []
    places = {rule.id: n for n, rule in enumerate(program.rules)}
    return sorted(
        refused,
        key=lambda one: (
            (0, one.coupon) if one.coupon is not None else (1, places.get(one.rule or "", 0))
        ),
    )
