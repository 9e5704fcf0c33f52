"""What a line of a receipt may tell: `Points: {earned.points}`.

A placeholder names what is told and, after a dot, of what: a wallet, a ladder, a part of the
refund.
"""

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from service.rules.receipts import Occasion

_PURCHASE, _QUOTE, _HOLD, _RETURN = Occasion
_ALL_BUT_RETURN: Final = (_PURCHASE, _QUOTE, _HOLD)
_WITH_BALANCE: Final = (_PURCHASE, _HOLD, _RETURN)
_WITH_TIER: Final = (_PURCHASE, _QUOTE, _RETURN)

HANDED_BACK: Final = ("total", "points", "gift_cards", "other")


class Of(enum.StrEnum):
    """What stands after the dot."""

    NOTHING = "nothing"
    WALLET = "wallet"
    LADDER = "ladder"
    TENDER = "part of the refund"


class Shape(enum.StrEnum):
    """How it is written."""

    UNITS = "units"
    MONEY = "money"
    DAY = "day"
    TITLE = "title"  # of a tier
    MISSING = "missing"  # in what the ladder counts
    TITLES = "titles"  # of coupons


class Told(NamedTuple):
    """What a placeholder's name means. `is_kept`: a zero is worth telling too."""

    of: Of
    shape: Shape
    on: tuple[Occasion, ...]
    is_kept: bool = False


NAMES: Final[Mapping[str, Told]] = {
    "earned": Told(Of.WALLET, Shape.UNITS, (_PURCHASE, _QUOTE)),
    "earned_from": Told(Of.WALLET, Shape.DAY, (_PURCHASE, _QUOTE)),
    "earned_until": Told(Of.WALLET, Shape.DAY, (_PURCHASE, _QUOTE)),
    "paid": Told(Of.WALLET, Shape.UNITS, _ALL_BUT_RETURN),
    "taken": Told(Of.WALLET, Shape.UNITS, (_RETURN,)),
    "given_back": Told(Of.WALLET, Shape.UNITS, (_RETURN,)),
    "available": Told(Of.WALLET, Shape.UNITS, _WITH_BALANCE, is_kept=True),
    "pending": Told(Of.WALLET, Shape.UNITS, _WITH_BALANCE),
    "debt": Told(Of.WALLET, Shape.UNITS, _WITH_BALANCE),
    "saved": Told(Of.NOTHING, Shape.MONEY, _ALL_BUT_RETURN),
    "total": Told(Of.NOTHING, Shape.MONEY, _ALL_BUT_RETURN, is_kept=True),
    "due": Told(Of.NOTHING, Shape.MONEY, _ALL_BUT_RETURN, is_kept=True),
    "gift_cards": Told(Of.NOTHING, Shape.MONEY, _ALL_BUT_RETURN),
    "gift_cards_left": Told(Of.NOTHING, Shape.MONEY, _ALL_BUT_RETURN, is_kept=True),
    "refund": Told(Of.TENDER, Shape.MONEY, (_RETURN,)),
    "tier": Told(Of.LADDER, Shape.TITLE, _WITH_TIER),
    "next": Told(Of.LADDER, Shape.TITLE, _WITH_TIER),
    "missing": Told(Of.LADDER, Shape.MISSING, _WITH_TIER),
    "coupons": Told(Of.NOTHING, Shape.TITLES, (_PURCHASE,)),
}

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


class Placeholder(NamedTuple):
    """`{name.of}`; `of` is empty where nothing stands after the name."""

    name: str
    of: str = ""

    def __str__(self) -> str:
        return f"{self.name}.{self.of}" if self.of else self.name


Part = str | Placeholder


def parts(line: str) -> Iterator[Part]:
    """The text and the placeholders of a line, whatever they are called."""
    for number, piece in enumerate(_PLACEHOLDER.split(line)):
        if number % 2:
            name, _, of = piece.partition(".")
            yield Placeholder(name, of)
        elif piece:
            yield piece


def has_stray_brace(found: Sequence[Part]) -> bool:
    """A brace that belongs to no placeholder."""
    return any(isinstance(part, str) and ("{" in part or "}" in part) for part in found)
