"""How many ways discounts can be combined."""

import pytest

from service.rules.check.combinations import COMBINATIONS_MAX
from tests.rules.check.files import HEAD, document, problems

STACKABLE = "{percent: 1}"
ALONE = "{percent: 1, stackable: false}"
TOLD = "$.campaigns: exclusive groups and discounts that are not stackable can make more than 4096"


def of_group(name: str) -> str:
    return f"{{percent: 1, exclusive_group: {name}}}"


def campaign(name: str, discounts: list[str], dates: str = "") -> str:
    rules = ", ".join(
        f"{{id: {name}-{number}, then: [{{discount: {discount}}}]}}"
        for number, discount in enumerate(discounts)
    )
    return f"{{id: {name}, {dates}rules: [{rules}]}}"


def text(*campaigns: str) -> str:
    return f"{HEAD}campaigns: [{', '.join(campaigns)}]"


def test_2_to_the_12th_is_the_bound() -> None:
    assert COMBINATIONS_MAX == 2**12


@pytest.mark.parametrize(
    "discounts",
    [
        [STACKABLE] * 100,
        [ALONE] * 12,  # 2^12
        [of_group(f"g{n}") for n in range(12)],  # (1 + 1)^12
        [of_group("g")] * 1000,  # 1001
        [of_group("a")] * 63 + [of_group("b")] * 63,  # 64 x 64
        [of_group("a")] * 31 + [ALONE] * 7 + [STACKABLE] * 50,  # 32 x 128
        ["{percent: 1, exclusive_group: g, stackable: false}"] * 1000,  # counted in the group alone
    ],
)
def test_programs_up_to_the_bound_are_taken(discounts: list[str]) -> None:
    assert len(document(text(campaign("c", discounts))).campaigns[0].rules) == len(discounts)


@pytest.mark.parametrize(
    "discounts",
    [
        [ALONE] * 13,
        [ALONE] * 500,
        [of_group(f"g{n}") for n in range(13)],
        [of_group("a")] * 63 + [of_group("b")] * 64,
        [of_group("a")] * 32 + [ALONE] * 7,
    ],
)
def test_programs_beyond_it_are_refused(discounts: list[str]) -> None:
    (told,) = problems(text(campaign("c", discounts)))
    assert told.startswith(f"4:12 {TOLD}")


def test_what_never_runs_together_is_not_combined() -> None:
    march = campaign("a", [ALONE] * 7, "from: 2026-03-01, until: 2026-03-31, ")
    april = campaign("b", [ALONE] * 7, "from: 2026-04-01, until: 2026-04-30, ")
    until_march = campaign("c", [ALONE] * 7, "until: 2026-03-31, ")
    assert len(document(text(march, april)).campaigns) == 2
    assert len(document(text(april, until_march)).campaigns) == 2


@pytest.mark.parametrize(
    "dates",
    [
        "",
        "from: 2026-03-31, ",
        "until: 2026-03-01, ",
        "from: 2026-03-31, until: 2026-05-01, ",
        "from: 2026-02-01, until: 2026-03-01, ",
    ],
)
def test_what_runs_together_for_a_day_is_combined(dates: str) -> None:
    march = campaign("a", [ALONE] * 7, "from: 2026-03-01, until: 2026-03-31, ")
    (told,) = problems(text(march, campaign("b", [ALONE] * 7, dates)))
    assert TOLD in told


def test_coupons_are_left_aside() -> None:
    coupons = ", ".join(f"C{n}: {{discount: {ALONE}}}" for n in range(20))
    found = document(f"{text(campaign('c', [ALONE] * 12))}\ncoupons: {{{coupons}}}\n")
    assert len(found.coupons) == 20
