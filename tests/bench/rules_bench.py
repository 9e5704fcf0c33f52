"""Rule evaluation alone: 50 and 2,000 rules against a cart of 20 lines, in microseconds.

The rules are the typical ones of the design, varied: base earning, a category on weekday mornings,
a tier multiplier, a spend window, a birthday, a brand, points per unit, a first purchase. Of the 50
a third give points, of the 2,000 one in twenty, as more rules are about more categories and brands.
"""

import datetime as dt
import statistics
import time
from collections.abc import Callable
from typing import Final

from service.kernel.calendar import Duration, Period, Unit
from service.rules.cart import Cart, CartLine
from service.rules.compile import Program, compile_program
from service.rules.conditions import (
    All,
    Condition,
    Fact,
    History,
    Lines,
    LineTest,
    TimeOfDay,
)
from service.rules.conditions.history import Metric, Window
from service.rules.conditions.lines import Where
from service.rules.decide import decide
from service.rules.document import (
    Campaign,
    Document,
    Head,
    Ladder,
    Limit,
    Qualify,
    QualifyBy,
    Rule,
    Tier,
    Wallet,
    WithinKind,
)
from service.rules.effects import Effect, Multiply, Points
from service.rules.expiry import Expiry, ExpiryKind, RoundTo
from service.rules.facts import Facts, MemberFacts, Past
from service.rules.values import Test

LINES: Final = 20
SIZES: Final = (50, 2000)
SERIES: Final = 5
ROUNDS: Final = 15
SECONDS_PER_ROUND: Final = 0.02
CHANNELS: Final = ("web", "app", "pos", "call-center")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AT: Final = dt.datetime(2026, 11, 24, 8, 40, tzinfo=dt.UTC)  # a Tuesday, 10:40 in Vilnius
THIRTY_DAYS: Final = Duration(30, Unit.DAY)
CATEGORIES_IN_CART: Final = 8


def measure() -> dict[str, float]:
    """Microseconds of one decision, `rules_50_us` and `rules_2000_us`.

    Time of the processor, the median of the rounds of a series, the best of the series: what else
    the machine does at the moment is not what is asked.
    """
    return {f"rules_{size}_us": _time(size) for size in SIZES}


def _time(size: int) -> float:
    program, cart, facts = build_program(size), build_cart(), build_facts()

    def run() -> None:
        decide(program, cart, facts)

    run()
    return min(statistics.median(_round(run) for _ in range(ROUNDS)) for _ in range(SERIES))


def _round(run: Callable[[], None]) -> float:
    """Microseconds of the processor for one run, over a round of fixed length."""
    runs, began = 0, time.process_time()
    while (spent := time.process_time() - began) < SECONDS_PER_ROUND:
        for _ in range(20):
            run()
        runs += 20
    return spent / runs * 1e6


def build_program(size: int) -> Program:
    """A program of so many rules, in campaigns of 25; categories and brands grow with it."""
    rules = [_rule(n, max(16, size // 10)) for n in range(size)]
    campaigns = tuple(
        Campaign(
            at=f"$.campaigns[{n // 25}]",
            id=f"campaign-{n // 25}",
            from_at=None if n // 25 % 2 else dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            until_at=dt.datetime(2027 + n % 3, 1, 1, tzinfo=dt.UTC),
            rules=tuple(rules[n : n + 25]),
        )
        for n in range(0, size, 25)
    )
    return compile_program(_document(campaigns), 1, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def _document(campaigns: tuple[Campaign, ...]) -> Document:
    year = Expiry(ExpiryKind.AFTER, Duration(12, Unit.MONTH), RoundTo.MONTH_END)
    return Document(
        program=Head(
            id="bench",
            timezone="Europe/Vilnius",
            currency="EUR",
            no_earning=((LineTest("category", Test(is_in=("tobacco", "deposit"))),),),
            backdate_max=THIRTY_DAYS,
            claim_max=THIRTY_DAYS,
        ),
        channels=CHANNELS,
        identifiers=("card",),
        wallets=(
            Wallet(id="points", number=1, pending=Duration(14, Unit.DAY), expires=year),
            Wallet(id="status", number=2, qualifying=True),
        ),
        ladders=(
            Ladder(
                id="main",
                number=1,
                qualify=Qualify(
                    by=QualifyBy.WALLET,
                    wallet="status",
                    within=WithinKind.ROLLING,
                    window=Duration(12, Unit.MONTH),
                ),
                tiers=(
                    Tier(id="bronze", threshold=0),
                    Tier(id="silver", threshold=500),
                    Tier(id="gold", threshold=2000),
                    Tier(id="platinum", threshold=8000),
                ),
            ),
        ),
        campaigns=campaigns,
    )


def _rule(n: int, spread: int) -> Rule:
    kind, turn = n % 8, n // 8
    category, brand = f"category-{turn * 5 % spread}", f"brand-{turn * 5 % spread}"
    when, limit, then = _KINDS[kind](turn, category, brand)
    return Rule(at=f"$.rules[{n}]", id=f"rule-{n:04}", when=when, limit=limit, then=then)


Built = tuple[Condition | None, Limit | None, tuple[Effect, ...]]


def _base(turn: int, category: str, _brand: str) -> Built:
    if turn:
        when = Fact(at="", fact="cart.channel", test=Test(eq=CHANNELS[turn % len(CHANNELS)]))
        extra = Points(at="", wallet="points", per_amount=(1, 200), where=_by("category", category))
        return when, None, (extra,)
    earn = Points(at="", wallet="points", per_amount=(1, 100))
    status = Points(at="", wallet="status", per_amount=(1, 100))
    return None, None, (earn, status)


def _mornings(turn: int, category: str, _brand: str) -> Built:
    days = WEEKDAYS[:5] if turn % 2 == 0 else WEEKDAYS[5:]
    return (
        All(
            at="",
            of=(
                Fact(at="", fact="now.weekday", test=Test(is_in=days)),
                TimeOfDay(at="", since=360, until=660),
                Lines(at="", where=_by("category", category)),
            ),
        ),
        None,
        (_times((2, 1), _by("category", category)),),
    )


def _tier(turn: int, category: str, _brand: str) -> Built:
    tier = ("gold", "platinum", "silver")[turn % 3]
    when = Fact(at="", fact="member.tier.main", test=Test(gte=tier))
    return when, None, (_times((3, 2), _by("category", category) if turn else ()),)


def _spender(turn: int, category: str, _brand: str) -> Built:
    window = Window(within=THIRTY_DAYS, category=category if turn % 3 == 0 else None)
    when = History(
        at="",
        metric=Metric.SPEND,
        window=window,
        test=Test(gte=100_000 * (turn + 1)),
        including_this=True,
    )
    return when, Limit(1, rolling=THIRTY_DAYS), (Points(at="", wallet="points", fixed=50),)


def _birthday(turn: int, category: str, _brand: str) -> Built:
    when = Fact(at="", fact="member.is_birthday_month", test=Test(eq=True))
    where = _by("category", category) if turn else ()
    points = Points(at="", wallet="points", fixed=200, where=where)
    return when, Limit(1, period=Period.YEAR), (points,)


def _brand_club(turn: int, _category: str, brand: str) -> Built:
    when = All(
        at="",
        of=(
            Lines(at="", where=_by("brand", brand), amount=Test(gte=500)),
            Fact(at="", fact="cart.total", test=Test(gte=5000 * (turn % 9))),
        ),
    )
    return when, None, (_times((3, 2), _by("brand", brand)),)


def _stamp(_turn: int, category: str, _brand: str) -> Built:
    where = (*_by("category", category), LineTest("unit_price", Test(gte=150)))
    points = Points(at="", wallet="points", per_unit=5, where=where)
    return Lines(at="", where=where), None, (points,)


def _first_in_app(turn: int, category: str, _brand: str) -> Built:
    channel = CHANNELS[(turn + 1) % len(CHANNELS)]
    when = All(
        at="",
        of=(
            Fact(at="", fact="cart.channel", test=Test(eq=channel)),
            History(
                at="",
                metric=Metric.PURCHASES,
                window=Window(channel=channel, category=category),
                test=Test(eq=0),
            ),
        ),
    )
    points = Points(at="", wallet="points", fixed=100, where=_by("category", category))
    return when, None, (points,)


_KINDS: Final = (
    _base,
    _mornings,
    _tier,
    _spender,
    _birthday,
    _brand_club,
    _stamp,
    _first_in_app,
)


def _by(field: str, value: str) -> Where:
    return (LineTest(field, Test(eq=value)),)


def _times(by: tuple[int, int], where: Where) -> Multiply:
    return Multiply(at="", by=by, wallets=("points",), where=where)


def build_cart() -> Cart:
    """20 lines of 8 categories and 10 brands, one of them tobacco."""
    lines = tuple(
        CartLine(
            sku=f"sku-{n}",
            quantity=1000 * (n % 3 + 1),
            amount=199 + 137 * n,
            category="tobacco" if n == 0 else f"category-{n % CATEGORIES_IN_CART}",
            brand=f"brand-{n % 10}",
            discount_given=20 if n % 4 == 0 else 0,
        )
        for n in range(LINES)
    )
    return Cart(channel="app", store="waw-01", currency="EUR", lines=lines)


def build_facts() -> Facts:
    """A gold member on a weekday morning, with some history and some limits used up."""
    month = Window(within=THIRTY_DAYS)
    return Facts(
        at=AT,
        member=MemberFacts(tiers={"main": "gold"}, is_birthday_month=True, enrolled_days=400),
        history={
            month.key(): Past(250_000, 12, 90_000),
            "ever|app||category-5": Past(100, 1, 1000),
        },
        uses={"rule-0003": 1, "rule-0012": 1},
    )


def main() -> None:
    """Print the figures, with how many rules gave something."""
    for size in SIZES:
        decision = decide(build_program(size), build_cart(), build_facts())
        firing = len({credit.rule for credit in decision.credits})
        print(f"{size:>5} rules x {LINES} lines: {_time(size):8.1f} us, {firing} rules give points")  # noqa: T201


if __name__ == "__main__":
    main()
