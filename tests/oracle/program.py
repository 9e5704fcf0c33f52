"""A small program as plain data. Conditions are Python functions of what the rule may see."""

import datetime as dt
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from tests.oracle import days
from tests.oracle.days import Span

NEVER_EARN = ("gift_card", "deposit")


@dataclass(frozen=True)
class Line:
    """One line of a receipt: money in minor units, quantity in thousandths."""

    sku: str
    quantity: int
    amount: int
    discount: int = 0  # given by the shop's own engine
    kind: str = "goods"
    category: str | None = None
    brand: str | None = None
    off: int = 0  # taken off by the program
    by_units: int = 0  # of what was paid for it, the part paid with units as a tender

    def paid(self) -> int:
        """What was paid for it."""
        return self.amount - self.discount - self.off


def anything(_: Line) -> bool:
    """The condition on lines that every line meets."""
    return True


@dataclass(frozen=True)
class PastPurchase:
    """An earlier purchase as a history window counts it: what was kept of it."""

    at: dt.datetime
    net: int
    quantity: int


@dataclass(frozen=True)
class Seen:
    """All that a rule may look at. `past`: purchases before this one of which something is left."""

    at: dt.datetime
    zone: zoneinfo.ZoneInfo
    channel: str
    lines: tuple[Line, ...]
    standing: dict[str, int]  # ladder -> position of the member's tier, 0 the lowest
    past: tuple[PastPurchase, ...]

    def subtotal(self) -> int:
        """All lines after what the shop itself took off."""
        return sum(line.amount - line.discount for line in self.lines)

    def total(self) -> int:
        """What the customer paid, without shipping."""
        return sum(line.paid() for line in self.lines if line.kind != "shipping")

    def window(self, within: Span | None) -> list[PastPurchase]:
        """Earlier purchases after `at` minus the span and before `at`."""
        since = days.minus(self.at, within, self.zone) if within else None
        return [
            purchase
            for purchase in self.past
            if purchase.at < self.at and (since is None or purchase.at > since)
        ]

    def spend(self, within: Span | None, *, including_this: bool = False) -> int:
        """Minor units spent in the window."""
        return sum(purchase.net for purchase in self.window(within)) + (
            self.total() if including_this else 0
        )

    def has(self, where: Callable[[Line], bool]) -> bool:
        """Some line is like that."""
        return any(where(line) for line in self.lines)


@dataclass(frozen=True)
class PerAmount:
    """`award` units for each `per` minor units of each line, in proportion; `less`: what was paid
    with units does not count."""

    wallet: str
    award: int
    per: int
    where: Callable[[Line], bool] = anything
    less: bool = False


@dataclass(frozen=True)
class PerUnit:
    """`award` units for each whole unit of each line, in proportion."""

    wallet: str
    award: int
    where: Callable[[Line], bool] = anything


@dataclass(frozen=True)
class Fixed:
    """`units` once, when something earns."""

    wallet: str
    units: int


@dataclass(frozen=True)
class Times:
    """Multiplies what lines give to the wallets."""

    by: Fraction
    wallets: tuple[str, ...]
    where: Callable[[Line], bool] = anything


@dataclass(frozen=True)
class LiftTo:
    """At least this tier for the span from the purchase (None: for ever)."""

    ladder: str
    tier: str
    lasts: Span | None = None


@dataclass(frozen=True)
class GiveCoupon:
    """A personal coupon of the template for the member's list."""

    template: str


Effect = PerAmount | PerUnit | Fixed | Times | LiftTo | GiveCoupon


@dataclass(frozen=True)
class Limit:
    """At most so many times per member: in a rolling span, a calendar period, or ever."""

    times: int
    rolling: Span | None = None
    period: str | None = None


def always(_: Seen) -> bool:
    """The condition that every purchase meets."""
    return True


@dataclass(frozen=True)
class Rule:
    """when + then."""

    id: str
    then: tuple[Effect, ...]
    when: Callable[[Seen], bool] = always
    priority: int = 0
    limit: Limit | None = None


@dataclass(frozen=True)
class Budget:
    """So many units of the wallet for all members together; wants are cut to what is left."""

    wallet: str
    amount: int


@dataclass(frozen=True)
class Campaign:
    """Rules of one time: from_at <= occurred_at < until_at."""

    id: str
    rules: tuple[Rule, ...]
    from_at: dt.datetime | None = None
    until_at: dt.datetime | None = None
    budget: Budget | None = None


@dataclass(frozen=True)
class Expiry:
    """After a span, moved to the end of the `round_to` period it falls in; or on (month, day)s."""

    after: Span | None = None
    round_to: str | None = None
    dates: tuple[tuple[int, int], ...] = ()

    def of(self, available_at: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime | None:
        """When units that become available at the instant lapse; None: never."""
        if self.dates:
            return days.next_date(available_at, self.dates, zone)
        if self.after is None:
            return None
        lapses = days.plus(available_at, self.after, zone)
        return days.period_end(lapses, self.round_to, zone) if self.round_to else lapses


@dataclass(frozen=True)
class Wallet:
    """One kind of units."""

    id: str
    qualifying: bool = False
    pending: Span | None = None
    expires: Expiry = field(default_factory=Expiry)
    clamp: bool = False  # a clawback that finds too little is dropped instead of becoming debt


@dataclass(frozen=True)
class Ladder:
    """`counts`: "spend", "visits" or the id of a qualifying wallet. `within`: a rolling span, or
    "month", "quarter", "year" of the calendar, "anniversary", "lifetime". Tiers from the lowest,
    as (id, threshold)."""

    id: str
    counts: str
    within: Span | str
    tiers: tuple[tuple[str, int], ...]
    at_once: bool = False
    one_step: bool = False
    grace: Span | None = None

    def position(self, tier: str) -> int:
        """Where the tier stands, 0 the lowest."""
        return [name for name, _ in self.tiers].index(tier)


@dataclass(frozen=True)
class Program:
    """A whole program, one version of it."""

    zone: zoneinfo.ZoneInfo
    wallets: tuple[Wallet, ...]
    ladders: tuple[Ladder, ...]
    campaigns: tuple[Campaign, ...]
    no_earning: Callable[[Line], bool] = lambda _: False

    def wallet(self, name: str) -> Wallet:
        """The wallet of that id."""
        return next(wallet for wallet in self.wallets if wallet.id == name)

    def earns(self, line: Line) -> bool:
        """Gift cards, deposits and what the program leaves out do not earn."""
        return line.kind not in NEVER_EARN and not self.no_earning(line)
