"""How languages write numbers, money and dates."""

import datetime as dt

import pytest
from babel import Locale
from babel.dates import parse_pattern
from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol

from service.rules.notation import NBSP, NOTATIONS, PLAIN, notation

DAY = dt.date(2026, 3, 9)
CURRENCIES = ("EUR", "GBP", "USD", "PLN", "CZK", "HUF", "BGN", "DKK", "SEK", "NOK", "TRY", "UAH")
# What the CLDR calls by a symbol in the languages of others, we call by its code: all can read it.
FOREIGN = ("GBP", "USD", "DKK", "NOK", "UAH")


def locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")


@pytest.mark.parametrize("tag", NOTATIONS)
def test_separators_are_those_of_the_cldr(tag: str) -> None:
    assert NOTATIONS[tag].group == get_group_symbol(locale(tag))
    assert NOTATIONS[tag].point == get_decimal_symbol(locale(tag))


@pytest.mark.parametrize("tag", NOTATIONS)
def test_the_currency_stands_where_the_cldr_puts_it(tag: str) -> None:
    pattern = locale(tag).currency_formats["standard"]
    before, after = (part.replace("¤", "") for part in (pattern.prefix[0], pattern.suffix[0]))

    assert NOTATIONS[tag].before is ("¤" in pattern.prefix[0])
    assert NOTATIONS[tag].spaced is (NBSP in before + after)


@pytest.mark.parametrize("tag", NOTATIONS)
def test_symbols_are_those_of_the_cldr_or_codes(tag: str) -> None:
    for code in CURRENCIES:
        shown = NOTATIONS[tag].symbols.get(code, code)
        allowed = {get_currency_symbol(code, locale(tag))}
        assert shown in allowed | ({code} if code in FOREIGN else set())


@pytest.mark.parametrize("tag", NOTATIONS)
def test_dates_are_those_of_the_cldr(tag: str) -> None:
    pattern = parse_pattern(locale(tag).datetime_skeletons["yMd"].pattern)

    assert NOTATIONS[tag].day(DAY) == pattern.apply(DAY, locale(tag)).replace(" ", NBSP)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "€1,234.50"),
        ("pl", "1 234,50 €"),
        ("de-AT", "€ 1.234,50"),
        ("ro", "1.234,50 EUR"),
        ("hu-HU", "1 234,50 EUR"),
        ("tlh", "1234.50 EUR"),
    ],
)
def test_money_as_people_read_it(tag: str, text: str) -> None:
    assert notation(tag).money(123450, "EUR").replace(NBSP, " ") == text


def test_a_code_never_touches_the_amount() -> None:
    assert notation("en").money(1250, "PLN") == f"PLN{NBSP}12.50"
    assert notation("en").money(1250, "JPY") == f"JPY{NBSP}1,250"


def test_below_zero_the_sign_comes_first() -> None:
    assert notation("en").money(-5, "EUR") == "-€0.05"
    assert notation("pl").number(-1234567, 2) == f"-12{NBSP}345,67"


def test_numbers_have_the_places_they_are_counted_in() -> None:
    assert notation("en").number(0) == "0"
    assert notation("en").number(1234567) == "1,234,567"
    assert notation("de").number(5, 3) == "0,005"


def test_a_region_nobody_wrote_down_is_its_language() -> None:
    assert notation("pl-PL") is NOTATIONS["pl"]
    assert notation("en-AU") is NOTATIONS["en"]
    assert notation("szl") is PLAIN
    assert PLAIN.day(DAY) == "2026-03-09"
