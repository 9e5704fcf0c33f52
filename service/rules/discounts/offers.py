"""An offer: one discount of a rule or of a coupon template, compiled; a bid: an offer on a cart."""

from collections.abc import Collection, Sequence
from typing import Final

from service.rules.cart import LineKind
from service.rules.case import Bought
from service.rules.conditions.lines import Filters
from service.rules.decision import Discounted, Target
from service.rules.discounts.bundles import bundle_bound, take_bundle
from service.rules.discounts.money import Part, Prices, above_price, compile_of_sum, split
from service.rules.effects import Discount

GOODS: Final = frozenset({LineKind.GOODS, LineKind.SERVICE})  # all that has a price of its own
_KINDS: Final = {
    Target.ITEMS: GOODS,
    Target.ORDER: GOODS,
    Target.SHIPPING: frozenset({LineKind.SHIPPING}),
}
_CLASSES: Final = {target: n for n, target in enumerate(Target)}

Order = tuple[int, int, str, int]  # class, priority, id of the rule or template, number of effect
Key = tuple[int, str, int, int]  # priority, id, position of the coupon or -1, number of effect


class Offer:
    """`order` is that in which discounts are taken. `campaign` is empty for a coupon.

    `bid_order` and `bid_key` are those of a bid of a rule; `fixed`: it is taken whatever else is.
    """

    __slots__ = (
        "_bundle",
        "_most",
        "_of",
        "_unit_price",
        "bid_key",
        "bid_order",
        "campaign",
        "fixed",
        "group",
        "has_gifts",
        "id",
        "kinds",
        "of_sum",
        "on",
        "order",
        "stackable",
        "where",
    )

    def __init__(
        self,
        discount: Discount,
        filters: Filters,
        *,
        campaign: str,
        owner: str,
        priority: int,
        number: int = 0,
    ) -> None:
        self.campaign = campaign
        self.id = owner
        self.on = discount.on
        self.kinds = _KINDS[discount.on]
        self.order: Order = (_CLASSES[discount.on], priority, owner, number)
        self.bid_order = (_CLASSES[discount.on], priority, owner, -1, number)
        self.bid_key: Key = (priority, owner, -1, number)
        self.group = discount.exclusive_group
        self.stackable = discount.stackable
        self.fixed = self.group is None and self.stackable
        self.where = filters.of(discount.where)
        self._bundle = bundle = discount.bundle
        self._of = None if bundle is None or bundle.of is None else filters.of(bundle.of)
        self.has_gifts = self._of is not None
        self._most = discount.most
        self._unit_price = discount.unit_price
        self.of_sum = compile_of_sum(discount)

    def lines(self, bought: Bought) -> Sequence[int]:
        """Positions of the lines it is about."""
        found = self.where.match(bought)
        if not bought.mixed:
            return found if self.kinds is GOODS else ()
        kinds, lines = self.kinds, bought.lines
        return [n for n in found if lines[n].kind in kinds]

    def gifts(self, bought: Bought) -> list[int] | None:
        """Positions of the lines that may be free; None: those it is about."""
        if self._of is None:
            return None
        kinds, lines = self.kinds, bought.lines
        return [n for n in self._of.match(bought) if lines[n].kind in kinds]

    def take(self, prices: Prices, lines: Sequence[int], gifts: Sequence[int] | None) -> list[Part]:
        """What it takes off these lines, by position."""
        if self.of_sum is not None:
            left = prices.left
            if len(lines) == 1:
                off = self.of_sum(left[lines[0]])
                return [(lines[0], off)] if off > 0 else []
            weights = [left[n] for n in lines]
            return split(self.of_sum(sum(weights)), lines, weights)
        if self._bundle is not None:
            return take_bundle(self._bundle, self._most, prices, lines, gifts)
        off, above = above_price(prices, lines, self._unit_price or 0, self._most)
        return split(off, lines, above)

    def bound(self, prices: Prices, lines: Sequence[int], gifts: Sequence[int] | None) -> int:
        """No less than it takes off, in all, at these or any lower prices of some of the lines."""
        if self.of_sum is not None:
            return self.of_sum(sum([prices.left[n] for n in lines]))
        if self._bundle is not None:
            return bundle_bound(self._bundle, self._most, prices, lines, gifts)
        return above_price(prices, lines, self._unit_price or 0, self._most)[0]


class Bid:
    """An offer that may be taken in this purchase: `lines` and `gifts` as the offer finds them.

    coupon: position among those presented, None for a rule. `key`: order of ties, (priority, id),
    rules first. `fixed`: it is taken whatever else is.
    """

    __slots__ = ("coupon", "fixed", "gifts", "key", "lines", "offer", "order")

    def __init__(
        self,
        offer: Offer,
        bought: Bought,
        coupon: int | None = None,
        *,
        forced: bool = False,
    ) -> None:
        self.offer = offer
        self.coupon = coupon
        self.fixed = forced or offer.fixed
        plain = offer.kinds is GOODS and not bought.mixed
        self.lines = offer.where.match(bought) if plain else offer.lines(bought)
        self.gifts = offer.gifts(bought) if offer.has_gifts else None
        if coupon is None:
            self.order, self.key = offer.bid_order, offer.bid_key
        else:
            rank, priority, name, number = offer.order
            self.order = (rank, priority, name, coupon, number)
            self.key = (priority, name, coupon, number)

    @property
    def touchable(self) -> Sequence[int]:
        """All lines it could take something off."""
        return self.lines if self.gifts is None else sorted({*self.lines, *self.gifts})

    def bound(self, prices: Prices) -> int:
        """No less than it takes off when others are taken before it."""
        return self.offer.bound(prices, self.lines, self.gifts)

    def take(self, prices: Prices, reserved: Collection[int]) -> list[Part]:
        """What it takes off, leaving reserved lines alone."""
        lines, gifts = self.lines, self.gifts
        if reserved:
            lines = [n for n in lines if n not in reserved]
            gifts = None if gifts is None else [n for n in gifts if n not in reserved]
        return self.offer.take(prices, lines, gifts)


class Taken:
    """A discount that is taken. `wanted`: before a budget cut it to `amount`."""

    __slots__ = ("amount", "campaign", "coupon", "on", "parts", "rule", "wanted")

    def __init__(
        self, campaign: str, rule: str, coupon: int | None, on: Target, parts: Sequence[Part]
    ) -> None:
        self.campaign = campaign
        self.rule = rule
        self.coupon = coupon
        self.on = on
        self.parts = parts
        amount = parts[0][1] if len(parts) == 1 else sum([off for _, off in parts])
        self.amount = self.wanted = amount

    def cut(self, amount: int) -> None:
        """Take no more than this, spread over the same lines."""
        if amount < self.amount:
            lines, weights = [n for n, _ in self.parts], [off for _, off in self.parts]
            self.parts = split(amount, lines, weights)
            self.amount = amount

    def stored(self) -> Discounted:
        """The discount as it is stored."""
        return Discounted(
            campaign=self.campaign,
            rule=self.rule,
            coupon=self.coupon,
            on=self.on,
            amount=self.amount,
            wanted=self.wanted,
            lines=tuple(self.parts),
        )


def taken_by(bid: Bid, parts: Sequence[Part]) -> Taken:
    """What a bid takes."""
    offer = bid.offer
    return Taken(offer.campaign, offer.id, bid.coupon, offer.on, parts)


def taken_before(one: Discounted) -> Taken:
    """A discount as it was taken in an earlier decision."""
    taken = Taken(one.campaign, one.rule, one.coupon, one.on, one.lines)
    taken.wanted = one.wanted
    return taken
