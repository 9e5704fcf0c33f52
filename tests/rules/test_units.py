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


@pytest.mark.parametrize(
    ("text", "scale", "found"),
    [
        ("100 points = 1 EUR", 0, (100, 100)),
        ("1_000 points = 2.50 EUR", 0, (1000, 250)),
        ("1 points = 1 EUR", 2, (100, 100)),
        ("0.5 points = 0.01 EUR", 1, (5, 1)),
    ],
)
def test_a_rate_is_units_to_minor_units(text: str, scale: int, found: tuple[int, int]) -> None:
    assert units.rate(text, "points", scale, "EUR") == found
    assert units.rate(text, "points", scale, None) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("100 points", "expected a rate such as '100 points = 1 EUR'"),
        ("100 points=1 EUR", "expected a rate such as '100 points = 1 EUR'"),
        ("1 EUR = 100 points", "expected a number or an amount such as '500 points'"),
        ("100 points = 1 EUR = 1 EUR", "expected an amount such as '50 EUR'"),
        ("-1 points = 1 EUR", "expected more than 0 on both sides of the rate"),
        ("1 points = 0 EUR", "expected more than 0 on both sides of the rate"),
        ("0.5 points = 1 EUR", "expected a whole number"),
    ],
)
def test_other_rates_are_told(text: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        units.rate(text, "points", 0, "EUR")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("50 %", Fraction(1, 2)),
        ("7.5%", Fraction(3, 40)),
        ("100 %", Fraction(1)),
        ("0.0001 %", Fraction(1, 1_000_000)),
    ],
)
def test_a_percentage_is_an_exact_fraction(text: str, found: Fraction) -> None:
    assert units.percent(text) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("50", "expected a percentage such as '50 %'"),
        ("50  %", "expected a percentage such as '50 %'"),
        ("50 %%", "expected a percentage such as '50 %'"),
        ("%", "expected a percentage such as '50 %'"),
        ("-5 %", "expected a percentage such as '50 %'"),
        ("1e1 %", "expected a percentage such as '50 %'"),
        ("0 %", "expected more than 0 and at most 100 percent"),
        ("100.1 %", "expected more than 0 and at most 100 percent"),
        ("99999999999999999999 %", "expected more than 0 and at most 100 percent"),
        ("0.00001 %", "expected at most 4 decimal places"),
    ],
)
def test_other_percentages_are_told(text: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        units.percent(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["50 %", "7.5 %", "100 %", "0.0001 %", "33.3333 %", "10 %"])
def test_a_percentage_is_shown_as_it_is_written(text: str) -> None:
    assert units.percent_text(units.percent(text).as_integer_ratio()) == text


def test_a_share_that_is_no_percentage_of_a_file_is_not_rounded() -> None:
    with pytest.raises(ValueError, match="1/3 is no percentage of 4 places"):
        units.percent_text((1, 3))


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
        (units.PERCENT_PATTERN, units.percent, "7.5 %", "7,5 %"),
        (
            units.RATE_PATTERN,
            lambda t: units.rate(t, "points", 0, None),
            "1_00 points = 1.5 EUR",
            "100 points -> 1 EUR",
        ),
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
