"""`gift_cards`: kinds of cards that hold money."""

from typing import Final

from service.rules import units
from service.rules.check import described, leaves
from service.rules.check.cursor import Cursor
from service.rules.check.expiries import expiry
from service.rules.gift_cards import GiftCardKind

KEYS: Final = (*described.KEYS, "min", "max", "expires", "pin")
KINDS_MAX: Final = 100


def gift_cards(at: Cursor, currency: str | None) -> tuple[GiftCardKind, ...]:
    """In the order of the file."""
    if at.node is None:
        return ()
    children = list(at.children("a mapping of kinds of gift cards"))
    if len(children) > KINDS_MAX:
        at.fail(f"{len(children)} kinds of gift cards, at most {KINDS_MAX} are allowed")
    return tuple(_kind(child, leaves.ident_key(child), currency) for child in children)


def _kind(at: Cursor, name: str, currency: str | None) -> GiftCardKind:
    """`max` has no default: how much money a code may be worth is for the shop to say."""
    named = at.named(f"gift card '{name}'")
    fields = named.fields(KEYS)
    least = leaves.above_zero(fields["min"], currency) or 1
    most = leaves.above_zero(fields.need("max"), currency)
    if most is not None and most < least:
        fields["max"].fail(f"less than 'min', {units.money_text(least, currency or 'EUR')}")
    kind = GiftCardKind(
        id=name,
        least=least,
        most=most or least,
        expires=expiry(fields["expires"], inactivity=False),
        pin=leaves.flag(fields["pin"]) or False,
    )
    return described.described(kind, fields)
