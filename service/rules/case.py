"""A case: one cart with its facts while it is decided, and what is computed from them once.

Conditions and effects read a case; nothing outlives the decision. Lines are known by their position
in the cart.
"""

import datetime as dt
import operator
import zoneinfo
from collections.abc import Callable, Sequence
from typing import Final

from service.rules.cart import Cart, CartLine, LineKind
from service.rules.facts import Facts, MemberFacts
from service.rules.values import Scalar

NEVER_EARN: Final = frozenset({LineKind.GIFT_CARD, LineKind.DEPOSIT})
GROUPED: Final[dict[str, Callable[[CartLine], str | None]]] = {  # fields that filters look up
    "category": operator.attrgetter("category"),
    "brand": operator.attrgetter("brand"),
    "sku": operator.attrgetter("sku"),
}


class Terms:
    """What of a program each of its cases needs.

    `taxed` is what of a line's tax goes to the earning base: -1 takes it off, 1 adds it, 0 neither.
    `barred` give the positions of lines that do not earn.
    """

    __slots__ = ("barred", "taxed", "tz")

    def __init__(
        self,
        tz: zoneinfo.ZoneInfo,
        taxed: int,
        barred: tuple[Callable[["Case"], Sequence[int]], ...],
    ) -> None:
        self.tz = tz
        self.taxed = taxed
        self.barred = barred


class Column:
    """A number for each line, 0 where the line does not earn, and its sums over filters."""

    __slots__ = ("sums", "values")

    def __init__(self, values: list[int]) -> None:
        self.values = values
        self.sums: dict[int, int] = {}  # number of a filter -> sum over the lines it matches


class Case:
    """`paid` has all lines; `bases` (minor units) and `units` (thousandths) only what earns.

    `matches`: number of a filter -> positions of the lines it matches. `barred`: positions of the
    lines that do not earn.
    """

    __slots__ = (
        "_groups",
        "_quantity",
        "_subtotal",
        "_total",
        "barred",
        "bases",
        "cart",
        "facts",
        "lines",
        "local",
        "matches",
        "member",
        "paid",
        "units",
    )

    def __init__(self, cart: Cart, facts: Facts, member: MemberFacts, terms: Terms) -> None:
        self.cart = cart
        self.facts = facts
        self.member = member
        self.lines = lines = cart.lines
        self.local: dt.datetime = facts.at.astimezone(terms.tz)
        self.matches: dict[int, Sequence[int]] = {}
        self._total: int | None = None
        self._subtotal: int | None = None
        self._quantity: int | None = None
        self._groups: dict[str, dict[Scalar | None, list[int]]] = {}
        self.paid = [line.paid() for line in lines]
        self.barred: frozenset[int] = self._find_barred(terms)
        bases = _taxed(lines, self.paid, terms.taxed) if terms.taxed else self.paid
        self.bases = Column(self._earning(bases))
        self.units = Column(self._earning([line.quantity for line in lines]))

    def _find_barred(self, terms: Terms) -> frozenset[int]:
        found = [n for n, line in enumerate(self.lines) if line.kind in NEVER_EARN]
        for barred in terms.barred:
            found += barred(self)
        return frozenset(found)

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
            self._total = self.cart.total()
        return self._total

    def subtotal(self) -> int:
        """The lines before any discount of ours, minor units."""
        if self._subtotal is None:
            self._subtotal = self.cart.subtotal()
        return self._subtotal

    def quantity(self) -> int:
        """Thousandths, over all lines."""
        if self._quantity is None:
            self._quantity = self.cart.quantity()
        return self._quantity

    def groups(self, field: str) -> dict[Scalar | None, list[int]]:
        """Positions of the lines by their value of a field of `GROUPED`."""
        groups = self._groups.get(field)
        if groups is None:
            groups = self._groups[field] = {}
            for n, value in enumerate(map(GROUPED[field], self.lines)):
                if value in groups:
                    groups[value].append(n)
                else:
                    groups[value] = [n]
        return groups


def _taxed(lines: Sequence[CartLine], paid: Sequence[int], sign: int) -> list[int]:
    """What was paid with the line's share of the tax added or taken off, rounded down."""
    return [
        money + sign * (line.tax_amount * money // line.amount) if line.amount else 0
        for line, money in zip(lines, paid, strict=True)
    ]
