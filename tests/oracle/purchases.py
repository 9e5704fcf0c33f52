"""A purchase as it was recorded and decided, and what is left of it after returns."""

import datetime as dt
from dataclasses import dataclass, field, replace

from tests.oracle.awards import Outcome
from tests.oracle.days import Span
from tests.oracle.program import Line, PastPurchase, Seen

NAMED_ONLY = ("shipping", "fee")  # go back only when the return names them


def without_first(amount: int, units: int, of: int) -> int:
    """What is left of an amount when the first `units` of `of` came back with their floor."""
    return amount - units * amount // of


def left_of(line: Line, came_back: int) -> Line:
    """The line without what came back: the amount, what was asked for it after the shop's own
    discount, what was paid, and the part paid with units are shared each by itself."""
    amount = without_first(line.amount, came_back, line.quantity)
    asked = without_first(line.amount - line.discount, came_back, line.quantity)
    paid = without_first(line.paid(), came_back, line.quantity)
    return replace(
        line,
        quantity=line.quantity - came_back,
        amount=amount,
        discount=amount - asked,
        off=asked - paid,
        by_units=without_first(line.by_units, came_back, line.quantity),
    )


@dataclass
class Purchase:
    """`returned`: thousandths per line that came back. `earned`, `kept`: units per wallet, kept is
    earned less what returns took. The rest is what the decision saw and gave, once it was made."""

    key: str
    channel: str
    at: dt.datetime
    lines: tuple[Line, ...]
    returned: list[int] = field(default_factory=list)
    earned: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    lots: dict[str, tuple[dt.datetime, dt.datetime | None]] = field(default_factory=dict)
    seen: Seen | None = None
    allowed: set[str] = field(default_factory=set)
    grants: dict[str, int] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)  # of the grants, what is still kept
    uses: set[str] = field(default_factory=set)
    lifts: list[tuple[str, int, Span | None]] = field(default_factory=list)
    given: list[tuple[str, str]] = field(default_factory=list)  # (rule, template) of coupons

    def __post_init__(self) -> None:
        self.returned = self.returned or [0] * len(self.lines)

    def left(self, number: int) -> int:
        """Thousandths of the line (from 1) that have not come back."""
        return self.lines[number - 1].quantity - self.returned[number - 1]

    def remainder(self) -> tuple[Line, ...]:
        """The lines that are left, each with its share of money."""
        return tuple(
            left_of(line, came_back)
            for line, came_back in zip(self.lines, self.returned, strict=True)
            if came_back < line.quantity
        )

    def paid(self) -> int:
        """What the lines that are left cost the customer."""
        return sum(line.paid() for line in self.remainder())

    def net(self) -> int:
        """The same without shipping: what history, spend and visits count."""
        return sum(line.paid() for line in self.remainder() if line.kind != "shipping")

    def past(self) -> PastPurchase:
        """The purchase as a later decision sees it."""
        quantity = sum(line.quantity for line in self.remainder())
        return PastPurchase(self.at, self.net(), quantity)

    def asked(self, wanted: dict[int, int | None] | None) -> dict[int, int]:
        """Thousandths per line that a return names: None is all that is left."""
        if wanted is None:
            return {
                number: self.left(number)
                for number, line in enumerate(self.lines, start=1)
                if line.kind not in NAMED_ONLY and self.left(number)
            }
        return {
            number: self.left(number) if units is None else units
            for number, units in wanted.items()
        }

    def take(self, wanted: dict[int, int]) -> int:
        """Let units come back; answers the money they carried."""
        before = self.paid()
        for number, units in wanted.items():
            self.returned[number - 1] += units
        return before - self.paid()

    def keep(self, outcome: Outcome) -> dict[str, int]:
        """What stays after the decision on the remainder; answers the change per wallet."""
        kept = {
            wallet: min(units, outcome.units.get(wallet, 0))
            for wallet, units in self.earned.items()
        }
        change = {wallet: kept[wallet] - self.kept[wallet] for wallet in self.earned}
        self.kept = kept
        self.uses = {rule for rule in self.uses if rule in outcome.fired}
        return change
