"""What staff may correct alone, and how long waits what they may not."""

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.check import canonical, parse_canonical
from service.rules.staff import AS_USUAL, AdjustAlone, Staff
from tests.rules.check.files import HEAD, document, problems


def read(written: str, more: str = "") -> AdjustAlone | None:
    (found,) = document(f"{HEAD}wallets: {{points: {{{more}adjust: {written}}}}}").wallets
    return found.adjust


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("{max: 500, per_day_max: 2000}", AdjustAlone(most=500, per_day=2000)),
        ("{max: 500 points, per_day_max: 500}", AdjustAlone(most=500, per_day=500)),
        (
            "{max: 1, per_day_max: 2, reasons: [late, good-will]}",
            AdjustAlone(most=1, per_day=2, reasons=("late", "good-will")),
        ),
    ],
)
def test_caps_are_of_one_correction_and_of_a_day(written: str, found: AdjustAlone) -> None:
    assert read(written) == found


def test_a_wallet_that_says_nothing_is_never_corrected_alone() -> None:
    (found,) = document(f"{HEAD}wallets: {{points: {{}}}}").wallets
    assert found.adjust is None


def test_units_are_those_of_the_wallets_scale() -> None:
    assert read("{max: 0.50, per_day_max: 20}", "scale: 2, ") == AdjustAlone(most=50, per_day=2000)


def test_units_that_count_towards_tiers_are_corrected_too() -> None:
    assert read("{max: 5, per_day_max: 5}", "qualifying: true, ") is not None


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("500", ": expected a mapping, got 500"),
        ("{max: 5}", ": needs 'per_day_max'"),
        ("{per_day_max: 5}", ": needs 'max'"),
        ("{max: 0, per_day_max: 5}", ".max: expected more than 0, got 0"),
        ("{max: 5, per_day_max: 4}", ".per_day_max: expected at least 5, the most at once, got 4"),
        ("{max: 5, per_day_max: 5, min: 1}", ".min: unknown key 'min'"),
        (
            "{max: 5, per_day_max: 5, reasons: []}",
            ".reasons: expected at least 1 in the list, got 0",
        ),
        (
            "{max: 5, per_day_max: 5, reasons: late}",
            ".reasons: expected a list of codes of reasons",
        ),
        (
            "{max: 5, per_day_max: 5, reasons: [late, late]}",
            ".reasons[1]: 'late' stands in the list twice",
        ),
        ("{max: 5, per_day_max: 5, reasons: [Too late]}", ".reasons[0]: expected an id of at most"),
    ],
)
def test_a_wrong_cap_is_told(written: str, told: str) -> None:
    (found,) = problems(f"{HEAD}wallets: {{points: {{adjust: {written}}}}}")
    assert found.partition(" ")[2].startswith(f"$.wallets.points.adjust{told}")


def test_what_waits_for_a_second_person_waits_three_days_unless_the_file_says() -> None:
    assert document(HEAD).staff is AS_USUAL
    assert document(f"{HEAD}staff: {{}}").staff == AS_USUAL
    assert AS_USUAL.approve_for == Duration(72, Unit.HOUR)
    told = document(f"{HEAD}staff: {{approve_for: 2 days}}").staff
    assert told == Staff(approve_for=Duration(2, Unit.DAY))


@pytest.mark.parametrize("section", ["", "staff: {approve_for: 1h}"])
def test_it_is_stored_and_read_again(section: str) -> None:
    whole = document(f"{HEAD}{section}")
    assert parse_canonical(canonical(whole)) == whole


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("72h", ": expected a mapping, got '72h'"),
        (
            "{approve_for: 72}",
            ".approve_for: expected a duration such as '30d' or '12 months', got",
        ),
        ("{approve: 72h}", ".approve: unknown key 'approve', did you mean 'approve_for'?"),
    ],
)
def test_a_wrong_section_is_told(written: str, told: str) -> None:
    (found,) = problems(f"{HEAD}staff: {written}")
    assert found.partition(" ")[2].startswith(f"$.staff{told}")
