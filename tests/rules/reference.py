"""The rule language once more, slow and plain: fractions, everything from scratch for each rule.

It reads the documents' Structs and the calendar, and none of the closures, index or tallies.
"""

import datetime as dt
import math
from dataclasses import dataclass
from fractions import Fraction

from service.kernel.calendar import Period, end_of_day, period_end, shift
from service.rules.cart import Cart, CartLine, LineKind
from service.rules.decision import Award, Credit, Decision, Floor
from service.rules.document import (
    Budget,
    BudgetUnit,
    Campaign,
    Document,
    Rule,
    Taxed,
    Wallet,
    WhenOut,
)
from service.rules.effects import Multiply, Points, SetTier
from service.rules.expiry import Expiry, ExpiryKind, RoundTo
from service.rules.facts import Facts
from tests.rules.reference_conditions import Scene, holds, ladder_of, matches, paid, tier_of

Fired = list[tuple[Campaign, Rule]]


@dataclass
class Part:
    """A rule's part of a wallet: `points` given of `wanted`."""

    campaign: str
    rule: str
    effect: str
    wallet: str
    points: int
    wanted: int


def decide(document: Document, cart: Cart, facts: Facts) -> Decision:
    """The decision, computed the long way."""
    if facts.member is None or not cart.lines:
        return Decision()
    scene = Scene(document, cart, facts, facts.member)
    fired = [
        (campaign, rule) for campaign, rule in in_order(document) if fires(scene, campaign, rule)
    ]
    parts = all_parts(scene, fired)
    demands: dict[str, int] = {}
    stopped: set[str] = set()
    for campaign in document.campaigns:
        if campaign.budget is not None:
            demand = ask(scene, campaign, fired, parts, stopped)
            if demand:
                demands[campaign.id] = demand
    for part in parts:
        if part.rule in stopped:
            part.points = 0
    floors = [floor for floor in all_floors(scene, fired) if floor.rule not in stopped]
    giving = {part.rule for part in parts if part.points} | {floor.rule for floor in floors}
    return Decision(
        awards=awards(scene, parts),
        credits=tuple(Credit(**vars(part)) for part in parts),
        floors=tuple(floors),
        uses=tuple(rule.id for _, rule in fired if rule.limit is not None and rule.id in giving),
        demands=demands,
    )


def in_order(document: Document) -> list[tuple[Campaign, Rule]]:
    pairs = [(campaign, rule) for campaign in document.campaigns for rule in campaign.rules]
    return sorted(pairs, key=lambda pair: (pair[1].priority, pair[1].id))


def fires(scene: Scene, campaign: Campaign, rule: Rule) -> bool:
    at = scene.facts.at
    if campaign.from_at is not None and at < campaign.from_at:
        return False
    if campaign.until_at is not None and at >= campaign.until_at:
        return False
    if rule.limit is not None and scene.facts.uses.get(rule.id, 0) >= rule.limit.times:
        return False
    return rule.when is None or holds(scene, rule.when)


def earns(scene: Scene, line: CartLine) -> bool:
    if line.kind in (LineKind.GIFT_CARD, LineKind.DEPOSIT):
        return False
    return not any(matches(line, where) for where in scene.document.program.no_earning)


def base(scene: Scene, line: CartLine) -> int:
    head = scene.document.program
    money = paid(line)
    tax = math.floor(Fraction(line.tax_amount * money, line.amount)) if line.amount else 0
    if (head.prices, head.earns_on) == (Taxed.GROSS, Taxed.NET):
        money -= tax
    if (head.prices, head.earns_on) == (Taxed.NET, Taxed.GROSS):
        money += tax
    return max(0, money)


def total(scene: Scene, rules: list[Rule], wallet: str) -> int:
    """What these rules together give to the wallet, with one floor at the end."""
    effects = [effect for rule in rules for effect in rule.then]
    earning = [line for line in scene.cart.lines if earns(scene, line)]
    whole = Fraction(0)
    for line in earning:
        adds, factor = Fraction(0), Fraction(1)
        for effect in effects:
            if isinstance(effect, SetTier) or not matches(line, effect.where):
                continue
            if isinstance(effect, Multiply):
                factor *= Fraction(*effect.by) if wallet in effect.wallets else 1
            elif effect.wallet == wallet and effect.per_amount is not None:
                award, minor = effect.per_amount
                adds += Fraction(award * base(scene, line), minor)
            elif effect.wallet == wallet and effect.per_unit is not None:
                adds += Fraction(effect.per_unit * line.quantity, 1000)
        whole += adds * factor
    for effect in effects:
        if isinstance(effect, Points) and effect.wallet == wallet and effect.fixed is not None:
            whole += effect.fixed if any(matches(line, effect.where) for line in earning) else 0
    return math.floor(whole)


def all_parts(scene: Scene, fired: Fired) -> list[Part]:
    """Each rule's part: what the total rises by when the rule comes."""
    rules = [rule for _, rule in fired]
    parts = []
    for n, (campaign, rule) in enumerate(fired):
        for wallet in scene.document.wallets:
            part = total(scene, rules[: n + 1], wallet.id) - total(scene, rules[:n], wallet.id)
            gives = any(isinstance(e, Points) and e.wallet == wallet.id for e in rule.then)
            effect = "points" if gives else "multiply"
            if part:
                parts.append(Part(campaign.id, rule.id, effect, wallet.id, part, part))
    return parts


def all_floors(scene: Scene, fired: Fired) -> list[Floor]:
    return [
        Floor(
            campaign=campaign.id,
            rule=rule.id,
            ladder=effect.ladder,
            tier=effect.tier,
            until_at=None
            if effect.lasts is None
            else shift(scene.facts.at, effect.lasts, scene.zone),
        )
        for campaign, rule in fired
        for effect in rule.then
        if isinstance(effect, SetTier)
    ]


def ask(
    scene: Scene, campaign: Campaign, fired: Fired, parts: list[Part], stopped: set[str]
) -> int:
    """What the campaign's budget is asked for; cuts to what it granted."""
    budget = campaign.budget
    assert budget is not None
    grant = None if scene.facts.grants is None else scene.facts.grants.get(campaign.id, 0)
    own = [part for part in parts if part.campaign == campaign.id]
    if budget.unit is BudgetUnit.USES:
        giving = {part.rule for part in own}
        giving_rules = [
            rule.id
            for owner, rule in fired
            if owner.id == campaign.id
            and (rule.id in giving or any(isinstance(effect, SetTier) for effect in rule.then))
        ]
        if grant is not None:
            stopped.update(giving_rules[grant:])
        return len(giving_rules)
    paying = [part for part in own if part.wallet in budget_wallets(scene, budget)]
    wanted = sum(part.wanted for part in paying)
    if grant is not None:
        left = 0 if budget.when_out is WhenOut.REJECT and grant < wanted else grant
        for part in paying:
            part.points = min(part.wanted, left)
            left -= part.points
    return wanted


def budget_wallets(scene: Scene, budget: Budget) -> list[str]:
    if budget.wallet is not None:
        return [budget.wallet]
    return [wallet.id for wallet in scene.document.wallets if not wallet.qualifying]


def awards(scene: Scene, parts: list[Part]) -> tuple[Award, ...]:
    found = []
    for wallet in scene.document.wallets:
        at = scene.facts.at
        available_at = at if wallet.pending is None else shift(at, wallet.pending, scene.zone)
        lots: dict[dt.datetime | None, int] = {}
        for part in parts:
            if part.wallet == wallet.id and part.points:
                expiry = expiry_of(scene, wallet, part.rule)
                lapses = expires_at(expiry, available_at, scene)
                lots[lapses] = lots.get(lapses, 0) + part.points
        found += [
            Award(wallet=wallet.id, points=points, available_at=available_at, expires_at=lapses)
            for lapses, points in sorted(
                lots.items(), key=lambda lot: (lot[0] is None, lot[0] or available_at)
            )
        ]
    return tuple(found)


def expiry_of(scene: Scene, wallet: Wallet, rule_id: str) -> Expiry:
    rule = next(rule for _, rule in in_order(scene.document) if rule.id == rule_id)
    for effect in rule.then:
        if isinstance(effect, Points) and effect.wallet == wallet.id and effect.expires is not None:
            return effect.expires
    for ladder, tier, expiry in wallet.expires_by_tier:
        if tier_of(scene, ladder_of(scene, ladder)) == tier:
            return expiry
    return wallet.expires


def expires_at(expiry: Expiry, available_at: dt.datetime, scene: Scene) -> dt.datetime | None:
    if expiry.kind is ExpiryKind.NEVER:
        return None
    if expiry.kind is ExpiryKind.DATES:
        day = available_at.astimezone(scene.zone).date()
        while (day.month, day.day) not in expiry.dates:
            day += dt.timedelta(days=1)
        return end_of_day(day, scene.zone)
    assert expiry.after is not None
    end = shift(available_at, expiry.after, scene.zone)
    periods = {
        None: None,
        RoundTo.MONTH_END: Period.MONTH,
        RoundTo.QUARTER_END: Period.QUARTER,
        RoundTo.YEAR_END: Period.YEAR,
    }
    period = periods[expiry.round_to]
    return end if period is None else period_end(end, period, scene.zone)
