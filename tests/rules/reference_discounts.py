"""Discounts once more: unit by unit, every combination from scratch, exact fractions."""

import itertools
import math
from dataclasses import dataclass, field
from fractions import Fraction

from service.rules.cart import Cart, CartLine
from service.rules.decision import Discounted, NotApplied, Refused, Target
from service.rules.discounts import TooManyCombinations
from service.rules.document import Document
from service.rules.effects import Bundle, Discount
from tests.rules.reference_conditions import matches, paid

CLASSES = ["items", "order", "shipping"]


@dataclass(eq=False)
class Offer:
    """A discount that may be taken. `coupon`: its position; -1 for a rule's."""

    campaign: str
    owner: str
    priority: int
    discount: Discount
    number: int = 0
    coupon: int = -1
    forced: bool = False

    @property
    def order(self) -> tuple[int, int, str, int, int]:
        return (CLASSES.index(self.discount.on), *self.key)

    @property
    def key(self) -> tuple[int, str, int, int]:
        return (self.priority, self.owner, self.coupon, self.number)

    @property
    def is_free_to_leave(self) -> bool:
        return not self.forced and (
            self.discount.exclusive_group is not None or not self.discount.stackable
        )


@dataclass
class Result:
    """What a set of offers comes to: minor units by line of each offer with an effect."""

    offers: list[Offer]
    parts: dict[Offer, dict[int, int]] = field(default_factory=dict)
    reserved: dict[int, Offer] = field(default_factory=dict)

    @property
    def money(self) -> int:
        return sum(sum(parts.values()) for parts in self.parts.values())

    @property
    def rank(self) -> tuple[object, ...]:
        taken = [offer for offer, parts in self.parts.items() if parts]
        coupons = len([offer for offer in taken if offer.coupon >= 0])
        chosen = sorted(offer.key for offer in self.offers)
        return (-self.money, coupons, sorted(offer.key for offer in taken), chosen)

    def stored(self) -> list[Discounted]:
        return [
            Discounted(
                campaign=offer.campaign,
                rule=offer.owner,
                coupon=None if offer.coupon < 0 else offer.coupon,
                on=offer.discount.on,
                amount=sum(parts.values()),
                wanted=sum(parts.values()),
                lines=tuple(sorted(parts.items())),
            )
            for offer, parts in sorted(self.parts.items(), key=lambda item: item[0].order)
            if parts
        ]


def share_out(total: int, weights: dict[int, int]) -> dict[int, int]:
    """Largest remainder, ties to the earlier line; lines with nothing are left out."""
    whole = sum(weights.values())
    if not total or not whole:
        return {}
    exact = {n: Fraction(total * weight, whole) for n, weight in weights.items()}
    parts = {n: math.floor(part) for n, part in exact.items()}
    by_rest = sorted(parts, key=lambda n: (parts[n] - exact[n], n))
    for n in by_rest[: total - sum(parts.values())]:
        parts[n] += 1
    return {n: part for n, part in parts.items() if part}


def is_about(line: CartLine, on: Target) -> bool:
    return line.kind == "shipping" if on == "shipping" else line.kind in {"goods", "service"}


def lines_of(cart: Cart, offer: Offer) -> list[int]:
    wanted = offer.discount
    return [
        n
        for n, line in enumerate(cart.lines)
        if is_about(line, wanted.on) and matches(line, wanted.where)
    ]


def gifts_of(cart: Cart, offer: Offer) -> list[int]:
    bundle = offer.discount.bundle
    if bundle is None or bundle.of is None:
        return []
    return [
        n
        for n, line in enumerate(cart.lines)
        if is_about(line, offer.discount.on) and matches(line, bundle.of)
    ]


def parts_of(cart: Cart, offer: Offer, left: list[int], barred: dict[int, Offer]) -> dict[int, int]:
    """What the offer takes off lines of which this is left."""
    wanted = offer.discount
    lines = [n for n in lines_of(cart, offer) if n not in barred]
    gifts = [n for n in gifts_of(cart, offer) if n not in barred]
    weights = {n: left[n] for n in lines}
    whole = sum(weights.values())
    if wanted.percent is not None:
        off = math.floor(whole * Fraction(*wanted.percent) + Fraction(1, 2))
    elif wanted.amount is not None:
        off = min(wanted.amount, whole)
    elif wanted.unit_price is not None:
        for n in lines:
            units = cart.lines[n].quantity // 1000
            weights[n] = max(0, cost(cart, left, n, units) - units * wanted.unit_price)
        off = sum(weights.values())
    else:
        assert wanted.bundle is not None
        free, picked = pick(cart, left, wanted.bundle, lines, gifts)
        off = sum(cost(cart, left, n, free.count(n)) for n in set(free))
        weights = {n: cost(cart, left, n, picked.count(n)) for n in set(picked)}
    return share_out(off if wanted.most is None else min(off, wanted.most), weights)


def cost(cart: Cart, left: list[int], n: int, units: int) -> int:
    return math.floor(Fraction(1000 * units * left[n], cart.lines[n].quantity))


def pick(
    cart: Cart, left: list[int], bundle: Bundle, lines: list[int], gifts: list[int]
) -> tuple[list[int], list[int]]:
    """Units that are free, and all units of the bundles; a unit is the number of its line."""

    def units(of: list[int]) -> list[int]:
        each = [n for n in of if left[n] for _ in range(cart.lines[n].quantity // 1000)]
        return sorted(each, key=lambda n: (Fraction(left[n], cart.lines[n].quantity), n))

    if bundle.buy == 0:
        free = units(lines if bundle.of is None else gifts)[: bundle.free]
        return free, free
    if bundle.of is None:
        sets = len(units(lines)) // bundle.buy
        return units(lines)[: sets * bundle.free], units(lines)[: sets * bundle.buy]
    for wanted in range(len(units(gifts)), 0, -1):
        need = math.ceil(Fraction(wanted, bundle.free)) * bundle.buy
        spare = len(units(lines)) - need
        free = []
        for unit in units(gifts):
            inside = unit in lines
            if len(free) < wanted and (not inside or spare > 0):
                free.append(unit)
                spare -= inside
        rest = units(lines)
        for unit in free:
            if unit in rest:
                rest.remove(unit)
        if len(free) == wanted and len(rest) >= need:
            return free, free + rest[:need]
    return [], []


def together(document: Document, cart: Cart, offers: list[Offer]) -> Result:
    """All of these offers: first those that do not stack, then the others, then the caps."""
    start = [max(0, paid(line)) for line in cart.lines]
    result = Result(offers)
    offers = sorted(offers, key=lambda offer: offer.order)
    left = start.copy()
    for offer in [offer for offer in offers if not offer.discount.stackable]:
        parts = parts_of(cart, offer, start, result.reserved)
        result.parts[offer] = parts
        result.reserved |= dict.fromkeys(parts, offer)
    for offer in [offer for offer in offers if offer.discount.stackable]:
        result.parts[offer] = parts_of(cart, offer, left, result.reserved)
        for n, off in result.parts[offer].items():
            left[n] -= off
    for cap in document.program.discount_caps:
        capped = {n for n, line in enumerate(cart.lines) if matches(line, cap.where)}
        whole = sum(start[n] for n in capped)
        over = -math.floor(whole * Fraction(*cap.share) + Fraction(1, 2))
        over += sum(off for of in result.parts.values() for n, off in of.items() if n in capped)
        for offer in sorted(result.parts, key=lambda offer: offer.order, reverse=True):
            own = {n: off for n, off in result.parts[offer].items() if n in capped}
            cut = min(max(0, over), sum(own.values()))
            over -= cut
            for n, less in share_out(cut, own).items():
                result.parts[offer][n] -= less
    result.parts = {
        offer: {n: off for n, off in parts.items() if off} for offer, parts in result.parts.items()
    }
    return result


def best(document: Document, cart: Cart, offers: list[Offer]) -> Result:
    """Every set there may be, and of all the first by rank."""
    if len([offer for offer in offers if offer.coupon >= 0]) > 10:
        raise TooManyCombinations
    taken_groups = {offer.discount.exclusive_group for offer in offers if offer.forced}
    groups: dict[str, list[Offer]] = {}
    alone = []
    for offer in offers:
        group = offer.discount.exclusive_group
        if not offer.is_free_to_leave or (group is not None and group in taken_groups):
            continue
        if group is None:
            alone.append(offer)
        else:
            groups.setdefault(group, []).append(offer)
    if math.prod([len(of) + 1 for of in groups.values()]) * 2 ** len(alone) > 4096:
        raise TooManyCombinations
    always = [offer for offer in offers if not offer.is_free_to_leave]
    choices = [[None, *of] for of in groups.values()] + [[None, offer] for offer in alone]
    sets = [
        [*always, *(one for one in chosen if one is not None)]
        for chosen in itertools.product(*choices)
    ]
    return min((together(document, cart, each) for each in sets), key=lambda found: found.rank)


def losers(cart: Cart, offers: list[Offer], chosen: Result) -> list[NotApplied]:
    taken = sorted([o for o, parts in chosen.parts.items() if parts], key=lambda o: o.order)
    won = {offer.owner for offer in taken if offer.coupon < 0}
    found = []
    for offer in offers:
        if offer in taken:
            continue
        if offer.coupon < 0:
            if offer.owner in won or not lines_of(cart, offer):
                continue
            won.add(offer.owner)
        winner = winner_over(cart, offer, chosen, taken)
        found.append(
            NotApplied(
                reason=Refused.NO_EFFECT if winner is None else Refused.EXCLUDED_BY,
                coupon=None if offer.coupon < 0 else offer.coupon,
                rule=offer.owner if offer.coupon < 0 else None,
                by=None if winner is None else winner.owner,
            )
        )
    return found


def winner_over(cart: Cart, offer: Offer, chosen: Result, taken: list[Offer]) -> Offer | None:
    group = offer.discount.exclusive_group
    same = [one for one in taken if group is not None and one.discount.exclusive_group == group]
    lines = sorted({*lines_of(cart, offer), *gifts_of(cart, offer)})
    barring = [chosen.reserved[n] for n in lines if n in chosen.reserved]
    there: list[Offer] = []
    if offer not in chosen.offers and not offer.discount.stackable:
        there = [one for one in taken if set(chosen.parts[one]) & set(lines)]
    return next(iter([*same, *barring, *there]), None)
