"""`households`: members who put units into one pool and draw from it."""

from collections.abc import Mapping
from typing import Final

from service.kernel.calendar import Duration, Unit
from service.rules.check import described, leaves
from service.rules.check.cursor import Cursor
from service.rules.check.transfers import stays_with_its_member
from service.rules.document import Wallet
from service.rules.sharing import Households
from service.rules.source import Leaf, Sequence

KEYS: Final = (*described.KEYS, "members_max", "wallets", "draw", "offer_for")
DRAW_KEYS: Final = ("per_person_month_max",)
MEMBERS_MAX: Final = 50
OFFER_FOR: Final = Duration(7, Unit.DAY)  # how long an invitation stands, unless the file says


def households(at: Cursor, wallets: Mapping[str, Wallet]) -> Households | None:
    """The section, given the program's wallets; None: there are no households."""
    if at.node is None:
        return None
    fields = at.fields(KEYS)
    shared = pooled(fields.need("wallets"), wallets)
    found = Households(
        members_max=leaves.whole(fields.need("members_max"), 2, MEMBERS_MAX) or 2,
        wallets=tuple(shared),
        draw_max=draw(fields["draw"], shared),
        offer_for=leaves.duration(fields["offer_for"]) or OFFER_FOR,
    )
    return described.described(found, fields)


def draw(at: Cursor, shared: Mapping[str, Wallet]) -> dict[str, int]:
    """`draw`: wallet -> units a person may draw in a month; nothing written: any number."""
    if at.node is None:
        return {}
    return _draw_max(at.fields(DRAW_KEYS).need(DRAW_KEYS[0]), shared)


def pooled(at: Cursor, wallets: Mapping[str, Wallet]) -> dict[str, Wallet]:
    """The wallets of which units may be put together, by id."""
    found: dict[str, Wallet] = {}
    for item in at.items("a list of wallets", 1, len(wallets) or 1):
        name = leaves.ident(item)
        if name is None:
            continue
        if name not in wallets:
            item.unknown_value("wallet", name, wallets)
        elif name in found:
            item.fail(f"'{name}' stands in the list twice")
        elif (reason := stays_with_its_member(wallets[name])) is not None:
            item.fail(reason)
        else:
            found[name] = wallets[name]
    return found


def _draw_max(at: Cursor, shared: Mapping[str, Wallet]) -> dict[str, int]:
    """Wallet -> units of `500 points`, or of a list of such; without a name: of the only wallet."""
    several = isinstance(at.node, Sequence)
    found: dict[str, int] = {}
    for item in at.items("a list of amounts", 1, len(shared) or 1) if several else [at]:
        name = _wallet_of(item, shared)
        if name is None:
            continue
        if name in found:
            item.fail(f"'{name}' stands in the list twice")
        units = leaves.wallet_units(item, name, shared[name].scale)
        if units is not None:
            found[name] = units
    return found


def _wallet_of(at: Cursor, shared: Mapping[str, Wallet]) -> str | None:
    if not shared:  # that has been told
        return None
    value = at.node.value if isinstance(at.node, Leaf) else None
    word = value.rpartition(" ")[2] if isinstance(value, str) else ""
    if word in shared:
        return word
    if len(shared) == 1:
        return next(iter(shared))
    if word:
        at.unknown_value("wallet", word, shared)
    else:
        at.expected(f"an amount such as '500 {next(iter(shared))}'")
    return None
