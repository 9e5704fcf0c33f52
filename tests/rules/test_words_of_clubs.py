"""Clubs and triggers in words."""

import msgspec
import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.clubs import (
    Application,
    ByRule,
    ClubPool,
    EarlyAccess,
    Entry,
    Invitation,
    Mode,
    Paid,
)
from service.rules.conditions import All
from service.rules.triggers import PURCHASE, Direction, On, Trigger
from service.rules.words_of_clubs import early, entry, pool, trigger
from tests.rules.builders import CASHBACK, POINTS, document

YEAR = Duration(12, Unit.MONTH)
ANYBODY = All("$", ())


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (Invitation(), "by invitation"),
        (Invitation(YEAR), "by invitation for 12 months"),
        (Application(), "by application"),
        (Application(YEAR), "by application for 12 months"),
        (ByRule(at="$", when=ANYBODY), "by rule, offered, while it is true"),
        (
            ByRule(at="$", when=ANYBODY, mode=Mode.AUTO, term=YEAR),
            "by rule, at once, for 12 months",
        ),
        (Paid(2900, YEAR), "29.00 EUR for 12 months"),
    ],
)
def test_each_way_in_has_its_words(way: Entry, words: str) -> None:
    assert entry(way, "EUR") == words


def test_a_pool_says_whose_units_and_how_many_a_person_may_draw() -> None:
    within = document(wallets=(POINTS, CASHBACK))
    assert pool(None, within) == ""
    assert pool(ClubPool(("points",)), within) == "points"
    drawn = ClubPool(("points", "cashback"), {"points": 500, "cashback": 1250})
    assert pool(drawn, within) == (
        "points, cashback; a person at most 500 of wallet 'points', "
        "12.50 of wallet 'cashback' a month"
    )


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (PURCHASE, ""),
        (Trigger(on=On.ENROL), "enrol"),
        (Trigger(on=On.ACTIVITY, of="visit"), "activity of 'visit'"),
        (Trigger(on=On.TIER_CHANGE, of="main", to="gold"), "tier_change of 'main' to 'gold'"),
        (
            Trigger(on=On.TIER_CHANGE, of="main", direction=Direction.DOWN),
            "tier_change of 'main' down",
        ),
        (
            Trigger(on=On.POINTS_EXPIRING, of="points", before=YEAR),
            "points_expiring of 'points' 12 months before",
        ),
    ],
)
def test_each_trigger_has_its_words(of: Trigger, words: str) -> None:
    assert trigger(of) == words
    assert trigger(msgspec.structs.replace(of)) == words


def test_who_has_something_earlier_is_told() -> None:
    assert early(None) == ""
    assert early(EarlyAccess("roasters", YEAR)) == "12 months for club 'roasters'"
