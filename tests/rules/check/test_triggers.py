"""`trigger`, and what a rule that has one may not ask or give."""

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.check import canonical, parse_canonical
from service.rules.document import Rule
from service.rules.triggers import PURCHASE, Direction, On, Trigger
from tests.rules.check.files import RICH, document, problems

GROUPS = (
    "clubs: {roasters: {enter: [invitation]}}\nsegments: {drifting: {member.known: true}}\n"
    "badges: {first: {}}\n"
)
BASE, _, REST = RICH.partition("campaigns:")


def text(trigger: str, when: str = "", then: str = "[{points: {fixed: 1}}]") -> str:
    """A file with one rule, on line 14; the trigger starts at column 22."""
    asked = f", when: {when}" if when else ""
    rest = f"campaigns:{REST}"
    return f"{BASE}{GROUPS}{rest}  - {{id: one, trigger: {trigger}{asked}, then: {then}}}\n"


def read(trigger: str, **more: str) -> Rule:
    return document(text(trigger, **more)).campaigns[0].rules[0]


def told(trigger: str, **more: str) -> list[str]:
    found = problems(text(trigger, **more))
    return [one.partition("rules[0].")[2] for one in found]


@pytest.mark.parametrize(
    ("written", "trigger", "key"),
    [
        ("enrol", Trigger(on=On.ENROL), "enrol"),
        ("birthday", Trigger(on=On.BIRTHDAY), "birthday"),
        ("anniversary", Trigger(on=On.ANNIVERSARY), "anniversary"),
        ("return", Trigger(on=On.RETURN), "return"),
        ("{activity: review-written}", Trigger(on=On.ACTIVITY, of="review-written"), None),
        ("{tier_change: main}", Trigger(on=On.TIER_CHANGE, of="main"), "tier_change:main"),
        (
            "{tier_change: main, to: gold}",
            Trigger(on=On.TIER_CHANGE, of="main", to="gold"),
            "tier_change:main",
        ),
        (
            "{tier_change: main, direction: up}",
            Trigger(on=On.TIER_CHANGE, of="main", direction=Direction.UP),
            "tier_change:main",
        ),
        ("{club_join: roasters}", Trigger(on=On.CLUB_JOIN, of="roasters"), "club_join:roasters"),
        ("{club_leave: roasters}", Trigger(on=On.CLUB_LEAVE, of="roasters"), None),
        ("{segment_enter: drifting}", Trigger(on=On.SEGMENT_ENTER, of="drifting"), None),
        ("{segment_leave: drifting}", Trigger(on=On.SEGMENT_LEAVE, of="drifting"), None),
        (
            "{points_expiring: points, before: 14d}",
            Trigger(on=On.POINTS_EXPIRING, of="points", before=Duration(14, Unit.DAY)),
            "points_expiring:points:14 days",
        ),
    ],
)
def test_each_trigger_has_its_canonical_form(
    written: str, trigger: Trigger, key: str | None
) -> None:
    found = read(written).trigger
    assert found == trigger
    assert found.key() == (key or f"{trigger.on}:{trigger.of}")


def test_a_purchase_is_the_trigger_of_a_rule_without_one_and_is_not_written() -> None:
    found = document(text("purchase"))
    assert found.campaigns[0].rules[0].trigger is PURCHASE
    stored = canonical(found)
    assert b"trigger" not in stored
    assert parse_canonical(stored) == found


def test_other_triggers_are_stored_and_read_back() -> None:
    found = document(text("{points_expiring: points, before: 14d}"))
    assert parse_canonical(canonical(found)) == found


@pytest.mark.parametrize(
    ("trigger", "problem"),
    [
        ("enroll", "trigger: unknown trigger 'enroll', did you mean 'enrol'?"),
        ("club_join", "trigger: say what it is of: '{club_join: …}'"),
        ("{activty: a}", "trigger.activty: unknown key 'activty', did you mean 'activity'?"),
        ("{activity: Review}", "trigger.activity: expected a name that starts with a-z"),
        ("{tier_change: mian}", "trigger.tier_change: unknown ladder 'mian', did you mean 'main'?"),
        ("{tier_change: main, to: golf}", "trigger.to: unknown tier 'golf', did you mean 'gold'?"),
        ("{tier_change: main, direction: upp}", "trigger.direction: unknown value 'upp'"),
        ("{club_join: roaster}", "trigger.club_join: unknown club 'roaster', did you mean 'roa"),
        ("{segment_enter: drift}", "trigger.segment_enter: unknown segment 'drift', did you m"),
        ("{club_join: roasters, to: gold}", "trigger.to: 'to' does not go with 'club_join'"),
        ("{points_expiring: points}", "trigger: needs 'before'"),
        ("{points_expiring: pints, before: 1d}", "trigger.points_expiring: unknown wallet 'pints'"),
        ("{points_expiring: status, before: 1d}", "trigger.points_expiring: units of 'status' c"),
        ("{club_join: roasters, club_leave: roasters}", "trigger: needs exactly one of activity"),
    ],
)
def test_a_wrong_trigger_is_told(trigger: str, problem: str) -> None:
    (found,) = told(trigger)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"when": "{cart.total: {gte: 1 EUR}}"}, "when.cart.total: 'cart.total' is of a purchase"),
        ({"when": "{lines: {where: {category: a}}}"}, "when.lines: 'lines' is of a purchase"),
        (
            {"when": "{history.spend: {gte: 1 EUR, including_this: true}}"},
            "when.history.spend.including_this: there is no purchase here",
        ),
        ({"when": "{activity.stars: 5}"}, "when.activity.stars: 'activity.stars' is of an activi"),
        ({"then": "[{multiply: {by: 2}}]"}, "then[0].multiply: 'multiply' is about a purchase"),
        ({"then": "[{discount: {percent: 5}}]"}, "then[0].discount: 'discount' is about a purcha"),
        (
            {"then": "[{points: {per: 1 EUR, award: 1}}]"},
            "then[0].points.per: there is no purchase here that 'per' could be about",
        ),
        (
            {"then": "[{points: {fixed: 1, where: {category: a}}}]"},
            "then[0].points.where: there is no purchase here that 'where' could be about",
        ),
    ],
)
def test_there_is_no_cart_to_ask_about(more: dict[str, str], problem: str) -> None:
    (found,) = told("enrol", **more)
    assert found.startswith(problem)


def test_a_rule_of_purchases_asks_no_attributes_of_activities() -> None:
    (found,) = told("purchase", when="{activity.stars: 5}")
    assert found.endswith("is of an activity: that needs 'trigger: {activity: …}'")


def test_the_clock_is_asked_whatever_the_trigger() -> None:
    assert read("birthday", when='{now.time: {from: "06:00", to: "11:00"}}').when is not None


def test_every_problem_of_a_rule_is_told_in_one_go() -> None:
    assert len(told("{club_join: roaster}", when="{cart.lines: 1}", then="[{badge: {}}]")) == 3
