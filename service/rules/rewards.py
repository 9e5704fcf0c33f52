"""Rewards: what one costs a member, and why he cannot have it. Pure.

There is no purchase here: conditions are asked of an empty cart, and the check has seen to it that
none asks about one.
"""

import datetime as dt
import enum
from collections.abc import Iterator
from typing import Final

import msgspec

from service.rules.cart import Cart
from service.rules.case import NOBODY, Case, Terms
from service.rules.conditions.fact import TIER, Fact, World
from service.rules.conditions.finding import Finding
from service.rules.conditions.history import History, Window
from service.rules.conditions.lines import Filters
from service.rules.conditions.logic import (
    All,
    AnyOf,
    Condition,
    Holds,
    Not,
    compile_condition,
    explain_condition,
    leaves,
)
from service.rules.conditions.time_of_day import TimeOfDay
from service.rules.document import Budget, BudgetUnit, Reward, WhenOut
from service.rules.facts import Facts

_NOTHING: Final = Cart(channel="", currency="", lines=())


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
    """A reward, ready to be asked for. `windows`: what its condition reads of the past."""

    __slots__ = ("_filters", "_holds", "_world", "reward", "windows")

    def __init__(self, reward: Reward, world: World, filters: Filters) -> None:
        self.reward = reward
        self._world = world
        self._filters = filters
        self._holds: Holds | None = None
        self.windows: tuple[Window, ...] = ()
        if reward.when is not None:
            self._holds = compile_condition(reward.when, world, filters)
            tests = [leaf for leaf in leaves(reward.when) if isinstance(leaf, History)]
            self.windows = tuple(dict.fromkeys(test.window for test in tests))

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
        if reward.from_at is not None and at < reward.from_at:
            yield WhyNot(reason=Unavailable.NOT_STARTED, at=reward.from_at)
        if reward.until_at is not None and reward.until_at <= at:
            yield WhyNot(reason=Unavailable.OVER, at=reward.until_at)
        case = Case(_NOTHING, facts, facts.member or NOBODY, terms)
        if reward.when is not None and self._holds is not None and not self._holds(case):
            unmet = tuple(self._unmet(reward.when, case))
            only_tiers = all(one.condition.startswith(TIER) for one in unmet)
            reason = Unavailable.NEEDS_TIER if only_tiers else Unavailable.NOT_ELIGIBLE
            yield WhyNot(reason=reason, conditions=unmet)
        if reward.limit is not None and facts.uses.get(reward.id, 0) >= reward.limit.times:
            yield WhyNot(reason=Unavailable.LIMIT)

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
    return "now.time" if isinstance(test, TimeOfDay) else "lines"
