"""The best combination of bids: exact, by trying all there are, and refused beyond a bound.

Of an exclusive group one bid is taken or none, and a bid that does not stack is taken or not; all
others are always in. The best has most money off the whole cart; of those the one with the fewest
coupons, then the first by (priority, id). Combinations that cannot save as much as the best so far
are not tried.
"""

import itertools
import math
import operator
from collections.abc import Collection, Sequence
from typing import Final

from service.kernel.allocation import allocate
from service.rules.decision import Target
from service.rules.discounts.money import Part, Prices
from service.rules.discounts.offers import Bid, Key

COUPONS_MAX: Final = 10
COMBINATIONS_MAX: Final = 4096
_SHIPPING: Final = Target.SHIPPING
_order: Final = operator.attrgetter("order")
_first: Final = operator.itemgetter(0)
_is_fixed: Final = operator.attrgetter("fixed")

Cap = tuple[frozenset[int], int]  # positions of lines, and how much may be off them in all
Effect = tuple[Bid, list[Part]]


class TooManyCombinations(ValueError):
    """More coupons, or more combinations of discounts, than are searched."""


class Combination:
    """Bids that are in, those of them with an effect in order, and the lines each reserved."""

    __slots__ = ("bids", "effects", "money", "reserved")

    def __init__(self, bids: Sequence[Bid], prices: Prices, caps: Sequence[Cap]) -> None:
        self.bids = bids
        self.reserved: dict[int, Bid] = {}
        self.effects = self._take(prices.copy())
        for cap in caps:
            _cut_to(self.effects, cap)
        if caps:
            self.effects = [effect for effect in self.effects if effect[1]]
        self.money = sum([off for _, parts in self.effects for _, off in parts])

    def _take(self, prices: Prices) -> list[Effect]:
        """Bids that do not stack first: no other discount is on the lines they touch."""
        reserved, left = self.reserved, prices.left
        effects: list[Effect] = []
        alone = False
        for bid in self.bids:
            if not bid.offer.stackable:
                alone = True
                parts = bid.take(prices, reserved)
                if parts:
                    reserved.update((n, bid) for n, _ in parts)
                    effects.append((bid, parts))
        for bid in self.bids:
            offer = bid.offer
            if offer.stackable:
                if reserved:
                    parts = bid.take(prices, reserved)
                else:
                    parts = offer.take(prices, bid.lines, bid.gifts)
                if parts:
                    for n, off in parts:
                        left[n] -= off
                    effects.append((bid, parts))
        if alone:
            effects.sort(key=lambda effect: effect[0].order)
        return effects

    def rank(self) -> tuple[int, int, list[Key], list[Key]]:
        """The lowest is the best."""
        taken = [bid for bid, _ in self.effects]
        coupons = sum([bid.coupon is not None for bid in taken])
        return (
            -self.money,
            coupons,
            sorted([bid.key for bid in taken]),
            sorted([bid.key for bid in self.bids]),
        )


def best(bids: Collection[Bid], prices: Prices, caps: Sequence[Cap]) -> Combination:
    """The best combination; TooManyCombinations beyond the bounds."""
    if len(bids) > COUPONS_MAX and sum([bid.coupon is not None for bid in bids]) > COUPONS_MAX:
        raise TooManyCombinations(f"more than {COUPONS_MAX} coupons")
    ordered = sorted(bids, key=_order)
    if all(map(_is_fixed, ordered)):
        return Combination(ordered, prices, caps)
    choices = _choices(ordered)
    if not choices:
        return Combination([bid for bid in ordered if bid.fixed], prices, caps)
    if math.prod([len(options) for options in choices]) > COMBINATIONS_MAX:
        raise TooManyCombinations(f"more than {COMBINATIONS_MAX} combinations of discounts")
    return _best_of(ordered, choices, prices, caps)


def _choices(bids: Sequence[Bid]) -> list[list[Bid | None]]:
    """For each decision there is to take its options, None first."""
    groups: dict[str, list[Bid | None]] = {}
    closed = {bid.offer.group for bid in bids if bid.fixed}  # a group whose place is taken
    alone: list[list[Bid | None]] = []
    for bid in bids:
        group = bid.offer.group
        if bid.fixed or (group is not None and group in closed):
            continue
        if group is None:
            alone.append([None, bid])
        else:
            groups.setdefault(group, [None]).append(bid)
    return [*groups.values(), *alone]


def _best_of(
    bids: Sequence[Bid],
    choices: Sequence[Sequence[Bid | None]],
    prices: Prices,
    caps: Sequence[Cap],
) -> Combination:
    """Try combinations, those that may save most first, until no other can save as much."""
    fixed = [bid for bid in bids if bid.fixed]
    bounds = Bounds(bids, prices)
    ways: list[tuple[int, list[Bid]]] = []
    for options in itertools.product(*choices):
        chosen = [*fixed, *(bid for bid in options if bid is not None)]
        chosen.sort(key=_order)
        ways.append((-bounds.of(chosen), chosen))
    ways.sort(key=_first)
    found = Combination(ways[0][1], prices, caps)
    for bound, chosen in ways[1:]:
        if -bound < found.money:
            break
        tried = Combination(chosen, prices, caps)
        if tried.money > found.money or (
            tried.money == found.money and tried.rank() < found.rank()
        ):
            found = tried
    return found


class Bounds:
    """How much combinations of bids can save at most.

    A discount of everything that others lower before it saves less the more they do; in all it
    saves most when they save most.
    """

    __slots__ = ("_alone", "_everything", "_whole")

    def __init__(self, bids: Sequence[Bid], prices: Prices) -> None:
        self._alone = {bid: bid.bound(prices) for bid in bids}
        lines = {n for bid in bids if bid.offer.on is not _SHIPPING for n in bid.touchable}
        self._whole = sum([prices.left[n] for n in lines])
        self._everything = {
            bid: bid.offer.of_sum
            for bid in bids
            if bid.offer.of_sum is not None and lines and lines.issubset(bid.lines)
        }

    def of(self, chosen: Sequence[Bid]) -> int:
        """The bound for these, which are in order."""
        goods = shipping = 0
        for bid in chosen:
            of_sum = self._everything.get(bid)
            if of_sum is not None:
                goods += of_sum(max(0, self._whole - goods))
            elif bid.offer.on is _SHIPPING:
                shipping += self._alone[bid]
            else:
                goods += self._alone[bid]
        return goods + shipping


def _cut_to(effects: list[Effect], cap: Cap) -> None:
    """Cut what is off the capped lines to the cap, from the last discount taken."""
    lines, limit = cap
    over = sum([off for _, parts in effects for n, off in parts if n in lines]) - limit
    for place in range(len(effects) - 1, -1, -1):
        if over <= 0:
            return
        bid, parts = effects[place]
        capped = [(n, off) for n, off in parts if n in lines]
        weights = [off for _, off in capped]
        cut = min(over, sum(weights))
        over -= cut
        less = dict(zip([n for n, _ in capped], allocate(cut, weights), strict=True))
        left = [(n, off - less.get(n, 0)) for n, off in parts]
        effects[place] = (bid, [part for part in left if part[1]])
