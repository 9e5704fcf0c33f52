"""Floors under a tier."""

import datetime as dt

from service.kernel.calendar import Duration, Unit, zone
from tests.rules.builders import lift

WARSAW = zone("Europe/Warsaw")


def test_a_floor_ends_after_its_time_by_the_local_clock() -> None:
    """Three months from 31 December 12:00: 31 March 12:00, when summer time has begun."""
    at = dt.datetime(2026, 12, 31, 11, tzinfo=dt.UTC)
    assert lift("gold", Duration(3, Unit.MONTH)).until(at, WARSAW) == dt.datetime(
        2027, 3, 31, 10, tzinfo=dt.UTC
    )


def test_a_floor_without_a_time_has_no_end() -> None:
    assert lift("gold").until(dt.datetime(2026, 12, 31, tzinfo=dt.UTC), WARSAW) is None
