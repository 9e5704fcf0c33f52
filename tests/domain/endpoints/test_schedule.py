"""When to try again."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.endpoints import schedule

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


def test_a_receiver_is_tried_soon_then_hourly() -> None:
    waits = [schedule.wait_of_receiver(n, None, 0) // SECOND for n in range(1, 10)]
    assert waits == [5, 30, 120, 300, 900, 1800, 3600, 3600, 3600]


def test_an_event_is_tried_four_times_in_less_than_an_hour() -> None:
    waits = [schedule.wait_of_event(n, None, 0) for n in range(1, 5)]
    assert waits == [5 * SECOND, 300 * SECOND, 1800 * SECOND, None]


@given(st.integers(1, 50), st.floats(0, 1, exclude_max=True), st.integers(0, 100_000))
def test_a_wait_is_spread_but_never_shorter_than_asked(
    failures: int, luck: float, asked: int
) -> None:
    told = asked * SECOND
    least = max(schedule.wait_of_receiver(failures, None, 0), told)
    assert least <= schedule.wait_of_receiver(failures, told, luck) <= least * 1.2


@given(st.integers(1, 3), st.integers(0, 100_000))
def test_a_refused_event_waits_half_an_hour_at_most_however_long_is_asked(
    attempts: int, asked: int
) -> None:
    wait = schedule.wait_of_event(attempts, asked * SECOND, 0)
    assert wait is not None
    assert wait <= 1800 * SECOND


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("86400", 86_400),
        ("86401", 86_400),
        ("9" * 400, 86_400),
        ("Mon, 23 Nov 2026 12:01:40 GMT", 100),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("Tue, 23 Nov 2027 12:00:00 GMT", 86_400),
        ("Mon, 23 Nov 2026 12:01:40 -0000", 100),
    ],
)
def test_both_forms_of_retry_after_are_understood(text: str, seconds: int) -> None:
    assert schedule.retry_after(text, NOW) == seconds * SECOND


@pytest.mark.parametrize(
    "text", [None, "", "-5", "1.5", "soon", "٣", "1e3", "2026-11-23T12:01:40Z"]
)
def test_what_makes_no_sense_says_nothing(text: str | None) -> None:
    assert schedule.retry_after(text, NOW) is None


@given(st.text(max_size=60))
def test_no_text_is_more_than_a_day_or_less_than_nothing(text: str) -> None:
    found = schedule.retry_after(text, NOW)
    assert found is None or dt.timedelta() <= found <= schedule.RETRY_AFTER_MAX
