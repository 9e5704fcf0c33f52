"""A test of one scalar fact: member.*, cart.*, activity.*, now.* (but the time of day)."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from service.rules.case import Case
from service.rules.conditions.finding import Finding
from service.rules.conditions.group import Group
from service.rules.facts import MemberFacts
from service.rules.values import NOTHING, Check, Scalar, Test, compile_test, describe, plain

Read = Callable[[Case], Scalar | None]

TIER: Final = "member.tier."
MEMBER: Final = "member."
ACTIVITY: Final = "activity."  # and an attribute of the activity that is the occasion
STORE_GROUP: Final = "cart.store_group"
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_READERS: Final[dict[str, Read]] = {
    "member.known": lambda _: True,
    "member.is_birthday": lambda case: case.member.is_birthday,
    "member.is_birthday_month": lambda case: case.member.is_birthday_month,
    "member.enrolled_days": lambda case: case.member.enrolled_days,
    "cart.channel": lambda case: case.cart.channel,
    "cart.store": lambda case: case.cart.store,
    STORE_GROUP: lambda case: case.cart.store,  # the test knows the groups of each store
    "cart.subtotal": lambda case: case.subtotal(),
    "cart.total": lambda case: case.total(),
    "cart.quantity": lambda case: case.quantity(),
    "cart.lines": lambda case: len(case.lines),
    "now.weekday": lambda case: WEEKDAYS[case.local.weekday()],
    "now.date": lambda case: case.local.date().isoformat(),
    "now.month": lambda case: case.local.month,
    "now.day": lambda case: case.local.day,
}


class Fact(msgspec.Struct, frozen=True, tag="fact", tag_field="if"):
    """`member.tier.main: {at_least: gold}` tests a tier id; `gte` means at least that tier."""

    at: str  # path in the file, for the explanation
    fact: str  # name in the registry, e.g. "member.tier.main", "cart.channel", "now.weekday"
    test: Test


class World:
    """What of a program facts are compared with.

    tiers: ladder id -> tier ids, the lowest first; groups: store id -> its groups. clubs: id ->
    the rule that lets one in; segments: id -> who belongs to it. The last two are filled in after
    it was made: their conditions may name each other.
    """

    __slots__ = ("clubs", "groups", "ranks", "segments", "tiers")

    def __init__(
        self, tiers: Mapping[str, Sequence[str]], groups: Mapping[str, Sequence[str]]
    ) -> None:
        self.tiers = tiers
        self.groups = groups
        self.clubs: dict[str, Group] = {}
        self.segments: dict[str, Group] = {}
        self.ranks = {
            ladder: {tier: rank for rank, tier in enumerate(ids)} for ladder, ids in tiers.items()
        }

    def tier_of(self, member: MemberFacts, ladder: str) -> str:
        """The member's tier; none, or one the ladder does not know, counts as the lowest."""
        tier = member.tiers.get(ladder)
        return tier if tier in self.ranks[ladder] else self.tiers[ladder][0]


def source(fact: str) -> str:
    """The name under which facts read the same value: a store group is asked of the store."""
    return "cart.store" if fact == STORE_GROUP else fact


def compile_read(fact: str, world: World) -> Read:
    """How the value of a fact is found in a case."""
    if fact.startswith(TIER):
        ladder = fact.removeprefix(TIER)
        return lambda case: world.tier_of(case.member, ladder)
    if fact in _READERS:
        return _READERS[fact]
    if fact.startswith(ACTIVITY):
        return _read_attribute(fact.removeprefix(ACTIVITY))
    field = fact.removeprefix(MEMBER)
    return lambda case: case.member.fields.get(field)


def compile_check(condition: Fact, world: World) -> Check:
    """The test as a function of the value that `compile_read` finds."""
    if condition.fact.startswith(TIER):
        return _tier_check(condition.test, world.ranks[condition.fact.removeprefix(TIER)])
    if condition.fact == STORE_GROUP:
        return _group_check(condition.test, world.groups)
    if condition.fact.startswith(ACTIVITY):
        return _attribute_check(condition.test)
    return compile_test(condition.test)


def compile_fact(condition: Fact, world: World) -> Callable[[Case], bool]:
    """The condition as a function of the case."""
    read, check = compile_read(condition.fact, world), compile_check(condition, world)
    return lambda case: check(read(case))


def _tier_check(test: Test, ranks: Mapping[str, int]) -> Check:
    """Which tiers pass: sameness by id, order by rank; an unknown bound counts as the lowest."""
    same = compile_test(Test(eq=test.eq, ne=test.ne, is_in=test.is_in, not_in=test.not_in))
    bounds = [
        (compare, ranks.get(str(bound), 0))
        for compare, bound in (
            (operator.gt, test.gt),
            (operator.ge, test.gte),
            (operator.lt, test.lt),
            (operator.le, test.lte),
        )
        if bound is not None
    ]
    passing = frozenset[Scalar | None](
        tier
        for tier, rank in ranks.items()
        if same(tier) and all(compare(rank, bound) for compare, bound in bounds)
    )
    return passing.__contains__


def _group_check(test: Test, groups: Mapping[str, Sequence[str]]) -> Check:
    """One group that passes is enough for what is wanted; none may be what is not wanted."""
    wanted = msgspec.structs.replace(test, ne=None, not_in=())
    wants = compile_test(wanted) if wanted != Test() else None
    avoids = compile_test(Test(ne=test.ne, not_in=test.not_in))

    def check(store: Scalar | None) -> bool:
        own = groups.get(store, ()) if isinstance(store, str) else ()
        return (wants is None or any(map(wants, own))) and all(map(avoids, own))

    return check


def _read_attribute(name: str) -> Read:
    def read(case: Case) -> Scalar | None:
        occasion = case.facts.occasion
        return None if occasion is None else occasion.attributes.get(name)

    return read


def _attribute_check(test: Test) -> Check:
    """An attribute has no declared type, and to Python true is 1: flags only pass as flags."""
    of_flags = compile_test(_only(test, flags=True))
    of_others = compile_test(_only(test, flags=False))
    never = test.gt is not None or test.gte is not None
    never = never or test.lt is not None or test.lte is not None

    def check(value: Scalar | None) -> bool:
        return not never and of_flags(value) if isinstance(value, bool) else of_others(value)

    return check


def _only(test: Test, *, flags: bool) -> Test:
    """The test for values of one sort: what it names of the other is made text that none is."""

    def kept(value: Scalar) -> Scalar:
        return value if isinstance(value, bool) is flags else f"\0{value}"

    return msgspec.structs.replace(
        test,
        eq=None if test.eq is None else kept(test.eq),
        ne=None if test.ne is None else kept(test.ne),
        is_in=tuple(map(kept, test.is_in)),
        not_in=tuple(map(kept, test.not_in)),
    )


def explain_fact(condition: Fact, case: Case, world: World) -> Finding:
    """What the fact was; `nothing` when the cart or the member has no such value."""
    value = compile_read(condition.fact, world)(case)
    if condition.fact == STORE_GROUP:
        own = world.groups.get(value, ()) if isinstance(value, str) else ()
        got = ", ".join(own) or NOTHING
    else:
        got = plain(value)
    return Finding(
        ok=compile_check(condition, world)(value),
        at=condition.at,
        want=describe(condition.test),
        got=got,
    )
