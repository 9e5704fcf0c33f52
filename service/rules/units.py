"""Values as people write them, to exact integers: money, points, quantities, times, dates.

Each reader takes the text and raises `Unreadable`, whose message says what was expected. The
patterns are ECMA 262 as well as Python, because the JSON Schema of the program file shows them to
editors; a pattern is the shape, the reader also knows the limits.
"""

import datetime as dt
import re
from fractions import Fraction
from typing import Final

from service.kernel.calendar import Duration, Unit
from service.rules.currencies import EXPONENTS

AMOUNT_MAX: Final = 1_000_000_000_000  # minor units or units of a wallet, as the ledger's entries
QUANTITY_MAX: Final = 1_000_000_000  # thousandths
YEARS_MAX: Final = 100  # of a duration
YEAR_FIRST, YEAR_LAST = 1970, 2199  # of a date: far enough from the ends of the calendar to add to

_NUMBER: Final = r"(?:0|[1-9][0-9]*(?:_[0-9]+)*)(?:\.[0-9]+)?"
NUMBER_PATTERN: Final = rf"^-?{_NUMBER}$"
MONEY_PATTERN: Final = rf"^{_NUMBER} [A-Z]{{3}}$"
UNITS_PATTERN: Final = rf"^{_NUMBER} [a-z0-9][a-z0-9_-]*$"
RATE_PATTERN: Final = rf"^{_NUMBER} [a-z0-9][a-z0-9_-]* = {_NUMBER} [A-Z]{{3}}$"
PERCENT_PATTERN: Final = rf"^{_NUMBER} ?%$"
DURATION_PATTERN: Final = (
    r"^[1-9][0-9]{0,5} ?(?:min|minutes?|h|hours?|d|days?|w|weeks?|months?|years?)$"
)
TIME_PATTERN: Final = r"^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
DATE_PATTERN: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
MONTH_DAY_PATTERN: Final = r"^[0-9]{2}-[0-9]{2}$"
_NUMBER_MAX: Final = 32  # characters
_PERCENT_PLACES: Final = 4
_HUNDRED: Final = 100

_UNIT_OF: Final = {
    "min": Unit.MINUTE,
    "h": Unit.HOUR,
    "d": Unit.DAY,
    "w": Unit.WEEK,
    **{unit.value: unit for unit in Unit},
}
_PER_YEAR: Final = {
    Unit.MINUTE: 525_600,
    Unit.HOUR: 8_760,
    Unit.DAY: 365,
    Unit.WEEK: 52,
    Unit.MONTH: 12,
    Unit.YEAR: 1,
}


class Unreadable(ValueError):
    """The text is not such a value; the message says what was expected."""


def number(text: str) -> int | Fraction | None:
    """The exact number of `1_000_000`, `-3` or `1.5`; None for any other text (`010`, `1e3`)."""
    if len(text) > _NUMBER_MAX or not re.fullmatch(NUMBER_PATTERN[1:-1], text):
        return None
    return Fraction(text) if "." in text else int(text)


def scaled(value: int | Fraction, places: int, most: int = AMOUNT_MAX) -> int:
    """The number in units of 10^-places, exactly; the result is at most `most` either way."""
    units = value * 10**places
    if units.denominator != 1:
        raise Unreadable(
            f"expected at most {places} decimal place{'' if places == 1 else 's'}"
            if places
            else "expected a whole number"
        )
    if abs(units) > most:
        raise Unreadable(f"expected at most {scaled_text(most, places)}")
    return int(units)


def money(text: str, currency: str | None) -> int:
    """Minor units of `12.50 EUR`; `currency` None takes any currency."""
    amount, _, code = text.partition(" ")
    value = number(amount)
    if value is None or value < 0 or not re.fullmatch("[A-Z]{3}", code):
        raise Unreadable(f"expected an amount such as '50 {currency or 'EUR'}'")
    if code not in EXPONENTS:
        raise Unreadable(f"unknown currency '{code}'")
    if currency not in (None, code):
        raise Unreadable(f"expected an amount in {currency}, the program's currency")
    return scaled(value, EXPONENTS[code])


def wallet_units(text: str, wallet: str, scale: int) -> int:
    """Units of 10^-scale of `500 points`, where `points` is the wallet's id."""
    amount, _, unit = text.partition(" ")
    value = number(amount)
    if value is None or unit != wallet:
        raise Unreadable(f"expected a number or an amount such as '500 {wallet}'")
    return scaled(value, scale)


def rate(text: str, wallet: str, scale: int, currency: str | None) -> tuple[int, int]:
    """`100 points = 1 EUR` as (units of 10^-scale, minor units), both more than 0, not reduced."""
    given, equals, worth = text.partition(" = ")
    if not equals:
        raise Unreadable(f"expected a rate such as '100 {wallet} = 1 {currency or 'EUR'}'")
    units, minor = wallet_units(given, wallet, scale), money(worth, currency)
    if units <= 0 or minor <= 0:
        raise Unreadable("expected more than 0 on both sides of the rate")
    return units, minor


def percent(text: str) -> Fraction:
    """`50 %` or `7.5%` as the fraction of the whole; see `fraction`."""
    value = number(text.removesuffix("%").removesuffix(" "))
    if value is None or not re.fullmatch(PERCENT_PATTERN[1:-1], text):
        raise Unreadable("expected a percentage such as '50 %'")
    return fraction(Fraction(value))


def fraction(percentage: Fraction) -> Fraction:
    """Such a number of hundredths: more than 0, at most 100, to at most 4 decimal places."""
    if not 0 < percentage <= _HUNDRED:
        raise Unreadable(f"expected more than 0 and at most {_HUNDRED} percent")
    scaled(percentage, _PERCENT_PLACES)
    return percentage / _HUNDRED


def duration(text: str) -> Duration:
    """`30d`, `72h`, `15 min`, `2w`, `12 months`, `1 year`: at most 100 years.

    `12m` is refused: it would be minutes to one reader and months to another.
    """
    if re.fullmatch("[0-9]{1,6} ?m", text):
        amount = text.removesuffix("m").strip()
        raise Unreadable(f"write '{amount} minutes' or '{amount} months'")
    if not re.fullmatch(DURATION_PATTERN[1:-1], text):
        raise Unreadable("expected a duration such as '30d', '72h' or '12 months'")
    digits = re.match("[0-9]+", text)
    amount = digits.group() if digits else ""
    word = text.removeprefix(amount).strip()
    unit = _UNIT_OF[word] if word in _UNIT_OF else _UNIT_OF[word.removesuffix("s")]
    if int(amount) > YEARS_MAX * _PER_YEAR[unit]:
        raise Unreadable(f"expected a duration of at most {YEARS_MAX} years")
    return Duration(int(amount), unit)


def time_of_day(text: str) -> int:
    """Minutes since midnight of `06:00`; `24:00` is the end of the day, 1440."""
    if not re.fullmatch(TIME_PATTERN[1:-1], text):
        raise Unreadable("expected a time of day HH:MM")
    return int(text[:2]) * 60 + int(text[3:])


def date(text: str) -> dt.date:
    """The local day of `2026-09-01`."""
    if re.fullmatch(DATE_PATTERN[1:-1], text) and YEAR_FIRST <= int(text[:4]) <= YEAR_LAST:
        try:
            return dt.date.fromisoformat(text)
        except ValueError as error:
            raise Unreadable("expected a date that exists") from error
    raise Unreadable(f"expected a date YYYY-MM-DD between {YEAR_FIRST} and {YEAR_LAST}")


def month_day(text: str) -> tuple[int, int]:
    """(month, day) of `12-31`; a day every year has, so not 02-29."""
    if re.fullmatch(MONTH_DAY_PATTERN[1:-1], text):
        try:
            day = dt.date.fromisoformat(f"2023-{text}")
        except ValueError as error:
            raise Unreadable("expected a day that every year has") from error
        return day.month, day.day
    raise Unreadable("expected a day of the year MM-DD")


def scaled_text(units: int, places: int) -> str:
    """The decimal number of units of 10^-places: `1250` with 2 places is `12.50`."""
    if not places:
        return str(units)
    whole, rest = divmod(abs(units), 10**places)
    return f"{'-' if units < 0 else ''}{whole}.{rest:0{places}}"


def money_text(minor: int, currency: str) -> str:
    """The amount as a program file writes it: `12.50 EUR`."""
    return f"{scaled_text(minor, EXPONENTS[currency])} {currency}"


def percent_text(share: tuple[int, int]) -> str:
    """The fraction as a program file writes it: (3, 40) is `7.5 %`."""
    numerator, denominator = share
    hundredths, rest = divmod(numerator * _HUNDRED * 10**_PERCENT_PLACES, denominator)
    if rest:
        raise ValueError(f"{numerator}/{denominator} is no percentage of {_PERCENT_PLACES} places")
    text = scaled_text(hundredths, _PERCENT_PLACES)
    return f"{text.rstrip('0').rstrip('.')} %"
