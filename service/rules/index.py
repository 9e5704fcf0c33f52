"""The index: which rules can do something for a case, as bits of one number.

Bit n stands for the n-th rule in order of (priority, id). Campaign dates, tests of facts with few
values (channel, store, tier, weekday, time of day, ...) and lines a rule cannot do without each
give a mask; the rules in all of them are the candidates. What a mask answers in full is not asked
again: the condition of a candidate is only what is left of it (`rest`).
"""

import bisect
import datetime as dt
import zoneinfo
from collections.abc import Container, Iterable, Sequence
from typing import Final, TypeGuard

from service.rules.case import Case
from service.rules.conditions.belonging import Belongs, in_club
from service.rules.conditions.fact import (
    TIER,
    Fact,
    Read,
    World,
    compile_check,
    compile_read,
    source,
)
from service.rules.conditions.lines import Lines, Where, lookup
from service.rules.conditions.logic import Condition, conjuncts
from service.rules.conditions.time_of_day import TimeOfDay, check_minute, read_minute
from service.rules.document import Campaign, Rule
from service.rules.early import early_start
from service.rules.effects import Discount, Effect, Multiply, Points
from service.rules.values import Check, Scalar

MASKS_MAX: Final = 4096  # values of one fact whose masks are kept; more are computed each time
_FEW_VALUES: Final = frozenset(
    {
        "member.known",
        "member.is_birthday",
        "member.is_birthday_month",
        "cart.channel",
        "cart.store",
        "cart.store_group",
        "now.weekday",
        "now.month",
        "now.day",
    }
)
_CLOCK: Final = "now."  # facts of the instant alone
_MINUTE: Final = "now.time"


class Dates:
    """Rules that are on, by instant: bits, from when, until when."""

    __slots__ = ("_bounds", "_masks")

    def __init__(self, spans: Iterable[tuple[int, dt.datetime | None, dt.datetime | None]]) -> None:
        changes: dict[dt.datetime, int] = {}
        mask = 0
        for bit, since, until in spans:
            if since is not None and until is not None and since >= until:
                continue
            if since is None:
                mask |= bit
            else:
                changes[since] = changes.get(since, 0) ^ bit
            if until is not None:
                changes[until] = changes.get(until, 0) ^ bit
        self._bounds = sorted(changes)
        self._masks = [mask]
        for bound in self._bounds:
            mask ^= changes[bound]
            self._masks.append(mask)

    def mask(self, at: dt.datetime) -> int:
        """from_at <= at < until_at."""
        return self._masks[bisect.bisect_right(self._bounds, at)]


class Early:
    """Rules that are on for members of a club alone, by instant."""

    __slots__ = ("_clubs",)

    def __init__(
        self,
        rules: Sequence[tuple[Campaign, Rule]],
        starts: Sequence[dt.datetime | None],
        world: World,
    ) -> None:
        spans: dict[str, list[tuple[int, dt.datetime | None, dt.datetime | None]]] = {}
        for n, ((campaign, _), start) in enumerate(zip(rules, starts, strict=True)):
            if campaign.early_access is not None and start is not None:
                own = spans.setdefault(campaign.early_access.club, [])
                own.append((1 << n, start, campaign.from_at))
        self._clubs = [(in_club(club, world), Dates(own)) for club, own in spans.items()]

    def at(self, at: dt.datetime) -> tuple[tuple[Belongs, int], ...]:
        """Who may have them, and their bits."""
        found = [(belongs, dates.mask(at)) for belongs, dates in self._clubs]
        return tuple(one for one in found if one[1])


class FactMasks:
    """Rules whose tests of one fact pass, by its value: `read` finds that, `known` has masks."""

    __slots__ = ("_tests", "everyone", "known", "read")

    def __init__(self, read: Read, everyone: int) -> None:
        self.everyone = everyone
        self.read = read
        self._tests: list[tuple[int, Check]] = []
        self.known: dict[Scalar | None, int] = {}

    def add(self, bit: int, check: Check) -> None:
        """The rule of this bit wants the check to pass."""
        self._tests.append((bit, check))

    def mask(self, value: Scalar | None) -> int:
        """Rules that pass with a value that is not known; rules that do not ask always pass."""
        mask = self.everyone
        for bit, check in self._tests:
            if not check(value):
                mask &= ~bit
        if len(self.known) < MASKS_MAX:
            self.known[value] = mask
        return mask


class LineMasks:
    """Rules that find a line with one of the values they need in a field."""

    __slots__ = ("_by_value", "_field", "_free")

    def __init__(self, field: str, everyone: int) -> None:
        self._field = field
        self._free = everyone
        self._by_value: dict[Scalar | None, int] = {}

    def add(self, bit: int, values: Sequence[Scalar]) -> bool:
        """The rule of this bit needs one of the values; False: it has named values before."""
        if not self._free & bit:
            return False
        self._free &= ~bit
        for value in values:
            self._by_value[value] = self._by_value.get(value, 0) | bit
        return True

    def mask(self, case: Case) -> int:
        """Rules that find such a line in the case, or need none."""
        mask, by_value = self._free, self._by_value
        for value in case.groups(self._field):
            if value in by_value:
                mask |= by_value[value]
        return mask


class Index:
    """Built once for a program from its rules in order.

    `few`: declared member fields with few values, as facts. `rest[n]`: what is left to ask of the
    n-th rule.
    """

    def __init__(
        self,
        rules: Sequence[tuple[Campaign, Rule]],
        world: World,
        few: Container[str],
        tz: zoneinfo.ZoneInfo,
    ) -> None:
        self._everyone = (1 << len(rules)) - 1
        self._world = world
        self._few = few
        self._facts: dict[str, FactMasks] = {}
        self._lines: dict[str, LineMasks] = {}
        starts = [early_start(one.early_access, one.from_at, tz) for one, _ in rules]
        self._dates = Dates(
            (1 << n, start or campaign.from_at, campaign.until_at)
            for n, ((campaign, _), start) in enumerate(zip(rules, starts, strict=True))
        )
        self._early = Early(rules, starts, world)
        self._only: tuple[tuple[Belongs, int], ...] = ()
        self.rest = [self._take(1 << n, rule) for n, (_, rule) in enumerate(rules)]
        asked = [(name, (one.read, one.known, one)) for name, one in self._facts.items()]
        self._of_clock = tuple(one for name, one in asked if name.startswith(_CLOCK))
        self._of_facts = tuple(one for name, one in asked if not name.startswith(_CLOCK))
        self._at: dt.datetime | None = None
        self._on = 0
        self._of_lines = tuple(self._lines.values())

    def candidates(self, case: Case) -> int:
        """Bits of the rules that are on and pass all that the index answers."""
        mask = self._on if case.facts.at is self._at else self._on_at(case)
        for belongs, bits in self._only:
            if mask & bits and not belongs(case):
                mask &= ~bits
        for read, known, masks in self._of_facts:
            value = read(case)
            of_value = known.get(value)
            mask &= masks.mask(value) if of_value is None else of_value
        for lines in self._of_lines:
            if not mask:
                break
            mask &= lines.mask(case)
        return mask

    def _on_at(self, case: Case) -> int:
        """Bits of the rules that are on at the instant, by campaign and clock.

        Of the last instant only: many are decided at one.
        """
        at = case.facts.at
        mask = self._dates.mask(at)
        for read, known, masks in self._of_clock:
            value = read(case)
            of_value = known.get(value)
            mask &= masks.mask(value) if of_value is None else of_value
        self._at, self._on, self._only = at, mask, self._early.at(at)
        return mask

    def _take(self, bit: int, rule: Rule) -> list[Condition]:
        """Take into the index what it can answer of the rule; what is left is returned."""
        left = [part for part in conjuncts(rule.when) if not self._answers(bit, part)]
        for field in self._fields_of_effects(rule):
            self._line_masks(field).add(bit, self._values_of_effects(rule, field))
        return left

    def _answers(self, bit: int, condition: Condition) -> bool:
        match condition:
            case Fact() if self._has_few_values(condition.fact):
                name = source(condition.fact)
                read = compile_read(condition.fact, self._world)
                self._fact_masks(name, read).add(bit, compile_check(condition, self._world))
                return True
            case TimeOfDay():
                self._fact_masks(_MINUTE, read_minute).add(bit, check_minute(condition))
                return True
            case Lines():
                return self._answers_lines(bit, condition)
            case _:
                return False

    def _answers_lines(self, bit: int, condition: Lines) -> bool:
        """In full only when one list of values is all the condition asks."""
        alone = len(condition.where) == 1 and condition.amount is None
        taken = False
        for test in condition.where:
            values = lookup(test)
            if values is not None:
                taken = self._line_masks(test.field).add(bit, values)
        return taken and alone and condition.quantity is None

    def _has_few_values(self, fact: str) -> bool:
        return fact in _FEW_VALUES or fact.startswith(TIER) or fact in self._few

    def _fact_masks(self, name: str, read: Read) -> FactMasks:
        if name not in self._facts:
            self._facts[name] = FactMasks(read, self._everyone)
        return self._facts[name]

    def _line_masks(self, field: str) -> LineMasks:
        if field not in self._lines:
            self._lines[field] = LineMasks(field, self._everyone)
        return self._lines[field]

    def _fields_of_effects(self, rule: Rule) -> list[str]:
        """Fields in which every effect needs certain values: without them the rule does nothing."""
        wheres = _wheres(rule)
        if not wheres:
            return []
        fields = [{test.field for test in where if lookup(test)} for where in wheres]
        return sorted(set.intersection(*fields))

    def _values_of_effects(self, rule: Rule, field: str) -> list[Scalar]:
        return [
            value
            for where in _wheres(rule)
            for test in where
            if test.field == field
            for value in lookup(test) or ()
        ]


def _wheres(rule: Rule) -> list[Where]:
    """The `where` of each effect; none when one of the effects can do without such lines."""
    wheres = [effect.where for effect in rule.then if _needs_lines(effect)]
    return wheres if len(wheres) == len(rule.then) else []


def _needs_lines(effect: Effect) -> TypeGuard[Points | Multiply | Discount]:
    """Whether it does nothing in a cart without a line that its `where` matches."""
    if isinstance(effect, Discount):
        bundle = effect.bundle
        return bundle is None or bundle.buy > 0 or bundle.of is None
    return isinstance(effect, Points | Multiply)
