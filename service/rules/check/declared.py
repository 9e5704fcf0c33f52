"""`line_fields` and `member_fields`: what conditions may ask for besides the built-in facts."""

from typing import Final

from service.rules.check import leaves
from service.rules.check.cursor import Cursor
from service.rules.document import Field, FieldKind
from service.rules.registry import MEMBER_NAMES
from service.rules.source import Sequence

LINE_KEYS: Final = ("category", "brand", "attributes")
LINE_KINDS: Final = (FieldKind.TEXT,)
MEMBER_KINDS: Final = (FieldKind.TEXT, FieldKind.BOOL, FieldKind.NUMBER)
VALUES_MAX: Final = 1000
FIELDS_MAX: Final = 100


def line_fields(at: Cursor) -> dict[str, Field]:
    """By the name a condition uses: `category`, `brand`, `attributes.<name>`."""
    if at.node is None:
        return {}
    fields = at.fields(LINE_KEYS)
    names = [name for name in ("category", "brand") if name in fields]
    found = {name: _field(fields[name], LINE_KINDS) for name in names}
    for name, field in _named(fields["attributes"], LINE_KINDS).items():
        found[f"attributes.{name}"] = field
    return found


def member_fields(at: Cursor) -> dict[str, Field]:
    """By name, without `member.`."""
    return _named(at, MEMBER_KINDS, MEMBER_NAMES)


def _named(
    at: Cursor, kinds: tuple[FieldKind, ...], taken: frozenset[str] = frozenset()
) -> dict[str, Field]:
    found = {}
    children = list(at.children("a mapping of fields"))
    for child in children:
        name = leaves.ident_key(child)
        if name in taken:
            child.fail_key(f"'{name}' is a fact of its own: choose another name")
        found[name] = _field(child, kinds)
    if len(children) > FIELDS_MAX:
        at.fail(f"{len(children)} fields, at most {FIELDS_MAX} are allowed")
    return found


def _field(at: Cursor, kinds: tuple[FieldKind, ...]) -> Field:
    if not isinstance(at.node, Sequence):
        kind = leaves.choice(at, kinds, "type")
        return Field(FieldKind(kind) if kind else FieldKind.TEXT)
    items = at.items("a list of values", least=1, most=VALUES_MAX)
    values = [leaves.text(item) for item in items]
    return Field(FieldKind.CHOICE, tuple(dict.fromkeys(one for one in values if one)))
