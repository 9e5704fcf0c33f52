"""Windows of history and spans of limits, to the microsecond."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kernel.calendar import Duration, Period, Unit, shift, zone
from service.rules.conditions.history import Window
from service.rules.document import Limit
from service.rules.windows import limit_span, window_start

WARSAW = zone("Europe/Warsaw")
TICK = dt.timedelta(microseconds=1)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def counts(limit: Limit, at: dt.datetime, used_at: dt.datetime) -> bool:
    since, until = limit_span(limit, at, WARSAW)
    return (since is None or since < used_at) and (until is None or used_at < until)


def test_a_window_goes_back_by_the_local_clock() -> None:
    """30 days over the end of summer time: 10:00 CEST to 10:00 CET."""
    start = window_start(
        Window(within=Duration(30, Unit.DAY)), utc("2026-11-10T10:00+01:00"), WARSAW
    )
    assert start == utc("2026-10-11T10:00+02:00")


def test_a_window_without_length_has_no_start() -> None:
    assert window_start(Window(), utc("2026-11-10T10:00Z"), WARSAW) is None


def test_a_rolling_limit_counts_as_far_ahead_as_back() -> None:
    limit = Limit(1, rolling=Duration(30, Unit.DAY))
    assert limit_span(limit, utc("2026-06-15T10:00Z"), WARSAW) == (
        utc("2026-05-16T10:00Z"),
        utc("2026-07-15T10:00Z"),
    )


def test_a_use_exactly_one_length_away_is_outside() -> None:
    limit, at = Limit(1, rolling=Duration(24, Unit.HOUR)), utc("2026-06-15T10:00Z")
    assert not counts(limit, at, utc("2026-06-14T10:00Z"))
    assert counts(limit, at, utc("2026-06-14T10:00Z") + TICK)
    assert counts(limit, at, at)
    assert counts(limit, at, utc("2026-06-16T10:00Z") - TICK)
    assert not counts(limit, at, utc("2026-06-16T10:00Z"))


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (Period.DAY, "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00"),  # 25 hours long
        (Period.WEEK, "2026-10-19T00:00+02:00", "2026-10-26T00:00+01:00"),
        (Period.MONTH, "2026-10-01T00:00+02:00", "2026-11-01T00:00+01:00"),
        (Period.QUARTER, "2026-10-01T00:00+02:00", "2027-01-01T00:00+01:00"),
        (Period.YEAR, "2026-01-01T00:00+01:00", "2027-01-01T00:00+01:00"),
    ],
)
def test_a_calendar_limit_counts_its_period_from_the_start_to_before_the_end(
    period: Period, start: str, end: str
) -> None:
    limit, at = Limit(1, period=period), utc("2026-10-25T12:00+01:00")
    assert not counts(limit, at, utc(start) - TICK)
    assert counts(limit, at, utc(start))
    assert counts(limit, at, utc(end) - TICK)
    assert not counts(limit, at, utc(end))


def test_a_limit_for_ever_counts_everything() -> None:
    assert limit_span(Limit(1), utc("2026-10-25T12:00Z"), WARSAW) == (None, None)


@given(
    st.lists(st.integers(0, 72), min_size=1, max_size=12),
    st.integers(1, 3),
)
def test_no_window_exceeds_a_rolling_limit_whatever_the_order_of_arrival(
    hours: list[int], times: int
) -> None:
    """Purchases come in any order; each takes a use if fewer than `times` are counted. Then no 24
    hours hold more, which is to say: of any times + 1 uses in a row the last is a day after."""
    limit = Limit(times, rolling=Duration(24, Unit.HOUR))
    start = utc("2026-10-24T00:00Z")
    uses: list[dt.datetime] = []
    for hour in hours:
        at = start + dt.timedelta(hours=hour)
        if sum(counts(limit, at, use) for use in uses) < times:
            uses.append(at)
    uses.sort()
    assert all(
        last - first >= dt.timedelta(hours=24)
        for first, last in zip(uses, uses[times:], strict=False)
    )


@given(st.integers(0, 3 * 365 * 24), st.integers(1, 3000))
def test_two_purchases_within_a_month_count_each_other(hours: int, quarters: int) -> None:
    limit = Limit(1, rolling=Duration(1, Unit.MONTH))
    earlier = utc("2024-01-01T00:00Z") + dt.timedelta(hours=hours)
    later = earlier + dt.timedelta(minutes=15 * quarters)
    within = later < shift(earlier, Duration(1, Unit.MONTH), WARSAW)
    assert counts(limit, earlier, later) is within
    if within and not _skipped_hour(later):
        assert counts(limit, later, earlier)


def _skipped_hour(at: dt.datetime) -> bool:
    """The hour after the clocks went forward, in which a month back may be an hour off."""
    before = at - dt.timedelta(hours=2)
    offsets = [moment.astimezone(WARSAW).utcoffset() for moment in (before, at)]
    return any(one != other for one, other in pairwise(offsets))
