"""What a program needs, found when it is compiled."""

import datetime as dt

import msgspec
import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.badges import Badge
from service.rules.clubs import ByRule, Club, EarlyAccess
from service.rules.compile import Program, compile_program
from service.rules.conditions import (
    Activities,
    All,
    AnyOf,
    Belonging,
    Condition,
    Fact,
    History,
    Not,
)
from service.rules.conditions.activities import ActivityWindow
from service.rules.conditions.belonging import Circle
from service.rules.conditions.history import Metric, Window
from service.rules.document import Budget, BudgetUnit, DiscountCap, Limit, Wallet
from service.rules.effects import Points
from service.rules.expiry import Expiry
from service.rules.segments import Segment
from service.rules.triggers import On, Trigger
from service.rules.values import Test
from tests.rules.builders import (
    AT,
    LADDER,
    POINTS,
    STATUS,
    by,
    campaign,
    document,
    fixed,
    gives,
    paying,
    percent,
    program,
    rule,
    template,
)

MONTH = Window(within=Duration(30, Unit.DAY))


def asking(when: Condition) -> Program:
    return program(campaign(rule("a", fixed(1), when=when)))


def fact(name: str) -> Fact:
    return Fact(at="$", fact=name, test=Test(eq="x"))


def history(window: Window) -> History:
    return History(at="$", metric=Metric.SPEND, window=window, test=Test(gte=1))


def test_a_program_knows_its_version_and_its_parts() -> None:
    of = document(campaign(rule("a", fixed(1))))
    known = compile_program(of, 7, AT)
    assert (known.version, known.document, known.effective_from) == (7, of, AT)
    assert known.tz.key == "Europe/Warsaw"
    assert known.wallets == {"points": POINTS, "status": STATUS}
    assert known.wallets_by_number == {1: POINTS, 2: STATUS}
    assert known.ladders == {"main": LADDER}


def test_windows_limits_and_budgets_are_collected() -> None:
    ever, once = Window(), Limit(1)
    nested = All(
        at="$", of=(Not(at="$", of=history(ever)), AnyOf(at="$", of=(history(MONTH), fact("x"))))
    )
    budget = Budget(unit=BudgetUnit.POINTS, amount=5)
    first = campaign(
        rule("a", fixed(1), when=nested), rule("b", fixed(1), when=history(ever), limit=once)
    )
    known = program(first, msgspec.structs.replace(campaign(name="b"), budget=budget))
    assert known.windows == (ever, MONTH)
    assert known.limited == {"b": once}
    assert known.budgets == {"b": budget}


def test_a_program_without_conditions_needs_nothing() -> None:
    known = program(campaign(rule("a", fixed(1))))
    assert (known.windows, known.limited, known.budgets) == ((), {}, {})
    assert not known.reads_member
    assert not known.reads_tiers


def test_facts_of_the_member_are_told_from_tiers() -> None:
    found = {
        name: (asking(fact(name)).reads_member, asking(fact(name)).reads_tiers)
        for name in (
            "member.tier.main",
            "member.is_birthday",
            "member.enrolled_days",
            "member.newsletter",
            "member.known",
            "cart.channel",
        )
    }
    assert found == {
        "member.tier.main": (False, True),
        "member.is_birthday": (True, False),
        "member.enrolled_days": (True, False),
        "member.newsletter": (True, False),
        "member.known": (False, False),
        "cart.channel": (False, False),
    }


def test_coupons_are_known_by_template_and_shared_code() -> None:
    shared = template("A", code="AAA", uses=7, discount=percent(10))
    free = template("B", code="BBB", discount=percent(10))
    unique = template("C", uses=2, points=fixed(5))
    budget = Budget(unit=BudgetUnit.MONEY, amount=5)
    known = program(campaign(budget=budget), coupons=(shared, free, unique))
    assert [(name, one.template.id) for name, one in known.coupons.items()] == [
        ("A", "A"),
        ("B", "B"),
        ("C", "C"),
    ]
    assert known.codes == {"AAA": "A", "BBB": "B"}
    assert known.caps == {"coupon:A": "A"}
    assert list(known.budgets) == ["base", "coupon:A"]
    assert (known.budgets["coupon:A"].unit, known.budgets["coupon:A"].amount) == ("uses", 7)
    assert known.lot_of("coupon:C", "points").wallet is known.wallets["points"]


def test_conditions_of_coupons_are_needs_too() -> None:
    when = All(at="$", of=(history(MONTH), fact("member.tier.main"), fact("member.newsletter")))
    known = program(coupons=(template("A", discount=percent(10), when=when),))
    assert known.windows == (MONTH,)
    assert known.reads_tiers
    assert known.reads_member


def test_rules_with_discounts_and_with_other_effects_are_told_apart() -> None:
    gift = template("GIFT", personal=True, discount=percent(10))
    known = program(
        campaign(
            rule("a", percent(10)),
            rule("b", fixed(1)),
            rule("c", percent(10), fixed(1)),
            rule("d", gives("GIFT")),
        ),
        coupons=(gift,),
    )
    assert (known.discounting, known.earning) == (0b0101, 0b1110)


def test_wallets_that_pay_and_capped_lines_are_filters() -> None:
    cap = DiscountCap(by("sku", "a"), (1, 2))
    known = program(wallets=(paying(where=by("sku", "a")), STATUS), discount_caps=(cap,))
    assert list(known.pays) == ["points"]
    ((where, share),) = known.discount_caps
    assert (where is known.pays["points"], share) == (True, (1, 2))


def test_points_of_coupons_share_the_denominator_of_their_wallet() -> None:
    """A third of a point per minor unit by the coupon, a half by the rule."""
    third = Points(at="$", wallet="points", per_amount=(1, 3))
    half = Points(at="$", wallet="points", per_amount=(1, 2))
    known = program(campaign(rule("a", half)), coupons=(template("A", points=third),))
    of_coupon = known.coupons["A"].rule
    assert of_coupon is not None
    assert (known.rules[0].parts[0].scale, of_coupon.parts[0].scale) == (6, 6)


def test_an_expiry_by_tier_reads_tiers() -> None:
    wallet = Wallet(id="points", expires_by_tier=(("main", "gold", Expiry()),))
    assert program(wallets=(wallet,)).reads_tiers


def test_two_thousand_rules_compile_quickly_enough_to_publish() -> None:
    rules = [
        rule(f"r{n}", fixed(1), when=Fact(at="$", fact="cart.channel", test=Test(eq=f"c{n % 50}")))
        for n in range(2000)
    ]
    known = compile_program(document(campaign(*rules)), 1, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert len(known.rules) == 2000
    assert known.rules_by_id["r1999"].rest is None


def about(name: str) -> Fact:
    return Fact(at="$", fact=name, test=Test(eq=1))


def spent(count: int) -> History:
    window = Window(within=Duration(count, Unit.DAY))
    return History(at="$", metric=Metric.SPEND, window=window, test=Test(gte=1))


def visits(name: str) -> Activities:
    return Activities("$", ActivityWindow(name), Test(gte=1))


def inside(to: Circle, name: str) -> Belonging:
    return Belonging(at="$", to=to, has=name)


def test_rules_with_another_trigger_are_kept_apart_from_those_of_purchases() -> None:
    joined = msgspec.structs.replace(
        rule("b", fixed(1), limit=Limit(1)), trigger=Trigger(on=On.ENROL)
    )
    early = msgspec.structs.replace(rule("a", fixed(1)), trigger=Trigger(on=On.ENROL), priority=9)
    known = program(campaign(early, rule("c", fixed(1), limit=Limit(2)), joined))
    assert [one.id for one in known.rules] == ["c"]
    assert {key: [one.id for one in rules] for key, rules in known.triggers.items()} == {
        "enrol": ["b", "a"]
    }
    assert (list(known.limited), known.limited_on) == (["c"], {"enrol": {"b": Limit(1)}})
    assert set(known.rules_by_id) == {"a", "b", "c"}
    assert (known.discounting, known.earning) == (0, 1)


def test_what_purchases_read_is_kept_apart_from_what_others_read() -> None:
    clubs = (
        Club(
            at="$",
            id="table",
            enter=(ByRule(at="$", when=All("$", (spent(2), visits("two")))),),
            offer_for=Duration(1, Unit.DAY),
        ),
    )
    segments = (Segment(at="$", id="loyal", when=All("$", (spent(3), about("member.city")))),)
    enrolled = msgspec.structs.replace(
        rule("b", fixed(1), when=inside(Circle.SEGMENTS, "loyal")), trigger=Trigger(on=On.ENROL)
    )
    purchases = rule("a", fixed(1), when=spent(1))
    written = msgspec.structs.replace(
        document(campaign(purchases, enrolled)), clubs=clubs, segments=segments
    )
    known = compile_program(written, 1, AT)
    assert known.windows == (spent(1).window,)
    assert known.activity_windows == ()
    assert known.joined_windows == (spent(3).window, spent(2).window)
    assert known.joined_activity_windows == (ActivityWindow("two"),)
    assert (known.reads_member, known.joined_reads_member) == (False, True)
    assert (known.reads_clubs, known.joined_reads_clubs) == (False, False)


def test_a_purchase_reads_what_the_clubs_and_segments_it_names_read() -> None:
    clubs = (
        Club(
            at="$",
            id="table",
            enter=(ByRule(at="$", when=All("$", (spent(2), visits("two")))),),
            offer_for=Duration(1, Unit.DAY),
        ),
    )
    written = document(campaign(rule("a", fixed(1), when=inside(Circle.CLUBS, "table"))))
    known = compile_program(msgspec.structs.replace(written, clubs=clubs), 1, AT)
    assert known.windows == (spent(2).window,)
    assert known.activity_windows == (ActivityWindow("two"),)
    assert known.reads_clubs


@pytest.mark.parametrize("what", ["campaign", "coupon"])
def test_who_has_something_earlier_is_asked_for(what: str) -> None:
    early = EarlyAccess("table", Duration(1, Unit.DAY))
    plain = campaign(rule("a", fixed(1)))
    dated = msgspec.structs.replace(plain, from_at=AT, early_access=early)
    coupon = template("A", discount=percent(10), early_access=early)
    known = program(dated) if what == "campaign" else program(plain, coupons=(coupon,))
    assert known.reads_clubs
    assert not program(plain).reads_clubs


def test_badges_are_known_by_id_and_number() -> None:
    written = msgspec.structs.replace(document(), badges=(Badge(id="first", number=4),))
    known = compile_program(written, 1, AT)
    assert known.badges["first"] is known.badges_by_number[4]
