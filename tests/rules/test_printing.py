"""Lines for printer, till and app. Every figure is worked out by hand."""

import datetime as dt
from typing import Final

import pytest

from service.rules.check.program import check_text
from service.rules.document import Document
from service.rules.placeholders import NAMES, Of, Placeholder, Shape
from service.rules.printing import Printed, Rank, Said, cells, longest, wrap
from service.rules.receipts import Occasion

PROGRAM: Final = """
program: {id: shop, timezone: Europe/Warsaw, currency: PLN}
channels: [pos]
identifiers: [card]
wallets:
  points: {title: {en: Beans}}
  cash: {scale: 2}
  status: {qualifying: true}
ladders:
  main:
    qualify: {wallet: status, within: lifetime}
    tiers:
      - {id: bronze, from: 0, title: {en: Bronze, pl: Brąz}}
      - {id: gold, from: 100, title: {en: Gold, pl: Złoto}}
  spent:
    qualify: {spend: true, within: lifetime}
    tiers: [{id: low, from: 0}, {id: high, from: 100 PLN}]
coupons:
  TEN: {title: {en: 10 % off, pl: 10 % taniej}, personal: true, discount: {percent: 10}}
  FIVE: {title: {en: 5 PLN off}, personal: true, discount: {amount: 5 PLN}}
  BARE: {personal: true, discount: {percent: 5}}
receipts:
"""
END: Final = dt.datetime(2026, 11, 30, 23, tzinfo=dt.UTC)  # the end of 30 November plus an hour


def document(section: str) -> Document:
    """A program with the section."""
    found = check_text(PROGRAM + section)
    assert found.problems == ()
    assert found.document is not None
    return found.document


def printed(line: str, said: Said, language: str = "en", occasion: str = "purchase") -> str:
    """The only line, filled; empty: it was left out."""
    compiled = Printed(document(f"  {occasion}: {{{language}: ['{line}']}}"))
    return "|".join(compiled.lines(Occasion(occasion), (language,), said))


def units(**given: int) -> Said:
    """Of the wallet `points`."""
    return Said(units={(name, "points"): amount for name, amount in given.items()})


@pytest.mark.parametrize(
    ("line", "said", "text"),
    [
        ("+{earned.points} Beans", units(earned=1234), "+1,234 Beans"),
        ("Now {available.points}", units(available=0), "Now 0"),
        ("{earned.cash}", Said(units={("earned", "cash"): 250}), "2.50"),
        ("Saved {saved}", Said(money={("saved", ""): 123_405}), "Saved PLN 1,234.05"),
        ("Due {due}", Said(money={("due", ""): 0}), "Due PLN 0.00"),
        ("You are {tier.main}", Said(ranks={"main": Rank("bronze")}), "You are Bronze"),
        ("{missing.main} to {next.main}", Said(ranks={"main": Rank("bronze", "gold", 40)}),
         "40 to Gold"),
        ("{missing.spent} more", Said(ranks={"spent": Rank("low", "high", 4_050)}),
         "PLN 40.50 more"),
        ("Yours: {coupons}", Said(coupons=("TEN", "BARE", "FIVE")), "Yours: 10 % off, 5 PLN off"),
        ("Use by {earned_until.points}", Said(ends={("earned_until", "points"): END}),
         "Use by 11/30/2026"),
        ("From {earned_from.points}", Said(ends={("earned_from", "points"): END}),
         "From 12/1/2026"),
        ("Thank you", Said(), "Thank you"),
    ],
)  # fmt: skip
def test_a_line_is_filled(line: str, said: Said, text: str) -> None:
    assert printed(line, said) == text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("+{earned.points} Beans", units(earned=0)),
        ("+{earned.points} Beans", Said()),
        ("Now {available.points}", Said()),
        ("Saved {saved}", Said(money={("saved", ""): 0})),
        ("You are {tier.spent}", Said(ranks={"spent": Rank("low")})),
        ("{missing.main} to {next.main}", Said(ranks={"main": Rank("gold")})),
        ("You are {tier.main}", Said()),
        ("You are {tier.main}", Said(ranks={"main": Rank("gone")})),
        ("Yours: {coupons}", Said(coupons=("BARE", "GONE"))),
        ("Use by {earned_until.points}", units(earned=5)),
        ("+{earned.points}, now {available.points}", units(available=5)),
    ],
)
def test_a_line_with_nothing_to_tell_is_left_out_whole(line: str, said: Said) -> None:
    assert printed(line, said) == ""


def test_numbers_money_and_titles_are_those_of_the_language() -> None:
    money = Said(money={("saved", ""): 123_405}, ranks={"main": Rank("bronze", "gold", 1_500)})

    assert printed("Rabat {saved}", money, "pl") == "Rabat 1 234,05 zł"
    assert printed("{missing.main}: {next.main}", money, "pl") == "1 500: Złoto"
    assert printed("{missing.main}: {next.main}", money, "de") == "1.500: Gold"


def test_the_language_that_suits_best_is_printed_else_the_first() -> None:
    compiled = Printed(document("  quote: {pl: [Dzięki], en: [Thanks], pt-BR: [Obrigado]}"))

    def said(*wanted: str) -> tuple[str, ...]:
        return compiled.lines(Occasion.QUOTE, wanted, Said())

    assert [said(), said("de"), said("en-GB"), said("de", "en")] == [
        ("Dzięki",), ("Dzięki",), ("Thanks",), ("Thanks",),
    ]  # fmt: skip
    assert said("pt-br") == ("Obrigado",)
    assert compiled.has(Occasion.QUOTE)
    assert not compiled.has(Occasion.PURCHASE)


def test_without_the_section_there_is_nothing_to_print() -> None:
    found = check_text(PROGRAM.removesuffix("receipts:\n")).document
    assert found is not None
    assert not any(Printed(found).has(occasion) for occasion in Occasion)


def test_a_long_line_is_wrapped_at_words_and_never_within_a_number() -> None:
    compiled = Printed(
        document("  {width: 24, purchase: {pl: ['Masz {available.points} punktów']}}")
    )

    lines = compiled.lines(Occasion.PURCHASE, (), units(available=12_345_678_901))

    assert lines == ("Masz 12 345 678 901", "punktów")


def test_what_would_be_a_fourth_line_is_left_out_and_a_shorter_one_after_it_is_not() -> None:
    section = "  {width: 24, purchase: {en: ['{coupons}', '{coupons}', 'Bye']}}"
    compiled = Printed(document(section))

    lines = compiled.lines(Occasion.PURCHASE, (), Said(coupons=("TEN", "FIVE", "TEN")))

    assert lines == ("10 % off, 5 PLN off, 10", "% off", "Bye")


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("twelve chars", 12, ["twelve chars"]),
        ("twelve chars", 11, ["twelve", "chars"]),
        ("2026-11-30", 10, ["2026-11-30"]),
        ("until 2026-11-30", 12, ["until", "2026-11-30"]),
        ("abcdefgh", 5, ["abcde", "fgh"]),
        ("1\u00a0234\u202f567", 12, ["1 234 567"]),
        ("コーヒー", 8, ["コーヒー"]),
        ("コーヒー", 7, ["コーヒ", "ー"]),
    ],
)
def test_wrapping(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines
    assert all(cells(line) <= width for line in lines)


def test_wide_characters_take_two_cells_and_accents_none() -> None:
    assert (cells("abc"), cells("zł"), cells("茶"), cells("e\u0301")) == (3, 2, 2, 1)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (Placeholder("earned", "points"), "999,999"),
        (Placeholder("earned", "cash"), "999,999.00"),
        (Placeholder("saved"), "PLN\u00a09,999.99"),
        (Placeholder("tier", "main"), "Bronze"),
        (Placeholder("missing", "spent"), "PLN\u00a09,999.99"),
        (Placeholder("missing", "main"), "999,999"),
        (Placeholder("coupons"), "5 PLN off"),
        (Placeholder("earned_from", "points"), "12/20/2026"),
        ("text", "text"),
    ],
)
def test_how_long_a_part_usually_gets(part: str | Placeholder, text: str) -> None:
    assert longest(part, "en", document("  quote: {en: [x]}")) == text


@pytest.mark.parametrize("name", NAMES)
def test_every_placeholder_can_be_written(name: str) -> None:
    of = {Of.NOTHING: "", Of.WALLET: "points", Of.LADDER: "main", Of.TENDER: "total"}[
        NAMES[name].of
    ]

    found = longest(Placeholder(name, of), "en", document("  quote: {en: [x]}"))

    assert found
    assert (NAMES[name].shape is Shape.MONEY) == found.startswith("PLN")
