"""What one discount takes off lines: minor units of what remains of each, never more than that."""

from collections.abc import Callable, Sequence
from typing import Final

from service.kernel.allocation import allocate
from service.rules.effects import Discount

Part = tuple[int, int]  # position of a line, minor units off it, more than 0
PER_UNIT: Final = 1000  # thousandths of a whole unit


class Prices:
    """What remains of the price of each line, and its quantity in thousandths."""

    __slots__ = ("left", "thousandths")

    def __init__(self, left: list[int], thousandths: list[int]) -> None:
        self.left = left
        self.thousandths = thousandths

    def copy(self) -> "Prices":
        """The same, to take other discounts off."""
        return Prices(self.left.copy(), self.thousandths)

    def take(self, parts: Sequence[Part]) -> None:
        """Lower the lines by the parts."""
        left = self.left
        for n, off in parts:
            left[n] -= off

    def units(self, n: int) -> int:
        """Whole units of the line: 2 of 2.5 kg."""
        return self.thousandths[n] // PER_UNIT

    def price(self, n: int, units: int) -> int:
        """What the first so many whole units of the line cost, rounded down."""
        return units * PER_UNIT * self.left[n] // self.thousandths[n]


OfSum = Callable[[int], int]  # what is taken off lines together, by what remains of them together


def half_up(amount: int, share: tuple[int, int]) -> int:
    """The share of an amount that is not negative, halves up."""
    numerator, denominator = share
    return (2 * amount * numerator + denominator) // (2 * denominator)


def split(off: int, lines: Sequence[int], weights: Sequence[int]) -> list[Part]:
    """`off` over the lines by weight; with `off` at most their sum, no part is above its weight."""
    if off <= 0:
        return []
    if len(lines) == 1:
        return [(lines[0], off)]
    return [(n, part) for n, part in zip(lines, allocate(off, weights), strict=True) if part]


def compile_of_sum(discount: Discount) -> OfSum | None:
    """A percentage of what remains, rounded once, or an amount; None: it goes by single units."""
    most = discount.most
    if discount.percent is not None:
        share = discount.percent
        if most is None:
            by, over = 2 * share[0], 2 * share[1]
            half = share[1]
            return lambda whole: (whole * by + half) // over  # half_up, without a call
        return lambda whole: min(half_up(whole, share), most)
    if discount.amount is not None:
        off = discount.amount if most is None else min(discount.amount, most)
        return lambda whole: min(off, whole)
    return None


def above_price(
    prices: Prices, lines: Sequence[int], price: int, most: int | None
) -> tuple[int, list[int]]:
    """What the whole units of each line cost above the price, together at most `most`."""
    above = [_above(prices, n, price) for n in lines]
    off = sum(above)
    return off if most is None else min(off, most), above


def _above(prices: Prices, n: int, price: int) -> int:
    units = prices.units(n)
    return max(0, prices.price(n, units) - units * price)
