"""What a basket costs: discounts one after another, then units that pay."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tests.oracle.offers import PRICED, Off, Paying, Shop, Template
from tests.oracle.program import Line, Seen


@dataclass
class Taken:
    """A discount that was taken: `parts` minor units of each line. `position`: of the coupon."""

    source: str
    parts: list[int]
    position: int | None = None
    campaign: str | None = None

    @property
    def amount(self) -> int:
        """In all."""
        return sum(self.parts)


@dataclass
class Payment:
    """Units of a wallet that paid: of each line units and what they were worth."""

    wallet: str
    units: list[int]
    values: list[int]


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """The total split by weight: everybody the floor, the rest to the largest remainders."""
    whole = sum(weights)
    if not whole:
        return [total if n == 0 else 0 for n, _ in enumerate(weights)]
    exact = [Fraction(total * weight, whole) for weight in weights]
    parts = [share.__floor__() for share in exact]
    order = sorted(range(len(weights)), key=lambda n: (parts[n] - exact[n], n))
    for n in order[: total - sum(parts)]:
        parts[n] += 1
    return parts


def discounts(
    shop: Shop, seen: Seen, coupons: Sequence[tuple[int, Template]], *, member: bool
) -> list[Taken]:
    """All that are taken: off lines, then off the order, each by name and on what is left."""
    offers: list[tuple[int, str, int, Off, str | None]] = [
        (int(price.off.where is None), price.id, -1, price.off, price.campaign)
        for price in shop.prices
        if member and price.when(seen)
    ]
    offers += [
        (int(one.off.where is None), one.id, position, one.off, None) for position, one in coupons
    ]
    left = [line.paid() for line in seen.lines]
    taken: list[Taken] = []
    for _, name, position, off, campaign in sorted(offers, key=lambda offer: offer[:3]):
        weights = [
            minor if off.about(line) else 0 for line, minor in zip(seen.lines, left, strict=True)
        ]
        amount = off.of(sum(weights))
        if not amount:
            continue
        parts = allocate(amount, weights)
        left = [minor - part for minor, part in zip(left, parts, strict=True)]
        taken.append(Taken(name, parts, None if position < 0 else position, campaign))
    return taken


def trim(taken: list[Taken], campaign: str, granted: int) -> list[Taken]:
    """The discounts of a campaign cut to what its budget gives, the first served first; the others
    stay as they are."""
    kept = []
    for one in taken:
        if one.campaign != campaign:
            kept.append(one)
            continue
        amount = min(one.amount, granted)
        granted -= amount
        if amount:
            kept.append(replace(one, parts=allocate(amount, one.parts)))
    return kept


def priced(lines: Sequence[Line], taken: Sequence[Taken]) -> tuple[Line, ...]:
    """The lines at their prices."""
    return tuple(
        replace(line, off=line.off + sum(one.parts[n] for one in taken))
        for n, line in enumerate(lines)
    )


def payable(shop: Shop, paying: Paying, lines: Sequence[Line]) -> tuple[list[int], int]:
    """Minor units of each line that the wallet may pay, and how many in all."""
    left = [
        line.paid() - line.by_units if line.kind in PRICED and shop.earns(line) else 0
        for line in lines
    ]
    goods = sum(line.paid() for line in lines if shop.earns(line) and line.kind != "shipping")
    whole = sum(left)
    return left, whole if paying.share is None else min(whole, (goods * paying.share).__floor__())


def why_not(paying: Paying, units: int, available: int, money: int) -> str | None:
    """Why so many units cannot pay where so much money may be paid."""
    if units % paying.step:
        return "not_a_step"
    if units < paying.least:
        return "below_min"
    if units > available:
        return "not_enough"
    return "above_max" if paying.worth(units) > money else None


def most(paying: Paying, available: int, money: int) -> int:
    """The fewest units that pay as much as any number of them can: every number is tried."""
    found = [
        units
        for units in range(paying.step, available + 1, paying.step)
        if why_not(paying, units, available, money) is None and paying.worth(units)
    ]
    return min(found, key=lambda units: (-paying.worth(units), units), default=0)


def pay(shop: Shop, paying: Paying, lines: Sequence[Line], units: int) -> Payment | None:
    """Units that pay, over the lines by what is left of them; None: there is nothing to pay."""
    left, _ = payable(shop, paying, lines)
    value = min(paying.worth(units), sum(left))
    if value <= 0:
        return None
    values = allocate(value, left)
    return Payment(paying.wallet, allocate(units, values), values)


def after_payment(paying: Paying, lines: Sequence[Line], payment: Payment) -> tuple[Line, ...]:
    """The lines once they are paid so: cheaper, or partly paid."""
    return tuple(
        replace(line, off=line.off + value)
        if paying.off
        else replace(line, by_units=line.by_units + value)
        for line, value in zip(lines, payment.values, strict=True)
    )
