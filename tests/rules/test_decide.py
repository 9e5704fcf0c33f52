"""Decisions: against the plain interpreter, and each promise with exact figures."""

import datetime as dt

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.kernel.calendar import Duration, Unit
from service.rules.cart import LineKind
from service.rules.compile import compile_program
from service.rules.conditions import Fact
from service.rules.decide import bits, decide
from service.rules.decision import Decision, Floor
from service.rules.document import Limit
from service.rules.facts import Facts
from service.rules.values import Test
from tests.rules import reference
from tests.rules.builders import (
    AT,
    by,
    campaign,
    cart,
    facts,
    fixed,
    lift,
    line,
    per_euro,
    program,
    rule,
)
from tests.rules.strategies import CARTS, INSTANTS, documents
from tests.rules.strategies import facts as some_facts

CARTS_EACH = 6


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_engine_and_the_plain_interpreter_decide_alike(data: st.DataObject) -> None:
    document = data.draw(documents())
    program = compile_program(document, 1, INSTANTS[0])
    for _ in range(CARTS_EACH):  # later ones find what the index remembers of earlier ones
        bought = data.draw(CARTS)
        seen = data.draw(some_facts(document))
        assert decide(program, bought, seen) == reference.decide(document, bought, seen)


def test_an_unmatched_purchase_earns_nothing() -> None:
    everything = program(campaign(rule("a", fixed(5), lift("gold"))))
    assert decide(everything, cart(line(100)), Facts(at=AT)) == Decision()


def test_an_empty_cart_earns_nothing() -> None:
    assert decide(program(campaign(rule("a", lift("gold")))), cart(), facts()) == Decision()


def test_lines_that_do_not_earn_give_nothing_and_do_not_count_for_fixed_points() -> None:
    known = program(
        campaign(
            rule("a", per_euro()), rule("b", fixed(5)), rule("c", fixed(7, where=by("sku", "t")))
        ),
        no_earning=(by("category", "tobacco"),),
    )
    barred = (
        line(1000, kind=LineKind.GIFT_CARD),
        line(1000, kind=LineKind.DEPOSIT),
        line(1000, sku="t", category="tobacco"),
    )
    assert decide(known, cart(*barred), facts()) == Decision()
    assert decide(known, cart(*barred, line(300)), facts()).earned() == {"points": 8}


def test_a_rule_whose_limit_is_used_up_does_not_fire() -> None:
    known = program(campaign(rule("twice", fixed(5), limit=Limit(2))))
    bought = cart(line(100))
    assert decide(known, bought, facts(uses={"twice": 1})).uses == ("twice",)
    assert decide(known, bought, facts(uses={"twice": 2})) == Decision()


def test_a_limited_rule_without_effect_uses_nothing_up() -> None:
    """The half point a rule brings is a whole one only together with the next rule's half."""
    known = program(campaign(rule("once", per_euro(), limit=Limit(1)), rule("then", per_euro())))
    decision = decide(known, cart(line(50)), facts())
    assert decision.earned() == {"points": 1}
    assert decision.uses == ()


def test_a_floor_ends_after_its_time_by_the_local_clock() -> None:
    """Three months on from 30 November: the last day of February, 09:40 in Warsaw."""
    at = dt.datetime(2026, 11, 30, 8, 40, tzinfo=dt.UTC)
    known = program(
        campaign(rule("a", lift("gold", Duration(3, Unit.MONTH))), rule("b", lift("silver")))
    )
    assert decide(known, cart(line(100)), facts(at=at)).floors == (
        Floor(
            campaign="base",
            rule="a",
            ladder="main",
            tier="gold",
            until_at=dt.datetime(2027, 2, 28, 8, 40, tzinfo=dt.UTC),
        ),
        Floor(campaign="base", rule="b", ladder="main", tier="silver", until_at=None),
    )


def test_a_limited_floor_is_a_use() -> None:
    known = program(campaign(rule("once", lift("gold"), limit=Limit(1))))
    assert decide(known, cart(line(0, kind=LineKind.GIFT_CARD)), facts()).uses == ("once",)


def test_the_same_facts_give_the_same_decision_again() -> None:
    when = Fact(at="$", fact="now.weekday", test=Test(eq="tue"))
    known = program(campaign(rule("a", per_euro(), when=when)))
    first = decide(known, cart(line(1234)), facts())
    assert first.earned() == {"points": 12}
    assert decide(known, cart(line(1234)), facts()) == first


def test_bits_are_read_from_the_lowest() -> None:
    assert bits(0) == []
    assert bits(0b1) == [0]
    assert bits(0b1001_0110) == [1, 2, 4, 7]
    assert bits(1 << 1999) == [1999]
