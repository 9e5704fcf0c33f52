"""Single values of the file by type; each reader logs what is wrong and then answers None."""

import datetime as dt
import re
from collections.abc import Callable, Collection
from fractions import Fraction
from typing import Final, TypeVar

from service.kernel.calendar import Duration
from service.rules import units
from service.rules.check.cursor import ID_PATTERN, Cursor
from service.rules.languages import is_language
from service.rules.source import Leaf

TEXT_MAX: Final = 512  # characters
TERMS_MAX: Final = 4000  # characters of texts that say the terms of something
ACTIVITY_PATTERN: Final = "^[a-z][a-z0-9_-]{0,63}$"
NUMBER_MAX: Final = 9_007_199_254_740_991  # 2^53 - 1, exact in every JSON reader
_AN_ACTIVITY: Final = "a name that starts with a-z, then at most 63 of a-z, 0-9, - and _"
_AN_ID: Final = "an id of at most 64 of a-z, 0-9, - and _"
_G = TypeVar("_G")
_T = TypeVar("_T")


def text(at: Cursor, most: int = TEXT_MAX) -> str | None:
    """Text of 1 to 512 characters, or as many as `most`."""
    written = _text(at, "a string")
    if written is not None and not 0 < len(written) <= most:
        at.fail(f"expected 1 to {most} characters, got {len(written)}")
        return None
    return written


def ident(at: Cursor) -> str | None:
    """An id."""
    written = _text(at, _AN_ID)
    if written is not None and not re.fullmatch(ID_PATTERN[1:-1], written):
        at.expected(_AN_ID)
        return None
    return written


def ident_key(at: Cursor) -> str:
    """The key the value stands under, which has to be an id."""
    word = at.key.text if at.key else ""
    if not re.fullmatch(ID_PATTERN[1:-1], word):
        at.fail_key(f"expected a key that is {_AN_ID}")
    return word


def idents(at: Cursor, what: str, least: int, most: int) -> tuple[str, ...]:
    """A list of ids, none twice."""
    found: dict[str, None] = {}
    for item in at.items(f"a list of {what}", least, most):
        name = ident(item)
        if name is not None and name in found:
            item.fail(f"'{name}' stands in the list twice")
        elif name is not None:
            found[name] = None
    return tuple(found)


def texts(at: Cursor, most: int = TEXT_MAX) -> dict[str, str]:
    """Text per language: `{en: Beans, pl: Ziarna}`, each of at most so many characters."""
    found: dict[str, str] = {}
    if at.node is None:
        return found
    for child in at.children("texts by language such as {en: Beans}"):
        found[language_key(child)] = text(child, most) or ""
    return found


def language_key(at: Cursor) -> str:
    """The key the value stands under, which has to be a language."""
    tag = at.key.text if at.key else ""
    if not is_language(tag):
        at.fail_key("expected a language such as en or pt-BR")
    return tag


def activity(at: Cursor) -> str | None:
    """The name of an activity or of one of its attributes."""
    written = _text(at, _AN_ACTIVITY)
    if written is not None and not re.fullmatch(ACTIVITY_PATTERN[1:-1], written):
        at.expected(_AN_ACTIVITY)
        return None
    return written


def activity_key(at: Cursor) -> str:
    """The key the value stands under, which has to be the name of an attribute."""
    word = at.key.text if at.key else ""
    if not re.fullmatch(ACTIVITY_PATTERN[1:-1], word):
        at.fail_key(f"expected a key that is {_AN_ACTIVITY}")
    return word


def scalar(at: Cursor) -> str | int | bool | None:
    """Text, a whole number, true or false: what an attribute of an activity may be."""
    value = at.node.value if isinstance(at.node, Leaf) else None
    if isinstance(value, str | bool) and value != "":
        return text(at) if isinstance(value, str) else value
    if isinstance(value, int):
        return whole(at, -NUMBER_MAX, NUMBER_MAX)
    if at.node is not None:
        at.expected("text, a whole number, true or false")
    return None


def flag(at: Cursor) -> bool | None:
    """`true` or `false`."""
    if at.node is None:
        return None
    if not isinstance(at.node, Leaf) or not isinstance(at.node.value, bool):
        at.expected("true or false")
        return None
    return at.node.value


def choice(at: Cursor, values: Collection[str], what: str = "value") -> str | None:
    """One of the values."""
    written = text(at)
    if written is None or written in values:
        return written
    at.unknown_value(what, written, values)
    return None


def number(at: Cursor, what: str) -> int | Fraction | None:
    """A number that is not in quotes."""
    if at.node is None:
        return None
    value = at.node.value if isinstance(at.node, Leaf) else None
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return value
    quoted = isinstance(value, str) and units.number(value) is not None
    at.expected(f"{what} without quotes" if quoted else what)
    return None


def whole(at: Cursor, least: int, most: int) -> int | None:
    """A whole number within the bounds."""
    value = number(at, "a whole number")
    if value is None:
        return None
    if not isinstance(value, int):
        at.expected("a whole number")
        return None
    if not least <= value <= most:
        at.expected(f"a whole number from {least} to {most}")
        return None
    return value


def quantity(at: Cursor) -> int | None:
    """Thousandths of a number such as 3 or 0.732."""
    value = number(at, "a number such as 3 or 0.732")
    if value is not None and value < 0:
        at.expected("a number that is not negative")
        return None
    return _scaled(at, value, 3, units.QUANTITY_MAX)


def money(at: Cursor, currency: str | None) -> int | None:
    """Minor units of an amount such as `12.50 EUR`."""
    written = _text(at, f"an amount such as '50 {currency or 'EUR'}'")
    return _read(at, written, lambda given: units.money(given, currency))


def wallet_units(at: Cursor, wallet: str, scale: int, most: int = units.AMOUNT_MAX) -> int | None:
    """Units of 10^-scale of `500` or `500 points`; more than none."""
    if isinstance(at.node, Leaf) and isinstance(at.node.value, str):
        found = _read(at, at.node.value, lambda given: units.wallet_units(given, wallet, scale))
    else:
        found = _scaled(at, number(at, "a number"), scale, most)
    if found is not None and found <= 0:
        at.expected("more than 0")
        return None
    return found


def above_zero(at: Cursor, currency: str | None) -> int | None:
    """Minor units of an amount that is more than none."""
    minor = money(at, currency)
    if minor == 0:
        at.expected("more than 0")
        return None
    return minor


def rate(at: Cursor, wallet: str, scale: int, currency: str | None) -> tuple[int, int] | None:
    """(units of 10^-scale, minor units) of `100 points = 1 EUR`."""
    written = _text(at, f"a rate such as '100 {wallet} = 1 {currency or 'EUR'}'")
    return _read(at, written, lambda given: units.rate(given, wallet, scale, currency))


def share(at: Cursor) -> tuple[int, int] | None:
    """The exact fraction, more than 0 and at most 1, of `50 %`: a bare 0.5 might be either."""
    found = _read(at, _text(at, "a percentage such as '50 %'"), units.percent)
    return None if found is None else found.as_integer_ratio()


def percent(at: Cursor) -> tuple[int, int] | None:
    """The exact fraction of `7.5` percent, which may also be written `7.5 %`."""
    if isinstance(at.node, Leaf) and isinstance(at.node.value, str) and "%" in at.node.value:
        return share(at)
    given = number(at, "a number such as 10 or 7.5")
    exact = None if given is None else Fraction(given)
    found = _read(at, exact, units.fraction)
    return None if found is None else found.as_integer_ratio()


def duration(at: Cursor) -> Duration | None:
    """A duration such as `30d` or `12 months`."""
    return _read(at, _text(at, "a duration such as '30d' or '12 months'"), units.duration)


def date(at: Cursor) -> dt.date | None:
    """A local date."""
    return _read(at, _text(at, "a date YYYY-MM-DD"), units.date)


def month_day(at: Cursor) -> tuple[int, int] | None:
    """A day of the year, (month, day)."""
    return _read(at, _text(at, "a day of the year MM-DD"), units.month_day)


def time_of_day(at: Cursor) -> int | None:
    """Minutes since midnight."""
    return _read(at, _text(at, "a time of day HH:MM"), units.time_of_day)


def _text(at: Cursor, what: str) -> str | None:
    if at.node is None:
        return None
    if isinstance(at.node, Leaf) and isinstance(at.node.value, str):
        return at.node.value
    at.expected(what)
    return None


def _scaled(at: Cursor, value: int | Fraction | None, places: int, most: int) -> int | None:
    if value is None:
        return None
    try:
        return units.scaled(value, places, most)
    except units.Unreadable as error:
        at.expected(str(error).removeprefix("expected "))
        return None


def _read(at: Cursor, given: _G | None, read: Callable[[_G], _T]) -> _T | None:
    if given is None:
        return None
    try:
        return read(given)
    except units.Unreadable as error:
        at.fail(f"{error}, got {at.got()}")
        return None
