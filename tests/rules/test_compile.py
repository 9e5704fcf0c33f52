"""What a program needs, found when it is compiled."""

import datetime as dt

import msgspec

from service.kernel.calendar import Duration, Unit
from service.rules.compile import Program, compile_program
from service.rules.conditions import All, AnyOf, Condition, Fact, History, Not
from service.rules.conditions.history import Metric, Window
from service.rules.document import Budget, BudgetUnit, Limit, Wallet
from service.rules.expiry import Expiry
from service.rules.values import Test
from tests.rules.builders import (
    AT,
    LADDER,
    POINTS,
    STATUS,
    campaign,
    document,
    fixed,
    program,
    rule,
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
