"""Values as people write them."""

import datetime as dt
import re
from collections.abc import Callable
from fractions import Fraction

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules import units
from service.rules.units import Unreadable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("7", 7),
        ("-3", -3),
        ("1_000_000", 1_000_000),
        ("1.5", Fraction(3, 2)),
        ("1_000.25", Fraction(4001, 4)),
        ("-0.1", Fraction(-1, 10)),
    ],
)
def test_plain_decimal_numbers_are_exact(text: str, value: int | Fraction) -> None:
    assert units.number(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "010", "1e3", "0x1f", "+1", ".5", "1.", "1__0", "_1", "1_", "٣", "1\n", "9" * 33, "inf"],
)
def test_everything_else_is_no_number(text: str) -> None:
    assert units.number(text) is None


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12.50 EUR", 1250),
        ("1 EUR", 100),
        ("0 EUR", 0),
        ("5_000 EUR", 500_000),
        ("0.05 EUR", 5),
        ("1000 JPY", 1000),
        ("1.234 KWD", 1234),
    ],
)
def test_money_is_minor_units_of_its_currency(text: str, minor: int) -> None:
    assert units.money(text, text[-3:]) == minor


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lots", "expected an amount such as '50 EUR'"),
        ("5", "expected an amount such as '50 EUR'"),
        ("EUR 5", "expected an amount such as '50 EUR'"),
        ("-5 EUR", "expected an amount such as '50 EUR'"),
        ("5  EUR", "expected an amount such as '50 EUR'"),
        ("5 EUR\n", "expected an amount such as '50 EUR'"),
        ("5 USD", "expected an amount in EUR, the program's currency"),
        ("5 EUX", "unknown currency 'EUX'"),
        ("1.555 EUR", "expected at most 2 decimal places"),
        ("10000000000.01 EUR", "expected at most 10000000000.00"),
    ],
)
def test_other_money_is_refused_with_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(Unreadable, match=f"^{re.escape(message)}$"):
        units.money(text, "EUR")


def test_money_of_a_currency_without_cents_has_no_decimals() -> None:
    with pytest.raises(Unreadable, match=r"^expected a whole number$"):
        units.money("1.5 JPY", "JPY")


def test_any_currency_will_do_where_the_programs_own_is_not_known() -> None:
    assert units.money("1.234 KWD", None) == 1234


def test_points_may_name_their_wallet_and_no_other() -> None:
    assert units.wallet_units("500 points", "points", 0) == 500
    assert units.wallet_units("2.5 cash", "cash", 2) == 250
    for text in ("500 miles", "500", "points", "x points"):
        with pytest.raises(Unreadable, match="such as '500 points'"):
            units.wallet_units(text, "points", 0)


def test_scaled_numbers_are_never_rounded() -> None:
    assert units.scaled(Fraction("0.732"), 3) == 732
    assert units.scaled(-2, 2) == -200
    with pytest.raises(Unreadable, match=r"^expected at most 1 decimal place$"):
        units.scaled(Fraction("0.25"), 1)


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("30d", 30, Unit.DAY),
        ("1 day", 1, Unit.DAY),
        ("72h", 72, Unit.HOUR),
        ("3 hours", 3, Unit.HOUR),
        ("15 min", 15, Unit.MINUTE),
        ("15minutes", 15, Unit.MINUTE),
        ("2w", 2, Unit.WEEK),
        ("12 months", 12, Unit.MONTH),
        ("1 month", 1, Unit.MONTH),
        ("1 year", 1, Unit.YEAR),
        ("100 years", 100, Unit.YEAR),
        ("1200 months", 1200, Unit.MONTH),
    ],
)
def test_durations_keep_the_unit_they_are_written_in(text: str, count: int, unit: Unit) -> None:
    assert units.duration(text) == Duration(count, unit)


@pytest.mark.parametrize("text", ["", "0d", "-1d", "d", "1.5d", "30", "14 dayz", "30d\n", "1e1d"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="expected a duration such as '30d'"):
        units.duration(text)


def test_a_lone_m_is_refused_because_it_has_two_meanings() -> None:
    with pytest.raises(Unreadable, match=r"^write '12 minutes' or '12 months'$"):
        units.duration("12m")


@pytest.mark.parametrize("text", ["101 years", "1201 months", "36501d", "999999h"])
def test_durations_end_at_a_hundred_years(text: str) -> None:
    with pytest.raises(Unreadable, match="at most 100 years"):
        units.duration(text)


def test_times_of_day_are_minutes() -> None:
    assert [units.time_of_day(t) for t in ("00:00", "06:30", "23:59", "24:00")] == [
        0,
        390,
        1439,
        1440,
    ]


@pytest.mark.parametrize("text", ["6:30", "25:00", "24:01", "06:60", "06:30:00", "noon", ""])
def test_other_times_of_day_are_refused(text: str) -> None:
    with pytest.raises(Unreadable, match=r"^expected a time of day HH:MM$"):
        units.time_of_day(text)


def test_dates_are_local_days() -> None:
    assert units.date("2028-02-29") == dt.date(2028, 2, 29)


@pytest.mark.parametrize("text", ["2026-02-29", "2026-13-01", "2026-00-10"])
def test_a_date_has_to_exist(text: str) -> None:
    with pytest.raises(Unreadable, match=r"^expected a date that exists$"):
        units.date(text)


@pytest.mark.parametrize("text", ["20260901", "2026-W01-1", "1969-12-31", "9999-12-31", "1.9.2026"])
def test_a_date_is_written_one_way_and_not_too_far_off(text: str) -> None:
    with pytest.raises(Unreadable, match="YYYY-MM-DD between 1970 and 2199"):
        units.date(text)


def test_days_of_the_year_are_those_of_every_year() -> None:
    assert units.month_day("12-31") == (12, 31)
    for text in ("02-29", "04-31", "13-01"):
        with pytest.raises(Unreadable, match=r"^expected a day that every year has$"):
            units.month_day(text)
    with pytest.raises(Unreadable, match="MM-DD"):
        units.month_day("1-1")


def test_amounts_are_shown_as_they_are_written() -> None:
    assert units.money_text(1250, "EUR") == "12.50 EUR"
    assert units.money_text(5, "KWD") == "0.005 KWD"
    assert units.money_text(1000, "JPY") == "1000 JPY"
    assert units.scaled_text(-5, 2) == "-0.05"


@pytest.mark.parametrize(
    ("pattern", "read", "right", "wrong"),
    [
        (units.MONEY_PATTERN, lambda t: units.money(t, None), "1_000.50 EUR", "1EUR"),
        (units.DURATION_PATTERN, units.duration, "12 months", "12m"),
        (units.TIME_PATTERN, units.time_of_day, "24:00", "24:01"),
        (units.DATE_PATTERN, units.date, "2026-09-01", "2026-9-1"),
        (units.MONTH_DAY_PATTERN, units.month_day, "12-31", "12/31"),
    ],
)
def test_the_patterns_editors_see_agree_with_the_readers(
    pattern: str, read: Callable[[str], object], right: str, wrong: str
) -> None:
    assert re.search(pattern, right)
    read(right)
    assert not re.search(pattern, wrong)
    with pytest.raises(Unreadable):
        read(wrong)
