"""How much a condition asks in all, with what the segments and clubs it names ask; and circles.

Segments and clubs are put in where they are named, so a name may stand for many tests, and one that
stands for itself would never end.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from service.rules.check.cursor import Cursor
from service.rules.conditions import All, AnyOf, Belonging, Condition, Lines, Not
from service.rules.conditions.belonging import Circle
from service.rules.conditions.logic import leaves

TESTS_MAX: Final = 256  # of one condition, those of the segments and clubs it names included
DEPTH_MAX: Final = 8  # of segments and clubs that name each other


class Name(NamedTuple):
    """A segment, or a club that has a rule."""

    of: Circle
    id: str

    def __str__(self) -> str:
        return f"{self.of.removesuffix('s')} '{self.id}'"


class Load(NamedTuple):
    """`tests` in all, in so many conditions inside each other."""

    tests: int = 0
    depth: int = 0


Loads = Mapping[Name, Load]


def size(of: Condition) -> int:
    """How many tests the condition has itself, those of line fields included."""
    if isinstance(of, All | AnyOf):
        return sum(size(part) for part in of.of)
    if isinstance(of, Not):
        return size(of.of)
    return 1 + len(of.where) if isinstance(of, Lines) else 1


def named(of: Condition) -> list[Name]:
    """The segments and clubs it names, as often as it does."""
    return [
        Name(test.to, name)
        for test in leaves(of)
        if isinstance(test, Belonging)
        for name in test.names()
    ]


def load(of: Condition, known: Loads) -> Load:
    """What it asks in all; a club without a rule asks nothing."""
    behind = [known.get(name, Load()) for name in named(of)]
    return Load(
        size(of) + sum(one.tests for one in behind),
        1 + max((one.depth for one in behind), default=0),
    )


def bounded(at: Cursor, of: Load) -> None:
    """Refuse what asks too much, or through too many names."""
    if of.tests > TESTS_MAX:
        at.fail(
            f"{of.tests} conditions with those of the segments and clubs it names, "
            f"at most {TESTS_MAX} are allowed"
        )
    if of.depth > DEPTH_MAX + 1:
        at.fail(f"more than {DEPTH_MAX} segments and clubs that name each other")


def loads(conditions: Mapping[Name, tuple[Cursor, Condition]]) -> dict[Name, Load]:
    """What each segment and each club's rule asks; circles among them are refused."""
    known: dict[Name, Load] = {}
    for start in conditions:
        _walk(start, conditions, known)
    for name, (at, _) in conditions.items():
        bounded(at, known[name])
    return known


def _walk(
    start: Name, conditions: Mapping[Name, tuple[Cursor, Condition]], known: dict[Name, Load]
) -> None:
    """Depth first, without recursion: names may stand in a long row."""
    way = [start]
    while way:
        name = way[-1]
        if name in known:
            way.pop()
            continue
        at, condition = conditions[name]
        open_ = [one for one in named(condition) if one in conditions and one not in known]
        circle = next((one for one in open_ if one in way), None)
        if circle is not None:
            row = [*way[way.index(circle) :], circle]
            at.fail(f"{' asks for '.join(map(str, row))}: a circle nobody can enter")
        elif open_:
            way.append(open_[0])
            continue
        known[name] = load(condition, known)
        way.pop()
