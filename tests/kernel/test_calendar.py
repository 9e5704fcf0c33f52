"""Calendar arithmetic: ends of months, leap days, and the days when clocks change.

Warsaw: summer time began on 29 March 2026 at 02:00 (to 03:00) and ended on 25 October at 03:00 (to
02:00). Havana changes at midnight: 8 March 2026 begins at 01:00; 1 November has 00:00 to 01:00
twice. Apia had no 30 December 2011.
"""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kernel.calendar import (
    Duration,
    Period,
    Unit,
    add_months,
    anniversary_end,
    anniversary_start,
    clock_change,
    end_of_day,
    local,
    period_end,
    period_start,
    shift,
    start_of_day,
    to_instant,
    zone,
)

WARSAW, HAVANA, APIA = zone("Europe/Warsaw"), zone("America/Havana"), zone("Pacific/Apia")
TICK = dt.timedelta(microseconds=1)
INSTANTS = st.integers(0, 30 * 365 * 24 * 60).map(
    lambda minutes: dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-01-31", 3, "2026-04-30"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-05-31", 0, "2026-05-31"),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_the_month(
    start: str, months: int, end: str
) -> None:
    assert add_months(day(start), months) == day(end)


@pytest.mark.parametrize(
    ("at", "count", "unit", "moved"),
    [
        # the day is 23 hours long: exact time and local time part
        ("2026-03-28T12:00+01:00", 1, Unit.DAY, "2026-03-29T12:00+02:00"),
        ("2026-03-28T12:00+01:00", 24, Unit.HOUR, "2026-03-29T13:00+02:00"),
        ("2026-03-28T12:00+01:00", 1440, Unit.MINUTE, "2026-03-29T13:00+02:00"),
        # 25 hours
        ("2026-10-24T12:00+02:00", 1, Unit.DAY, "2026-10-25T12:00+01:00"),
        ("2026-10-24T12:00+02:00", 24, Unit.HOUR, "2026-10-25T11:00+01:00"),
        ("2026-10-20T12:00+02:00", 1, Unit.WEEK, "2026-10-27T12:00+01:00"),
        # 02:30 is not there: by the offset before, 03:30
        ("2026-03-28T02:30+01:00", 1, Unit.DAY, "2026-03-29T03:30+02:00"),
        ("2026-02-28T02:30+01:00", 29, Unit.DAY, "2026-03-29T03:30+02:00"),
        # 02:30 is there twice: the first
        ("2026-10-24T02:30+02:00", 1, Unit.DAY, "2026-10-25T02:30+02:00"),
        ("2026-09-25T02:30+02:00", 1, Unit.MONTH, "2026-10-25T02:30+02:00"),
        # from the second 02:30, the wall clock counts
        ("2026-10-25T02:30+01:00", 1, Unit.DAY, "2026-10-26T02:30+01:00"),
        ("2025-10-26T02:30+01:00", 364, Unit.DAY, "2026-10-25T02:30+02:00"),
        ("2020-10-25T02:30+01:00", 72, Unit.MONTH, "2026-10-25T02:30+02:00"),
        ("2026-01-31T10:00+01:00", 1, Unit.MONTH, "2026-02-28T10:00+01:00"),
        ("2028-02-29T10:00+01:00", 1, Unit.YEAR, "2029-02-28T10:00+01:00"),
        ("2026-08-31T10:00+02:00", 6, Unit.MONTH, "2027-02-28T10:00+01:00"),
    ],
)
def test_a_duration_is_added_to_the_local_clock(
    at: str, count: int, unit: Unit, moved: str
) -> None:
    assert shift(utc(at), Duration(count, unit), WARSAW) == utc(moved)


@pytest.mark.parametrize(
    ("at", "count", "unit", "moved"),
    [
        ("2026-03-30T12:00+02:00", 2, Unit.DAY, "2026-03-28T12:00+01:00"),
        ("2026-03-31T10:00+02:00", 1, Unit.MONTH, "2026-02-28T10:00+01:00"),
        ("2029-02-28T10:00+01:00", 1, Unit.YEAR, "2028-02-28T10:00+01:00"),
        ("2026-03-29T03:30+02:00", 90, Unit.MINUTE, "2026-03-29T01:00+01:00"),
        ("2026-11-01T12:00+01:00", 2, Unit.WEEK, "2026-10-18T12:00+02:00"),
    ],
)
def test_a_duration_is_taken_off_the_local_clock(
    at: str, count: int, unit: Unit, moved: str
) -> None:
    assert shift(utc(at), Duration(count, unit), WARSAW, -1) == utc(moved)


def test_shifted_instants_are_utc() -> None:
    for unit in Unit:
        assert shift(utc("2026-03-28T12:00Z"), Duration(1, unit), WARSAW).tzinfo is dt.UTC


def test_a_duration_reads_as_people_say_it() -> None:
    assert str(Duration(1, Unit.MONTH)) == "1 month"
    assert str(Duration(30, Unit.DAY)) == "30 days"


def test_local_time_and_back() -> None:
    at = utc("2026-10-25T00:30Z")
    wall = local(at, WARSAW)
    assert wall.isoformat() == "2026-10-25T02:30:00+02:00"
    assert to_instant(wall.replace(tzinfo=None), WARSAW) == at


@pytest.mark.parametrize(
    ("of", "start", "end"),
    [
        ("2026-03-29", "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"),
        ("2026-10-25", "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00"),
    ],
)
def test_a_day_runs_from_midnight_to_midnight(of: str, start: str, end: str) -> None:
    assert start_of_day(day(of), WARSAW) == utc(start)
    assert end_of_day(day(of), WARSAW) == utc(end)


def test_a_day_that_begins_without_midnight_begins_when_the_clocks_change() -> None:
    assert start_of_day(day("2026-03-08"), HAVANA) == utc("2026-03-08T01:00-04:00")
    assert end_of_day(day("2026-03-07"), HAVANA) == utc("2026-03-08T01:00-04:00")


def test_a_day_with_two_midnights_begins_with_the_first() -> None:
    assert start_of_day(day("2026-11-01"), HAVANA) == utc("2026-11-01T00:00-04:00")


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (Period.DAY, "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"),
        (Period.WEEK, "2026-03-23T00:00+01:00", "2026-03-30T00:00+02:00"),  # Monday to Monday
        (Period.MONTH, "2026-03-01T00:00+01:00", "2026-04-01T00:00+02:00"),
        (Period.QUARTER, "2026-01-01T00:00+01:00", "2026-04-01T00:00+02:00"),
        (Period.YEAR, "2026-01-01T00:00+01:00", "2027-01-01T00:00+01:00"),
    ],
)
def test_a_period_contains_its_start_and_not_its_end(period: Period, start: str, end: str) -> None:
    for at in (utc(start), utc("2026-03-29T12:00+02:00"), utc(end) - TICK):
        assert period_start(at, period, WARSAW) == utc(start)
        assert period_end(at, period, WARSAW) == utc(end)
    assert period_start(utc(end), period, WARSAW) == utc(end)


def test_a_period_is_that_of_the_local_day() -> None:
    """Half past midnight on 1 January in Warsaw is still the old year in UTC."""
    at = utc("2027-01-01T00:30+01:00")
    assert period_start(at, Period.YEAR, WARSAW) == utc("2027-01-01T00:00+01:00")
    assert period_start(at, Period.YEAR, zone("UTC")) == utc("2026-01-01T00:00Z")


def test_the_last_quarter_ends_with_the_year() -> None:
    assert period_end(utc("2026-12-31T12:00Z"), Period.QUARTER, WARSAW) == utc(
        "2027-01-01T00:00+01:00"
    )


@given(INSTANTS, st.sampled_from(Period), st.sampled_from([WARSAW, HAVANA, APIA]))
def test_periods_meet_and_every_instant_lies_in_one(
    at: dt.datetime, period: Period, tz: dt.tzinfo
) -> None:
    assert isinstance(tz, type(WARSAW))
    start, end = period_start(at, period, tz), period_end(at, period, tz)
    assert start <= at < end
    assert period_start(end, period, tz) == end
    assert period_end(end - TICK, period, tz) == end


@given(INSTANTS, st.integers(1, 500), st.sampled_from([Unit.MINUTE, Unit.HOUR]))
def test_exact_time_forth_and_back_is_where_it_was(at: dt.datetime, count: int, unit: Unit) -> None:
    by = Duration(count, unit)
    assert shift(shift(at, by, WARSAW), by, WARSAW, -1) == at


@given(INSTANTS, st.integers(1, 60), st.sampled_from(Unit))
def test_later_is_later(at: dt.datetime, count: int, unit: Unit) -> None:
    by = Duration(count, unit)
    assert shift(at, by, WARSAW, -1) < at < shift(at, by, WARSAW)


@pytest.mark.parametrize(
    ("since", "at", "start", "end"),
    [
        ("2024-05-10T15:00Z", "2026-05-09T12:00Z", "2025-05-10", "2026-05-10"),
        ("2024-05-10T15:00Z", "2026-05-10T12:00Z", "2026-05-10", "2027-05-10"),
        ("2024-05-10T15:00Z", "2024-05-10T16:00Z", "2024-05-10", "2025-05-10"),
        ("2024-05-10T15:00Z", "2024-05-10T10:00Z", "2024-05-10", "2025-05-10"),
        # 29 February: the 28th in other years
        ("2024-02-29T12:00Z", "2026-02-27T12:00Z", "2025-02-28", "2026-02-28"),
        ("2024-02-29T12:00Z", "2026-02-28T12:00Z", "2026-02-28", "2027-02-28"),
        ("2024-02-29T12:00Z", "2027-12-01T12:00Z", "2027-02-28", "2028-02-29"),
        ("2024-02-29T12:00Z", "2028-02-29T12:00Z", "2028-02-29", "2029-02-28"),
    ],
)
def test_a_year_of_membership_runs_from_anniversary_to_anniversary(
    since: str, at: str, start: str, end: str
) -> None:
    assert anniversary_start(utc(at), utc(since), WARSAW) == start_of_day(day(start), WARSAW)
    assert anniversary_end(utc(at), utc(since), WARSAW) == start_of_day(day(end), WARSAW)


def test_an_anniversary_is_of_the_local_day() -> None:
    """Enrolled half past midnight on 1 May in Warsaw, still 30 April in UTC."""
    since = utc("2024-04-30T22:30Z")
    assert anniversary_start(utc("2026-06-01T00:00Z"), since, WARSAW) == utc("2026-04-30T22:00Z")


def test_an_unknown_zone_is_not_found() -> None:
    with pytest.raises(KeyError):
        zone("Europe/Nowhere")


@pytest.mark.parametrize(
    ("day", "name", "change"),
    [
        (dt.date(2026, 3, 29), "Europe/Warsaw", ("2026-03-29T01:00:00+00:00", 60)),
        (dt.date(2026, 10, 25), "Europe/Warsaw", ("2026-10-25T01:00:00+00:00", -60)),
        (dt.date(2026, 3, 28), "Europe/Warsaw", None),
        (dt.date(2026, 4, 5), "Australia/Lord_Howe", ("2026-04-04T15:00:00+00:00", -30)),
    ],
)
def test_the_instant_at_which_clocks_change_is_found(
    day: dt.date, name: str, change: tuple[str, int] | None
) -> None:
    found = clock_change(day, zone(name))

    told = None if found is None else (found[0].isoformat(), found[1] // dt.timedelta(minutes=1))
    assert told == change
