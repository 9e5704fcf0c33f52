"""market.yaml by hand."""

import zoneinfo
from fractions import Fraction

from tests.oracle.days import Span
from tests.oracle.offers import CardKind, Off, Paying, Price, Reward, Shop, Template
from tests.oracle.program import (
    Campaign,
    Expiry,
    GiveCoupon,
    Ladder,
    Line,
    PerAmount,
    Rule,
    Times,
    Wallet,
)


def is_coffee(line: Line) -> bool:
    """The line is coffee."""
    return line.category == "coffee"


BASE = Campaign(
    "base",
    (
        Rule("base-earn", (PerAmount("points", 2, 100), PerAmount("status", 1, 100))),
        Rule("cash-back", (PerAmount("cash", 3, 100, less=True),)),
        Rule(
            "silver-bonus",
            (Times(Fraction(3, 2), ("points",)),),
            when=lambda seen: seen.standing["main"] == 1,
        ),
        Rule("thanks", (GiveCoupon("THANKS"),), when=lambda seen: seen.subtotal() >= 4000),
    ),
)

TEMPLATES = (
    Template("FIVE", Off(minor=500), shared=True, uses=4, per_member=2, least=1500),
    Template("OPEN", Off(minor=200), shared=True, uses=3, back="any"),
    Template("STAYS", Off(percent=5, where=is_coffee), shared=True, uses=5, back="never"),
    Template("LEAF", Off(percent=15), per_member=3, back="any"),
    Template("TWICE", Off(minor=499, where=is_coffee), uses=2),
    Template("THANKS", Off(minor=300), personal=True, lasts=Span(20, "day"), recovers=True),
    Template("TREAT", Off(percent=50, where=is_coffee), personal=True, lasts=Span(10, "day")),
)

PROGRAM = Shop(
    zone=zoneinfo.ZoneInfo("Europe/Warsaw"),
    no_earning=lambda line: line.category == "tobacco",
    wallets=(
        Wallet("points", pending=Span(2, "day"), expires=Expiry(Span(40, "day"))),
        Wallet("cash", expires=Expiry(Span(60, "day"))),
        Wallet("status", qualifying=True),
    ),
    ladders=(Ladder("main", "status", Span(6, "month"), (("bronze", 0), ("silver", 100))),),
    campaigns=(BASE,),
    prices=(
        Price("tea-tenth", Off(percent=10, where=lambda line: line.category == "tea")),
        Price(
            "acme-third",
            Off(percent=33, where=lambda line: line.brand == "acme"),
            when=lambda seen: seen.channel == "app",
            campaign="app-price",
        ),
    ),
    money={"app-price": 1200},
    templates={one.id: one for one in TEMPLATES},
    paying=(
        Paying("points", 7, 50, least=10, step=5, share=Fraction(1, 2), grace=Span(9, "day")),
        Paying("cash", 1, 1, off=True, grace=Span(20, "day")),
    ),
    rewards={
        "mug": Reward("mug", "points", 40, stock=2),
        "treat": Reward("treat", "points", 25, template="TREAT"),
    },
    cards=CardKind(100, 10_000, Span(50, "day")),
)
