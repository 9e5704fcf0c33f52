"""`rewards`: what members may have for units, at which price, and who may."""

import dataclasses
from typing import Final

from service.rules.check import described, leaves
from service.rules.check.conditions import condition
from service.rules.check.cursor import Cursor
from service.rules.check.dates import dates
from service.rules.check.early import early_access
from service.rules.check.limits import limit
from service.rules.check.scope import Scope
from service.rules.document import Reward, Wallet
from service.rules.source import Leaf

GIVES: Final = ("coupon", "item", "external")
KEYS: Final = (
    *described.KEYS,
    *("price", "prices", "gives", "stock", "when", "from", "until", "limit", "early_access"),
)
REWARDS_MAX: Final = 1000
STOCK_MAX: Final = 1_000_000_000


def rewards(at: Cursor, scope: Scope) -> tuple[Reward, ...]:
    """All rewards in the order of the file."""
    if at.node is None:
        return ()
    children = list(at.children("a mapping of rewards"))
    if len(children) > REWARDS_MAX:
        at.fail(f"{len(children)} rewards, at most {REWARDS_MAX} are allowed")
    return tuple(_reward(child, scope) for child in children[:REWARDS_MAX])


def _reward(at: Cursor, scope: Scope) -> Reward:
    name = leaves.ident_key(at)
    at = at.named(f"reward '{name}'")
    fields = at.fields(KEYS)
    wallet = _wallet(fields.need("price"), scope)
    from_at, until_at = dates(fields, scope)
    coupon, item, external = _gives(fields.need("gives"), scope)
    reward = Reward(
        at=at.path,
        id=name,
        wallet=wallet.id if wallet else "",
        price=_price(fields["price"], wallet),
        prices=_prices(fields["prices"], wallet, scope),
        coupon=coupon,
        item=item,
        external=external,
        stock=leaves.whole(fields["stock"], 0, STOCK_MAX),
        when=condition(fields["when"], dataclasses.replace(scope, without_purchase=True)),
        from_at=from_at,
        until_at=until_at,
        limit=limit(fields["limit"]),
        early_access=early_access(fields["early_access"], scope, starts="from" in fields),
    )
    return described.described(reward, fields)


def _wallet(at: Cursor, scope: Scope) -> Wallet | None:
    """The wallet that the price names by its unit; of a bare number the first to spend from."""
    if at.node is None:
        return None
    spendable = scope.spendable()
    if not spendable:
        at.fail("no wallet to spend from is declared")
        return None
    given = at.node.value if isinstance(at.node, Leaf) else None
    unit = given.partition(" ")[2] if isinstance(given, str) else ""
    if not unit:
        return scope.wallets[spendable[0]]
    if unit in spendable:
        return scope.wallets[unit]
    if unit in scope.wallets:
        at.fail(f"a qualifying wallet counts towards tiers: '{unit}' cannot be spent")
    else:
        at.unknown_value("wallet", unit, spendable)
    return None


def _price(at: Cursor, wallet: Wallet | None) -> int:
    if wallet is None:
        return 1
    return leaves.wallet_units(at, wallet.id, wallet.scale) or 1


def _prices(at: Cursor, wallet: Wallet | None, scope: Scope) -> tuple[tuple[str, str, int], ...]:
    """By tier of any ladder: `gold`, or `main.gold` where several ladders have one."""
    if at.node is None:
        return ()
    found: dict[tuple[str, str], int] = {}
    for child in at.children("prices by tier such as {gold: 200 points}"):
        tier = _tier(child, scope)
        if tier is None:
            continue
        if tier in found:
            child.fail_key(f"tier {'.'.join(tier)} has a price already")
        found[tier] = _price(child, wallet)
    return tuple((ladder, tier, price) for (ladder, tier), price in found.items())


def _tier(at: Cursor, scope: Scope) -> tuple[str, str] | None:
    word = at.key.text if at.key else ""
    every = [(ladder.id, tier.id) for ladder in scope.ladders.values() for tier in ladder.tiers]
    named = [(ladder, tier) for ladder, tier in every if word in (tier, f"{ladder}.{tier}")]
    if len(named) == 1:
        return named[0]
    if named:
        at.fail_key(f"several ladders have it: say {' or '.join('.'.join(one) for one in named)}")
    else:
        at.unknown_key("tier", dict.fromkeys(tier for _, tier in every))
    return None


def _gives(at: Cursor, scope: Scope) -> tuple[str | None, str | None, str | None]:
    if at.node is None:
        return None, None, None
    fields = at.fields(GIVES)
    fields.only(GIVES)
    coupon = leaves.choice(fields["coupon"], scope.coupons, "coupon")
    if coupon is not None and not scope.coupons[coupon].personal:
        fields["coupon"].fail(f"'{coupon}' is not given to members: it has no 'personal: true'")
    return coupon, leaves.ident(fields["item"]), leaves.ident(fields["external"])
