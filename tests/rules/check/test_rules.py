"""Rules."""

import pytest

from service.kernel.calendar import Duration, Period, Unit
from service.rules.document import Limit, Rule
from tests.rules.check.files import RICH, document, problems, rule

AT = "$.campaigns[0].rules[0]"


def read(more: str) -> Rule:
    return document(rule(more=more)).campaigns[0].rules[0]


def test_what_is_left_out_has_its_default() -> None:
    found = read("")
    assert (found.id, found.at, found.priority, found.limit, found.title) == (
        *("one", AT, 0, None),
        {},
    )


def test_everything_may_be_said() -> None:
    found = read(", priority: -5, title: {en: One}, trigger: purchase, limit: {times: 2}")
    assert (found.priority, found.title, found.limit) == (-5, {"en": "One"}, Limit(2))


@pytest.mark.parametrize(
    ("per", "limit"),
    [
        ("30d", Limit(1, rolling=Duration(30, Unit.DAY))),
        ("1 year", Limit(1, rolling=Duration(1, Unit.YEAR))),
        *((str(period), Limit(1, period=period)) for period in Period),
        ("ever", Limit(1)),
    ],
)
def test_limits_are_rolling_calendar_or_for_ever(per: str, limit: Limit) -> None:
    assert read(f", limit: {{times: 1, per: {per}}}").limit == limit


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (", prioritty: 1", ".prioritty: unknown key 'prioritty', did you mean 'priority'?"),
        (", priority: high", ".priority: expected a whole number, got 'high'"),
        (", trigger: purchased", ".trigger: unknown trigger 'purchased', did you mean 'purcha"),
        (", limit: 1", ".limit: expected a mapping, got 1"),
        (", limit: {per: day}", ".limit: needs 'times'"),
        (", limit: {times: 0}", ".limit.times: expected a whole number from 1 to 1000000, got 0"),
        (", limit: {times: 1, per: dy}", ".limit.per: unknown period 'dy', did you mean 'day'?"),
        (", limit: {times: 1, per: 12m}", ".limit.per: write '12 minutes' or '12 months', got"),
        (", limit: {times: 1, per: 5}", ".limit.per: expected a duration such as '30d' or"),
        (", limit: {times: 1, per: [day]}", ".limit.per: expected a period, got a list"),
        (", limit: {times: 1, per: }", ".limit.per: expected a period, got nothing"),
    ],
)
def test_wrong_rules_are_told(more: str, told: str) -> None:
    found = problems(rule(more=more))
    assert len(found) == 1
    assert found[0].partition(" ")[2].startswith(f"{AT}{told}")


def test_a_rule_needs_an_id_and_effects() -> None:
    assert problems(f"{RICH}  - {{title: {{en: x}}}}\n") == [
        f"12:5 {AT}: needs 'id'",
        f"12:5 {AT}: needs 'then'",
    ]


def test_ids_of_rules_are_unique_in_the_program() -> None:
    text = rule() + "- {id: other, rules: [{id: one, then: [{points: {fixed: 1}}]}]}\n"
    assert problems(text) == [f"13:28 $.campaigns[1].rules[0].id: rule 'one' is already at {AT}"]
