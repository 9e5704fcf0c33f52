"""`member.clubs: {has: roasters}`, `member.segments: {has_none: [drifting]}`.

A segment is what its condition says of these very facts, never what was stored of it. So is a club
whose membership rests on its own rule alone: it is lost the moment the rule is no longer true.
"""

import enum
from collections.abc import Callable, Iterator

import msgspec

from service.rules.case import Case
from service.rules.conditions.fact import World
from service.rules.conditions.finding import Finding
from service.rules.values import NOTHING

Belongs = Callable[[Case], bool]


class Circle(enum.StrEnum):
    """What one may belong to."""

    CLUBS = "clubs"
    SEGMENTS = "segments"


class Belonging(
    msgspec.Struct, frozen=True, kw_only=True, tag="belonging", tag_field="if", omit_defaults=True
):
    """All that is given must hold: this one, one of these, none of those."""

    at: str
    to: Circle
    has: str | None = None
    has_any: tuple[str, ...] = ()
    has_none: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Every club or segment it asks for, once."""
        first = () if self.has is None else (self.has,)
        return tuple(dict.fromkeys((*first, *self.has_any, *self.has_none)))


def in_club(club: str, world: World) -> Belongs:
    """Whether the member of a case belongs to the club at its instant."""
    clubs = world.clubs

    def belongs(case: Case) -> bool:
        member = case.member
        if club in member.clubs:
            return True
        if club not in member.clubs_while:
            return False
        rule = clubs.get(club)
        return rule is not None and rule.holds(case)

    return belongs


def in_segment(segment: str, world: World) -> Belongs:
    """Whether the segment's condition is true of a case."""
    segments = world.segments

    def belongs(case: Case) -> bool:
        found = segments.get(segment)
        return found is not None and found.holds(case)

    return belongs


def compile_belonging(condition: Belonging, world: World) -> Belongs:
    """The condition as a function of the case."""
    checks = list(_checks(condition, world))
    if len(checks) == 1:
        return checks[0]
    return lambda case: all(check(case) for check in checks)


def explain_belonging(condition: Belonging, case: Case, world: World) -> Finding:
    """Which of those it asks for the member belongs to; what segments found stands below."""
    names = condition.names()
    own = [name for name in names if _compile(condition.to, name, world)(case)]
    segments = names if condition.to is Circle.SEGMENTS else ()
    known = [world.segments[name] for name in segments if name in world.segments]
    return Finding(
        ok=compile_belonging(condition, world)(case),
        at=condition.at,
        want=describe(condition),
        got=", ".join(own) or NOTHING,
        of=tuple(segment.explain(case) for segment in known),
    )


def describe(condition: Belonging) -> str:
    """`in 'a' and in one of ['b','c'] and in none of ['d']`."""
    parts = [] if condition.has is None else [f"in '{condition.has}'"]
    for word, names in (("one", condition.has_any), ("none", condition.has_none)):
        if names:
            quoted = ",".join(f"'{name}'" for name in names)
            parts.append(f"in {word} of [{quoted}]")
    return " and ".join(parts)


def _checks(condition: Belonging, world: World) -> Iterator[Belongs]:
    if condition.has is not None:
        yield _compile(condition.to, condition.has, world)
    if condition.has_any:
        yield _one_of([_compile(condition.to, name, world) for name in condition.has_any])
    if condition.has_none:
        unwanted = _one_of([_compile(condition.to, name, world) for name in condition.has_none])
        yield lambda case: not unwanted(case)


def _compile(to: Circle, name: str, world: World) -> Belongs:
    return in_club(name, world) if to is Circle.CLUBS else in_segment(name, world)


def _one_of(checks: list[Belongs]) -> Belongs:
    if len(checks) == 1:
        return checks[0]
    return lambda case: any(check(case) for check in checks)
