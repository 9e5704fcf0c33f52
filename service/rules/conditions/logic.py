"""Logic: several keys in one mapping are `all`; `any: [...]` and `not: {...}` stand among them."""

from collections.abc import Callable, Iterable, Iterator
from typing import assert_never

import msgspec

from service.rules.case import Case
from service.rules.conditions.activities import (
    Activities,
    compile_activities,
    explain_activities,
)
from service.rules.conditions.belonging import (
    Belonging,
    compile_belonging,
    explain_belonging,
)
from service.rules.conditions.fact import Fact, World, compile_fact, explain_fact
from service.rules.conditions.finding import Finding
from service.rules.conditions.history import History, compile_history, explain_history
from service.rules.conditions.lines import Filters, Lines, compile_lines, explain_lines
from service.rules.conditions.time_of_day import TimeOfDay, compile_time, explain_time

Holds = Callable[[Case], bool]


class All(msgspec.Struct, frozen=True, tag="all", tag_field="if"):
    """Every part holds; no parts hold."""

    at: str
    of: "tuple[Condition, ...]"


class AnyOf(msgspec.Struct, frozen=True, tag="any", tag_field="if"):
    """At least one part holds."""

    at: str
    of: "tuple[Condition, ...]"


class Not(msgspec.Struct, frozen=True, tag="not", tag_field="if"):
    """The part does not hold."""

    at: str
    of: "Condition"


Leaf = Fact | TimeOfDay | Lines | History | Belonging | Activities
Condition = All | AnyOf | Not | Leaf


def leaves(condition: Condition) -> Iterator[Leaf]:
    """All tests in the condition, in the order of the file."""
    match condition:
        case All() | AnyOf():
            for part in condition.of:
                yield from leaves(part)
        case Not():
            yield from leaves(condition.of)
        case _:
            yield condition


def conjuncts(condition: Condition | None) -> list[Condition]:
    """The parts that must all hold for the condition to hold; nested `all` is opened."""
    if condition is None:
        return []
    if isinstance(condition, All):
        return [conjunct for part in condition.of for conjunct in conjuncts(part)]
    return [condition]


def cost(condition: Condition) -> int:
    """How dear the condition is: 0 reads one value, 1 a window, 2 looks through the lines."""
    match condition:
        case All() | AnyOf():
            return max(map(cost, condition.of), default=0)
        case Not():
            return cost(condition.of)
        case Fact() | TimeOfDay():
            return 0
        case History():
            return 2 if condition.including_this else 1
        case Belonging() | Activities():
            return 1
        case Lines():
            return 2


def compile_condition(condition: Condition, world: World, filters: Filters) -> Holds:  # noqa: PLR0911
    """The condition as a total function of the case; cheap parts are asked first."""
    match condition:
        case All():
            return every(compile_conditions(condition.of, world, filters))
        case AnyOf():
            return _some(compile_conditions(condition.of, world, filters))
        case Not():
            return _fails(compile_condition(condition.of, world, filters))
        case Fact():
            return compile_fact(condition, world)
        case TimeOfDay():
            return compile_time(condition)
        case Lines():
            return compile_lines(condition, filters)
        case History():
            return compile_history(condition)
        case Belonging():
            return compile_belonging(condition, world)
        case Activities():
            return compile_activities(condition)
        case _ as unreachable:
            assert_never(unreachable)


def compile_conditions(parts: Iterable[Condition], world: World, filters: Filters) -> list[Holds]:
    """Each part, cheap ones first; parts are pure, so their order changes no answer."""
    return [compile_condition(part, world, filters) for part in sorted(parts, key=cost)]


def every(parts: list[Holds]) -> Holds:
    """Holds when all parts hold."""
    if not parts:
        return _always
    first, *others = parts
    if not others:
        return first
    rest = every(others)
    return lambda case: first(case) and rest(case)


def _always(_: Case) -> bool:
    return True


def _fails(part: Holds) -> Holds:
    return lambda case: not part(case)


def _some(parts: list[Holds]) -> Holds:
    return lambda case: any(part(case) for part in parts)


def explain_condition(condition: Condition, case: Case, world: World, filters: Filters) -> Finding:  # noqa: PLR0911
    """What became of each part, in the order of the file; nothing is cut short."""
    match condition:
        case All():
            parts = tuple(explain_condition(part, case, world, filters) for part in condition.of)
            return Finding(ok=all(part.ok for part in parts), at=condition.at, of=parts)
        case AnyOf():
            parts = tuple(explain_condition(part, case, world, filters) for part in condition.of)
            return Finding(ok=any(part.ok for part in parts), at=condition.at, of=parts)
        case Not():
            inner = explain_condition(condition.of, case, world, filters)
            return Finding(ok=not inner.ok, at=condition.at, of=(inner,))
        case Fact():
            return explain_fact(condition, case, world)
        case TimeOfDay():
            return explain_time(condition, case)
        case Lines():
            return explain_lines(condition, case, filters)
        case History():
            return explain_history(condition, case)
        case Belonging():
            return explain_belonging(condition, case, world)
        case Activities():
            return explain_activities(condition, case)
        case _ as unreachable:
            assert_never(unreachable)
