"""A case: one cart with its facts while it is decided, and what is computed from them once.

Conditions and effects read a case; nothing outlives the decision. Lines are known by their position
in the cart.
"""

import datetime as dt
import operator
import zoneinfo
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from service.rules.cart import Cart, CartLine, LineKind
from service.rules.decision import Paid
from service.rules.facts import Facts, MemberFacts
from service.rules.values import Scalar

NEVER_EARN: Final = frozenset({LineKind.GIFT_CARD, LineKind.DEPOSIT})
_GOODS: Final = LineKind.GOODS  # a name of the module is read faster than one of an enum
_SHIPPING: Final = LineKind.SHIPPING
_kind: Final = operator.attrgetter("kind")
NOBODY: Final = MemberFacts()  # stands in a case of a purchase without member; nobody asks him
GROUPED: Final[dict[str, Callable[[CartLine], str | None]]] = {  # fields that filters look up
    "category": operator.attrgetter("category"),
    "brand": operator.attrgetter("brand"),
    "sku": operator.attrgetter("sku"),
}


class Terms:
    """What of a program each of its cases needs.

    `taxed` is what of a line's tax goes to the earning base: -1 takes it off, 1 adds it, 0 neither.
    `barred` give the positions of lines that do not earn. `priced`: numbers of the filters that
    look at what was paid.
    """

    __slots__ = ("barred", "priced", "taxed", "tz")

    def __init__(
        self,
        tz: zoneinfo.ZoneInfo,
        taxed: int,
        barred: tuple[Callable[["Bought"], Sequence[int]], ...],
        priced: Collection[int] = frozenset(),
    ) -> None:
        self.tz = tz
        self.taxed = taxed
        self.barred = barred
        self.priced = priced


class Column:
    """A number for each line, 0 where the line does not earn, and its sums over filters."""

    __slots__ = ("sums", "values")

    def __init__(self, values: list[int]) -> None:
        self.values = values
        self.sums: dict[int, int] = {}  # number of a filter -> sum over the lines it matches


class Bought:
    """The lines of a cart, and what filters find among them.

    `paid` has all lines at their prices, which may be lower than those of the cart. `mixed`: not
    all lines are goods. `matches`: number of a filter -> positions of the lines it matches.
    `grouped`: what `groups` has found. `barred`: positions of the lines that do not earn. `like`:
    the same lines at other prices; what does not depend on prices is taken from there. `off`: how
    much less than that, or than in the cart, is paid for lines, by position.
    """

    __slots__ = ("barred", "cart", "grouped", "lines", "matches", "mixed", "paid")

    def __init__(
        self,
        cart: Cart,
        terms: Terms,
        like: "Bought | None" = None,
        off: Iterable[tuple[int, int]] | None = None,
    ) -> None:
        self.cart = cart
        self.lines = lines = cart.lines
        if like is None or off is None:  # what line.paid() answers, without a call for each
            paid = [line.amount - line.discount_given - line.charged_off for line in lines]
        else:
            paid = like.paid.copy()
        self.paid: list[int] = paid
        for n, minor in off or ():
            paid[n] -= minor
        self.matches: dict[int, Sequence[int]]
        self.grouped: dict[str, dict[Scalar | None, list[int]]]
        self.barred: frozenset[int]
        if like is None:
            self.mixed = [*map(_kind, lines)].count(_GOODS) < len(lines)
            self.matches, self.grouped = {}, {}
            self.barred = self._find_barred(terms)
            return
        self.mixed, self.grouped = like.mixed, like.grouped
        if not terms.priced:
            self.matches, self.barred = like.matches, like.barred
            return
        priced = terms.priced
        self.matches = {n: found for n, found in like.matches.items() if n not in priced}
        self.barred = self._find_barred(terms)

    def _find_barred(self, terms: Terms) -> frozenset[int]:
        found: list[int] = []
        if self.mixed:
            found = [n for n, line in enumerate(self.lines) if line.kind in NEVER_EARN]
        for barred in terms.barred:
            found += barred(self)
        return frozenset(found)

    def groups(self, field: str) -> dict[Scalar | None, list[int]]:
        """Positions of the lines by their value of a field of `GROUPED`."""
        groups = self.grouped.get(field)
        if groups is None:
            values = [*map(GROUPED[field], self.lines)]
            if len(set(values)) == len(values):
                groups = {value: [n] for n, value in enumerate(values)}
            else:
                groups = {}
                for n, value in enumerate(values):
                    if value in groups:
                        groups[value].append(n)
                    else:
                        groups[value] = [n]
            self.grouped[field] = groups
        return groups


class Case(Bought):
    """What was bought, with its facts.

    `bases` (minor units) and `units` (thousandths) have only what earns. `tenders`: units
    and gift cards that paid; they are set before anything is asked of `bases_less`.
    """

    __slots__ = (
        "_bases",
        "_bases_less",
        "_local",
        "_subtotal",
        "_terms",
        "_total",
        "_units",
        "facts",
        "member",
        "tenders",
    )

    def __init__(
        self,
        cart: Cart,
        facts: Facts,
        member: MemberFacts,
        terms: Terms,
        like: Bought | None = None,
        off: Iterable[tuple[int, int]] | None = None,
    ) -> None:
        super().__init__(cart, terms, like, off)
        self.facts = facts
        self.member = member
        self.tenders: Sequence[Paid] = ()
        self._terms = terms
        # worked out when it is asked for: few cases need all of it
        self._local: dt.datetime | None = None
        self._total: int | None = None
        self._subtotal: int | None = None
        self._bases: Column | None = None
        self._units: Column | None = None
        self._bases_less: dict[tuple[str, ...], Column] | None = None

    def lowered(self, off: Iterable[tuple[int, int]]) -> "Case":
        """The same case with so much less paid for some lines: (position, minor units)."""
        other = Case(self.cart, self.facts, self.member, self._terms, self, off)
        other._local = self._local
        return other

    @property
    def local(self) -> dt.datetime:
        """The purchase's instant on the clock on the wall."""
        if self._local is None:
            self._local = self.facts.at.astimezone(self._terms.tz)
        return self._local

    @property
    def bases(self) -> Column:
        """What was paid for each line that earns, minor units."""
        if self._bases is None:
            self._bases = self._base_column(self.paid)
        return self._bases

    @property
    def units(self) -> Column:
        """The quantity of each line that earns, thousandths."""
        if self._units is None:
            self._units = Column(self._earning([line.quantity for line in self.lines]))
        return self._units

    def bases_less(self, wallets: tuple[str, ...]) -> Column:
        """`bases` without what these wallets paid of each line."""
        if self._bases_less is None:
            self._bases_less = {}
        column = self._bases_less.get(wallets)
        if column is None:
            paid = self.paid.copy()
            for tender in self.tenders:
                if tender.wallet in wallets:
                    for n, minor, _ in tender.lines:
                        paid[n] -= minor
            column = self._bases_less[wallets] = self._base_column(paid)
        return column

    def _base_column(self, paid: list[int]) -> Column:
        sign = self._terms.taxed
        return Column(self._earning(_taxed(self.lines, paid, sign) if sign else paid))

    def _earning(self, values: list[int]) -> list[int]:
        """The values with 0 for lines that do not earn, and never less than 0."""
        if self.barred:
            values = values.copy()
            for n in self.barred:
                values[n] = 0
        return values if min(values, default=0) >= 0 else [max(0, value) for value in values]

    def earns(self, found: Sequence[int]) -> bool:
        """True when one of these lines earns."""
        barred = self.barred
        if not barred:
            return len(found) > 0
        return not barred.issuperset(found)

    def total(self) -> int:
        """What the customer pays, without shipping, minor units."""
        if self._total is None:
            self._total = sum(self.paid)
            if self.mixed:
                kinds = map(_kind, self.lines)
                goods = [
                    minor
                    for minor, kind in zip(self.paid, kinds, strict=True)
                    if kind is not _SHIPPING
                ]
                self._total = sum(goods)
        return self._total

    def subtotal(self) -> int:
        """The lines before any discount of ours, minor units."""
        if self._subtotal is None:
            self._subtotal = self.cart.subtotal()
        return self._subtotal

    def quantity(self) -> int:
        """Thousandths, over all lines."""
        return self.cart.quantity()


def _taxed(lines: Sequence[CartLine], paid: Sequence[int], sign: int) -> list[int]:
    """What was paid with the line's share of the tax added or taken off, rounded down."""
    return [
        money + sign * (line.tax_amount * money // line.amount) if line.amount else 0
        for line, money in zip(lines, paid, strict=True)
    ]
