"""The rule language once more, slow and plain: fractions, everything from scratch for each rule.

It reads the documents' Structs and the calendar, and none of the closures, index or tallies.
"""

import datetime as dt

from msgspec.structs import replace

from service.kernel.calendar import Period, end_of_day, period_end, shift
from service.rules.cart import NOTHING, Cart
from service.rules.decision import (
    Award,
    BadgeGiven,
    Credit,
    Decision,
    Discounted,
    Floor,
    Invited,
    Issued,
    Told,
)
from service.rules.document import Budget, BudgetUnit, Campaign, Document, Rule, Wallet, WhenOut
from service.rules.effects import (
    Effect,
    GiveBadge,
    GiveCoupon,
    InviteToClub,
    Points,
    SetTier,
    TellEvent,
)
from service.rules.expiry import Expiry, ExpiryKind, RoundTo
from service.rules.facts import Facts
from service.rules.triggers import Occasion
from tests.rules.reference_awards import (
    Fired,
    Part,
    all_parts,
    fires,
    in_order,
    of_purchases,
)
from tests.rules.reference_checkout import Checkout
from tests.rules.reference_conditions import Scene, ladder_of, tier_of

__all__ = ["decide", "decide_occasion", "fires", "in_order", "of_purchases"]


def decide(document: Document, cart: Cart, facts: Facts) -> Decision:
    """The decision, computed the long way."""
    if not cart.lines:
        return Decision()
    checkout = Checkout(document, cart, facts)
    scene = checkout.scene
    fired = (
        []
        if facts.member is None
        else [
            (campaign, rule)
            for campaign, rule in of_purchases(document)
            if fires(scene, campaign, rule)
        ]
    )
    fired = checkout.with_coupons(fired)
    decision = settled(scene, fired, all_parts(scene, fired), checkout.saving, checkout.discounts)
    return replace(
        decision,
        demands=sums(checkout.demands, decision.demands),
        paid=tuple(checkout.paid),
        coupons=tuple(sorted(checkout.coupons)),
        caps=tuple(sorted(checkout.caps)),
        not_applied=tuple(checkout.not_applied()),
    )


def decide_occasion(document: Document, occasion: Occasion, facts: Facts) -> Decision:
    """The decision about something that is no purchase."""
    if facts.member is None:
        return Decision()
    scene = Scene(document, NOTHING, facts, facts.member)
    fired = [
        (campaign, rule)
        for campaign, rule in in_order(document)
        if is_asked(rule, occasion) and fires(scene, campaign, rule, occasion.at)
    ]
    parts = [
        Part(campaign.id, rule.id, "points", wallet.id, units, units)
        for campaign, rule in fired
        for wallet in document.wallets
        if (units := fixed_of(rule, wallet.id))
    ]
    return settled(scene, fired, parts, [], [])


def is_asked(rule: Rule, occasion: Occasion) -> bool:
    trigger = rule.trigger
    return (
        (trigger.on, trigger.of, trigger.before) == (occasion.on, occasion.of, occasion.before)
        and trigger.to in (None, occasion.attributes.get("now"))
        and trigger.direction in (None, occasion.attributes.get("direction"))
    )


def fixed_of(rule: Rule, wallet: str) -> int:
    points = [one for one in rule.then if isinstance(one, Points) and one.wallet == wallet]
    return sum(one.fixed or 0 for one in points)


def sums(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in one | other}


def settled(
    scene: Scene,
    fired: Fired,
    parts: list[Part],
    saving: list[str],
    discounts: list[Discounted],
) -> Decision:
    """What the rules that fired give, cut to the budgets."""
    document = scene.document
    demands: dict[str, int] = {}
    stopped: set[str] = set()
    issued = all_issued(scene, fired)
    for campaign in document.campaigns:
        if campaign.budget is not None:
            demand = ask(scene, campaign, fired, parts, stopped, saving, issued)
            if demand:
                demands[campaign.id] = demand
    for part in parts:
        if part.rule in stopped:
            part.points = 0
    floors = [floor for floor in all_floors(scene, fired) if floor.rule not in stopped]
    issued = [one for one in issued if one.rule not in stopped]
    giving = {part.rule for part in parts if part.points} | {floor.rule for floor in floors}
    giving |= {one.rule for one in issued}
    giving |= {one.rule for one in discounts if one.coupon is None}
    marks = [
        (campaign.id, rule.id, effect)
        for campaign, rule in fired
        if rule.id not in stopped
        for effect in rule.then
        if is_mark(effect)
    ]
    giving |= {rule for _, rule, _ in marks}
    return Decision(
        awards=awards(scene, parts),
        credits=tuple(Credit(**vars(part)) for part in parts),
        floors=tuple(floors),
        uses=tuple(rule.id for _, rule in in_order(document) if rule.limit and rule.id in giving),
        demands=demands,
        discounts=tuple(discounts),
        issued=tuple(issued),
        badges=tuple(
            BadgeGiven(campaign=campaign, rule=rule, badge=one.badge)
            for campaign, rule, one in marks
            if isinstance(one, GiveBadge)
        ),
        invites=tuple(
            Invited(campaign=campaign, rule=rule, club=one.club)
            for campaign, rule, one in marks
            if isinstance(one, InviteToClub)
        ),
        told=tuple(
            Told(campaign=campaign, rule=rule, name=one.name, data=one.data)
            for campaign, rule, one in marks
            if isinstance(one, TellEvent)
        ),
    )


def is_mark(effect: Effect) -> bool:
    return isinstance(effect, GiveBadge | InviteToClub | TellEvent)


def all_issued(scene: Scene, fired: Fired) -> list[Issued]:
    found = []
    for campaign, rule in fired:
        for effect in rule.then:
            if not isinstance(effect, GiveCoupon):
                continue
            template = next(c for c in scene.document.coupons if c.id == effect.template)
            valid, first = template.valid, template.valid.from_at
            if first and template.early_access:
                first = shift(first, template.early_access.by, scene.zone, -1)
            start = scene.facts.at
            ends = [shift(start, valid.lasts, scene.zone)] if valid.lasts else []
            ends += [valid.until_at] if valid.until_at else []
            start = max(start, first) if first else start
            if not ends or min(ends) > start:
                found.append(
                    Issued(
                        campaign=campaign.id,
                        rule=rule.id,
                        template=effect.template,
                        from_at=start,
                        until_at=min(ends) if ends else None,
                    )
                )
    return found


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
    scene: Scene,
    campaign: Campaign,
    fired: Fired,
    parts: list[Part],
    stopped: set[str],
    saving: list[str],
    issued: list[Issued],
) -> int:
    """What the campaign's budget is asked for; cuts to what it granted."""
    budget = campaign.budget
    assert budget is not None
    grant = None if scene.facts.grants is None else scene.facts.grants.get(campaign.id, 0)
    own = [part for part in parts if part.campaign == campaign.id]
    if budget.unit is BudgetUnit.MONEY:
        return 0
    if budget.unit is BudgetUnit.USES:
        giving = {part.rule for part in own} | {one.rule for one in issued}
        giving_rules = [rule.id for rule in campaign.rules if rule.id in saving]
        giving_rules.sort(key=saving.index)
        giving_rules += [
            rule.id
            for owner, rule in fired
            if owner.id == campaign.id
            and rule.id not in giving_rules
            and (
                rule.id in giving
                or any(isinstance(effect, SetTier) or is_mark(effect) for effect in rule.then)
            )
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
    rules = {rule.id: rule.then for _, rule in in_order(scene.document)}
    for template in scene.document.coupons:
        effect_of = template.points or template.multiply
        rules[f"coupon:{template.id}"] = (effect_of,) if effect_of else ()
    for effect in rules[rule_id]:
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
