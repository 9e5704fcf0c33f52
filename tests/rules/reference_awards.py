"""Points and multipliers once more: fractions, everything from scratch for each rule."""

import datetime as dt
import math
from dataclasses import dataclass
from fractions import Fraction

from service.kernel.calendar import shift
from service.rules.cart import CartLine, LineKind
from service.rules.conditions.belonging import Circle
from service.rules.document import Campaign, Document, Rule, Taxed
from service.rules.effects import Multiply, Points
from tests.rules.reference_conditions import Scene, belongs, holds, matches, paid

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


def in_order(document: Document) -> list[tuple[Campaign, Rule]]:
    pairs = [(campaign, rule) for campaign in document.campaigns for rule in campaign.rules]
    return sorted(pairs, key=lambda pair: (pair[1].priority, pair[1].id))


def of_purchases(document: Document) -> list[tuple[Campaign, Rule]]:
    return [pair for pair in in_order(document) if pair[1].trigger.on == "purchase"]


def fires(
    scene: Scene, campaign: Campaign, rule: Rule, happened: dt.datetime | None = None
) -> bool:
    """`happened`: the instant at which the campaign has to be on, if not that of the facts."""
    at = happened or scene.facts.at
    start, early = campaign.from_at, campaign.early_access
    if start is not None and early is not None and belongs(scene, Circle.CLUBS, early.club):
        start = shift(start, early.by, scene.zone, -1)
    if start is not None and at < start:
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


def base(scene: Scene, n: int, less: tuple[str, ...]) -> int:
    head, line = scene.document.program, scene.cart.lines[n]
    money = paid(line) - sum(
        minor for one in scene.tenders if one.wallet in less for p, minor, _ in one.lines if p == n
    )
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
    for n, line in enumerate(scene.cart.lines):
        if line not in earning:
            continue
        adds, factor = Fraction(0), Fraction(1)
        for effect in effects:
            if not isinstance(effect, Points | Multiply) or not matches(line, effect.where):
                continue
            if isinstance(effect, Multiply):
                factor *= Fraction(*effect.by) if wallet in effect.wallets else 1
            elif effect.wallet == wallet and effect.per_amount is not None:
                award, minor = effect.per_amount
                adds += Fraction(award * base(scene, n, effect.less), minor)
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


def sums(scene: Scene, fired: Fired) -> list[int]:
    return [total(scene, [rule for _, rule in fired], w.id) for w in scene.document.wallets]
