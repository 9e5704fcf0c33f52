"""Ladders by hand: windows, steps up, ends, renewals, grace, floors."""

import datetime as dt
import itertools
import uuid
import zoneinfo

import pytest

from service.domain.tiers import ladder as ladders
from service.domain.tiers.ladder import Rulebook
from service.domain.tiers.types import FloorRow, Step
from service.kernel.calendar import Duration, Period, Unit
from service.rules.document import (
    Downgrade,
    DowngradeWhen,
    Ladder,
    Qualify,
    QualifyBy,
    Tier,
    WithinKind,
)

UTC = zoneinfo.ZoneInfo("UTC")
YEAR = Duration(12, Unit.MONTH)
TIERS = (
    Tier(id="bronze", threshold=0),
    Tier(id="silver", threshold=500),
    Tier(id="gold", threshold=2000),
)


def at(year: int, month: int, day: int = 1) -> dt.datetime:
    return dt.datetime(year, month, day, tzinfo=dt.UTC)


def rolling(downgrade: Downgrade | None = None) -> Rulebook:
    qualify = Qualify(by=QualifyBy.WALLET, wallet="status", within=WithinKind.ROLLING, window=YEAR)
    return _book(qualify, downgrade)


def calendar(downgrade: Downgrade | None = None) -> Rulebook:
    qualify = Qualify(by=QualifyBy.SPEND, within=WithinKind.CALENDAR, period=Period.YEAR)
    return _book(qualify, downgrade)


def _book(qualify: Qualify, downgrade: Downgrade | None) -> Rulebook:
    ladder = Ladder(id="main", qualify=qualify, downgrade=downgrade or Downgrade(), tiers=TIERS)
    return Rulebook(((at(2020, 1), ladder),), UTC, at(2023, 3, 15))


def tiers(steps: list[Step]) -> list[tuple[dt.datetime, str]]:
    return [(step.from_at, step.tier) for step in steps]


def test_step_up_when_the_rolling_total_meets_the_threshold() -> None:
    steps = ladders.replay(rolling(), [(at(2024, 1), 300), (at(2024, 3), 200)], at(2024, 4))

    assert steps == [Step(at(2024, 3), None, "silver", at(2025, 3), at(2025, 3))]


def test_what_left_the_window_does_not_count() -> None:
    # 1 January 2025 is outside (1 January 2024, 1 January 2025]
    steps = ladders.replay(rolling(), [(at(2024, 1), 300), (at(2025, 1), 200)], at(2025, 2))

    assert steps == []


def test_tier_not_requalified_ends_at_its_anniversary() -> None:
    steps = ladders.replay(rolling(), [(at(2024, 3), 600)], at(2025, 6))

    assert tiers(steps) == [(at(2024, 3), "silver"), (at(2025, 3), "bronze")]
    assert steps[0].until_at == at(2025, 3)


def test_tier_requalified_is_renewed_for_another_window() -> None:
    steps = ladders.replay(rolling(), [(at(2024, 3), 600), (at(2024, 12), 500)], at(2025, 6))

    assert steps == [Step(at(2024, 3), None, "silver", at(2026, 3), at(2026, 3))]


def test_one_step_goes_down_one_tier_at_a_time() -> None:
    book = rolling(Downgrade(one_step=True))

    steps = ladders.replay(book, [(at(2024, 3), 2500)], at(2026, 6))

    assert tiers(steps) == [
        (at(2024, 3), "gold"),
        (at(2025, 3), "silver"),
        (at(2026, 3), "bronze"),
    ]


def test_grace_lets_a_member_requalify_after_the_end() -> None:
    book = rolling(Downgrade(grace=Duration(1, Unit.MONTH)))

    kept = ladders.replay(book, [(at(2024, 3), 600), (at(2025, 3, 20), 500)], at(2025, 6))
    lost = ladders.replay(book, [(at(2024, 3), 600)], at(2025, 6))

    assert tiers(kept) == [(at(2024, 3), "silver")]
    assert tiers(lost) == [(at(2024, 3), "silver"), (at(2025, 4), "bronze")]


def test_calendar_tier_stands_until_the_period_ends_and_is_renewed_by_the_period() -> None:
    steps = ladders.replay(calendar(), [(at(2024, 3), 600), (at(2025, 5), 500)], at(2026, 2))

    # 2024: 600 renews at the end of 2024; 2025: 500 renews at the end of 2025
    assert steps == [Step(at(2024, 3), None, "silver", at(2027, 1), at(2027, 1))]


def test_calendar_tier_ends_after_a_year_without_enough() -> None:
    steps = ladders.replay(calendar(), [(at(2024, 3), 600), (at(2025, 5), 499)], at(2026, 2))

    assert tiers(steps) == [(at(2024, 3), "silver"), (at(2026, 1), "bronze")]


def test_at_once_falls_the_moment_the_total_does() -> None:
    book = rolling(Downgrade(when=DowngradeWhen.AT_ONCE))

    steps = ladders.replay(
        book, [(at(2024, 1), 300), (at(2024, 3), 300), (at(2024, 6), 100)], at(2025, 6)
    )

    # 600 on 1 March 2024; on 1 January 2025 the first 300 leave and 400 are left
    assert tiers(steps) == [(at(2024, 3), "silver"), (at(2025, 1), "bronze")]


def test_lifetime_tier_never_ends() -> None:
    qualify = Qualify(by=QualifyBy.VISITS, within=WithinKind.LIFETIME)

    steps = ladders.replay(_book(qualify, None), [(at(2024, 1), 500)], at(2050, 1))

    assert steps == [Step(at(2024, 1), None, "silver", None, None)]


def test_anniversary_counts_since_enrolment_day() -> None:
    qualify = Qualify(by=QualifyBy.SPEND, within=WithinKind.ANNIVERSARY)

    steps = ladders.replay(
        _book(qualify, None), [(at(2024, 3, 14), 400), (at(2024, 3, 15), 400)], at(2024, 4)
    )

    assert steps == []  # the 14th belongs to the year before


def test_tier_does_not_depend_on_the_order_of_arrival() -> None:
    contributions = [(at(2024, 1), 300), (at(2024, 3), 250), (at(2024, 12), 1500)]
    expected = ladders.replay(rolling(), contributions, at(2026, 7))

    for order in itertools.permutations(contributions):
        assert ladders.replay(rolling(), order, at(2026, 7)) == expected


def test_contributions_of_one_instant_act_together() -> None:
    steps = ladders.replay(rolling(), [(at(2024, 1), 300), (at(2024, 1), 1700)], at(2024, 2))

    assert tiers(steps) == [(at(2024, 1), "gold")]


def test_changed_ladder_moves_nobody_until_the_next_due_time_or_entry() -> None:
    old = rolling().versions[0][1]
    stricter = Ladder(
        id="main",
        qualify=old.qualify,
        tiers=(TIERS[0], Tier(id="silver", threshold=800), TIERS[2]),
    )
    book = Rulebook(((at(2020, 1), old), (at(2024, 6), stricter)), UTC, at(2023, 1))

    before_due = ladders.replay(book, [(at(2024, 3), 600)], at(2025, 2))
    after_due = ladders.replay(book, [(at(2024, 3), 600), (at(2024, 9), 100)], at(2025, 4))

    assert tiers(before_due) == [(at(2024, 3), "silver")]
    assert tiers(after_due) == [(at(2024, 3), "silver"), (at(2025, 3), "bronze")]


def test_floor_lifts_and_its_end_lets_go() -> None:
    ladder = rolling().versions[0][1]
    floor = FloorRow(uuid.UUID(int=1), "welcome", at(2024, 2), at(2024, 5), "gold")
    steps = [Step(at(2024, 3), None, "silver", at(2025, 3), at(2025, 3))]

    assert ladders.tier_at(ladder, steps, [floor], at(2024, 1)) == "bronze"
    assert ladders.tier_at(ladder, steps, [floor], at(2024, 2)) == "gold"
    assert ladders.tier_at(ladder, steps, [floor], at(2024, 5)) == "silver"
    assert ladders.changes(ladder, steps, [floor], at(2024, 1), at(2024, 6)) == [
        (at(2024, 2), "gold"),
        (at(2024, 5), "silver"),
    ]


@pytest.mark.parametrize(
    ("total", "missing", "following"), [(0, 500, "silver"), (499, 1, "silver")]
)
def test_progress_says_what_is_missing(total: int, missing: int, following: str) -> None:
    progress = ladders.progress(rolling().versions[0][1], "bronze", total, None)

    assert (progress.next, progress.missing) == (following, missing)


def test_progress_at_the_top_has_nothing_next() -> None:
    progress = ladders.progress(rolling().versions[0][1], "gold", 9000, at(2025, 1))

    assert (progress.next, progress.missing) == (None, None)
