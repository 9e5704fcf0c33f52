"""When to look again: never later than something changes, by any window, on any night."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.flows.steps.reconsidering import moments
from service.kernel.calendar import Duration, Unit
from service.rules.check import check_text
from service.rules.compile import Program, compile_program
from service.rules.conditions.history import Window
from service.rules.windows import window_start
from tests.rules.check.files import document

BEGINNING = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
TEXT = """\
program: {{id: shop, timezone: {zone}, currency: EUR}}
channels: [web]
identifiers: [card]
wallets: {{points: {{}}}}
segments:
  recent: {{history.purchases: {{within: {within}, gte: 1}}}}
"""
QUARTER = dt.timedelta(minutes=15)
SUMMER = dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)  # when the clocks change in Warsaw
WINTER = dt.datetime(2026, 10, 25, 1, tzinfo=dt.UTC)


def program(within: str, zone: str = "Europe/Warsaw") -> Program:
    """One segment, by one window."""
    return compile_program(document(TEXT.format(within=within, zone=zone)), 1, BEGINNING)


def next_look(of: Program, at: dt.datetime, first: dt.datetime) -> dt.datetime | None:
    """When a member whose window counts something since `first` is to be looked at."""
    return moments.after(of, at, [first], (), ())


def is_counted(
    first: dt.datetime, at: dt.datetime, within: Duration, tz: zoneinfo.ZoneInfo
) -> bool:
    """Something at `first` is in the window that ends with `at`."""
    since = window_start(Window(within=within), at, tz)
    return since is not None and since < first <= at


def looked_at(of: Program, first: dt.datetime, within: Duration) -> list[dt.datetime]:
    """Every instant at which it was looked until nothing was counted any more."""
    at, found = first, list[dt.datetime]()
    while is_counted(first, at, within, of.tz):
        due = next_look(of, at, first)
        assert due is not None
        assert due > at
        at = due
        found.append(at)
        assert len(found) < 50, "it is looked at for ever"
    return found


@pytest.mark.parametrize(
    ("within", "first", "due"),
    [
        ("30d", "2026-05-01T10:00:00Z", "2026-05-31T10:00:00Z"),
        ("30d", "2026-03-02T10:00:00Z", "2026-04-01T09:00:00Z"),  # the same on the wall
        ("48h", "2026-03-28T10:00:00Z", "2026-03-30T10:00:00Z"),  # exact
        ("1 month", "2026-02-10T10:00:00Z", "2026-03-10T10:00:00Z"),
    ],
)
def test_it_is_due_when_the_first_leaves_the_window(within: str, first: str, due: str) -> None:
    earliest = dt.datetime.fromisoformat(first)

    assert next_look(program(within), earliest, earliest) == dt.datetime.fromisoformat(due)


def test_without_anything_counted_nothing_is_due() -> None:
    assert moments.after(program("30d"), SUMMER, [None], (), ()) is None


def test_what_outlives_a_short_month_is_looked_at_each_midnight_until_it_leaves() -> None:
    first = dt.datetime(2026, 1, 31, 10, tzinfo=dt.UTC)
    of = program("1 month")

    looked = looked_at(of, first, Duration(1, Unit.MONTH))

    assert looked == [
        dt.datetime(2026, 2, 28, 10, tzinfo=dt.UTC),
        dt.datetime(2026, 2, 28, 23, tzinfo=dt.UTC),  # 1 March in Warsaw
    ]


@settings(deadline=None, max_examples=60)
@given(
    around=st.sampled_from([SUMMER, WINTER]),
    minutes=st.integers(min_value=-8 * 60, max_value=8 * 60).map(lambda n: n // 15 * 15),
    days=st.sampled_from([1, 2, 7, 30]),
    ends=st.booleans(),
)
@example(around=SUMMER, minutes=-30, days=1, ends=True)
@example(around=SUMMER, minutes=15, days=1, ends=False)
@example(around=WINTER, minutes=-30, days=1, ends=True)
@example(around=WINTER, minutes=-30, days=1, ends=False)
def test_no_window_lets_go_of_anything_unseen_where_clocks_change(
    *, around: dt.datetime, minutes: int, days: int, ends: bool
) -> None:
    """`ends`: the window ends near the change; else it begins there."""
    first = around + dt.timedelta(minutes=minutes) - dt.timedelta(days=days if ends else 0)
    of, within = program(f"{days}d"), Duration(days, Unit.DAY)
    at = first
    for due in looked_at(of, first, within):
        between = at + QUARTER
        while between < due:
            assert is_counted(first, between, within, of.tz)
            between += QUARTER
        at = due


def test_a_fact_of_the_day_is_due_at_local_midnight_on_the_days_clocks_change() -> None:
    text = TEXT.format(within="30d", zone="Europe/Warsaw").replace(
        "{history.purchases: {within: 30d, gte: 1}}", "{member.enrolled_days: {gte: 7}}"
    )
    assert check_text(text.encode(), "program.yaml").problems == ()
    of = compile_program(document(text), 1, BEGINNING)

    spring = moments.after(of, SUMMER - dt.timedelta(hours=3), [], (), ())
    autumn = moments.after(of, WINTER + dt.timedelta(hours=3), [], (), ())

    assert spring == dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC)
    assert autumn == dt.datetime(2026, 10, 25, 23, tzinfo=dt.UTC)
