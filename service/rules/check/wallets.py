"""`wallets`: the kinds of units members hold."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from service.kernel.calendar import Duration
from service.rules.check import described, expiries, leaves
from service.rules.check.cursor import Cursor, Fields
from service.rules.check.redeeming import redeem
from service.rules.check.staff import adjust
from service.rules.check.transfers import transfer
from service.rules.document import Ladder, Shortfall, Wallet
from service.rules.gift_cards import GIFT_CARD
from service.rules.registry import Info

KEYS: Final = (
    *described.KEYS,
    "qualifying",
    "scale",
    "pending",
    "expires",
    "shortfall",
    "redeem",
    "transfer",
    "adjust",
)
PENDING_KEYS: Final = ("for",)
PENDING_LATER: Final = ("until",)
WALLETS_MAX: Final = 100
SCALE_MAX: Final = 6  # decimal places


class Draft(NamedTuple):
    """A wallet without what names tiers and line fields, and the cursors on those parts."""

    wallet: Wallet
    per_tier: Cursor
    redeem: Cursor


def wallets(
    at: Cursor, numbers: Mapping[str, int], before: Mapping[str, Wallet]
) -> dict[str, Draft]:
    """By id, in the order of the file.

    `numbers` by `wallet:<id>`; `before`: those of the version before.
    """
    found = {}
    children = list(at.children("a mapping of wallets"))
    for child in children:
        name = leaves.ident_key(child)
        wallet_at = child.named(f"wallet '{name}'")
        if name == GIFT_CARD:
            wallet_at.fail_key(f"'{GIFT_CARD}' is the wallet of gift cards: choose another name")
        draft = _draft(wallet_at, name, numbers.get(f"wallet:{name}", 0))
        if name in before:
            _keeps(wallet_at, draft.wallet, before[name])
        found[name] = draft
    if len(children) > WALLETS_MAX:
        at.fail(f"{len(children)} wallets, at most {WALLETS_MAX} are allowed")
    return found


def finished(
    draft: Draft,
    ladders: dict[str, Ladder],
    line_fields: Mapping[str, Info],
    currency: str | None,
) -> Wallet:
    """The wallet with its expiries by tier and how it pays."""
    return msgspec.structs.replace(
        draft.wallet,
        expires_by_tier=expiries.by_tier(draft.per_tier, ladders),
        redeem=redeem(draft.redeem, draft.wallet, line_fields, currency),
    )


def _draft(at: Cursor, name: str, number: int) -> Draft:
    fields = at.fields(KEYS)
    qualifying = leaves.flag(fields["qualifying"]) or False
    expires, per_tier = expiries.of_wallet(fields["expires"])
    shortfall = leaves.choice(fields["shortfall"], tuple(Shortfall))
    wallet = Wallet(
        id=name,
        number=number,
        qualifying=qualifying,
        scale=leaves.whole(fields["scale"], 0, SCALE_MAX) or 0,
        pending=_pending(fields),
        expires=expires,
        shortfall=Shortfall(shortfall) if shortfall else Shortfall.DEBT,
    )
    if qualifying:
        _counts_at_once(fields, wallet, per_tier)
    wallet = msgspec.structs.replace(
        wallet,
        transfer=transfer(fields["transfer"], wallet),
        adjust=adjust(fields["adjust"], wallet),
    )
    return Draft(described.described(wallet, fields), per_tier, fields["redeem"])


def _pending(fields: Fields) -> Duration | None:
    if "pending" not in fields:
        return None
    how = fields["pending"].fields(PENDING_KEYS, PENDING_LATER)
    return leaves.duration(how.need("for") if how.clean else how["for"])


def _counts_at_once(fields: Fields, wallet: Wallet, per_tier: Cursor) -> None:
    why = "a qualifying wallet counts by the time of each purchase, so it"
    fields["pending"].fail_key(f"{why} cannot be pending")
    if wallet.shortfall is Shortfall.CLAMP:
        fields["shortfall"].fail_key(f"{why} cannot be clamped: debt counts against the total")
    if wallet.expires.kind != "never" or per_tier.node is not None:
        fields["expires"].fail_key(f"{why} cannot expire: the ladder's 'within' says how long")


def _keeps(at: Cursor, wallet: Wallet, before: Wallet) -> None:
    if wallet.scale != before.scale:
        at.fail_key(f"the scale of a wallet in use stays {before.scale}: declare a new wallet")
    if wallet.qualifying != before.qualifying:
        at.fail_key("whether a wallet in use is qualifying cannot change: declare a new wallet")
