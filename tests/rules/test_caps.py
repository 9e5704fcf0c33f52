"""Caps of shared codes in one decision."""

import pytest

from service.rules.caps import Caps
from service.rules.facts import Facts
from tests.rules.builders import facts, percent, program, shows, template

KNOWN = program(
    coupons=(
        template("CAPPED", code="CAPPED", uses=3, discount=percent(10)),
        template("FREE", code="FREE", discount=percent(10)),
        template("OWN", uses=1, discount=percent(10)),
    )
)


def caps(seen: Facts) -> Caps:
    return Caps(KNOWN, seen)


@pytest.mark.parametrize(
    ("grants", "taken"),
    [(None, True), ({}, False), ({"coupon:CAPPED": 0}, False), ({"coupon:CAPPED": 1}, True)],
)
def test_a_use_is_asked_for_and_taken_when_it_is_granted(
    grants: dict[str, int] | None, taken: bool
) -> None:
    found = caps(facts(coupons=shows("CAPPED"), grants=grants))
    assert found.asked(0) is taken
    assert found.demands == {"coupon:CAPPED": 1}
    assert list(found.taken) == (["coupon:CAPPED"] if taken else [])


def test_a_forced_coupon_has_its_effect_and_takes_no_use_that_is_not_there() -> None:
    found = caps(facts(coupons=shows("CAPPED", forced=True), grants={}))
    assert found.asked(0)
    assert (found.demands, found.taken) == ({"coupon:CAPPED": 1}, {})


def test_a_use_given_before_is_taken_unless_it_is_refused_now() -> None:
    assert caps(facts(coupons=shows("CAPPED"), grants={})).asked(0, given=True)
    refused = caps(facts(coupons=shows("CAPPED"), grants={"coupon:CAPPED": 0}))
    assert not refused.asked(0, given=True)


def test_codes_without_a_cap_ask_for_nothing() -> None:
    found = caps(facts(coupons=shows("FREE", "OWN", "GONE"), grants={}))
    assert [found.asked(n) for n in range(3)] == [True, True, True]
    assert (found.demands, found.taken) == ({}, {})
