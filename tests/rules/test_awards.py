"""The arithmetic of awards, with the examples of the design worked out by hand."""

import datetime as dt

from service.kernel.calendar import Duration, Unit
from service.rules.conditions import Fact, LineTest
from service.rules.decide import decide
from service.rules.decision import Award, Credit, Decision
from service.rules.document import Wallet
from service.rules.effects import Points
from service.rules.expiry import Expiry, ExpiryKind, RoundTo
from service.rules.facts import MemberFacts
from service.rules.values import Test
from tests.rules.builders import (
    AT,
    STATUS,
    by,
    campaign,
    cart,
    facts,
    fixed,
    gold,
    line,
    per_euro,
    program,
    rule,
    times,
)

GOLD = Fact(at="$", fact="member.tier.main", test=Test(gte="gold"))
YEAR = Duration(12, Unit.MONTH)


def parts(decision: Decision, wallet: str = "points") -> list[tuple[str, int]]:
    return [(credit.rule, credit.points) for credit in decision.credits if credit.wallet == wallet]


def test_gold_earns_35_for_23_euro_38() -> None:
    """23.38 x 1.5 = 35.07; the base alone gives 23, so the multiplier's part is 12."""
    rules = (rule("base", per_euro()), rule("gold", times(3, 2), when=GOLD))
    decision = decide(program(campaign(*rules)), cart(line(2338)), facts(gold()))
    assert decision.earned() == {"points": 35}
    assert decision.credits == (
        Credit(
            campaign="base", rule="base", effect="points", wallet="points", points=23, wanted=23
        ),
        Credit(
            campaign="base", rule="gold", effect="multiply", wallet="points", points=12, wanted=12
        ),
    )
    assert decision.awards == (Award(wallet="points", points=35, available_at=AT, expires_at=None),)


def test_19_euro_99_times_one_and_a_half_times_two_is_59() -> None:
    """19.99 -> 19; x 1.5 = 29.985 -> 29; x 2 = 59.97 -> 59: parts 19, 10, 30."""
    rules = (rule("a", per_euro()), rule("b", times(3, 2)), rule("c", times(2)))
    decision = decide(program(campaign(*rules)), cart(line(1999)), facts())
    assert parts(decision) == [("a", 19), ("b", 10), ("c", 30)]
    assert decision.earned() == {"points": 59}


def test_sums_and_products_of_several_rules_make_8264() -> None:
    """(12 x 3 + 100 x 5 + 40) x (4 + 10) = 8064, and 200 fixed."""
    four = Points(at="$", wallet="points", per_unit=4)
    ten = Points(at="$", wallet="points", per_unit=10)
    rules = (
        rule("a", four),
        rule("b", ten),
        rule("c", times(3, where=by("sku", "first"))),
        rule("d", times(5, where=by("sku", "second"))),
        rule("e", fixed(200)),
    )
    bought = cart(
        line(1200, sku="first", quantity=12_000),
        line(900, sku="second", quantity=100_000),
        line(100, sku="third", quantity=40_000),
    )
    decision = decide(program(campaign(*rules)), bought, facts())
    assert decision.earned() == {"points": 8264}
    # 152 units: 608, 1520; 12 units x 14 = 168, twice more; 1400, four times more
    assert parts(decision) == [("a", 608), ("b", 1520), ("c", 336), ("d", 5600), ("e", 200)]


def test_there_is_one_floor_for_all_lines_together() -> None:
    """Three lines of 0.50 give 1.5 points together, not three times nothing."""
    bought = cart(line(50), line(50), line(50))
    assert decide(program(campaign(rule("a", per_euro()))), bought, facts()).earned() == {
        "points": 1
    }


def test_fractions_of_two_rules_are_added_before_the_floor() -> None:
    """0.60 + 0.60 points: the first rule alone gives 0, the second makes it 1."""
    rules = (rule("a", per_euro()), rule("b", per_euro()))
    decision = decide(program(campaign(*rules)), cart(line(60)), facts())
    assert parts(decision) == [("b", 1)]


def test_a_multiplier_before_what_it_multiplies_has_no_part() -> None:
    rules = (rule("double", times(2), priority=-1), rule("base", per_euro()))
    assert parts(decide(program(campaign(*rules)), cart(line(1000)), facts())) == [("base", 20)]


def test_a_rule_that_multiplies_and_gives_has_one_part() -> None:
    """10 of the base; then (10 + 5) x 2 = 30: the second rule's part is 20, of effect points."""
    both = rule("b", Points(at="$", wallet="points", per_unit=5), times(2))
    decision = decide(program(campaign(rule("a", per_euro()), both)), cart(line(1000)), facts())
    assert [(credit.rule, credit.effect, credit.points) for credit in decision.credits] == [
        ("a", "points", 10),
        ("b", "points", 20),
    ]


def test_rules_stand_in_order_of_priority_then_id() -> None:
    rules = (
        rule("b", fixed(1)),
        rule("a", fixed(2)),
        rule("z", fixed(3), priority=-5),
    )
    other = campaign(rule("aa", fixed(4)), name="other")
    decision = decide(program(campaign(*rules), other), cart(line(100)), facts())
    assert parts(decision) == [("z", 3), ("a", 2), ("aa", 4), ("b", 1)]


def test_fixed_points_are_not_multiplied() -> None:
    rules = (rule("a", fixed(200)), rule("b", times(3)))
    assert decide(program(campaign(*rules)), cart(line(100)), facts()).earned() == {"points": 200}


def test_a_multiplier_leaves_other_wallets_alone() -> None:
    earn = rule("a", per_euro(), per_euro(wallet="status"))
    decision = decide(program(campaign(earn, rule("b", times(2)))), cart(line(1000)), facts())
    assert decision.earned() == {"points": 20, "status": 10}


def test_a_line_multiplier_touches_its_lines_only() -> None:
    """10.00 of coffee x 2 x 1.5 and 10.00 of tea x 1.5: 30 + 15."""
    rules = (
        rule("a", per_euro()),
        rule("b", times(2, where=by("category", "coffee"))),
        rule("c", times(3, 2)),
    )
    bought = cart(line(1000, category="coffee"), line(1000, category="tea"))
    assert parts(decide(program(campaign(*rules)), bought, facts())) == [
        ("a", 20),
        ("b", 10),
        ("c", 15),
    ]


def test_line_multipliers_with_fractions_stay_exact() -> None:
    """10.00 x 1.1 x 1.25 = 13.75 on coffee, 10.00 x 1.1 = 11 on tea: 24.75 -> 24."""
    rules = (
        rule("a", per_euro()),
        rule("b", times(11, 10, where=(LineTest("amount", Test(gte=1)),))),
        rule("c", times(5, 4, where=by("category", "coffee"))),
    )
    bought = cart(line(1000, category="coffee"), line(1000, category="tea"))
    assert parts(decide(program(campaign(*rules)), bought, facts())) == [
        ("a", 20),
        ("b", 2),
        ("c", 2),
    ]


def test_weighed_goods_earn_by_their_weight() -> None:
    """0.732 kg at 10 points a kilogram: 7.32."""
    ten = rule("a", Points(at="$", wallet="points", per_unit=10))
    decision = decide(program(campaign(ten)), cart(line(500, quantity=732)), facts())
    assert decision.earned() == {"points": 7}


def test_pending_units_start_their_expiry_when_they_are_available() -> None:
    """14 days on at the same local time, 12 months on, then to the end of that December."""
    wallet = Wallet(
        id="points",
        pending=Duration(14, Unit.DAY),
        expires=Expiry(ExpiryKind.AFTER, YEAR, RoundTo.MONTH_END),
    )
    known = program(campaign(rule("a", fixed(5))), wallets=(wallet,))
    assert decide(known, cart(line(100)), facts()).awards == (
        Award(
            wallet="points",
            points=5,
            available_at=dt.datetime(2026, 12, 8, 8, 40, tzinfo=dt.UTC),
            expires_at=dt.datetime(2027, 12, 31, 23, tzinfo=dt.UTC),
        ),
    )


def test_an_expiry_of_the_rule_wins_and_lots_stand_by_wallet_then_expiry() -> None:
    short = Expiry(ExpiryKind.AFTER, Duration(7, Unit.DAY))
    rules = (
        rule("a", fixed(1, wallet="status")),
        rule("b", fixed(2)),
        rule("c", Points(at="$", wallet="points", fixed=4, expires=short)),
        rule("d", Points(at="$", wallet="points", fixed=8, expires=short)),
    )
    awards = decide(program(campaign(*rules)), cart(line(100)), facts()).awards
    week = AT + dt.timedelta(days=7)
    assert [(award.wallet, award.points, award.expires_at) for award in awards] == [
        ("points", 12, week),
        ("points", 2, None),
        ("status", 1, None),
    ]


def test_an_expiry_of_the_tier_wins_over_the_wallet() -> None:
    wallet = Wallet(
        id="points",
        expires=Expiry(ExpiryKind.AFTER, YEAR),
        expires_by_tier=(("main", "gold", Expiry()), ("main", "bronze", Expiry(ExpiryKind.NEVER))),
    )
    known = program(campaign(rule("a", fixed(5))), wallets=(wallet, STATUS))
    silver = facts(MemberFacts(tiers={"main": "silver"}))
    assert decide(known, cart(line(100)), facts(gold())).awards[0].expires_at is None
    assert decide(known, cart(line(100)), silver).awards[0].expires_at == AT.replace(year=2027)
    # no tier is the lowest tier
    assert decide(known, cart(line(100)), facts()).awards[0].expires_at is None
