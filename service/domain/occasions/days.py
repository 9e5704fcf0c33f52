"""Whose day a day is: birthdays and anniversaries. Pure.

Who was born, or enrolled, on 29 February has the 28th in years without one.
"""

import datetime as dt
import zoneinfo
from typing import Final

from service.kernel.calendar import start_of_day

Span = tuple[dt.datetime, dt.datetime]
_DAY: Final = dt.timedelta(days=1)
_LEAP_DAY: Final = (2, 29)


def born_on(day: dt.date) -> list[int]:
    """Birth dates, month times 100 plus day, that are celebrated on a day."""
    return [month * 100 + number for month, number in _celebrated(day)]


def _celebrated(day: dt.date) -> list[tuple[int, int]]:
    """29 February is the 28th where the year has none."""
    found = [(day.month, day.day)]
    if (day.month, day.day) == (2, 28) and (day + _DAY).month != _LEAP_DAY[0]:
        found.append(_LEAP_DAY)
    return found


def anniversaries(day: dt.date, first: dt.datetime, tz: zoneinfo.ZoneInfo) -> list[Span]:
    """The days of past years, each from start to end, whose anniversary a day is."""
    spans: list[Span] = []
    for year in range(first.astimezone(tz).year, day.year):
        for month, number in _celebrated(day):
            if (month, number) == _LEAP_DAY and not _is_leap(year):
                continue
            then = dt.date(year, month, number)
            spans.append((start_of_day(then, tz), start_of_day(then + _DAY, tz)))
    return spans


def _is_leap(year: int) -> bool:
    return (dt.date(year, 2, 28) + _DAY).month == _LEAP_DAY[0]
