"""What a checkout has besides what it earns: prices, coupons, units that pay, rewards, gift cards.

Plain data like `program.py`; a `Shop` is a program with all of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tests.oracle.days import Span
from tests.oracle.program import Line, Program, Seen, always

PRICED = ("goods", "service")  # the other kinds have no price that a discount could lower


@dataclass(frozen=True)
class Off:
    """So many percent of what is left of a price, or so many minor units. `where` None: off the
    whole order, after what is off single lines."""

    percent: int = 0
    minor: int = 0
    where: Callable[[Line], bool] | None = None

    def about(self, line: Line) -> bool:
        """The line's price may be lowered by it."""
        return line.kind in PRICED and (self.where is None or self.where(line))

    def of(self, whole: int) -> int:
        """What it takes off lines that cost so much together; halves go up."""
        if self.percent:
            return (Fraction(whole * self.percent, 100) + Fraction(1, 2)).__floor__()
        return min(self.minor, whole)


@dataclass(frozen=True)
class Price:
    """A lower price for members. `campaign`: whose budget of money pays it, None: nobody's."""

    id: str
    off: Off
    when: Callable[[Seen], bool] = always
    campaign: str | None = None


@dataclass(frozen=True)
class Template:
    """What a coupon gives. `shared`: one code for everybody; `uses`: of it (None: any number), else
    of each code. `least`: the subtotal it asks for. `lasts`: from its issue. `back`: after returns
    it can be used again "never", when the "whole" of what it was used on came back, or "any" of it.
    `recovers`: when it was used and its ground came back, units are taken for it."""

    id: str
    off: Off
    shared: bool = False
    personal: bool = False
    uses: int | None = None
    per_member: int | None = None
    least: int = 0
    lasts: Span | None = None
    back: str = "whole"
    recovers: bool = False

    @property
    def cap(self) -> str | None:
        """Under which name the uses of the shared code are counted; None: they are not."""
        return f"coupon:{self.id}" if self.shared and self.uses is not None else None


@dataclass(frozen=True)
class Paying:
    """`units` of the wallet are worth `minor` minor units, of goods at most `share`. `off`: they
    lower the price, else they are a tender. `grace`: how long units live that come back late."""

    wallet: str
    units: int
    minor: int
    least: int = 1
    step: int = 1
    share: Fraction | None = None
    off: bool = False
    grace: Span = field(default_factory=lambda: Span(30, "day"))

    def worth(self, units: int) -> int:
        """In minor units, rounded down."""
        return units * self.minor // self.units


@dataclass(frozen=True)
class Reward:
    """`template`: it is a coupon; None: an item. `stock`: so many of it, None: any number."""

    id: str
    wallet: str
    price: int
    stock: int | None = None
    template: str | None = None


@dataclass(frozen=True)
class CardKind:
    """Of one load at least and at most so much, which is all that a card holds; each load lapses
    after the span."""

    least: int
    most: int
    lasts: Span


@dataclass(frozen=True)
class Shop(Program):
    """A program with a checkout. `money`: budgets of campaigns whose prices take it, minor units.
    `paying` in the order of the wallets."""

    prices: tuple[Price, ...] = ()
    money: Mapping[str, int] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    paying: tuple[Paying, ...] = ()
    rewards: Mapping[str, Reward] = field(default_factory=dict)
    cards: CardKind | None = None

    def scarce(self) -> dict[str, int]:
        """Everything of which there is only so much for all: name -> how much."""
        caps = {one.cap: one.uses for one in self.templates.values() if one.cap and one.uses}
        stocks = {stock_of(one.id): one.stock for one in self.rewards.values() if one.stock}
        return {**self.money, **caps, **stocks}


def stock_of(reward: str) -> str:
    """Under which name the pieces of a reward are counted."""
    return f"reward:{reward}"
