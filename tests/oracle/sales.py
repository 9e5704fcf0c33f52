"""A basket, what is decided of it, and what becomes of that: a hold, a sale."""

import datetime as dt
from dataclasses import dataclass, field

from tests.oracle.codes import Use
from tests.oracle.pricing import Payment, Taken
from tests.oracle.program import Line, Seen
from tests.oracle.purchases import Purchase, without_first


@dataclass(frozen=True)
class Basket:
    """What a checkout sends. `codes`: as this oracle calls them; `redeem`: (wallet, units);
    `cards`: (gift card, minor units or None for what it has)."""

    member: str | None
    lines: tuple[Line, ...]
    channel: str
    codes: tuple[str, ...] = ()
    redeem: tuple[tuple[str, int], ...] = ()
    cards: tuple[tuple[str, int | None], ...] = ()

    def same(self, other: "Basket") -> bool:
        """The same, wherever it was sent from."""
        mine = (self.member, self.lines, self.codes, sorted(self.redeem), self.cards)
        its = (other.member, other.lines, other.codes, sorted(other.redeem), other.cards)
        return mine == its


@dataclass
class ByCard:
    """What a gift card pays of each line; `short`: so much of it was not on the card."""

    position: int
    card: str
    values: list[int]
    short: int = 0
    given_back: int = 0

    @property
    def value(self) -> int:
        """In all."""
        return sum(self.values)


@dataclass
class Deal:
    """A decided basket. `seen` with the lines as they are priced. `used`: position -> template of
    the coupons applied, `whys`: position -> why another was not. `shares`: what it takes of what is
    scarce, by name. `cards`: the gift cards that pay; `cards_not`: position -> why another does
    not. `refused`: it cannot be granted as it was asked for."""

    seen: Seen
    taken: list[Taken]
    paid: list[Payment]
    used: dict[int, str]
    whys: dict[int, str]
    shares: dict[str, int]
    cards: list[ByCard] = field(default_factory=list)
    cards_not: dict[int, str] = field(default_factory=dict)
    refused: str | None = None

    @property
    def due(self) -> int:
        """What is left to pay."""
        paid = sum(line.paid() - line.by_units for line in self.lines)
        return paid - sum(one.value for one in self.cards)

    @property
    def lines(self) -> tuple[Line, ...]:
        """As they are priced."""
        return self.seen.lines


@dataclass
class Hold:
    """A deal that is kept for a checkout until it is due. `state` "open", "captured", "released" or
    "timed_out"."""

    name: str
    basket: Basket
    deal: Deal
    due_at: dt.datetime
    state: str = "open"


@dataclass
class Sale(Purchase):
    """A purchase with its deal. `coupons`: position -> its use. `gifts`: coupons that it
    gave, in the order of `given`; `deserved`: those of them that what is left still gives."""

    basket: Basket | None = None
    deal: Deal | None = None
    coupons: dict[int, Use] = field(default_factory=dict)
    gifts: list[str] = field(default_factory=list)
    deserved: set[int] = field(default_factory=set)
    void: bool = False

    def left_of_parts(self, parts: list[int]) -> list[int]:
        """What the units that are left of each line carry of such amounts."""
        return [
            0 if self.void else without_first(part, came_back, line.quantity)
            for part, came_back, line in zip(parts, self.returned, self.lines, strict=True)
        ]

    def is_used_still(self, position: int, back: str) -> bool:
        """Whether a coupon counts as used, by what came back of the lines it lowered."""
        if self.void:
            return False
        if back == "never":
            return True
        assert self.deal is not None
        (taken,) = [one for one in self.deal.taken if one.position == position]
        lines = [n for n, part in enumerate(taken.parts) if part]
        if back == "any":
            return not any(self.returned[n] for n in lines)
        return any(self.returned[n] < self.lines[n].quantity for n in lines)

    def spends(self) -> dict[str, int]:
        """What is still taken of what is scarce."""
        assert self.deal is not None
        found: dict[str, int] = {}
        for one in self.deal.taken:
            if one.campaign is not None and one.campaign in self.deal.shares:
                left = sum(self.left_of_parts(one.parts))
                found[one.campaign] = found.get(one.campaign, 0) + left
        for use in self.coupons.values():
            if use.cap in self.deal.shares and not use.given_back:
                found[use.cap] = 1
        return found
