"""Decisions: against the plain interpreter, and each promise with exact figures."""

import datetime as dt

import msgspec
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from service.kernel.calendar import Duration, Unit
from service.rules import grants
from service.rules.cart import Cart, LineKind
from service.rules.compile import Program, compile_program
from service.rules.conditions import Fact
from service.rules.decide import decide, fired
from service.rules.decision import Decision, Floor
from service.rules.discounts import TooManyCombinations
from service.rules.document import Limit, Wallet
from service.rules.expiry import Expiry, ExpiryKind
from service.rules.facts import Facts
from service.rules.priced import priced
from service.rules.values import Test
from tests.rules import reference
from tests.rules.builders import (
    AT,
    by,
    campaign,
    cart,
    case,
    facts,
    fixed,
    lift,
    line,
    paying,
    pays,
    per_euro,
    percent,
    program,
    rule,
    shows,
    template,
)
from tests.rules.strategies import CARTS, INSTANTS, documents
from tests.rules.strategies import facts as some_facts

CARTS_EACH = 6


SLOW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_engine_and_the_plain_interpreter_decide_alike(data: st.DataObject) -> None:
    document = data.draw(documents())
    program = compile_program(document, 1, INSTANTS[0])
    for _ in range(CARTS_EACH):  # later ones find what the index remembers of earlier ones
        bought = data.draw(CARTS)
        seen = data.draw(some_facts(document))
        try:
            decision = decide(program, bought, seen)
        except TooManyCombinations:
            with pytest.raises(TooManyCombinations):
                reference.decide(document, bought, seen)
        else:
            assert decision == reference.decide(document, bought, seen)


@SLOW
@given(st.data())
def test_a_program_without_discounts_decides_as_it_did_before_there_were_any(
    data: st.DataObject,
) -> None:
    """Byte for byte: none of the fields that discounts and coupons brought is written."""
    document = data.draw(documents(checkout=False))
    known, bought = compile_program(document, 1, INSTANTS[0]), data.draw(CARTS)
    stored = msgspec.msgpack.encode(decide(known, bought, data.draw(some_facts(document))))
    assert set(msgspec.msgpack.decode(stored)) <= {
        "awards", "credits", "floors", "uses", "demands"
    }  # fmt: skip


@SLOW
@given(st.data())
def test_money_taken_off_is_never_more_than_the_price_and_parts_sum(data: st.DataObject) -> None:
    document = data.draw(documents(checkout=True))
    known, bought = compile_program(document, 1, INSTANTS[0]), data.draw(CARTS)
    seen = data.draw(some_facts(document))
    decision = decided(known, bought, seen)
    for one in decision.discounts:
        assert 0 < one.amount <= one.wanted
        assert sum(minor for _, minor in one.lines) == one.amount
        assert all(minor > 0 for _, minor in one.lines)
    for paid in decision.paid:
        assert sum(minor for _, minor, _ in paid.lines) == paid.value > 0
        assert sum(units for _, _, units in paid.lines) == paid.units
    asked = msgspec.structs.replace(bought, charged=False)
    if bought.charged:
        asked = msgspec.structs.replace(
            asked, lines=tuple(msgspec.structs.replace(x, charged_off=0) for x in bought.lines)
        )
    assert all(left.paid() >= 0 for left in priced(asked, decision).lines)
    sold = priced(bought, decision)
    for n, sold_line in enumerate(sold.lines):
        tendered = sum(m for p in decision.paid if not p.off for k, m, _ in p.lines if k == n)
        assert tendered <= max(0, sold_line.paid())
    used = grants.used(known, decision)
    if seen.grants is not None:
        assert all(units <= seen.grants.get(name, 0) for name, units in used.items())
    else:
        assert used == {name: decision.demands[name] for name in used}
    refused = {one.coupon for one in decision.not_applied}
    assert all((n in decision.coupons) != (n in refused) for n in range(len(seen.coupons)))


@SLOW
@given(st.data())
def test_the_order_in_which_coupons_are_presented_changes_no_money(data: st.DataObject) -> None:
    document = data.draw(documents(checkout=True))
    known, bought = compile_program(document, 1, INSTANTS[0]), data.draw(CARTS)
    seen = data.draw(some_facts(document))
    shuffled = tuple(data.draw(st.permutations(seen.coupons)))
    first = decided(known, bought, seen)
    other = decided(known, bought, msgspec.structs.replace(seen, coupons=shuffled))
    assert priced(bought, first) == priced(bought, other)
    assert (first.awards, first.paid, first.caps) == (other.awards, other.paid, other.caps)
    assert {seen.coupons[n].shown for n in first.coupons} == {
        shuffled[n].shown for n in other.coupons
    }


@SLOW
@given(st.data())
def test_what_was_decided_stays_when_it_is_given(data: st.DataObject) -> None:
    document = data.draw(documents(checkout=True))
    known, bought = compile_program(document, 1, INSTANTS[0]), data.draw(CARTS)
    seen = msgspec.structs.replace(data.draw(some_facts(document)), grants=None)
    first = decided(known, bought, seen)
    again = decide(known, bought, msgspec.structs.replace(seen, frozen=first.discounts))
    assert (again.discounts, again.paid, again.awards) == (
        first.discounts,
        first.paid,
        first.awards,
    )
    assert (again.coupons, again.caps, again.demands, again.uses) == (
        first.coupons,
        first.caps,
        first.demands,
        first.uses,
    )


def decided(known: Program, bought: Cart, seen: Facts) -> Decision:
    """The decision; a cart with too many combinations is left out."""
    try:
        return decide(known, bought, seen)
    except TooManyCombinations:
        reject()


def test_the_example_of_the_design() -> None:
    """2 x 12.99, 10 % off by a code: 2.60; 500 points pay 5.00; 23 points of 23.38."""
    known = program(
        campaign(rule("base-earn", per_euro())),
        wallets=(paying(),),
        coupons=(template("SAVE10", code="SAVE10", discount=percent(10)),),
    )
    bought = cart(line(2598, quantity=2000, sku="ESP-250"))
    decision = decide(known, bought, facts(coupons=shows("SAVE10"), redeem=(pays(500),)))
    assert decision.discounts[0].lines == ((0, 260),)
    assert priced(bought, decision).total() == 2338
    assert decision.paid[0].value == 500
    assert decision.earned() == {"points": 23}
    assert decision.coupons == (0,)


def test_three_times_ten_percent_are_taken_of_what_remains() -> None:
    """300.00 -> 270.00 -> 243.00 -> 218.70."""
    known = program(campaign(*[rule(name, percent(10)) for name in "abc"]))
    decision = decide(known, cart(line(30_000)), facts())
    assert [one.amount for one in decision.discounts] == [3000, 2700, 2430]


def test_coupons_come_before_rules_in_the_reasons_and_wallets_last() -> None:
    known = program(
        campaign(rule("r", percent(10, by("category", "tea"), most=1))),
        coupons=(template("C", discount=percent(10, by("sku", "none"))),),
        wallets=(paying(),),
    )
    bought = cart(line(0, category="tea"), line(100))
    decision = decide(known, bought, facts(coupons=shows("C"), redeem=(pays(101),)))
    assert [(one.coupon, one.rule, one.wallet) for one in decision.not_applied] == [
        (0, None, None),
        (None, "r", None),
        (None, None, "points"),
    ]


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


def test_candidates_are_asked_in_their_order() -> None:
    known = program(campaign(*(rule(f"r{n}", fixed(1)) for n in range(10))))
    seen = case(cart(line(100)), of=known)

    def names(mask: int) -> list[str]:
        return [one.id for one in fired(known, seen, mask)]

    assert names(0) == []
    assert names(0b1) == ["r0"]
    assert names(0b1010010110) == ["r1", "r2", "r4", "r7", "r9"]


def test_when_units_can_be_used_and_lapse_moves_with_the_instant() -> None:
    """Pending for a day, they lapse a month after that: here 30 days."""
    month = Expiry(ExpiryKind.AFTER, Duration(1, Unit.MONTH))
    wallet = Wallet(id="points", number=1, pending=Duration(1, Unit.DAY), expires=month)
    known = program(campaign(rule("a", fixed(5))), wallets=(wallet,))
    for late in (dt.timedelta(), dt.timedelta(days=3), dt.timedelta()):
        (award,) = decide(known, cart(line(100)), facts(at=AT + late)).awards
        assert award.available_at == AT + late + dt.timedelta(days=1)
        assert award.expires_at == AT + late + dt.timedelta(days=31)
