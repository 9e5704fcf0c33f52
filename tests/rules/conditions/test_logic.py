"""All, any, not."""

import itertools

import pytest

from service.rules.conditions import All, AnyOf, Condition, Fact, History, Lines, Not, TimeOfDay
from service.rules.conditions.fact import World
from service.rules.conditions.history import Metric, Window
from service.rules.conditions.lines import Filters
from service.rules.conditions.logic import (
    compile_condition,
    conjuncts,
    cost,
    explain_condition,
    leaves,
)
from service.rules.values import Test
from tests.rules.builders import cart, case, line

WORLD = World({}, {})
TRUE = Fact(at="$.t", fact="cart.channel", test=Test(eq="web"))
FALSE = Fact(at="$.f", fact="cart.channel", test=Test(eq="app"))
SEEN = case(cart(line(1)))
TIME = TimeOfDay(at="$", since=0, until=1)
LINES = Lines(at="$")
PAST = History(at="$", metric=Metric.SPEND, window=Window(), test=Test(gte=1))
WITH_THIS = History(
    at="$", metric=Metric.SPEND, window=Window(), test=Test(gte=1), including_this=True
)


def all_of(*parts: Condition) -> All:
    return All(at="$", of=parts)


def any_of(*parts: Condition) -> AnyOf:
    return AnyOf(at="$", of=parts)


def no(part: Condition) -> Not:
    return Not(at="$", of=part)


@pytest.mark.parametrize("count", range(5))
def test_all_holds_when_every_part_does_and_any_when_one_does(count: int) -> None:
    for truths in itertools.product([True, False], repeat=count):
        parts = [TRUE if truth else FALSE for truth in truths]
        for condition, expected in (
            (all_of(*parts), all(truths)),
            (any_of(*parts), any(truths)),
            (no(all_of(*parts)), not all(truths)),
        ):
            assert compile_condition(condition, WORLD, Filters())(SEEN) is expected
            assert explain_condition(condition, SEEN, WORLD, Filters()).ok is expected


def test_every_part_is_explained_in_the_order_of_the_file() -> None:
    found = explain_condition(all_of(LINES, any_of(TRUE, FALSE), no(FALSE)), SEEN, WORLD, Filters())
    assert [part.ok for part in found.of] == [True, True, True]
    assert [part.at for part in found.of[1].of] == ["$.t", "$.f"]
    assert [part.ok for part in found.of[1].of] == [True, False]
    assert [part.ok for part in found.of[2].of] == [False]


def test_what_must_hold_is_opened_through_all_but_not_through_any() -> None:
    inner = any_of(TRUE, FALSE)
    assert conjuncts(None) == []
    assert conjuncts(TRUE) == [TRUE]
    assert conjuncts(all_of(TRUE, all_of(TIME, inner), no(FALSE))) == [TRUE, TIME, inner, no(FALSE)]


def test_leaves_are_all_tests_in_order() -> None:
    condition = all_of(TRUE, any_of(TIME, no(LINES)), PAST)
    assert list(leaves(condition)) == [TRUE, TIME, LINES, PAST]


def test_what_looks_through_lines_is_dearest() -> None:
    ranked: list[Condition] = [TRUE, TIME, PAST, WITH_THIS, LINES]
    assert [cost(condition) for condition in ranked] == [0, 0, 1, 2, 2]
    assert cost(any_of(TRUE, no(PAST))) == 1
    assert cost(all_of()) == 0
