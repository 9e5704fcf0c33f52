import datetime as dt
import zoneinfo

from tests.oracle import days
from tests.oracle.days import Span

WARSAW = zoneinfo.ZoneInfo("Europe/Warsaw")


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def test_the_last_of_january_plus_a_month_is_the_end_of_february() -> None:
    # 12:00 UTC is 13:00 in Warsaw, on both days in winter time.
    assert days.plus(utc("2027-01-31T12:00"), Span(1, "month"), WARSAW) == utc("2027-02-28T12:00")
    assert days.plus(utc("2028-01-31T12:00"), Span(1, "month"), WARSAW) == utc("2028-02-29T12:00")


def test_days_keep_the_wall_clock_over_a_change_of_the_clocks() -> None:
    # Summer time begins on 28 March 2027: 11:00 UTC is noon before and 10:00 UTC after.
    assert days.plus(utc("2027-03-27T11:00"), Span(1, "day"), WARSAW) == utc("2027-03-28T10:00")
    assert days.minus(utc("2027-03-28T10:00"), Span(1, "day"), WARSAW) == utc("2027-03-27T11:00")
    assert days.plus(utc("2027-03-27T11:00"), Span(24, "hour"), WARSAW) == utc("2027-03-28T11:00")


def test_a_wall_clock_that_does_not_exist_takes_the_offset_before() -> None:
    # 02:30 on 28 March 2027 is skipped; with the winter offset it is 01:30 UTC.
    assert days.plus(utc("2027-03-27T01:30"), Span(1, "day"), WARSAW) == utc("2027-03-28T01:30")


def test_months_go_back_over_the_new_year() -> None:
    assert days.months_on(dt.date(2027, 1, 31), -2) == dt.date(2026, 11, 30)
    assert days.months_on(dt.date(2028, 2, 29), 12) == dt.date(2029, 2, 28)


def test_a_quarter_runs_from_local_midnight_to_local_midnight() -> None:
    inside = utc("2027-05-05T10:00")
    assert days.period_start(inside, "quarter", WARSAW) == utc("2027-03-31T22:00")
    assert days.period_end(inside, "quarter", WARSAW) == utc("2027-06-30T22:00")


def test_the_first_instant_of_a_month_belongs_to_it() -> None:
    first = utc("2027-03-31T22:00")  # 1 April, 00:00 in Warsaw
    assert days.period_start(first, "month", WARSAW) == first
    assert days.period_end(first, "month", WARSAW) == utc("2027-04-30T22:00")


def test_a_leap_day_has_its_anniversary_on_the_28th() -> None:
    since = utc("2028-02-29T12:00")
    assert days.anniversary_start(utc("2029-02-28T12:00"), since, WARSAW) == utc("2029-02-27T23:00")
    assert days.anniversary_end(utc("2029-02-28T12:00"), since, WARSAW) == utc("2030-02-27T23:00")


def test_the_next_date_may_be_today() -> None:
    dates = ((6, 30), (12, 31))
    assert days.next_date(utc("2027-06-30T12:00"), dates, WARSAW) == utc("2027-06-30T22:00")
    assert days.next_date(utc("2027-06-30T22:00"), dates, WARSAW) == utc("2027-12-31T23:00")
