"""Lines of text for the printer, the till and the app, as a program declares them."""

import enum

import msgspec

WIDTH = 42  # characters of a line, unless the program says otherwise: paper of 80 mm
LINES_MAX = 3  # of an answer

Lines = dict[str, tuple[str, ...]]  # language -> lines with placeholders


class Occasion(enum.StrEnum):
    """The answers that carry lines."""

    PURCHASE = "purchase"
    QUOTE = "quote"
    HOLD = "hold"
    RETURN = "return"


class Receipts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The `receipts:` section. `width`: characters that fit on a line."""

    width: int = WIDTH
    lines: dict[Occasion, Lines] = {}
