"""Rewards: what one costs a member, and why he cannot have it. Pure.

There is no purchase here: conditions are asked of an empty cart, and the check has seen to it that
none asks about one.
"""

import datetime as dt
import enum
from collections.abc import Iterator

import msgspec

from service.rules.cart import NOTHING
from service.rules.case import NOBODY, Case, Terms
from service.rules.conditions.activities import COUNT, Activities
from service.rules.conditions.belonging import Belonging, in_club
from service.rules.conditions.fact import TIER, Fact, World
from service.rules.conditions.finding import Finding
from service.rules.conditions.history import History
from service.rules.conditions.lines import Filters
from service.rules.conditions.logic import (
    All,
    AnyOf,
    Condition,
    Holds,
    Not,
    compile_condition,
    explain_condition,
)
from service.rules.conditions.time_of_day import TimeOfDay
from service.rules.document import Budget, BudgetUnit, Reward, WhenOut
from service.rules.early import early_start
from service.rules.facts import Facts
from service.rules.needs import Groups, Needs


class Unavailable(enum.StrEnum):
    """Why a member cannot have a reward now."""

    NOT_STARTED = "not_started"  # `at`: when it starts
    OVER = "over"  # `at`: when it ended
    NEEDS_TIER = "needs_tier"  # the conditions that fail ask for a tier and nothing else
    NOT_ELIGIBLE = "not_eligible"  # the conditions say what was wanted
    LIMIT = "limit"  # had as often as one may
    OUT_OF_STOCK = "out_of_stock"
    NOT_ENOUGH = "not_enough"  # `missing` units


class Unmet(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the reward's condition that fails; what it wanted, and what the member has.

    Of parts one of which would do, all are told.
    """

    condition: str
    want: str
    got: str


class WhyNot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One reason."""

    reason: Unavailable
    at: dt.datetime | None = None
    missing: int | None = None
    conditions: tuple[Unmet, ...] = ()


class CompiledReward:
    """A reward, ready to be asked for. `windows`, `activity_windows`: what it reads of the past.

    `reads_clubs`: it asks whether the member belongs to one.
    """

    __slots__ = (
        "_filters",
        "_holds",
        "_world",
        "activity_windows",
        "reads_clubs",
        "reward",
        "windows",
    )

    def __init__(self, reward: Reward, world: World, filters: Filters, groups: Groups) -> None:
        self.reward = reward
        self._world = world
        self._filters = filters
        self._holds: Holds | None = None
        if reward.when is not None:
            self._holds = compile_condition(reward.when, world, filters)
        early = reward.early_access
        needs = Needs([reward.when], groups, () if early is None else (early.club,))
        self.windows = needs.windows
        self.activity_windows = needs.activities
        self.reads_clubs = bool(needs.clubs)

    def price(self, facts: Facts) -> int:
        """Units: of the tiers with a price the member's or the next below; the least of ladders."""
        member, found = facts.member or NOBODY, []
        for ladder, ranks in self._world.ranks.items():
            rank = ranks[self._world.tier_of(member, ladder)]
            reached = [
                (ranks[tier], price)
                for of, tier, price in self.reward.prices
                if of == ladder and ranks[tier] <= rank
            ]
            if reached:
                found.append(max(reached)[1])
        return min(found, default=self.reward.price)

    def why_not(self, facts: Facts, terms: Terms) -> tuple[WhyNot, ...]:
        """What of dates, condition and limit stands against it; nothing: he may have it.

        `facts.uses`: how often he had it within the limit's time, by the reward's id.
        """
        return tuple(self._against(facts, terms))

    def _against(self, facts: Facts, terms: Terms) -> Iterator[WhyNot]:
        reward, at = self.reward, facts.at
        case = Case(NOTHING, facts, facts.member or NOBODY, terms)
        from_at = self._starts(case, terms)
        if from_at is not None and at < from_at:
            yield WhyNot(reason=Unavailable.NOT_STARTED, at=from_at)
        if reward.until_at is not None and reward.until_at <= at:
            yield WhyNot(reason=Unavailable.OVER, at=reward.until_at)
        if reward.when is not None and self._holds is not None and not self._holds(case):
            unmet = tuple(self._unmet(reward.when, case))
            only_tiers = all(one.condition.startswith(TIER) for one in unmet)
            reason = Unavailable.NEEDS_TIER if only_tiers else Unavailable.NOT_ELIGIBLE
            yield WhyNot(reason=reason, conditions=unmet)
        if reward.limit is not None and facts.uses.get(reward.id, 0) >= reward.limit.times:
            yield WhyNot(reason=Unavailable.LIMIT)

    def _starts(self, case: Case, terms: Terms) -> dt.datetime | None:
        """When it starts for the member of the case."""
        early, from_at = self.reward.early_access, self.reward.from_at
        sooner = early_start(early, from_at, terms.tz)
        if early is None or sooner is None or not in_club(early.club, self._world)(case):
            return from_at
        return sooner

    def _unmet(self, condition: Condition, case: Case) -> Iterator[Unmet]:
        """The tests that fail in a condition that fails; of `not` those that hold."""
        found = explain_condition(condition, case, self._world, self._filters)
        yield from _failing(condition, found, wanted=True)


def scarce(price: int, available: int, left: int | None) -> tuple[WhyNot, ...]:
    """What of stock and units is not there. `left` None: there is no end of the stock."""
    found = []
    if left is not None and left <= 0:
        found.append(WhyNot(reason=Unavailable.OUT_OF_STOCK))
    if available < price:
        found.append(WhyNot(reason=Unavailable.NOT_ENOUGH, missing=price - available))
    return tuple(found)


def stock_budget(reward: Reward) -> Budget:
    """The stock of a reward that has one: so many uses, or none."""
    return Budget(unit=BudgetUnit.USES, amount=reward.stock or 0, when_out=WhenOut.REJECT)


def _failing(condition: Condition, found: Finding, *, wanted: bool) -> Iterator[Unmet]:
    """Tests that are not as `wanted` within a part that is not."""
    if found.ok is wanted:
        return
    if isinstance(condition, Not):
        yield from _failing(condition.of, found.of[0], wanted=not wanted)
    elif isinstance(condition, All | AnyOf):
        for part, finding in zip(condition.of, found.of, strict=True):
            yield from _failing(part, finding, wanted=wanted)
    else:
        want = found.want or ""
        yield Unmet(
            condition=_name(condition),
            want=want if wanted else f"not {want}",
            got=found.got or "",
        )


def _name(test: Condition) -> str:
    if isinstance(test, Fact):
        return test.fact
    if isinstance(test, History):
        return f"history.{test.metric}"
    if isinstance(test, Belonging):
        return f"member.{test.to}"
    if isinstance(test, Activities):
        return COUNT
    return "now.time" if isinstance(test, TimeOfDay) else "lines"
