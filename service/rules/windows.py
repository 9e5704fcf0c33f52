"""Which earlier purchases and activities a window counts, and which uses a limit counts."""

import datetime as dt
import zoneinfo
from typing import Final

from service.kernel.calendar import period_end, period_start, shift
from service.rules.conditions.activities import ActivityWindow
from service.rules.conditions.history import Window
from service.rules.document import Limit

_TICK: Final = dt.timedelta(microseconds=1)  # the finest step of an instant, here and in PostgreSQL


def window_start(window: Window, at: dt.datetime, tz: zoneinfo.ZoneInfo) -> dt.datetime | None:
    """The open start of the window (start, at); None: everything before `at` counts."""
    return None if window.within is None else shift(at, window.within, tz, -1)


def limit_span(
    limit: Limit, at: dt.datetime, tz: zoneinfo.ZoneInfo
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """(since, until): a use counts when since < occurred_at < until; None is open.

    Rolling: as far back as ahead, so that a purchase that comes late counts those after it and no
    window can exceed the limit. A calendar period [start, end) begins with its start: `since` is
    one microsecond before it, which is exact, as instants are whole microseconds.
    """
    if limit.rolling is not None:
        return shift(at, limit.rolling, tz, -1), shift(at, limit.rolling, tz)
    if limit.period is not None:
        return period_start(at, limit.period, tz) - _TICK, period_end(at, limit.period, tz)
    return None, None


def activity_start(
    window: ActivityWindow, at: dt.datetime, tz: zoneinfo.ZoneInfo
) -> dt.datetime | None:
    """The open start of the window (start, at); None: every activity before `at` counts."""
    return None if window.within is None else shift(at, window.within, tz, -1)
