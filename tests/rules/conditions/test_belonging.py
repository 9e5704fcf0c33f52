"""Clubs and segments one belongs to."""

import pytest

from service.rules.conditions import Belonging, Fact
from service.rules.conditions.belonging import (
    Circle,
    compile_belonging,
    describe,
    explain_belonging,
)
from service.rules.conditions.fact import World, compile_fact, explain_fact
from service.rules.conditions.finding import Finding
from service.rules.conditions.group import Group
from service.rules.facts import MemberFacts
from service.rules.values import Test as Comparison
from tests.rules.builders import cart, case, facts

GOLD = Fact(at="$.gold", fact="member.tier.main", test=Comparison(eq="gold"))


def world() -> World:
    """`gold` is a segment, and the rule of the club `golden`."""
    made = World({"main": ["bronze", "gold"]}, {})
    group = Group(compile_fact(GOLD, made), lambda case: explain_fact(GOLD, case, made))
    made.clubs["golden"] = group
    made.segments["gold"] = group
    return made


def holds(condition: Belonging, **member: object) -> bool:
    seen = case(cart(), facts(MemberFacts(**member)))  # type: ignore[arg-type]
    return compile_belonging(condition, world())(seen)


def clubs(**asked: object) -> Belonging:
    return Belonging(**({"at": "$.c", "to": Circle.CLUBS} | asked))  # type: ignore[arg-type]


def segments(**asked: object) -> Belonging:
    return Belonging(**({"at": "$.s", "to": Circle.SEGMENTS} | asked))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "mine", "expected"),
    [
        ({"has": "a"}, ("a", "b"), True),
        ({"has": "a"}, ("b",), False),
        ({"has_any": ("a", "b")}, ("b",), True),
        ({"has_any": ("a", "b")}, ("c",), False),
        ({"has_none": ("a", "b")}, ("c",), True),
        ({"has_none": ("a", "b")}, ("b", "c"), False),
        ({"has": "a", "has_none": ("b",)}, ("a",), True),
        ({"has": "a", "has_none": ("b",)}, ("a", "b"), False),
        ({"has": "a", "has_any": ("b", "c"), "has_none": ("d",)}, ("a", "c"), True),
        ({"has": "a", "has_any": ("b", "c"), "has_none": ("d",)}, ("a",), False),
    ],
)
def test_all_that_is_asked_must_hold(
    asked: dict[str, object], mine: tuple[str, ...], expected: bool
) -> None:
    assert holds(clubs(**asked), clubs=mine) is expected


def test_a_club_that_rests_on_its_rule_counts_while_the_rule_is_true() -> None:
    golden = clubs(has="golden")
    assert holds(golden, clubs_while=("golden",), tiers={"main": "gold"})
    assert not holds(golden, clubs_while=("golden",), tiers={"main": "bronze"})
    assert not holds(golden, tiers={"main": "gold"})
    assert holds(golden, clubs=("golden",), clubs_while=("golden",))


def test_a_club_whose_rule_is_gone_counts_no_more() -> None:
    assert not holds(clubs(has="other"), clubs_while=("other",))


def test_a_segment_is_what_its_condition_says_of_these_facts() -> None:
    assert holds(segments(has="gold"), tiers={"main": "gold"})
    assert not holds(segments(has="gold"))
    assert holds(segments(has_none=("gold", "unknown")))


def test_an_explanation_names_what_one_belongs_to_and_why_a_segment_does_not_hold() -> None:
    seen = case(cart(), facts(MemberFacts(clubs=("b", "c"))))
    asked = clubs(has="a", has_any=("b", "c"), has_none=("d",))
    assert explain_belonging(asked, seen, world()) == Finding(
        ok=False,
        at="$.c",
        want="in 'a' and in one of ['b','c'] and in none of ['d']",
        got="b, c",
    )
    assert explain_belonging(segments(has="gold"), seen, world()) == Finding(
        ok=False,
        at="$.s",
        want="in 'gold'",
        got="nothing",
        of=(Finding(ok=False, at="$.gold", want="= 'gold'", got="bronze"),),
    )


def test_names_stand_once() -> None:
    assert clubs(has="a", has_any=("a", "b"), has_none=("b",)).names() == ("a", "b")
    assert describe(clubs(has_none=("a",))) == "in none of ['a']"
