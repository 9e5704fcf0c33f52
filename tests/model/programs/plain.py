"""plain.yaml by hand."""

import zoneinfo
from fractions import Fraction

from tests.oracle.days import Span
from tests.oracle.program import (
    Campaign,
    Expiry,
    Fixed,
    Ladder,
    Line,
    PerAmount,
    PerUnit,
    Program,
    Rule,
    Times,
    Wallet,
)


def is_coffee(line: Line) -> bool:
    """The line is coffee."""
    return line.category == "coffee"


def never_earns(line: Line) -> bool:
    """Tobacco, and tea of the house."""
    return line.category == "tobacco" or (line.brand == "house" and line.category == "tea")


PROGRAM = Program(
    zone=zoneinfo.ZoneInfo("Pacific/Auckland"),
    no_earning=never_earns,
    wallets=(
        Wallet(
            "points",
            pending=Span(14, "day"),
            expires=Expiry(Span(24, "month"), round_to="year"),
        ),
        Wallet("stars"),
        Wallet("status", qualifying=True),
    ),
    ladders=(
        Ladder("main", "status", Span(60, "day"), (("bronze", 0), ("silver", 60), ("gold", 150))),
        Ladder(
            "brisk",
            "status",
            Span(30, "day"),
            (("slow", 0), ("quick", 40), ("quicker", 100)),
            at_once=True,
            one_step=True,
            grace=Span(4, "day"),
        ),
        Ladder(
            "monthly",
            "spend",
            "month",
            (("guest", 0), ("friend", 5000), ("family", 15_000)),
            one_step=True,
        ),
        Ladder("visits", "visits", "lifetime", (("new", 0), ("known", 2), ("old", 4))),
    ),
    campaigns=(
        Campaign(
            "base",
            (
                Rule("earn", (PerAmount("points", 1, 100), PerAmount("status", 1, 100))),
                Rule("units", (PerUnit("stars", 4),)),
                Rule("coffee", (Times(Fraction(5, 2), ("points", "stars"), is_coffee),)),
                Rule(
                    "acme",
                    (
                        Times(
                            Fraction(11, 10),
                            ("points", "stars"),
                            lambda line: line.brand == "acme",
                        ),
                    ),
                    priority=1,
                ),
                Rule("large", (Fixed("points", 50),), when=lambda seen: seen.subtotal() >= 5000),
                Rule(
                    "small",
                    (Fixed("points", 15), Fixed("status", 9)),
                    when=lambda seen: seen.subtotal() < 2000,
                ),
                Rule(
                    "much-coffee",
                    (Fixed("stars", 6),),
                    when=lambda seen: (
                        sum(line.paid() for line in seen.lines if is_coffee(line)) >= 1500
                    ),
                ),
            ),
        ),
    ),
)
