"""`badges`: what members get once and keep."""

from collections.abc import Mapping
from typing import Final

from service.rules.badges import Badge
from service.rules.check import described, leaves
from service.rules.check.cursor import Cursor

KEYS: Final = described.KEYS
BADGES_MAX: Final = 1000


def badges(at: Cursor, numbers: Mapping[str, int]) -> tuple[Badge, ...]:
    """All badges in the order of the file; `numbers` by `badge:<id>`."""
    if at.node is None:
        return ()
    children = list(at.children("a mapping of badges"))
    if len(children) > BADGES_MAX:
        at.fail(f"{len(children)} badges, at most {BADGES_MAX} are allowed")
    return tuple(_badge(child, numbers) for child in children[:BADGES_MAX])


def _badge(at: Cursor, numbers: Mapping[str, int]) -> Badge:
    name = leaves.ident_key(at)
    fields = at.named(f"badge '{name}'").fields(KEYS)
    return described.described(Badge(id=name, number=numbers.get(f"badge:{name}", 0)), fields)
