"""The section on members who put units together."""

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.sharing import Households
from tests.rules.check.files import HEAD, document, problems

WALLETS = (
    "wallets: {points: {}, gifts: {scale: 1}, status: {qualifying: true}, "
    "back: {shortfall: clamp}}\n"
)
WEEK = Duration(7, Unit.DAY)


def read(written: str) -> Households | None:
    return document(f"{HEAD}{WALLETS}households: {written}").households


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (
            "{members_max: 6, wallets: [points]}",
            Households(members_max=6, wallets=("points",), offer_for=WEEK),
        ),
        (
            "{members_max: 2, wallets: [points], draw: {per_person_month_max: 500 points}}",
            Households(
                members_max=2, wallets=("points",), draw_max={"points": 500}, offer_for=WEEK
            ),
        ),
        (
            "{members_max: 2, wallets: [gifts], draw: {per_person_month_max: 2.5}}",
            Households(members_max=2, wallets=("gifts",), draw_max={"gifts": 25}, offer_for=WEEK),
        ),
        (
            (
                "{members_max: 50, wallets: [gifts, points], offer_for: 72h, "
                "draw: {per_person_month_max: [500 points, 1.5 gifts]}}"
            ),
            Households(
                members_max=50,
                wallets=("gifts", "points"),
                draw_max={"points": 500, "gifts": 15},
                offer_for=Duration(72, Unit.HOUR),
            ),
        ),
    ],
)
def test_what_is_left_out_has_its_default(written: str, found: Households) -> None:
    assert read(written) == found


def test_a_program_that_says_nothing_has_no_households() -> None:
    assert document(f"{HEAD}{WALLETS}").households is None


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("6", ": expected a mapping, got 6"),
        ("{wallets: [points]}", ": needs 'members_max'"),
        ("{members_max: 6}", ": needs 'wallets'"),
        ("{members_max: 1, wallets: [points]}", ".members_max: expected a whole number from 2 to"),
        ("{members_max: 51, wallets: [points]}", ".members_max: expected a whole number from 2 t"),
        ("{members_max: 6, wallets: []}", ".wallets: expected at least 1 in the list, got 0"),
        ("{members_max: 6, wallets: points}", ".wallets: expected a list of wallets, got 'points"),
        ("{members_max: 6, wallets: [point]}", ".wallets[0]: unknown wallet 'point', did you me"),
        ("{members_max: 6, wallets: [points, points]}", ".wallets[1]: 'points' stands in the lis"),
        ("{members_max: 6, wallets: [status]}", ".wallets[0]: units that count towards tiers sta"),
        ("{members_max: 6, wallets: [back]}", ".wallets[0]: what is given away could not be take"),
        ("{members_max: 6, wallets: [points], draw: {}}", ".draw: needs 'per_person_month_max'"),
        ("{members_max: 6, wallets: [points], offer_for: 0d}", ".offer_for: expected a duration"),
        ("{members_max: 6, wallets: [points], size: 6}", ".size: unknown key 'size'; one of tit"),
    ],
)
def test_a_wrong_section_is_told(written: str, told: str) -> None:
    (found,) = problems(f"{HEAD}{WALLETS}households: {written}")
    assert found.partition(" ")[2].startswith(f"$.households{told}")


@pytest.mark.parametrize(
    ("wallets", "written", "told"),
    [
        ("points", "500 gifts", ": expected a number or an amount such as '500 points', got '500"),
        ("points", "0", ": expected more than 0, got 0"),
        ("points, gifts", "500", ": expected an amount such as '500 points', got 500"),
        ("points, gifts", "500 beans", ": unknown wallet 'beans'; one of points, gifts"),
        ("points, gifts", "[]", ": expected at least 1 in the list, got 0"),
        ("points, gifts", "[1 gifts, 2 gifts]", "[1]: 'gifts' stands in the list twice"),
    ],
)
def test_a_wrong_limit_of_drawing_is_told(wallets: str, written: str, told: str) -> None:
    section = f"members_max: 6, wallets: [{wallets}], draw: {{per_person_month_max: {written}}}"
    (found,) = problems(f"{HEAD}{WALLETS}households: {{{section}}}")
    assert found.partition(" ")[2].startswith(f"$.households.draw.per_person_month_max{told}")
