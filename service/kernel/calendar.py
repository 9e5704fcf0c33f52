"""Calendar arithmetic in the program's zone: durations, period starts and ends.

Instants are UTC datetimes; days, months and years are counted in local time and turned back into
an instant, so that "12 months" keeps the wall clock across a change of the clocks. A local time
that does not exist (spring) is taken with the offset before the change; one that exists twice
(autumn) is its first occurrence (PEP 495, fold=0).
"""

import calendar as _calendar
import datetime as dt
import enum
import functools
import zoneinfo
from typing import Final

import msgspec

UTC: Final = dt.UTC
_SECOND: Final = dt.timedelta(seconds=1)
_CACHED_MAX: Final = 8_192
_EVERY_MONTH_HAS: Final = 28  # days


class Unit(enum.StrEnum):
    """Units of a duration; minute to week are exact time or whole local days, the rest calendar."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Duration(msgspec.Struct, frozen=True):
    """A length of time such as 30 days or 12 months; `count` is at least 1."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


class Period(enum.StrEnum):
    """Calendar periods in the program's zone; weeks start on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_EXACT: Final = {Unit.MINUTE: dt.timedelta(minutes=1), Unit.HOUR: dt.timedelta(hours=1)}
_DAYS: Final = {Unit.DAY: dt.timedelta(days=1), Unit.WEEK: dt.timedelta(weeks=1)}
_MONTHS: Final = {Unit.MONTH: 1, Unit.YEAR: 12}
_PERIOD_MONTHS: Final = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


@functools.cache
def zone(name: str) -> zoneinfo.ZoneInfo:
    """The IANA zone; raises `zoneinfo.ZoneInfoNotFoundError` for an unknown name."""
    return zoneinfo.ZoneInfo(name)


def local(at: dt.datetime, tz: zoneinfo.ZoneInfo) -> dt.datetime:
    """The instant as local wall clock time."""
    return at.astimezone(tz)


def to_instant(naive: dt.datetime, tz: zoneinfo.ZoneInfo) -> dt.datetime:
    """The UTC instant of a local wall clock time without zone."""
    return naive.replace(tzinfo=tz).astimezone(UTC)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day `months` later; 31 January plus one month is the end of February."""
    return dt.date(*_months_later(day, months))


def _months_later(day: dt.date, months: int) -> tuple[int, int, int]:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    number = day.day
    if number > _EVERY_MONTH_HAS:
        number = min(number, _calendar.monthrange(year, month + 1)[1])
    return year, month + 1, number


@functools.lru_cache(maxsize=_CACHED_MAX)  # one purchase asks for the same windows several times
def shift(at: dt.datetime, by: Duration, tz: zoneinfo.ZoneInfo, sign: int = 1) -> dt.datetime:
    """`at` plus (`sign=1`) or minus (`sign=-1`) the duration, as a UTC instant."""
    count, unit = by.count * sign, by.unit
    if unit in _EXACT:
        return at + count * _EXACT[unit]
    wall = at.astimezone(tz)
    if unit in _DAYS:
        return (wall + count * _DAYS[unit]).astimezone(UTC)  # adds to the clock on the wall
    year, month, day = _months_later(wall, count * _MONTHS[unit])
    return wall.replace(year=year, month=month, day=day, fold=0).astimezone(UTC)


def start_of_day(day: dt.date, tz: zoneinfo.ZoneInfo) -> dt.datetime:
    """The first instant of the local day."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=tz).astimezone(UTC)


def end_of_day(day: dt.date, tz: zoneinfo.ZoneInfo) -> dt.datetime:
    """The end of the local day, the first instant of the next: intervals are half open."""
    return start_of_day(day + dt.timedelta(days=1), tz)


@functools.lru_cache(maxsize=_CACHED_MAX)
def clock_change(day: dt.date, tz: zoneinfo.ZoneInfo) -> tuple[dt.datetime, dt.timedelta] | None:
    """When the clocks change on the local day, and by how much forward; None: not on that day."""
    early, late = start_of_day(day, tz), end_of_day(day, tz)
    before, after = (moment.astimezone(tz).utcoffset() for moment in (early, late))
    if before is None or after is None or before == after:
        return None
    while late - early > _SECOND:
        middle = early + (late - early) // 2
        if middle.astimezone(tz).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0), after - before


def _first_day(day: dt.date, period: Period) -> dt.date:
    if period in _PERIOD_MONTHS:
        months = _PERIOD_MONTHS[period]
        return dt.date(day.year, (day.month - 1) // months * months + 1, 1)
    if period is Period.WEEK:
        return day - dt.timedelta(days=day.weekday())
    return day


@functools.lru_cache(maxsize=_CACHED_MAX)
def period_start(at: dt.datetime, period: Period, tz: zoneinfo.ZoneInfo) -> dt.datetime:
    """The start of the calendar period that contains the instant."""
    return start_of_day(_first_day(at.astimezone(tz).date(), period), tz)


@functools.lru_cache(maxsize=_CACHED_MAX)
def period_end(at: dt.datetime, period: Period, tz: zoneinfo.ZoneInfo) -> dt.datetime:
    """The end of the calendar period that contains the instant, which is the start of the next."""
    first = _first_day(at.astimezone(tz).date(), period)
    if period in _PERIOD_MONTHS:
        following = add_months(first, _PERIOD_MONTHS[period])
    else:
        following = first + dt.timedelta(days=7 if period is Period.WEEK else 1)
    return start_of_day(following, tz)


def anniversary_start(at: dt.datetime, since: dt.datetime, tz: zoneinfo.ZoneInfo) -> dt.datetime:
    """The latest yearly anniversary of `since` that is not after `at` (29 February -> 28th)."""
    first = since.astimezone(tz).date()
    years = max(0, at.astimezone(tz).year - first.year)
    start = start_of_day(add_months(first, 12 * years), tz)
    if start > at and years > 0:
        start = start_of_day(add_months(first, 12 * (years - 1)), tz)
    return start


def anniversary_end(at: dt.datetime, since: dt.datetime, tz: zoneinfo.ZoneInfo) -> dt.datetime:
    """The next yearly anniversary of `since` after `at`."""
    first = since.astimezone(tz).date()
    start = anniversary_start(at, since, tz).astimezone(tz).date()
    years = start.year - first.year + 1
    return start_of_day(add_months(first, 12 * years), tz)
