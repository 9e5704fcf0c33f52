"""`channels`, `stores`, `identifiers`: where purchases come from, and whose they are."""

from typing import Final

from service.rules.check import leaves
from service.rules.check.cursor import Cursor
from service.rules.document import Store

STORE_KEYS: Final = ("groups",)
CHANNELS_MAX: Final = 100
IDENTIFIERS_MAX: Final = 20
GROUPS_MAX: Final = 50  # of one store


def channels(at: Cursor) -> tuple[str, ...]:
    """Sales channels."""
    return leaves.idents(at, "channels", 1, CHANNELS_MAX)


def identifiers(at: Cursor) -> tuple[str, ...]:
    """Kinds of member identifiers, in the order of matching."""
    return leaves.idents(at, "kinds of identifiers", 1, IDENTIFIERS_MAX)


def stores(at: Cursor) -> dict[str, Store]:
    """By id; a program without stores takes any."""
    found = {}
    for child in at.children("a mapping of stores"):
        name = leaves.ident_key(child)
        fields = child.named(f"store '{name}'").fields(STORE_KEYS)
        found[name] = Store(leaves.idents(fields["groups"], "store groups", 0, GROUPS_MAX))
    return found
