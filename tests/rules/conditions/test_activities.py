"""Activities in a window."""

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.conditions.activities import (
    Activities,
    ActivityWindow,
    compile_activities,
    explain_activities,
)
from service.rules.conditions.finding import Finding
from service.rules.values import Test as Comparison
from tests.rules.builders import cart, case, facts

WINDOW = ActivityWindow("visit", Duration(30, Unit.DAY))
THRICE = Activities("$.a", WINDOW, Comparison(gte=3))


def test_a_window_has_a_name_of_its_own() -> None:
    assert WINDOW.key() == "visit|30 days"
    assert ActivityWindow("visit").key() == "visit|ever"


@pytest.mark.parametrize(("known", "holds"), [({}, False), ({"visit|30 days": 2}, False)])
def test_what_is_not_known_did_not_happen(known: dict[str, int], holds: bool) -> None:
    assert compile_activities(THRICE)(case(cart(), facts(activities=known))) is holds


def test_the_count_of_this_window_is_compared() -> None:
    seen = case(cart(), facts(activities={"visit|30 days": 3, "visit|ever": 9}))
    assert compile_activities(THRICE)(seen)
    assert explain_activities(THRICE, seen) == Finding(ok=True, at="$.a", want=">= 3", got="3")
