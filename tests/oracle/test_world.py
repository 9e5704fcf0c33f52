import datetime as dt
import zoneinfo
from dataclasses import replace

import pytest

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
    Program,
    Rule,
    Wallet,
)
from tests.oracle.world import Balance, Refused, World

UTC = zoneinfo.ZoneInfo("UTC")
START = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
POINTS = Wallet("points", pending=Span(14, "day"), expires=Expiry(Span(30, "day")))
STATUS = Wallet("status", qualifying=True)
BASE = Rule("base", (PerAmount("points", 1, 100), PerAmount("status", 1, 100)))
MAIN = Ladder("main", "status", Span(60, "day"), (("bronze", 0), ("silver", 100)))
SPEND = Ladder("spend", "spend", "lifetime", (("low", 0), ("high", 10_000)))


def day(count: float) -> dt.datetime:
    return START + dt.timedelta(days=count)


def goods(amount: int, units: int = 1) -> tuple[Line, ...]:
    return (Line("x", units * 1000, amount),)


def world(*rules: Rule, budget: Budget | None = None, wallet: Wallet = POINTS) -> World:
    campaigns = (Campaign("all", (BASE, *rules), budget=budget),)
    made = World(Program(UTC, (wallet, STATUS), (MAIN, SPEND), campaigns), Span(30, "day"))
    made.enrol("ola", START)
    return made


def points(of: World, at: float) -> tuple[int, int, int]:
    balance = of.balance("ola", "points", day(at))
    return balance.available, balance.pending, balance.debt


def test_a_purchase_is_pending_then_available_then_gone() -> None:
    of = world()
    of.purchase("p", "ola", goods(5000), day(1), day(1))
    assert of.balance("ola", "points", day(1)) == Balance(0, 50, 0, {day(45): 50})
    assert points(of, 14.9) == (0, 50, 0)
    assert points(of, 15) == (50, 0, 0)
    assert points(of, 45) == (0, 0, 0)
    assert of.posted_at("ola", "points", day(44)) == 50
    assert of.posted_at("ola", "points", day(45)) == 0


def test_a_return_takes_back_the_share_of_the_units_returned() -> None:
    of = world()
    of.purchase("p", "ola", goods(1000, 3), day(1), day(1))
    # The first of three units carries floor(1 x 1000 / 3) = 333; 667 stay and keep 6 points.
    assert of.bring_back("p", {1: 1000}, day(2), day(2)) == 333
    assert points(of, 2) == (0, 6, 0)
    assert of.balance("ola", "status", day(2)).available == 6
    # The first two carry 666: so the second carries 333 and the last 334.
    assert of.bring_back("p", {1: 1000}, day(2), day(2)) == 333
    assert of.bring_back("p", None, day(3), day(3)) == 334
    assert points(of, 3) == (0, 0, 0)


def test_a_return_of_more_than_is_left_is_refused() -> None:
    of = world()
    of.purchase("p", "ola", goods(1000, 3), day(1), day(1))
    with pytest.raises(Refused):
        of.bring_back("p", {1: 3001}, day(2), day(2))
    of.bring_back("p", None, day(2), day(2))
    with pytest.raises(Refused):
        of.bring_back("p", None, day(2), day(2))
    assert points(of, 2) == (0, 0, 0)


def test_spent_points_become_debt_when_their_purchase_comes_back() -> None:
    of = world()
    of.purchase("a", "ola", goods(8000), day(1), day(1))
    of.adjust("ola", "points", -80, day(16))
    of.purchase("b", "ola", goods(5000), day(2), day(16))  # late: available at once
    assert points(of, 16) == (50, 0, 0)
    of.bring_back("a", None, day(16), day(16))
    assert points(of, 16) == (0, 0, 30)
    of.purchase("c", "ola", goods(10_000), day(17), day(17))
    assert points(of, 17) == (0, 100, 30)
    assert points(of, 31) == (70, 0, 0)


def test_a_late_purchase_past_its_expiry_leaves_nothing() -> None:
    of = world()
    of.purchase("p", "ola", goods(5000), day(1), day(50))
    assert points(of, 50) == (0, 0, 0)
    assert of.balance("ola", "status", day(50)).available == 50
    of.bring_back("p", None, day(50), day(50))  # what expired counts as taken
    assert points(of, 50) == (0, 0, 0)


def test_a_later_return_may_give_points_back() -> None:
    small = Rule("small", (Fixed("points", 15),), when=lambda seen: seen.subtotal() < 2000)
    of = world(small)
    lines = (Line("a", 1000, 3000), Line("b", 1000, 1200), Line("c", 1000, 1000))
    of.purchase("p", "ola", lines, day(1), day(1))  # 52, no small basket
    assert points(of, 1) == (0, 52, 0)
    of.bring_back("p", {1: None}, day(2), day(2))  # 22.00 is left: 22
    assert points(of, 2) == (0, 22, 0)
    of.bring_back("p", {3: None}, day(3), day(3))  # 12.00 is left: 12 + 15
    assert points(of, 3) == (0, 27, 0)
    assert points(of, 15) == (27, 0, 0)  # the purchase's own times


def test_a_parked_return_waits_for_its_purchase_and_is_cut() -> None:
    of = world()
    assert of.bring_back("p", {1: 2000, 7: None}, day(1), day(1)) is None
    of.purchase("p", "ola", goods(5000, 1), day(0.5), day(2))
    assert points(of, 2) == (0, 0, 0)
    assert of.purchases["p"].net() == 0


def test_history_counts_what_was_kept_before_the_purchase_within_the_window() -> None:
    big = Rule(
        "big",
        (Fixed("points", 1000),),
        when=lambda seen: seen.spend(Span(10, "day"), including_this=True) >= 5000,
    )
    of = world(big)
    of.purchase("a", "ola", goods(3000), day(1), day(1))
    of.purchase("b", "ola", goods(1000), day(2), day(2))
    assert of.purchases["b"].earned["points"] == 10
    at_the_edge = of.purchase("c", "ola", goods(1999), day(11), day(11))  # (1, 11): a is out
    assert at_the_edge.earned["points"] == 19
    inside = of.purchase("d", "ola", goods(1000), day(10.5), day(11))  # a, b and this: 50.00
    assert inside.earned["points"] == 1010
    of.bring_back("a", None, day(12), day(12))
    after = of.purchase("e", "ola", goods(1000), day(10.6), day(12))  # b, d and this
    assert after.earned["points"] == 10


def test_a_limit_counts_uses_on_both_sides_and_returns_give_them_back() -> None:
    once = Rule("once", (Fixed("points", 5),), limit=Limit(1, rolling=Span(10, "day")))
    of = world(once)
    of.purchase("a", "ola", goods(99), day(20), day(20))
    assert of.purchases["a"].earned["points"] == 5
    assert of.purchase("b", "ola", goods(99), day(10.1), day(20)).earned == {}
    assert of.purchase("c", "ola", goods(99), day(10), day(20)).earned == {"points": 5}
    assert of.purchase("d", "ola", goods(99), day(29.9), day(30)).earned == {}
    of.bring_back("a", None, day(30), day(30))
    assert of.purchase("e", "ola", goods(99), day(29.8), day(30)).earned == {"points": 5}
    assert of.purchases["d"].earned == {}  # no earlier refusal is opened again


def test_a_monthly_limit_starts_anew_with_the_month() -> None:
    monthly = Rule("monthly", (Fixed("points", 5),), limit=Limit(1, period="month"))
    of = world(monthly)
    assert of.purchase("a", "ola", goods(99), day(30), day(30)).earned == {"points": 5}
    assert of.purchase("b", "ola", goods(99), day(30.9), day(31)).earned == {}
    assert of.purchase("c", "ola", goods(99), day(31), day(31)).earned == {"points": 5}


def test_a_budget_trims_and_the_remainder_keeps_no_more_than_its_grant() -> None:
    plus = Rule("plus", (Fixed("points", 30),))
    bare = World(
        Program(
            UTC,
            (POINTS,),
            (),
            (Campaign("c", (plus,), budget=Budget("points", 40)),),
        ),
        Span(30, "day"),
    )
    bare.enrol("ola", START)
    assert bare.purchase("a", "ola", goods(100, 2), day(1), day(1)).earned == {"points": 30}
    assert bare.purchase("b", "ola", goods(100, 2), day(2), day(2)).earned == {"points": 10}
    bare.bring_back("b", {1: 1000}, day(3), day(3))
    assert bare.purchases["b"].kept == {"points": 10}
    assert bare.purchase("c", "ola", goods(100), day(4), day(4)).earned == {}
    bare.bring_back("b", None, day(5), day(5))  # its 10 are there again
    assert bare.purchase("d", "ola", goods(100), day(6), day(6)).earned == {"points": 10}


def test_a_purchase_is_decided_by_the_tier_before_it_and_a_return_takes_the_tier() -> None:
    vip = Rule("vip", (Fixed("points", 7),), when=lambda seen: seen.standing["main"] >= 1)
    of = world(vip)
    assert of.purchase("a", "ola", goods(10_000), day(1), day(1)).earned["points"] == 100
    assert of.tier("ola", "main", day(1)) == "silver"
    assert of.tier("ola", "spend", day(1)) == "high"
    assert of.purchase("b", "ola", goods(100), day(2), day(2)).earned["points"] == 8
    of.bring_back("a", None, day(3), day(3))
    assert of.tier("ola", "main", day(3)) == "bronze"
    assert of.tier("ola", "spend", day(3)) == "low"
    assert of.purchases["b"].kept["points"] == 8  # other purchases are not decided again


def test_a_lift_is_a_floor_with_an_end_that_leaves_with_its_purchase() -> None:
    lift = Rule(
        "lift",
        (LiftTo("main", "silver", Span(10, "day")),),
        when=lambda seen: seen.subtotal() >= 5000,
    )
    of = world(lift)
    of.purchase("a", "ola", goods(5000, 2), day(1), day(1))
    assert of.tier("ola", "main", day(10.9)) == "silver"
    assert of.tier("ola", "main", day(11)) == "bronze"
    of.bring_back("a", {1: 1000}, day(2), day(2))
    assert of.tier("ola", "main", day(3)) == "bronze"


def test_corrections_count_towards_a_tier_at_their_instant() -> None:
    of = world()
    of.adjust("ola", "status", 100, day(5))
    assert of.tier("ola", "main", day(4)) == "bronze"
    assert of.tier("ola", "main", day(5)) == "silver"
    with pytest.raises(Refused):
        of.adjust("ola", "status", -101, day(6))


def test_a_claim_credits_what_was_bought_within_its_time() -> None:
    of = world()
    of.unmatched_purchase("old", "card-1", goods(1000), day(1), day(1))
    of.unmatched_purchase("new", "card-1", goods(2000, 2), day(20), day(20))
    of.bring_back("new", {1: 1000}, day(21), day(21))
    assert of.claim("ola", "card-1", day(40)) == 1
    assert points(of, 40) == (10, 0, 0)  # of 20 half came back; available since day 34
    assert of.purchases["old"].earned == {}
    assert of.claim("ola", "card-1", day(41)) == 0


def test_shipping_counts_neither_as_spend_nor_goes_back_unnamed() -> None:
    of = world()
    lines = (*goods(9000), Line("s", 1000, 1000, kind="shipping"))
    of.purchase("a", "ola", lines, day(1), day(1))
    assert of.purchases["a"].net() == 9000
    assert of.bring_back("a", None, day(2), day(2)) == 9000
    assert of.purchases["a"].left(2) == 1000
    assert of.bring_back("a", {2: None}, day(2), day(2)) == 1000


def test_a_clamped_wallet_never_owes() -> None:
    of = world(wallet=replace(POINTS, clamp=True))
    of.purchase("a", "ola", goods(5000), day(1), day(1))
    of.adjust("ola", "points", -50, day(20))
    of.bring_back("a", None, day(20), day(20))
    assert points(of, 20) == (0, 0, 0)
