"""What a cart earns: exact fractions, one floor at the end, each rule's part by its difference."""

import math
from dataclasses import dataclass, field
from fractions import Fraction

from tests.oracle.program import (
    Campaign,
    Fixed,
    GiveCoupon,
    LiftTo,
    Line,
    PerAmount,
    PerUnit,
    Program,
    Rule,
    Seen,
    Times,
)


@dataclass
class Outcome:
    """What came out: units per wallet, rules that gave something, floors, wants of campaigns,
    (rule, template) of the coupons given."""

    units: dict[str, int] = field(default_factory=dict)
    fired: dict[str, Rule] = field(default_factory=dict)
    lifts: list[LiftTo] = field(default_factory=list)
    wants: dict[str, int] = field(default_factory=dict)
    given: list[tuple[str, str]] = field(default_factory=list)


def line_units(line: Line, rules: list[Rule], wallet: str) -> Fraction:
    """What the line gives to the wallet by these rules: the sum of rates times the multipliers."""
    units, factor = Fraction(0), Fraction(1)
    for effect in (effect for rule in rules for effect in rule.then):
        match effect:
            case PerAmount() if effect.wallet == wallet and effect.where(line):
                base = line.paid() - (line.by_units if effect.less else 0)
                units += Fraction(effect.award * base, effect.per)
            case PerUnit() if effect.wallet == wallet and effect.where(line):
                units += Fraction(effect.award * line.quantity, 1000)
            case Times() if wallet in effect.wallets and effect.where(line):
                factor *= effect.by
            case _:
                pass
    return units * factor


def cart_units(program: Program, lines: tuple[Line, ...], rules: list[Rule], wallet: str) -> int:
    """What the cart gives to the wallet by these rules, in whole units."""
    earning = [line for line in lines if program.earns(line)]
    fixed = sum(
        effect.units
        for rule in rules
        for effect in rule.then
        if isinstance(effect, Fixed) and effect.wallet == wallet and earning
    )
    return math.floor(sum((line_units(line, rules, wallet) for line in earning), Fraction(fixed)))


def in_force(program: Program, seen: Seen) -> list[tuple[Campaign, Rule]]:
    """The rules of the campaigns of that instant, in their order."""
    rules = [
        (campaign, rule)
        for campaign in program.campaigns
        if (campaign.from_at is None or campaign.from_at <= seen.at)
        and (campaign.until_at is None or seen.at < campaign.until_at)
        for rule in campaign.rules
    ]
    return sorted(rules, key=lambda pair: (pair[1].priority, pair[1].id))


def decide(
    program: Program,
    seen: Seen,
    allowed: set[str],
    grants: dict[str, int] | None = None,
) -> Outcome:
    """Decide a cart. `allowed`: limited rules that may still fire; `grants`: what budgets gave per
    campaign (None: all that is wanted)."""
    outcome = Outcome()
    if not seen.lines:
        return outcome
    applied = [
        (campaign, rule)
        for campaign, rule in in_force(program, seen)
        if (rule.limit is None or rule.id in allowed) and rule.when(seen)
    ]
    for wallet in program.wallets:
        _decide_wallet(program, seen, applied, wallet.id, outcome)
    for _, rule in applied:
        lifts = [effect for effect in rule.then if isinstance(effect, LiftTo)]
        outcome.lifts += lifts
        gifts = [effect for effect in rule.then if isinstance(effect, GiveCoupon)]
        outcome.given += [(rule.id, gift.template) for gift in gifts]
        if lifts or gifts:
            outcome.fired[rule.id] = rule
    _cut(program, outcome, grants)
    return outcome


def _decide_wallet(
    program: Program,
    seen: Seen,
    applied: list[tuple[Campaign, Rule]],
    wallet: str,
    outcome: Outcome,
) -> None:
    before = 0
    for n, (campaign, rule) in enumerate(applied):
        so_far = [earlier for _, earlier in applied[: n + 1]]
        after = cart_units(program, seen.lines, so_far, wallet)
        if after > before:
            outcome.fired[rule.id] = rule
            if campaign.budget and campaign.budget.wallet == wallet:
                wanted = outcome.wants.get(campaign.id, 0)
                outcome.wants[campaign.id] = wanted + after - before
        before = after
    if before:
        outcome.units[wallet] = before


def _cut(program: Program, outcome: Outcome, grants: dict[str, int] | None) -> None:
    """Take from each budgeted wallet what its campaign wanted beyond its grant."""
    for campaign in program.campaigns:
        if grants is None or campaign.budget is None or campaign.id not in outcome.wants:
            continue
        wallet, wanted = campaign.budget.wallet, outcome.wants[campaign.id]
        missing = wanted - min(wanted, grants.get(campaign.id, 0))
        outcome.units[wallet] -= missing
        if not outcome.units[wallet]:
            del outcome.units[wallet]
