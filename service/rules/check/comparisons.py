"""Tests of one value: `coffee`, `[mon, tue]` or `{gte: 50 EUR}`, by the type of the fact."""

from collections.abc import Callable
from typing import Any, Final

from service.rules.check import leaves
from service.rules.check.cursor import Cursor, Fields
from service.rules.registry import Info, Kind
from service.rules.source import Mapping, Sequence
from service.rules.values import Scalar, Test

VALUES_MAX: Final = 1000  # in one list

_EQUAL: Final = {"eq": "eq", "ne": "ne", "in": "is_in", "not_in": "not_in"}
_ORDER: Final = {"gt": "gt", "gte": "gte", "lt": "lt", "lte": "lte"}
_TIERS: Final = {"at_least": "gte", "at_most": "lte"}
_OPERATORS: Final = {
    Kind.TEXT: _EQUAL,
    Kind.CHOICE: _EQUAL,
    Kind.BOOL: {"eq": "eq", "ne": "ne"},
    Kind.COUNT: _EQUAL | _ORDER,
    Kind.MONEY: _EQUAL | _ORDER,
    Kind.QUANTITY: _EQUAL | _ORDER,
    Kind.DATE: _EQUAL | _ORDER,
    Kind.TIER: _EQUAL | _TIERS,
    Kind.ANY: _EQUAL | _ORDER,
}


def operators(kind: Kind) -> dict[str, str]:
    """Word of the file -> field of `Test`, for a fact that has a value."""
    return _OPERATORS[kind]


def test(at: Cursor, info: Info, currency: str | None) -> Test:
    """The test written here, whichever of the three ways."""
    if isinstance(at.node, Mapping):
        return test_of(at.fields(operators(info.kind)), info, currency)
    if isinstance(at.node, Sequence):
        return Test(is_in=_values(at, info, currency))
    return Test(eq=value(at, info, currency))


def test_of(fields: Fields, info: Info, currency: str | None) -> Test:
    """The test in a mapping already opened; other keys may stand there too."""
    words = operators(info.kind)
    found: dict[str, Any] = {}
    for word, name in words.items():
        if word in fields:
            found[name] = _reader(word, info)(fields[word], info, currency)
    if not found and fields.clean and isinstance(fields.cursor.node, Mapping):
        fields.cursor.fail(f"needs a comparison: one of {', '.join(words)}")
    return Test(**found)


def _reader(word: str, info: Info) -> Callable[[Cursor, Info, str | None], Any]:
    if word in ("in", "not_in"):
        return _values
    return _number if info.kind is Kind.ANY and word in _ORDER else value


def _number(at: Cursor, *_: object) -> int | None:
    return leaves.whole(at, -leaves.NUMBER_MAX, leaves.NUMBER_MAX)


def value(at: Cursor, info: Info, currency: str | None) -> Scalar | None:
    """One value of the fact's type, in canonical form."""
    if info.kind is Kind.MONEY:
        return leaves.money(at, currency)
    if info.kind is Kind.COUNT:
        return leaves.whole(at, info.least, info.most)
    if info.kind is Kind.DATE:
        day = leaves.date(at)
        return None if day is None else day.isoformat()
    if info.kind in (Kind.CHOICE, Kind.TIER):
        return _choice(at, info)
    return _READERS[info.kind](at)


def _choice(at: Cursor, info: Info) -> str | None:
    if not info.values:
        at.fail(f"the program declares no value for '{info.name}'")
        return None
    return leaves.choice(at, info.values)


def _values(at: Cursor, info: Info, currency: str | None) -> tuple[Scalar, ...]:
    items = at.items("a list of values", least=1, most=VALUES_MAX)
    found = [value(item, info, currency) for item in items]
    return tuple(one for one in found if one is not None)


_READERS: Final[dict[Kind, Callable[[Cursor], Scalar | None]]] = {
    Kind.TEXT: leaves.text,
    Kind.BOOL: leaves.flag,
    Kind.QUANTITY: leaves.quantity,
    Kind.ANY: leaves.scalar,
}
