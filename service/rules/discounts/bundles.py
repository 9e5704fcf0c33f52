"""Bundles: "3 for 2", "two coffees, a cake free", "a coffee free".

Only whole units count, and only those that still cost something. Free are the cheapest units, and
the money is spread over all units of the bundles by price: bringing one of them back does not keep
the whole gift.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from service.rules.discounts.money import Part, Prices, split
from service.rules.effects import Bundle

_EXACT: Final = 10**18  # prices of units differ by 10^-18 at least, as quantities are at most 10^9


class Picked:
    """Units picked from lines: `free` of `all` of each line."""

    __slots__ = ("all", "free")

    def __init__(self) -> None:
        self.free: dict[int, int] = {}
        self.all: dict[int, int] = {}

    def parts(self, prices: Prices, most: int | None) -> list[Part]:
        """What the free units cost, over the lines by what all picked units cost."""
        off = sum([prices.price(n, units) for n, units in self.free.items()])
        if most is not None:
            off = min(off, most)
        lines = sorted(self.all)
        return split(off, lines, [prices.price(n, self.all[n]) for n in lines])


def take_bundle(
    bundle: Bundle, most: int | None, prices: Prices, lines: Sequence[int], of: Sequence[int] | None
) -> list[Part]:
    """What the bundle takes off: `lines` are those bought, `of` those that may be free."""
    if bundle.buy == 0:
        picked = _cheapest(prices, lines if of is None else of, bundle.free, bundle.free)
    elif of is None:
        sets = _count(prices, _some_left(prices, lines)) // bundle.buy
        picked = _cheapest(prices, lines, sets * bundle.free, sets * bundle.buy)
    else:
        picked = _with_further(bundle, prices, lines, of)
    return picked.parts(prices, most)


def bundle_bound(
    bundle: Bundle, most: int | None, prices: Prices, lines: Sequence[int], of: Sequence[int] | None
) -> int:
    """No less than the bundle takes off at these or any lower prices of some of the lines.

    As if the dearest units were free, for a discount before it may have made the cheapest free.
    """
    pool = _by_price(prices, lines if of is None else of)
    free = bundle.free
    if bundle.buy:
        free *= _count(prices, _some_left(prices, lines)) // bundle.buy
    bound = 0
    for n in reversed(pool):
        units = min(prices.units(n), free)
        if not units:
            break
        bound += prices.price(n, units) + 1  # what is rounded down here may not be there
        free -= units
    return bound if most is None else min(bound, most)


def _cheapest(prices: Prices, lines: Sequence[int], free: int, size: int) -> Picked:
    """The cheapest `size` units, of which the cheapest `free` are free."""
    picked = Picked()
    for n in _by_price(prices, lines):
        units = min(prices.units(n), size)
        picked.all[n] = units
        picked.free[n] = min(units, free)
        size -= units
        free -= picked.free[n]
        if not size:
            break
    return picked


def _with_further(
    bundle: Bundle, prices: Prices, lines: Sequence[int], of: Sequence[int]
) -> Picked:
    """The cheapest units of `of` are free, as far as enough other units of `lines` are left."""
    bought, gifts = _by_price(prices, lines), _by_price(prices, of)
    among = frozenset(bought)
    have = _count(prices, bought)
    free = _gifts_max(
        bundle,
        have,
        _count(prices, gifts),
        have + _count(prices, [n for n in gifts if n not in among]),
    )
    need = -(-free // bundle.free) * bundle.buy
    spare = have - need  # units that could be bought as well, and may be free instead
    picked = Picked()
    for n in gifts:
        units = min(prices.units(n), free, spare) if n in among else min(prices.units(n), free)
        if units:
            picked.free[n] = picked.all[n] = units
            free -= units
            spare -= units if n in among else 0
    for n in bought:
        units = min(prices.units(n) - picked.free.get(n, 0), need)
        if units:
            picked.all[n] = picked.all.get(n, 0) + units
            need -= units
    return picked


def _gifts_max(bundle: Bundle, bought: int, gifts: int, either: int) -> int:
    """How many units can be free; the last set need not be full of gifts.

    `either`: units that can be bought or be free. No unit is both.
    """
    sets, rest = divmod(either, bundle.buy + bundle.free)
    possible = sets * bundle.free + max(0, rest - bundle.buy)
    return min(gifts, bought // bundle.buy * bundle.free, possible)


def _some_left(prices: Prices, lines: Iterable[int]) -> list[int]:
    return [n for n in lines if prices.left[n] > 0 and prices.units(n)]


def _by_price(prices: Prices, lines: Iterable[int]) -> list[int]:
    """Lines with whole units that cost something, the cheapest units first, ties by position."""
    left, thousandths = prices.left, prices.thousandths
    return sorted(_some_left(prices, lines), key=lambda n: (left[n] * _EXACT // thousandths[n], n))


def _count(prices: Prices, lines: Iterable[int]) -> int:
    return sum([prices.units(n) for n in lines])
