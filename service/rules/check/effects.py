"""`then`: what a rule gives."""

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from service.rules.check import expiries, leaves
from service.rules.check.cursor import Cursor, Fields
from service.rules.check.discounts import discount
from service.rules.check.scope import Scope
from service.rules.check.where import where
from service.rules.conditions.lines import Where
from service.rules.document import RedeemAs, Wallet
from service.rules.effects import (
    Effect,
    GiveBadge,
    GiveCoupon,
    InviteToClub,
    Multiply,
    Points,
    SetTier,
    TellEvent,
)
from service.rules.gift_cards import GIFT_CARD
from service.rules.source import Leaf

EFFECTS_MAX: Final = 20  # of one rule
MULTIPLIER_MAX: Final = 1000
LATER: Final = ("gift_card", "stamp", "reward", "tickets", "message")
OF_PURCHASES: Final = ("multiply", "discount")
POINTS_KEYS: Final = ("wallet", "fixed", "per", "award", "where", "expires", "less")
POINTS_LATER: Final = ("max",)
MULTIPLY_KEYS: Final = ("by", "wallets", "where")
MULTIPLY_LATER: Final = ("exclusive_group", "max")
SET_TIER_KEYS: Final = ("ladder", "tier", "for")
COUPON_KEYS: Final = ("template",)
BADGE_KEYS: Final = ("badge",)
INVITE_KEYS: Final = ("club",)
EVENT_KEYS: Final = ("name", "data")
DATA_MAX: Final = 20


def effects(at: Cursor, scope: Scope) -> tuple[Effect, ...]:
    """The effects of a rule, each a mapping of one key."""
    found: list[Effect] = []
    for item in at.items("a list of effects", least=1, most=EFFECTS_MAX):
        children = list(item.children("an effect such as {points: {fixed: 100}}"))
        if len(children) != 1 and item.got() == "a mapping":
            item.fail("expected one effect: each has its own '-' in the list")
        found.extend(effect for child in children if (effect := _effect(child, scope)))
    return tuple(found)


def _effect(at: Cursor, scope: Scope) -> Effect | None:
    word = at.key.text if at.key else ""
    if word in OF_PURCHASES and scope.without_purchase:
        at.fail_key(f"'{word}' is about a purchase, and this rule is asked without one")
        return None
    if word in READERS:
        return READERS[word](at, scope)
    if word in LATER:
        at.fail_key(f"effect '{word}' is not supported yet")
    else:
        at.unknown_key("effect", READERS)
    return None


def points(at: Cursor, scope: Scope) -> Points:
    """Units to a wallet, the first one to spend from unless another is named."""
    fields = at.fields(POINTS_KEYS, POINTS_LATER)
    if scope.without_purchase:
        for key in ("per", "where"):
            fields[key].fail_key(f"there is no purchase here that '{key}' could be about")
    way = fields.only(("fixed", "per"))
    wallet = _wallet(fields, scope)
    fixed = _units(fields["fixed"], wallet)
    if "award" in fields and way == "fixed":
        fields["award"].fail_key("'award' goes with 'per', not with 'fixed'")
    award = _units(fields.need("award") if way == "per" else fields["award"], wallet)
    per = fields["per"]
    by_unit = isinstance(per.node, Leaf) and per.node.value == "unit"
    minor = None if by_unit else leaves.above_zero(per, scope.currency)
    if by_unit or way == "fixed":
        fields["less"].fail_key("'less' goes with 'per' an amount: only money paid is less")
    return Points(
        at=at.path,
        wallet=wallet.id if wallet else "",
        fixed=fixed,
        per_amount=None if award is None or minor is None else (award, minor),
        per_unit=award if by_unit else None,
        where=_where(fields, scope),
        expires=expiries.expiry(fields["expires"], inactivity=False)
        if "expires" in fields
        else None,
        less=_tenders(fields["less"], scope),
    )


def _tenders(at: Cursor, scope: Scope) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for item in at.items("a list of wallets", least=1):
        name = leaves.choice(item, (*scope.wallets, GIFT_CARD), "wallet")
        if name == GIFT_CARD:
            found[name] = None
            continue
        if name is None or name not in scope.wallets:
            continue
        how = scope.wallets[name].redeem
        if how is None or how.paid_as is not RedeemAs.TENDER:
            item.fail(f"wallet '{name}' does not pay as a tender, so it leaves nothing out")
        found[name] = None
    return tuple(found)


def _wallet(fields: Fields, scope: Scope) -> Wallet | None:
    if "wallet" in fields:
        name = leaves.choice(fields["wallet"], scope.wallets, "wallet")
        return scope.wallets.get(name or "")
    spendable = scope.spendable()
    if not spendable:
        fields.cursor.fail("no wallet to spend from is declared: name the 'wallet'")
        return None
    return scope.wallets[spendable[0]]


def _units(at: Cursor, wallet: Wallet | None) -> int | None:
    return None if wallet is None else leaves.wallet_units(at, wallet.id, wallet.scale)


def _where(fields: Fields, scope: Scope) -> Where:
    return where(fields["where"], scope.registry.line_fields, scope.currency)


def multiply(at: Cursor, scope: Scope) -> Multiply:
    """A factor for the wallets to spend from, unless others are named."""
    fields = at.fields(MULTIPLY_KEYS, MULTIPLY_LATER)
    by = fields.need("by")
    factor = leaves.number(by, "a number such as 2 or 1.5")
    if factor is not None and not 1 <= factor <= MULTIPLIER_MAX:
        by.expected(f"a number from 1 to {MULTIPLIER_MAX}")
    exact = Fraction(factor or 1)
    return Multiply(
        at=at.path,
        by=(exact.numerator, exact.denominator),
        wallets=_wallets(fields, scope),
        where=_where(fields, scope),
    )


def _wallets(fields: Fields, scope: Scope) -> tuple[str, ...]:
    if "wallets" not in fields:
        spendable = scope.spendable()
        if not spendable:
            fields.cursor.fail("no wallet to spend from is declared: name the 'wallets'")
        return spendable
    items = fields["wallets"].items("a list of wallets", least=1)
    names = [leaves.choice(item, scope.wallets, "wallet") for item in items]
    return tuple(dict.fromkeys(name for name in names if name is not None))


def _set_tier(at: Cursor, scope: Scope) -> SetTier:
    fields = at.fields(SET_TIER_KEYS)
    name = leaves.choice(fields.need("ladder"), scope.ladders, "ladder") or ""
    tier = fields.need("tier")
    ladder = scope.ladders.get(name)
    tiers = [one.id for one in ladder.tiers] if ladder else []
    return SetTier(
        at=at.path,
        ladder=name,
        tier=(leaves.choice(tier, tiers, "tier") if ladder else None) or "",
        lasts=leaves.duration(fields["for"]),
    )


def _coupon(at: Cursor, scope: Scope) -> GiveCoupon:
    template = at.fields(COUPON_KEYS).need("template")
    name = leaves.choice(template, scope.coupons, "coupon") or ""
    if name in scope.coupons and not scope.coupons[name].personal:
        template.fail(f"coupon '{name}' is for members' lists only with 'personal: true'")
    return GiveCoupon(at=at.path, template=name)


def _badge(at: Cursor, scope: Scope) -> GiveBadge:
    badge = at.fields(BADGE_KEYS).need("badge")
    return GiveBadge(at=at.path, badge=leaves.choice(badge, scope.badges, "badge") or "")


def _invite(at: Cursor, scope: Scope) -> InviteToClub:
    club = at.fields(INVITE_KEYS).need("club")
    return InviteToClub(at=at.path, club=leaves.choice(club, scope.clubs, "club") or "")


def _event(at: Cursor, _: Scope) -> TellEvent:
    fields = at.fields(EVENT_KEYS)
    name = leaves.activity(fields.need("name")) or ""
    data: dict[str, str | int | bool] = {}
    for child in fields["data"].children("a mapping of values") if "data" in fields else ():
        word, value = leaves.activity_key(child), leaves.scalar(child)
        if value is not None:
            data[word] = value
    if len(data) > DATA_MAX:
        fields["data"].fail(f"{len(data)} values, at most {DATA_MAX} are allowed")
    return TellEvent(at=at.path, name=name, data=data)


READERS: Final[dict[str, Callable[[Cursor, Scope], Effect]]] = {
    "points": points,
    "multiply": multiply,
    "set_tier": _set_tier,
    "discount": discount,
    "coupon": _coupon,
    "badge": _badge,
    "invite": _invite,
    "event": _event,
}
