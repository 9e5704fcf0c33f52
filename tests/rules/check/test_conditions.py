"""`when`."""

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.check.circles import size
from service.rules.conditions import (
    Activities,
    All,
    AnyOf,
    Belonging,
    Condition,
    Fact,
    History,
    Lines,
    LineTest,
    Not,
    TimeOfDay,
)
from service.rules.conditions.activities import ActivityWindow
from service.rules.conditions.belonging import Circle
from service.rules.conditions.history import Metric, Window
from service.rules.values import Test as Comparison
from tests.rules.check.files import document, problems, rule

WHEN = "$.campaigns[0].rules[0].when"


def read(when: str) -> Condition | None:
    return document(rule(when)).campaigns[0].rules[0].when


def fact(name: str, **comparison: object) -> Fact:
    return Fact(f"{WHEN}.{name}", name, Comparison(**comparison))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("when", "condition"),
    [
        ("{member.tier.main: {at_least: gold}}", fact("member.tier.main", gte="gold")),
        ("{member.tier.main: [silver, gold]}", fact("member.tier.main", is_in=("silver", "gold"))),
        ("{member.known: true}", fact("member.known", eq=True)),
        ("{member.is_birthday: true}", fact("member.is_birthday", eq=True)),
        ("{member.is_birthday_month: true}", fact("member.is_birthday_month", eq=True)),
        ("{member.enrolled_days: {lt: 30}}", fact("member.enrolled_days", lt=30)),
        ("{member.city: Gdańsk}", fact("member.city", eq="Gdańsk")),
        ("{member.newsletter: false}", fact("member.newsletter", eq=False)),
        ("{member.cups: {gte: -1}}", fact("member.cups", gte=-1)),
        ("{member.taste: {ne: sour}}", fact("member.taste", ne="sour")),
        ("{cart.channel: app}", fact("cart.channel", eq="app")),
        ("{cart.store: waw-01}", fact("cart.store", eq="waw-01")),
        ("{cart.store_group: warsaw}", fact("cart.store_group", eq="warsaw")),
        ("{cart.subtotal: {gte: 20 EUR}}", fact("cart.subtotal", gte=2000)),
        ("{cart.total: {lt: 20 EUR}}", fact("cart.total", lt=2000)),
        ("{cart.quantity: {gte: 3}}", fact("cart.quantity", gte=3000)),
        ("{cart.lines: {gte: 3}}", fact("cart.lines", gte=3)),
        ("{now.weekday: [sat, sun]}", fact("now.weekday", is_in=("sat", "sun"))),
        ("{now.date: {gte: 2026-12-24}}", fact("now.date", gte="2026-12-24")),
        ("{now.month: 12}", fact("now.month", eq=12)),
        ("{now.day: {lte: 7}}", fact("now.day", lte=7)),
        ('{now.time: {from: "22:00", to: "06:00"}}', TimeOfDay(f"{WHEN}.now.time", 1320, 360)),
        ("{now.time: {from: 18:00, to: 24:00}}", TimeOfDay(f"{WHEN}.now.time", 1080, 1440)),
    ],
)
def test_each_fact_has_its_canonical_form(when: str, condition: Condition) -> None:
    assert read(when) == condition


def test_a_rule_without_when_has_no_condition() -> None:
    assert document(rule()).campaigns[0].rules[0].when is None


def test_lines_match_by_fields_and_by_sums() -> None:
    assert read("{lines: {where: {category: coffee}}}") == Lines(
        f"{WHEN}.lines", (LineTest("category", Comparison(eq="coffee")),)
    )
    assert read("{lines: {amount: {gte: 20 EUR}, quantity: {gte: 2}}}") == Lines(
        f"{WHEN}.lines", (), Comparison(gte=2000), Comparison(gte=2000)
    )


@pytest.mark.parametrize(
    ("when", "metric", "window", "comparison", "including"),
    [
        (
            "history.spend: {within: 30d, gte: 5000 EUR, including_this: true}",
            Metric.SPEND,
            Window(Duration(30, Unit.DAY)),
            Comparison(gte=500_000),
            True,
        ),
        (
            "history.purchases: {channel: app, eq: 0}",
            Metric.PURCHASES,
            Window(channel="app"),
            Comparison(eq=0),
            False,
        ),
        (
            "history.quantity: {within: 1 month, store: krk-01, category: coffee, gt: 2.5}",
            Metric.QUANTITY,
            Window(Duration(1, Unit.MONTH), None, "krk-01", "coffee"),
            Comparison(gt=2500),
            False,
        ),
    ],
)
def test_history_has_a_window_and_a_comparison(
    when: str, metric: Metric, window: Window, comparison: Comparison, *, including: bool
) -> None:
    at = f"{WHEN}.history.{metric}"
    assert read(f"{{{when}}}") == History(at, metric, window, comparison, including)


def test_several_keys_are_all_and_lists_of_mappings_nest() -> None:
    assert read(
        "{cart.channel: app, any: [{now.day: 1}, {now.day: 2, now.month: 3}], "
        "not: {cart.store: krk-01}, all: [{now.weekday: mon}]}"
    ) == All(
        WHEN,
        (
            fact("cart.channel", eq="app"),
            AnyOf(
                f"{WHEN}.any",
                (
                    Fact(f"{WHEN}.any[0].now.day", "now.day", Comparison(eq=1)),
                    All(
                        f"{WHEN}.any[1]",
                        (
                            Fact(f"{WHEN}.any[1].now.day", "now.day", Comparison(eq=2)),
                            Fact(f"{WHEN}.any[1].now.month", "now.month", Comparison(eq=3)),
                        ),
                    ),
                ),
            ),
            Not(
                f"{WHEN}.not",
                Fact(f"{WHEN}.not.cart.store", "cart.store", Comparison(eq="krk-01")),
            ),
            All(
                f"{WHEN}.all",
                (Fact(f"{WHEN}.all[0].now.weekday", "now.weekday", Comparison(eq="mon")),),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("[]", "1 : expected a mapping of conditions, got a list"),
        ("{ }", "1 : expected at least one condition"),
        ("{any: []}", "7 .any: expected at least 1 in the list, got 0"),
        ("{any: [{ }]}", "8 .any[0]: expected at least one condition"),
        ("{not: [a]}", "7 .not: expected a mapping of conditions, got a list"),
        ("{cart.chanel: app}", "2 .cart.chanel: unknown fact 'cart.chanel', did you mean 'cart."),
        ("{member.tier: gold}", "2 .member.tier: unknown fact 'member.tier', did you mean 'memb"),
        ("{member.clubs: x}", "16 .member.clubs: expected a mapping, got 'x'"),
        ("{cel: x}", "2 .cel: 'cel' is not supported yet"),
        ("{cart.channel: pos}", "16 .cart.channel: unknown value 'pos'; one of web, app"),
        ("{cart.store_group: krakow}", "20 .cart.store_group: unknown value 'krakow'; one of war"),
        ("{now.weekday: monday}", "15 .now.weekday: unknown value 'monday', did you mean 'mon'?;"),
        ("{now.time: {from: 06:00}}", "12 .now.time: needs 'to'"),
        ("{now.time: 06:00}", "12 .now.time: expected a mapping, got '06:00'"),
        ("{now.time: {from: 24:00, to: 06:00}}", "19 .now.time.from: a time of day starts at 00"),
        ("{now.time: {from: 06:00, to: 06:00}}", "30 .now.time.to: expected another time than"),
        ("{lines: {}}", "9 .lines: needs at least one of where, amount, quantity"),
        ("{lines: {lines: {}}}", "10 .lines.lines: unknown key 'lines'; one of where, amount,"),
        ("{lines: {amount: 20}}", "18 .lines.amount: expected an amount such as '50 EUR', got 20"),
        ("{history.spend: 5 EUR}", "17 .history.spend: expected a mapping, got '5 EUR'"),
        ("{history.spend: {within: 30d}}", "17 .history.spend: needs a comparison: one of eq, ne"),
        ("{history.purchases: {gte: 5 EUR}}", "27 .history.purchases.gte: expected a whole numb"),
        ("{history.purchases: {eq: 0, channel: pos}}", "38 .history.purchases.channel: unknown v"),
        ("{history.purchases: {eq: 0, days: 3}}", "29 .history.purchases.days: unknown key 'days"),
    ],
)
def test_wrong_conditions_are_told_where_they_stand(when: str, told: str) -> None:
    """The number is the place in the condition, from 1."""
    found = problems(rule(when))
    place, _, rest = told.partition(" ")
    assert len(found) == 1
    assert found[0].startswith(f"12:{20 + int(place)} {WHEN}{rest}")


def test_a_category_of_history_must_be_declared() -> None:
    text = rule("{history.spend: {category: x, gt: 1 EUR}}").replace("category: text, ", "")
    (told,) = problems(text)
    assert told.endswith("line field 'category' is not declared in line_fields")


def test_a_rule_has_at_most_64_conditions_those_of_lines_included() -> None:
    days = ", ".join("{now.day: 1}" for _ in range(61))
    lines = "lines: {where: {category: a, sku: b}}"
    whole = f"{{any: [{days}], {lines}}}"
    found = read(whole)
    assert found is not None
    assert size(found) == 64
    (told,) = problems(rule(f"{{any: [{days}], {lines}, now.month: 1}}"))
    assert told.endswith("65 conditions, at most 64 are allowed in a rule")


def test_logic_is_at_most_eight_deep() -> None:
    def nested(depth: int) -> str:
        return "{not: " * depth + "{now.day: 1}" + "}" * depth

    assert read(nested(8)) is not None
    (told,) = problems(rule(nested(9)))
    assert told.endswith("more than 8 of any, all and not inside each other")


BELONGING = (
    "clubs: {roasters: {enter: [invitation]}, tasters: {enter: [invitation]}}\n"
    "segments: {drifting: {member.known: true}}\n"
)


def test_clubs_segments_and_activities_are_asked_for() -> None:
    when = (
        "{member.clubs: {has: roasters, has_none: [tasters]}, "
        "member.segments: {has_any: [drifting, drifting]}, "
        "activity.count: {name: visit, within: 30d, gte: 3}}"
    )
    found = document(rule(when) + BELONGING).campaigns[0].rules[0].when
    assert found == All(
        WHEN,
        (
            Belonging(
                at=f"{WHEN}.member.clubs",
                to=Circle.CLUBS,
                has="roasters",
                has_none=("tasters",),
            ),
            Belonging(at=f"{WHEN}.member.segments", to=Circle.SEGMENTS, has_any=("drifting",)),
            Activities(
                f"{WHEN}.activity.count",
                ActivityWindow("visit", Duration(30, Unit.DAY)),
                Comparison(gte=3),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("{member.clubs: {}}", ".member.clubs: needs at least one of has, has_any, has_none"),
        ("{member.clubs: {haz: roasters}}", ".member.clubs.haz: unknown key 'haz', did you mean"),
        ("{member.clubs: {has: roaster}}", ".member.clubs.has: unknown club 'roaster', did you m"),
        ("{member.clubs: {has_any: []}}", ".member.clubs.has_any: expected at least 1 in the list"),
        ("{member.clubs: {has_any: roasters}}", ".member.clubs.has_any: expected a list of clubs"),
        ("{member.segments: {has_none: [drift]}}", ".member.segments.has_none[0]: unknown segment"),
        ("{activity.count: {gte: 3}}", ".activity.count: needs 'name'"),
        ("{activity.count: {name: visit}}", ".activity.count: needs a comparison: one of eq, ne"),
        ("{activity.count: {name: Visit, gte: 1}}", ".activity.count.name: expected a name that"),
        ("{activity.count: {name: a, gte: x}}", ".activity.count.gte: expected a whole number"),
        ("{activity.stars: 5}", ".activity.stars: 'activity.stars' is of an activity: that needs"),
    ],
)
def test_wrong_belonging_and_activities_are_told(when: str, told: str) -> None:
    (found,) = problems(rule(when) + BELONGING)
    assert found.partition(" ")[2].startswith(f"{WHEN}{told}")


@pytest.mark.parametrize(
    ("test", "comparison"),
    [
        ("5", Comparison(eq=5)),
        ("-5", Comparison(eq=-5)),
        ("good", Comparison(eq="good")),
        ("true", Comparison(eq=True)),
        ("[good, 5]", Comparison(is_in=("good", 5))),
        ("{gte: 4, ne: 5}", Comparison(gte=4, ne=5)),
    ],
)
def test_an_attribute_of_an_activity_is_asked_by_the_type_of_the_value(
    test: str, comparison: Comparison
) -> None:
    text = rule(f"{{activity.stars: {test}}}", more=", trigger: {activity: review}")
    at = f"{WHEN}.activity.stars"
    assert document(text).campaigns[0].rules[0].when == Fact(at, "activity.stars", comparison)


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("{activity.stars: {gte: good}}", ".activity.stars.gte: expected a whole number, got 'goo"),
        ("{activity.stars: 4.5}", ".activity.stars: expected text, a whole number, true or false"),
        ("{activity.stars: }", ".activity.stars: expected text, a whole number, true or false"),
        ("{activity.Stars: 5}", ".activity.Stars: no attribute of an activity is called so"),
    ],
)
def test_other_values_of_attributes_are_refused(when: str, told: str) -> None:
    (found,) = problems(rule(when, more=", trigger: {activity: review}"))
    assert found.partition(" ")[2].startswith(f"{WHEN}{told}")
