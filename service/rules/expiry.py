"""When units lapse: the expiry models of a wallet, as data and as arithmetic."""

import datetime as dt
import enum
import zoneinfo
from typing import Final

import msgspec

from service.kernel.calendar import Duration, Period, end_of_day, period_end, shift


class ExpiryKind(enum.StrEnum):
    """never; after a duration; on calendar dates; after a time without activity."""

    NEVER = "never"
    AFTER = "after"
    DATES = "dates"
    INACTIVITY = "inactivity"


class RoundTo(enum.StrEnum):
    """An expiry moves on to the end of the local month, quarter or year it falls in."""

    MONTH_END = "month_end"
    QUARTER_END = "quarter_end"
    YEAR_END = "year_end"


class Expiry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One model. The clock starts when the lot becomes available.

    `dates` are (month, day), days every year has: units lapse at the end of the next such local
    day.
    """

    kind: ExpiryKind = ExpiryKind.NEVER
    after: Duration | None = None
    round_to: RoundTo | None = None
    dates: tuple[tuple[int, int], ...] = ()


_PERIODS: Final = {
    RoundTo.MONTH_END: Period.MONTH,
    RoundTo.QUARTER_END: Period.QUARTER,
    RoundTo.YEAR_END: Period.YEAR,
}


def expires_at(
    expiry: Expiry, available_at: dt.datetime, tz: zoneinfo.ZoneInfo
) -> dt.datetime | None:
    """The instant at which units that become available at `available_at` lapse; None: never.

    For inactivity it is the end if nothing more happens; activity moves it on. An expiry that
    falls exactly on the start of a period is rounded to the end of that period.
    """
    if expiry.kind is ExpiryKind.DATES:
        return _next_date(expiry.dates, available_at, tz)
    if expiry.kind is ExpiryKind.NEVER or expiry.after is None:
        return None
    end = shift(available_at, expiry.after, tz)
    if expiry.round_to is None:
        return end
    return period_end(end, _PERIODS[expiry.round_to], tz)


def _next_date(
    dates: tuple[tuple[int, int], ...], available_at: dt.datetime, tz: zoneinfo.ZoneInfo
) -> dt.datetime | None:
    """The end of the first of these local days that ends after the instant."""
    year = available_at.astimezone(tz).year
    ends = (
        end_of_day(dt.date(year + later, month, day), tz)
        for month, day in dates
        for later in (0, 1)
    )
    return min((end for end in ends if end > available_at), default=None)
