"""`receipts`: lines for the printer, the till and the app."""

from collections.abc import Sequence
from typing import Final

from service.rules.check import leaves
from service.rules.check.cursor import Cursor
from service.rules.currencies import EXPONENTS
from service.rules.document import Document
from service.rules.placeholders import (
    HANDED_BACK,
    NAMES,
    Of,
    Part,
    Placeholder,
    has_stray_brace,
    parts,
)
from service.rules.printing import cells, longest
from service.rules.receipts import LINES_MAX, WIDTH, Lines, Occasion, Receipts

KEYS: Final = ("width", *Occasion)
WIDTH_LEAST: Final = 24  # narrower than any paper
WIDTH_MOST: Final = 48  # paper of 80 mm in the smaller type
LINE_MAX: Final = 200  # characters as written


def receipts(at: Cursor, of: Document) -> Receipts | None:
    """The section, given the rest of the program; None: answers carry no lines."""
    if at.node is None:
        return None
    fields = at.fields(KEYS)
    width = leaves.whole(fields["width"], WIDTH_LEAST, WIDTH_MOST) or WIDTH
    found = {}
    for occasion in Occasion:
        if occasion in fields:
            found[occasion] = _lines(fields[occasion], occasion, width, of)
    if not found and fields.clean and at.got() == "a mapping":
        at.fail(f"needs at least one of {', '.join(Occasion)}")
    return Receipts(width=width, lines=found)


def _lines(at: Cursor, occasion: Occasion, width: int, of: Document) -> Lines:
    found: Lines = {}
    for child in at.children("lines by language such as {en: [Thank you]}"):
        language = leaves.language_key(child)
        items = child.items("a list of lines", 1, LINES_MAX)
        written = [_line(item, occasion, language, width, of) for item in items]
        found[language] = tuple(line for line in written if line is not None)
    if not found:
        at.expected("lines by language such as {en: [Thank you]}")
    return found


def _line(at: Cursor, occasion: Occasion, language: str, width: int, of: Document) -> str | None:
    written = leaves.text(at, LINE_MAX)
    if written is None:
        return None
    found = list(parts(written))
    known = [_is_known(at, part, occasion, of) for part in found]
    if not written.isprintable():
        at.fail("a line break or another character that cannot be printed")
    elif has_stray_brace(found):
        at.fail("a brace that belongs to no placeholder such as {available.points}")
    elif all(known):
        size = _size(found, language, of)
        if size > width:
            at.fail(f"up to {size} characters long when it is filled, {width} fit: shorten it")
        return written
    return None


def _size(found: Sequence[Part], language: str, of: Document) -> int:
    """Characters of the line at its longest; 0 in no currency we know, which is told elsewhere."""
    if of.program.currency not in EXPONENTS:
        return 0
    return sum(cells(longest(part, language, of)) for part in found)


def _is_known(at: Cursor, part: Part, occasion: Occasion, of: Document) -> bool:
    if not isinstance(part, Placeholder):
        return True
    names = [name for name, told in NAMES.items() if occasion in told.on]
    if part.name not in names:
        if part.name in NAMES:
            at.fail(f"'{part.name}' is not told on a {occasion}")
        else:
            at.unknown_value("placeholder", part.name, names)
        return False
    kind = NAMES[part.name].of
    known: Sequence[str] = {
        Of.NOTHING: [],
        Of.WALLET: [wallet.id for wallet in of.wallets],
        Of.LADDER: [ladder.id for ladder in of.ladders],
        Of.TENDER: list(HANDED_BACK),
    }[kind]
    if kind is Of.NOTHING and part.of:
        at.fail(f"'{part.name}' stands alone: leave out '.{part.of}'")
        return False
    if kind is not Of.NOTHING and not part.of:
        at.fail(f"'{part.name}' needs a {kind} after a dot")
        return False
    if part.of and part.of not in known:
        at.unknown_value(kind, part.of, known)
        return False
    return True
