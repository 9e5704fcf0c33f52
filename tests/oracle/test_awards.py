import datetime as dt
import zoneinfo
from fractions import Fraction

from tests.oracle.awards import decide
from tests.oracle.program import (
    Budget,
    Campaign,
    Fixed,
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

WARSAW = zoneinfo.ZoneInfo("Europe/Warsaw")
NOON = dt.datetime(2027, 5, 5, 10, tzinfo=dt.UTC)
BASE = Rule("base", (PerAmount("points", 1, 100),))


def program(*rules: Rule, budget: Budget | None = None) -> Program:
    campaigns = (Campaign("all", rules, budget=budget),)
    return Program(WARSAW, (Wallet("points"), Wallet("status", qualifying=True)), (), campaigns)


def seen(*lines: Line) -> Seen:
    return Seen(NOON, WARSAW, "web", lines, standing={}, past=())


def line(amount: int, quantity: int = 1000, sku: str = "x", kind: str = "goods") -> Line:
    return Line(sku, quantity, amount, kind=kind)


def test_gold_member_earns_35_for_23_38() -> None:
    gold = Rule("gold", (Times(Fraction(3, 2), ("points",)),))  # 23.38 x 1.5 = 35.07
    assert decide(program(BASE, gold), seen(line(2338)), set()).units == {"points": 35}


def test_multipliers_multiply_before_the_floor() -> None:
    rules = (
        BASE,
        Rule("half-more", (Times(Fraction(3, 2), ("points",)),)),
        Rule("twice", (Times(Fraction(2), ("points",)),)),
    )
    assert decide(program(*rules), seen(line(1999)), set()).units == {"points": 59}  # 59.97


def test_rates_of_a_line_add_up_and_its_multipliers_multiply() -> None:
    # 12 at 14 x3 = 504; 100 at 14 x5 = 7000; 40 at 14 = 560; and 200: together 8264.
    rules = (
        Rule("amount", (PerAmount("points", 4, 100),)),
        Rule("unit", (PerUnit("points", 10),)),
        Rule("a", (Times(Fraction(3), ("points",), lambda each: each.sku == "a"),)),
        Rule("b", (Times(Fraction(5), ("points",), lambda each: each.sku == "b"),)),
        Rule("bonus", (Fixed("points", 200),)),
    )
    cart = seen(line(1200, 12_000, "a"), line(10_000, 100_000, "b"), line(4000, 40_000, "c"))
    assert decide(program(*rules), cart, set()).units == {"points": 8264}


def test_there_is_one_floor_for_the_whole_cart() -> None:
    assert decide(program(BASE), seen(line(50), line(50)), set()).units == {"points": 1}


def test_a_gift_card_earns_nothing_and_nothing_fixed_comes_for_it() -> None:
    bonus = Rule("bonus", (Fixed("points", 7),))
    assert decide(program(BASE, bonus), seen(line(5000, kind="gift_card")), set()).units == {}


def test_a_multiplier_leaves_other_wallets_alone() -> None:
    status = Rule("status", (PerAmount("status", 1, 100),))
    gold = Rule("gold", (Times(Fraction(2), ("points",)),))
    assert decide(program(BASE, gold, status), seen(line(1000)), set()).units == {
        "points": 20,
        "status": 10,
    }


def test_a_trim_cuts_only_the_part_of_its_own_campaign() -> None:
    plus = Rule("plus", (Fixed("points", 30),))
    budgeted = Campaign("extra", (plus,), budget=Budget("points", 9))
    whole = Program(WARSAW, (Wallet("points"),), (), (Campaign("all", (BASE,)), budgeted))
    assert decide(whole, seen(line(1000)), set()).wants == {"extra": 30}
    cut = decide(whole, seen(line(1000)), set(), {"extra": 9})
    assert cut.units == {"points": 19}


def test_a_multiplier_of_a_budgeted_campaign_wants_its_difference() -> None:
    twice = Rule("twice", (Times(Fraction(2), ("points",)),), priority=1)
    extra = Campaign("extra", (twice,), budget=Budget("points", 100))
    whole = Program(WARSAW, (Wallet("points"),), (), (Campaign("all", (BASE,)), extra))
    # 15.75: 15 without it, 31 with it.
    assert decide(whole, seen(line(1575)), set()).wants == {"extra": 16}


def test_a_rule_that_gives_nothing_has_not_fired() -> None:
    limited = Rule("small", (PerAmount("points", 1, 100),), limit=Limit(1))
    assert decide(program(limited), seen(line(99)), {"small"}).fired == {}
    assert set(decide(program(limited), seen(line(100)), {"small"}).fired) == {"small"}


def test_a_used_up_rule_does_not_fire() -> None:
    limited = Rule("once", (Fixed("points", 5),), limit=Limit(1))
    assert decide(program(limited), seen(line(100)), set()).units == {}


def test_a_campaign_ends_before_its_end() -> None:
    rules = (Rule("then", (Fixed("points", 5),)),)
    ends_now = Program(WARSAW, (Wallet("points"),), (), (Campaign("c", rules, until_at=NOON),))
    starts_now = Program(WARSAW, (Wallet("points"),), (), (Campaign("c", rules, from_at=NOON),))
    assert decide(ends_now, seen(line(1)), set()).units == {}
    assert decide(starts_now, seen(line(1)), set()).units == {"points": 5}


def test_a_lift_fires_although_nothing_is_earned() -> None:
    lift = LiftTo("main", "gold")
    outcome = decide(program(Rule("vip", (lift,))), seen(line(0)), set())
    assert outcome.lifts == [lift]
    assert set(outcome.fired) == {"vip"}
