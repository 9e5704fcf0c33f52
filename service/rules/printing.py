"""The lines of an answer for printer, till and app, filled in. Pure.

A line that has nothing to tell (nothing earned, no next tier) is left out whole. One that is longer
than the paper once it is filled is wrapped at words, never within a number; what would then be more
than three lines is left out, again line by line, so that nothing is told by halves.
"""

import datetime as dt
import re
import textwrap
import unicodedata
import zoneinfo
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from service.kernel.calendar import zone
from service.kernel.texts import Languages, best, in_languages
from service.rules.document import Document, Ladder, QualifyBy
from service.rules.notation import NBSP, Notation, notation
from service.rules.placeholders import NAMES, Part, Placeholder, Shape, parts
from service.rules.receipts import LINES_MAX, Occasion

_NARROW = {ord(NBSP): " ", 0x202F: " "}  # code pages of printers have no such spaces
_PLAIN = re.compile("[\0-\u02ff\u0370-\u0482\u2000-\u206f\u20a0-\u20bf]*")  # one cell each
_WIDE = frozenset("WF")
_MANY = 999_999
_LONG_DAY = dt.datetime(2026, 12, 20, tzinfo=dt.UTC)


class Rank(msgspec.Struct, frozen=True):
    """Where somebody stands on a ladder; at the top there is no next tier."""

    tier: str
    next: str | None = None
    missing: int | None = None


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer says, by the names of placeholders; what it does not say is absent.

    By name and what of: `units` of a wallet, `money` in minor units, `ends`: instants. `ranks`: by
    ladder. `coupons`: templates.
    """

    units: Mapping[tuple[str, str], int] = {}
    money: Mapping[tuple[str, str], int] = {}
    ends: Mapping[tuple[str, str], dt.datetime] = {}
    ranks: Mapping[str, Rank] = {}
    coupons: Sequence[str] = ()


Fill = Callable[[Said], str]  # the text; empty: there is nothing to tell


class Printed:
    """The lines of a program, compiled."""

    __slots__ = ("_lines", "_width")

    def __init__(self, document: Document) -> None:
        declared = document.receipts
        self._width = declared.width if declared is not None else 0
        self._lines: dict[Occasion, dict[str, tuple[tuple[Fill, ...], ...]]] = {}
        for occasion, by_language in declared.lines.items() if declared is not None else ():
            self._lines[occasion] = {
                language: tuple(_compiled(line, language, document) for line in lines)
                for language, lines in by_language.items()
            }

    def has(self, occasion: Occasion) -> bool:
        """There may be something to print."""
        return occasion in self._lines

    def lines(self, occasion: Occasion, wanted: Languages, said: Said) -> tuple[str, ...]:
        """One to three lines, or none, in the language that suits best, else in the first."""
        by_language = self._lines[occasion]
        language = best(tuple(by_language), wanted) or next(iter(by_language))
        found: list[str] = []
        for line in by_language[language]:
            filled = [fill(said) for fill in line]
            if all(filled):
                wrapped = wrap("".join(filled), self._width)
                if len(found) + len(wrapped) <= LINES_MAX:
                    found += wrapped
        return tuple(found)


def cells(text: str) -> int:
    """How many characters wide it is on paper: those of East Asia are twice as wide."""
    if _PLAIN.fullmatch(text):
        return len(text)
    return sum(
        0
        if unicodedata.combining(char)
        else 2
        if unicodedata.east_asian_width(char) in _WIDE
        else 1
        for char in text
    )


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most that width; a word that is longer is cut."""
    found = [text]
    if len(text) * 2 > width and (size := cells(text)) > width:
        fits = width if size == len(text) else width // 2  # as if all were as wide as the widest
        found = textwrap.wrap(text, fits, break_on_hyphens=False)
    return found if text.isascii() else [line.translate(_NARROW) for line in found]


def _compiled(line: str, language: str, document: Document) -> tuple[Fill, ...]:
    return tuple(fill(part, language, document) for part in parts(line))


def fill(part: Part, language: str, document: Document) -> Fill:
    """What writes a part of a line; placeholders are known to be right."""
    if isinstance(part, str):
        return lambda _: part
    style, told, key = notation(language), NAMES[part.name], (part.name, part.of)
    currency = document.program.currency
    if told.shape is Shape.UNITS:
        places = next(one.scale for one in document.wallets if one.id == part.of)
        return _amount(
            lambda said: said.units.get(key),
            lambda units: style.number(units, places),
            is_kept=told.is_kept,
        )
    if told.shape is Shape.MONEY:
        return _amount(
            lambda said: said.money.get(key),
            lambda minor: style.money(minor, currency),
            is_kept=told.is_kept,
        )
    if told.shape is Shape.DAY:
        return _day(key, style, zone(document.program.timezone))
    if told.shape is Shape.TITLES:
        return _titles(language, document)
    return _rank(part, language, document)


def longest(part: Part, language: str, document: Document) -> str:
    """A part as long as it usually gets: amounts of six digits, the longest of the titles."""
    if isinstance(part, str):
        return part
    write = fill(part, language, document)
    return max((write(said) for said in _extremes(part, document)), key=cells, default="")


def _extremes(part: Placeholder, document: Document) -> Iterator[Said]:
    key = (part.name, part.of)
    places = next((one.scale for one in document.wallets if one.id == part.of), 0)
    yield Said(units={key: _MANY * 10**places}, money={key: _MANY}, ends={key: _LONG_DAY})
    yield from (Said(coupons=[one.id]) for one in document.coupons if one.personal)
    for ladder in document.ladders:
        if ladder.id == part.of:
            yield from (Said(ranks={part.of: Rank(t.id, t.id, _MANY)}) for t in ladder.tiers)


def _amount(
    get: Callable[[Said], int | None], write: Callable[[int], str], *, is_kept: bool
) -> Fill:
    def filled(said: Said) -> str:
        found = get(said)
        return "" if found is None or (found == 0 and not is_kept) else write(found)

    return filled


def _day(key: tuple[str, str], style: Notation, tz: zoneinfo.ZoneInfo) -> Fill:
    """The last day before an end; of a start its own day."""
    before = dt.timedelta(microseconds=1 if key[0].endswith("until") else 0)

    def filled(said: Said) -> str:
        found = said.ends.get(key)
        return "" if found is None else style.day((found - before).astimezone(tz).date())

    return filled


def _titles(language: str, document: Document) -> Fill:
    titles = {one.id: _title(one.title, language) for one in document.coupons}

    def filled(said: Said) -> str:
        return ", ".join(title for one in said.coupons if (title := titles.get(one, "")))

    return filled


def _rank(part: Placeholder, language: str, document: Document) -> Fill:
    ladder = next(one for one in document.ladders if one.id == part.of)
    titles = {tier.id: _title(tier.title, language) for tier in ladder.tiers}
    if part.name == "missing":
        count = counting(ladder, language, document)
        return _amount(lambda said: _at(said, part.of).missing, count, is_kept=False)
    if part.name == "next":
        return lambda said: titles.get(_at(said, part.of).next or "", "")
    return lambda said: titles.get(_at(said, part.of).tier, "")


def _at(said: Said, ladder: str) -> Rank:
    return said.ranks.get(ladder, Rank(""))


def counting(ladder: Ladder, language: str, document: Document) -> Callable[[int], str]:
    """How what the ladder counts is written."""
    style = notation(language)
    if ladder.qualify.by is QualifyBy.SPEND:
        return lambda minor: style.money(minor, document.program.currency)
    wallet = ladder.qualify.wallet
    places = next((one.scale for one in document.wallets if one.id == wallet), 0)
    return lambda units: style.number(units, places)


def _title(texts: dict[str, str], language: str) -> str:
    return next(iter(in_languages(texts, (language,)).values()), "")
