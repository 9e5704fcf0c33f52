"""fuel.yaml by hand."""

import zoneinfo
from fractions import Fraction

from tests.oracle.days import Span
from tests.oracle.program import (
    Campaign,
    Expiry,
    Fixed,
    Ladder,
    LiftTo,
    Limit,
    Line,
    PerAmount,
    PerUnit,
    Program,
    Rule,
    Seen,
    Times,
    Wallet,
)


def is_coffee(line: Line) -> bool:
    """The line is coffee."""
    return line.category == "coffee"


def stocks_up(seen: Seen) -> bool:
    """At least three units of coffee, for at least 10 USD."""
    coffee = [line for line in seen.lines if is_coffee(line)]
    enough = sum(line.quantity for line in coffee) >= 3000
    return enough and sum(line.paid() for line in coffee) >= 1000


PROGRAM = Program(
    zone=zoneinfo.ZoneInfo("America/New_York"),
    wallets=(
        Wallet("miles", pending=Span(36, "hour"), expires=Expiry(Span(30, "day"))),
        Wallet(
            "cents",
            expires=Expiry(dates=((3, 31), (6, 30), (9, 30), (12, 31))),
            clamp=True,
        ),
        Wallet("status", qualifying=True),
    ),
    ladders=(
        Ladder(
            "main",
            "status",
            Span(60, "day"),
            (("blue", 0), ("red", 60), ("black", 150)),
            at_once=True,
            one_step=True,
        ),
        Ladder(
            "patient",
            "status",
            Span(20, "day"),
            (("low", 0), ("mid", 40), ("top", 120)),
            at_once=True,
            grace=Span(5, "day"),
        ),
        Ladder(
            "visits", "visits", "anniversary", (("new", 0), ("often", 3)), grace=Span(14, "day")
        ),
    ),
    campaigns=(
        Campaign(
            "base",
            (
                Rule("miles", (PerAmount("miles", 3, 200), PerAmount("status", 1, 100))),
                Rule("back", (PerAmount("cents", 2, 100),)),
                Rule("coffee-units", (PerUnit("miles", 7, is_coffee),)),
                Rule(
                    "red-multiplier",
                    (Times(Fraction(5, 4), ("miles",)),),
                    when=lambda seen: seen.standing["main"] >= 1,
                    priority=-1,
                ),
                Rule(
                    "black-multiplier",
                    (Times(Fraction(11, 10), ("miles", "cents")),),
                    when=lambda seen: seen.standing["main"] == 2,
                ),
                Rule(
                    "often-bonus",
                    (Fixed("cents", 15),),
                    when=lambda seen: seen.standing["visits"] >= 1,
                ),
                Rule(
                    "third-in-a-week",
                    (Fixed("miles", 11),),
                    when=lambda seen: len(seen.window(Span(7, "day"))) >= 2,
                    limit=Limit(1, rolling=Span(7, "day")),
                ),
                Rule(
                    "stock-up",
                    (Fixed("miles", 23), Fixed("status", 5)),
                    when=stocks_up,
                    limit=Limit(3, period="year"),
                ),
                Rule(
                    "first-app",
                    (Fixed("miles", 40),),
                    when=lambda seen: seen.channel == "app",
                    limit=Limit(1),
                ),
                Rule(
                    "not-only-tobacco",
                    (Fixed("miles", 4),),
                    when=lambda seen: not seen.has(lambda line: line.category == "tobacco"),
                ),
                Rule(
                    "red-for-a-week",
                    (LiftTo("main", "red", Span(7, "day")),),
                    when=lambda seen: seen.total() >= 20_000 or seen.spend(None) >= 50_000,
                    limit=Limit(1, period="quarter"),
                ),
            ),
        ),
    ),
)
