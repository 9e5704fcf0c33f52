"""What conditions have to be told."""

from service.kernel.calendar import Duration, Unit
from service.rules.conditions import (
    Activities,
    All,
    Belonging,
    Condition,
    Fact,
    History,
    Not,
    TimeOfDay,
)
from service.rules.conditions.activities import ActivityWindow
from service.rules.conditions.belonging import Circle
from service.rules.conditions.history import Metric, Window
from service.rules.needs import Groups, Needs
from service.rules.values import Test as Comparison

MONTH = Window(within=Duration(1, Unit.MONTH))
VISIT = ActivityWindow("visit")
LOYAL = History("$", Metric.SPEND, MONTH, Comparison(gte=1))
ACTIVE = Activities("$", VISIT, Comparison(gte=1))


def fact(name: str) -> Fact:
    return Fact("$", name, Comparison(eq=1))


def inside(to: Circle, *names: str) -> Belonging:
    return Belonging(at="$", to=to, has_any=names)


GROUPS = Groups(
    {"table": inside(Circle.SEGMENTS, "loyal")},
    {"loyal": LOYAL, "active": All("$", (ACTIVE, inside(Circle.CLUBS, "table")))},
)


def needs(*conditions: Condition | None, clubs: tuple[str, ...] = ()) -> Needs:
    return Needs(conditions, GROUPS, clubs)


def test_windows_are_told_once_in_the_order_they_are_read() -> None:
    ever = History("$", Metric.SPEND, Window(), Comparison(gte=1))
    found = needs(All("$", (ever, LOYAL)), None, Not("$", LOYAL))
    assert found.windows == (Window(), MONTH)
    assert (found.clubs, found.activities) == (set(), ())


def test_what_segments_and_clubs_read_is_needed_where_they_are_named() -> None:
    found = needs(inside(Circle.SEGMENTS, "active"))
    assert found.windows == (MONTH,)
    assert found.activities == (VISIT,)
    assert found.clubs == {"table"}
    assert needs(inside(Circle.SEGMENTS, "loyal")).clubs == set()


def test_a_club_that_has_something_earlier_is_asked_for_with_its_rule() -> None:
    found = needs(clubs=("table",))
    assert (found.clubs, found.windows) == ({"table"}, (MONTH,))


def test_tiers_and_facts_of_the_person_are_told_apart() -> None:
    tier, birthday = fact("member.tier.main"), fact("member.is_birthday")
    assert (needs(tier).tiers, needs(tier).person) == (True, False)
    assert (needs(birthday).tiers, needs(birthday).person) == (False, True)
    assert not needs(fact("member.known"), fact("activity.stars"), fact("cart.channel")).person


def test_what_changes_at_midnight_by_itself_is_told() -> None:
    by_day = (fact("now.weekday"), fact("member.is_birthday_month"), fact("member.enrolled_days"))
    assert all(needs(one).by_day for one in (*by_day, TimeOfDay(at="$", since=0, until=60)))
    assert not needs(fact("member.tier.main"), LOYAL, ACTIVE).by_day
