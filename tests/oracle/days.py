"""Calendar arithmetic, a day at a time. Instants are UTC; days and months are the program's."""

import calendar
import datetime as dt
import functools
import zoneinfo
from dataclasses import dataclass

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """A length of time: so many of "hour", "day", "month" or "year"."""

    count: int
    unit: str


def wall(at: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The local wall clock, without zone."""
    return at.astimezone(zone).replace(tzinfo=None)


def instant(wall_clock: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The UTC instant of a wall clock time; of two the first, of none by the offset before."""
    return wall_clock.replace(tzinfo=zone).astimezone(dt.UTC)


def midnight(day: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The instant at which the local day begins."""
    return instant(dt.datetime.combine(day, dt.time()), zone)


def months_on(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last of that month when it has no such day."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month in (0, 13):
            year, month = (year - 1, 12) if month == 0 else (year + 1, 1)
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def plus(at: dt.datetime, span: Span, zone: zoneinfo.ZoneInfo, sign: int = 1) -> dt.datetime:
    """`at` plus the span, minus it with `sign=-1`; from days up by the wall clock."""
    count = span.count * sign
    if span.unit == "hour":
        return at + dt.timedelta(hours=count)
    clock = wall(at, zone)
    if span.unit == "day":
        return instant(clock + dt.timedelta(days=count), zone)
    months = {"month": count, "year": 12 * count}[span.unit]
    return instant(dt.datetime.combine(months_on(clock.date(), months), clock.time()), zone)


def minus(at: dt.datetime, span: Span, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """`at` minus the span."""
    return plus(at, span, zone, -1)


def label(day: dt.date, period: str) -> tuple[int, ...]:
    """What all days of one "day", "month", "quarter" or "year" have in common."""
    return {
        "day": (day.year, day.month, day.day),
        "month": (day.year, day.month),
        "quarter": (day.year, (day.month - 1) // 3),
        "year": (day.year,),
    }[period]


@functools.cache
def period_start(at: dt.datetime, period: str, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The beginning of the period the instant lies in."""
    day = wall(at, zone).date()
    while label(day - ONE_DAY, period) == label(day, period):
        day -= ONE_DAY
    return midnight(day, zone)


@functools.cache
def period_end(at: dt.datetime, period: str, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The end of the period the instant lies in: the beginning of the next."""
    first = wall(at, zone).date()
    day = first
    while label(day, period) == label(first, period):
        day += ONE_DAY
    return midnight(day, zone)


@functools.cache
def anniversaries(since: dt.datetime, zone: zoneinfo.ZoneInfo) -> list[dt.datetime]:
    """The day of `since` and its yearly returns for a life, at local midnight."""
    first = wall(since, zone).date()
    return [midnight(months_on(first, 12 * year), zone) for year in range(100)]


def anniversary_start(at: dt.datetime, since: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The latest anniversary not after `at`; before the first day, the first day."""
    all_of_them = anniversaries(since, zone)
    return max([day for day in all_of_them if day <= at], default=all_of_them[0])


def anniversary_end(at: dt.datetime, since: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The anniversary after the one `at` belongs to."""
    start = anniversary_start(at, since, zone)
    return min(day for day in anniversaries(since, zone) if day > start)


def next_date(
    at: dt.datetime, dates: tuple[tuple[int, int], ...], zone: zoneinfo.ZoneInfo
) -> dt.datetime:
    """The end of the first local day, today or later, whose (month, day) is one of `dates`."""
    day = wall(at, zone).date()
    while (day.month, day.day) not in dates:
        day += ONE_DAY
    return midnight(day + ONE_DAY, zone)
