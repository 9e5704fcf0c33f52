"""Windows of local time."""

import datetime as dt

import pytest

from service.rules.conditions.time_of_day import TimeOfDay, compile_time, explain_time
from tests.rules.builders import cart, case, facts, line


def holds(since: int, until: int, at: str) -> bool:
    seen = case(cart(line(1)), facts(at=dt.datetime.fromisoformat(at)))
    return compile_time(TimeOfDay(at="$", since=since, until=until))(seen)


@pytest.mark.parametrize(
    ("at", "ok"),
    [
        ("2026-11-24T05:59:59+01:00", False),
        ("2026-11-24T06:00:00+01:00", True),
        ("2026-11-24T10:59:59+01:00", True),
        ("2026-11-24T11:00:00+01:00", False),
    ],
)
def test_the_start_belongs_to_the_window_and_the_end_does_not(at: str, ok: bool) -> None:
    assert holds(360, 660, at) is ok


@pytest.mark.parametrize(
    ("at", "ok"),
    [
        ("2026-11-24T21:59:59+01:00", False),
        ("2026-11-24T22:00:00+01:00", True),
        ("2026-11-25T00:00:00+01:00", True),
        ("2026-11-25T01:59:59+01:00", True),
        ("2026-11-25T02:00:00+01:00", False),
    ],
)
def test_a_window_may_run_over_midnight(at: str, ok: bool) -> None:
    assert holds(1320, 120, at) is ok


def test_the_hour_that_comes_twice_is_in_the_window_twice() -> None:
    assert holds(120, 180, "2026-10-25T02:30:00+02:00")
    assert holds(120, 180, "2026-10-25T02:30:00+01:00")


def test_the_hour_that_does_not_come_is_in_no_window() -> None:
    """01:59:59 is followed by 03:00:00."""
    assert not holds(120, 180, "2026-03-29T01:59:59+01:00")
    assert not holds(120, 180, "2026-03-29T03:00:00+02:00")


def test_a_window_to_the_end_of_the_day() -> None:
    assert holds(1380, 1440, "2026-11-24T23:59:59+01:00")
    assert not holds(1380, 1440, "2026-11-25T00:00:00+01:00")


def test_equal_ends_hold_nothing() -> None:
    assert not holds(360, 360, "2026-11-24T06:00:00+01:00")


def test_the_finding_shows_the_clock() -> None:
    found = explain_time(TimeOfDay(at="$.now", since=360, until=1440), case(cart(line(1))))
    assert (found.ok, found.at, found.want, found.got) == (True, "$.now", "06:00-24:00", "09:40")
