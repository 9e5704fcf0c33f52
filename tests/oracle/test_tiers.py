import datetime as dt
import zoneinfo
from dataclasses import replace

from tests.oracle.days import Span
from tests.oracle.program import Ladder
from tests.oracle.tiers import Climb, Contribution, before, climb, intervals

UTC = zoneinfo.ZoneInfo("UTC")
TIERS = (("bronze", 0), ("silver", 100), ("gold", 300))
ROLLING = Ladder("main", "status", Span(30, "day"), TIERS)
START = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


def day(count: float) -> dt.datetime:
    return START + dt.timedelta(days=count)


def run(ladder: Ladder, until: float, *amounts: tuple[float, int]) -> Climb:
    contributions = [Contribution(day(at), amount) for at, amount in amounts]
    return climb(ladder, contributions, START, UTC, day(until))


def steps(ladder: Ladder, until: float, *amounts: tuple[float, int]) -> list[tuple[float, int]]:
    found = intervals(run(ladder, until, *amounts))
    return [((at - START) / dt.timedelta(days=1), position) for at, position in found]


def test_a_tier_holds_for_the_window_from_its_step() -> None:
    # The first 60 leave the window on day 31, yet silver holds to day 40.
    assert steps(ROLLING, 90, (1, 60), (10, 40)) == [(10, 1), (40, 0)]


def test_a_tier_requalified_at_its_end_goes_on() -> None:
    # On day 40 the window (10, 40] holds 100 of day 20: good to day 70.
    replay = run(ROLLING, 41, (10, 100), (20, 100))
    assert (replay.position, replay.valid_until) == (1, day(70))
    assert steps(ROLLING, 90, (10, 100), (20, 100)) == [(10, 1), (70, 0)]


def test_what_comes_at_the_end_itself_counts_for_it() -> None:
    assert steps(ROLLING, 50, (10, 100), (40, 99)) == [(10, 1), (40, 0)]
    replay = run(ROLLING, 50, (10, 100), (40, 100))
    assert intervals(replay) == [(day(10), 1)]
    assert replay.valid_until == day(70)
    # With grace the time goes on from the old end, day 40, not from day 50.
    with_grace = run(replace(ROLLING, grace=Span(10, "day")), 60, (10, 100), (50, 100))
    assert (with_grace.position, with_grace.valid_until) == (1, day(70))


def test_what_comes_at_the_end_of_a_period_belongs_to_the_next() -> None:
    # Silver of January, renewed by it to 1 March (day 59); what comes then is of March.
    month = Ladder("m", "spend", "month", TIERS)
    assert steps(month, 58.9, (10, 100), (59, 99)) == [(10, 1)]
    assert steps(month, 80, (10, 100), (59, 99)) == [(10, 1), (59, 0)]
    assert steps(month, 80, (10, 100), (59, 300)) == [(10, 1), (59, 2)]


def test_a_step_up_starts_its_own_time() -> None:
    assert steps(ROLLING, 90, (10, 100), (20, 200)) == [(10, 1), (20, 2), (50, 0)]


def test_down_to_what_is_reached_or_one_step() -> None:
    amounts = ((10.0, 300), (30.0, 10))
    assert steps(ROLLING, 39, *amounts) == [(10, 2)]
    assert steps(ROLLING, 41, *amounts) == [(10, 2), (40, 0)]
    one_step = replace(ROLLING, one_step=True)
    # At day 40 the window holds 10: silver by one step, to day 70, then bronze.
    assert steps(one_step, 90, *amounts) == [(10, 2), (40, 1), (70, 0)]


def test_one_step_stays_higher_when_more_is_reached() -> None:
    ladder = replace(ROLLING, tiers=(*TIERS, ("black", 900)), one_step=True)
    # From black (3) the step is gold (2); silver is what 100 reaches.
    assert steps(ladder, 41, (10, 900), (30, 100)) == [(10, 3), (40, 2)]
    # 100 in the window of day 40 reaches silver; to it without `one_step`.
    whole = replace(ladder, one_step=False)
    assert steps(whole, 41, (10, 900), (30, 100)) == [(10, 3), (40, 1)]


def test_grace_lets_a_member_requalify() -> None:
    ladder = replace(ROLLING, grace=Span(10, "day"))
    assert steps(ladder, 90, (10, 100)) == [(10, 1), (50, 0)]
    # At day 50 the window is (20, 50]: 100 of day 45. Good to 40 + 30 = 70, and grace to 80.
    assert steps(ladder, 79, (10, 100), (45, 100)) == [(10, 1)]
    assert steps(ladder, 80, (10, 100), (45, 100)) == [(10, 1), (80, 0)]


def test_at_once_falls_when_the_window_does() -> None:
    ladder = replace(ROLLING, at_once=True)
    # 60 of day 1 leave on day 31.
    assert steps(ladder, 90, (1, 60), (10, 40)) == [(10, 1), (31, 0)]
    assert steps(ladder, 90, (1, 60), (10, 40), (30, 20)) == [(10, 1), (31, 0)]
    assert steps(ladder, 90, (1, 60), (10, 40), (30, 60)) == [(10, 1), (40, 0)]


def test_at_once_a_correction_takes_the_tier_with_it() -> None:
    ladder = replace(ROLLING, at_once=True)
    assert steps(ladder, 20, (10, 100), (12, -1)) == [(10, 1), (12, 0)]
    # Without it the tier holds its time.
    assert steps(ROLLING, 20, (10, 100), (12, -1)) == [(10, 1)]


def test_at_once_one_step_gives_the_lower_tier_a_whole_window() -> None:
    ladder = replace(ROLLING, at_once=True, one_step=True)
    assert steps(ladder, 90, (10, 300)) == [(10, 2), (40, 1), (70, 0)]
    # A contribution that is not enough changes nothing; one that is, counts from its own fall.
    assert steps(ladder, 90, (10, 300), (50, 99)) == [(10, 2), (40, 1), (70, 0)]
    assert steps(ladder, 99, (10, 300), (50, 100)) == [(10, 2), (40, 1), (80, 0)]


def test_at_once_grace_counts_from_the_fall() -> None:
    ladder = replace(ROLLING, at_once=True, grace=Span(5, "day"))
    assert steps(ladder, 90, (10, 100)) == [(10, 1), (45, 0)]
    # Enough again on day 43: (13, 43] holds 100, which leave on day 73, grace to 78.
    assert steps(ladder, 90, (10, 100), (43, 100)) == [(10, 1), (78, 0)]


def test_a_calendar_tier_holds_to_the_end_of_its_period() -> None:
    quarter = Ladder("season", "spend", "quarter", TIERS)
    # January 11: silver to 1 April (day 90), where the quarter's own total renews it to 1 July.
    replay = run(quarter, 91, (10, 100))
    assert (replay.position, replay.valid_until) == (1, day(181))
    assert steps(quarter, 400, (10, 100)) == [(10, 1), (181, 0)]


def test_a_calendar_total_starts_anew_with_the_period() -> None:
    quarter = Ladder("season", "spend", "quarter", TIERS)
    assert steps(quarter, 100, (80, 60), (95, 60)) == []


def test_a_period_renewed_late_in_grace_lasts_at_least_beyond_it() -> None:
    month = Ladder("m", "spend", "month", TIERS, grace=Span(45, "day"))
    # January: silver to 1 February, judged on 18 March (day 31 + 45). What came since 1 January
    # counts. The next month ends on 1 March, before then: so to the end of March (day 90).
    replay = run(month, 77, (10, 100))
    assert (replay.position, replay.valid_until) == (1, day(90))


def test_an_anniversary_year_begins_on_the_local_day_of_enrolment() -> None:
    ladder = Ladder("a", "spend", "anniversary", TIERS)
    # Year one ends on 1 January 2028, day 365; its total renews to day 731 (2028 is a leap year).
    assert steps(ladder, 800, (10, 60), (364.9, 40)) == [(364.9, 1), (731, 0)]
    assert steps(ladder, 800, (10, 60), (365, 40)) == []


def test_a_lifetime_tier_never_ends() -> None:
    ladder = Ladder("l", "visits", "lifetime", TIERS)
    assert steps(ladder, 3000, (1, 60), (900, 60)) == [(900, 1)]


def test_contributions_of_one_instant_act_together() -> None:
    assert steps(ROLLING, 20, (10, 100), (10, -100)) == []


def test_a_purchase_is_decided_by_the_tier_before_it() -> None:
    contributions = [Contribution(day(10), 100)]
    assert before(ROLLING, contributions, START, UTC, day(10)) == 0
    assert before(ROLLING, contributions, START, UTC, day(11)) == 1
    assert before(ROLLING, contributions, START, UTC, day(40)) == 0  # the end comes first
