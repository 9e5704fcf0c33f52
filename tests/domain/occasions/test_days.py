"""Tests of service/domain/occasions/days.py: whose day a day is."""

import datetime as dt
import zoneinfo

from service.domain.occasions.days import anniversaries, born_on

WARSAW = zoneinfo.ZoneInfo("Europe/Warsaw")


def test_a_day_is_that_of_those_born_on_it() -> None:
    assert born_on(dt.date(2026, 11, 3)) == [1103]


def test_28_february_is_the_29th_too_where_there_is_none() -> None:
    assert born_on(dt.date(2027, 2, 28)) == [228, 229]
    assert born_on(dt.date(2028, 2, 28)) == [228]
    assert born_on(dt.date(2028, 2, 29)) == [229]
    assert born_on(dt.date(2027, 3, 1)) == [301]


def test_anniversaries_are_local_days_of_past_years() -> None:
    first = dt.datetime(2023, 12, 31, 23, 30, tzinfo=dt.UTC)  # 2024 in Warsaw

    assert anniversaries(dt.date(2026, 3, 29), first, WARSAW) == [
        (dt.datetime(2024, 3, 28, 23, tzinfo=dt.UTC), dt.datetime(2024, 3, 29, 23, tzinfo=dt.UTC)),
        (dt.datetime(2025, 3, 28, 23, tzinfo=dt.UTC), dt.datetime(2025, 3, 29, 23, tzinfo=dt.UTC)),
    ]


def test_who_enrolled_on_a_leap_day_has_the_28th() -> None:
    first = dt.datetime(2023, 6, 1, tzinfo=dt.UTC)

    days = [start.astimezone(WARSAW).date() for start, _ in
            anniversaries(dt.date(2026, 2, 28), first, WARSAW)]  # fmt: skip

    assert days == [
        dt.date(2023, 2, 28), dt.date(2024, 2, 28), dt.date(2024, 2, 29), dt.date(2025, 2, 28),
    ]  # fmt: skip


def test_nobody_has_one_in_the_year_of_enrolment() -> None:
    first = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert anniversaries(dt.date(2026, 3, 1), first, WARSAW) == []
