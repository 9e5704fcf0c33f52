"""coffee.yaml by hand."""

import datetime as dt
import zoneinfo
from fractions import Fraction

from tests.oracle.days import Span
from tests.oracle.program import (
    Budget,
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
    Times,
    Wallet,
)


def is_coffee(line: Line) -> bool:
    """The line is coffee."""
    return line.category == "coffee"


PROGRAM = Program(
    zone=zoneinfo.ZoneInfo("Europe/Warsaw"),
    no_earning=lambda line: line.category == "tobacco",
    wallets=(
        Wallet(
            "points",
            pending=Span(14, "day"),
            expires=Expiry(Span(3, "month"), round_to="month"),
        ),
        Wallet("stars", expires=Expiry(Span(45, "day")), clamp=True),
        Wallet("status", qualifying=True),
    ),
    ladders=(
        Ladder(
            "main",
            "status",
            Span(6, "month"),
            (("bronze", 0), ("silver", 100), ("gold", 300)),
            one_step=True,
            grace=Span(1, "month"),
        ),
        Ladder("season", "spend", "quarter", (("guest", 0), ("regular", 20_000))),
    ),
    campaigns=(
        Campaign(
            "base",
            (
                Rule("base-earn", (PerAmount("points", 1, 100), PerAmount("status", 1, 100))),
                Rule("acme-stars", (PerUnit("stars", 10, lambda line: line.brand == "acme"),)),
                Rule(
                    "coffee-double",
                    (Times(Fraction(2), ("points",), is_coffee),),
                    when=lambda seen: seen.has(is_coffee),
                    priority=1,
                ),
                Rule(
                    "gold-multiplier",
                    (Times(Fraction(3, 2), ("points", "stars")),),
                    when=lambda seen: seen.standing["main"] >= 2,
                    priority=2,
                ),
                Rule(
                    "regular-bonus",
                    (Fixed("stars", 3),),
                    when=lambda seen: seen.standing["season"] == 1,
                ),
                Rule(
                    "big-basket",
                    (Fixed("points", 50),),
                    when=lambda seen: seen.subtotal() >= 5000,
                    limit=Limit(2, rolling=Span(30, "day")),
                ),
                Rule(
                    "small-basket",
                    (Fixed("points", 15),),
                    when=lambda seen: seen.subtotal() < 2000,
                ),
                Rule(
                    "loyal-spender",
                    (Fixed("points", 100),),
                    when=lambda seen: seen.spend(Span(30, "day"), including_this=True) >= 20_000,
                    limit=Limit(1, period="month"),
                ),
                Rule(
                    "lift",
                    (LiftTo("main", "gold", Span(2, "month")),),
                    when=lambda seen: seen.subtotal() >= 25_000,
                ),
            ),
        ),
        Campaign(
            "app-days",
            (
                Rule(
                    "app-stars",
                    (Fixed("stars", 20), PerAmount("stars", 3, 1000)),
                    when=lambda seen: seen.channel == "app",
                ),
            ),
            from_at=dt.datetime(2027, 1, 31, 23, tzinfo=dt.UTC),  # 1 February, winter time
            until_at=dt.datetime(2027, 12, 31, 23, tzinfo=dt.UTC),  # the end of 31 December
            budget=Budget("stars", 100),
        ),
    ),
)
