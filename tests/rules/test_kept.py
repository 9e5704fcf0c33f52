"""What is kept after returns: a function of what remains, never more than was earned."""

import itertools

import msgspec
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from service.rules import grants
from service.rules.cart import Cart
from service.rules.compile import Program, compile_program
from service.rules.conditions import All, Fact, Lines, LineTest, Not
from service.rules.decide import decide
from service.rules.decision import Decision
from service.rules.discounts import TooManyCombinations
from service.rules.document import Budget, BudgetUnit, ComesBack, Limit
from service.rules.effects import GiveBadge, InviteToClub, Points, TellEvent
from service.rules.facts import Facts
from service.rules.kept import kept, remainder, returned_value
from service.rules.priced import priced
from service.rules.values import Test
from tests.rules.builders import (
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
    times,
)
from tests.rules.strategies import CARTS, INSTANTS, documents
from tests.rules.strategies import facts as some_facts

SLOW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def test_the_remainder_has_what_the_returned_units_did_not_carry() -> None:
    """One of three: floor(1000 / 3) = 333 of the amount, floor(900 / 3) = 300 of what was offered,
    floor(850 / 3) = 283 of what was paid, floor(187 / 3) = 62 of the tax."""
    bought = cart(
        line(1000, quantity=3000, discount_given=100, charged_off=50, tax_amount=187), line(500)
    )
    left = remainder(bought, [1000, 0])
    assert left.lines[0] == line(
        667, quantity=2000, discount_given=67, charged_off=33, tax_amount=125
    )
    assert left.lines[0].paid() == 850 - 283
    assert left.lines[1] is bought.lines[1]
    assert returned_value(bought, [1000, 0]) == [283, 0]


def test_a_line_that_came_back_whole_is_left_out() -> None:
    bought = cart(line(1000, sku="a", quantity=2000), line(500, sku="b"))
    assert remainder(bought, [2000, 0]) == cart(line(500, sku="b"))
    assert remainder(bought, [2000, 1000]) == cart()


def test_a_free_line_is_worth_nothing_however_it_comes_back() -> None:
    """Both discounts of 2.50 on 5.00: two thirds carry 3.33 - 1.66 - 1.66 = 0.01 by each field's
    own floor; by what is left after each discount they carry nothing."""
    bought = cart(line(500, quantity=3000, discount_given=250, charged_off=250))
    assert [returned_value(bought, [units])[0] for units in (1000, 2000, 3000)] == [0, 0, 0]
    assert remainder(bought, [2000]).lines[0].paid() == 0


@pytest.mark.parametrize("returned", [[1001], [-1], [], [0, 0]])
def test_more_than_was_bought_cannot_be_returned(returned: list[int]) -> None:
    with pytest.raises(ValueError, match=r"more returned than was bought|zip"):
        remainder(cart(line(100)), returned)


def test_what_is_kept_is_decided_for_the_remainder() -> None:
    """3 x 3.35 = 10.05: 10 points; without one 6.70: 6; the doubling goes with the last coffee."""
    rules = (
        rule("a", per_euro()),
        rule("b", times(2, where=by("category", "coffee"))),
    )
    known = program(campaign(*rules))
    bought = cart(line(1005, quantity=3000), line(200, category="coffee"))
    decision = decide(known, bought, facts())
    assert decision.earned() == {"points": 14}  # 12.05, and 2 more
    assert kept(known, bought, [1000, 0], facts(), decision).earned() == {"points": 10}  # 6.70 + 4
    assert kept(known, bought, [1000, 1000], facts(), decision).earned() == {"points": 6}


def test_a_return_never_raises_what_was_earned() -> None:
    """Small carts get 50 points more: the large one that became small still keeps its 10 only."""
    small = Fact(at="$", fact="cart.total", test=Test(lt=800))
    known = program(campaign(rule("a", per_euro()), rule("b", fixed(50), when=small)))
    bought = cart(line(1000, quantity=2000))
    decision = decide(known, bought, facts())
    left = kept(known, bought, [1000], facts(), decision)
    assert decision.earned() == left.earned() == {"points": 10}
    # 5 of the base, and of the 50 what there is room for
    assert [(credit.rule, credit.points, credit.wanted) for credit in left.credits] == [
        ("a", 5, 5),
        ("b", 5, 50),
    ]


def test_the_original_grant_is_what_the_remainder_may_use() -> None:
    grants = {"autumn": 4}
    limited = campaign(rule("a", per_euro()), name="autumn")
    budget = Budget(unit=BudgetUnit.POINTS, amount=100)
    known = program(limited.__class__(at="$", id="autumn", rules=limited.rules, budget=budget))
    bought = cart(line(1000, quantity=2000))
    decision = decide(known, bought, facts(grants=grants))
    assert decision.earned() == {"points": 4}
    left = kept(known, bought, [1000], facts(grants=grants), decision)
    assert left.earned() == {"points": 4}  # 5 wanted, 4 granted
    assert (decision.demands, left.demands) == ({"autumn": 10}, {"autumn": 5})


def test_floors_and_uses_that_are_no_longer_decided_go() -> None:
    coffee = Lines(at="$", where=by("category", "coffee"))
    known = program(
        campaign(
            rule("a", lift("gold"), when=coffee, limit=Limit(1)),
            rule("b", lift("silver"), when=Not(at="$", of=coffee), limit=Limit(1)),
            rule("c", fixed(5), limit=Limit(1)),
        )
    )
    bought = cart(line(100, category="coffee"), line(100))
    decision = decide(known, bought, facts())
    left = kept(known, bought, [1000, 0], facts(), decision)
    assert ([floor.rule for floor in decision.floors], decision.uses) == (["a"], ("a", "c"))
    # rule b would fire for the remainder, and the purchase never had it
    assert (left.floors, left.uses, left.earned()) == ((), ("c",), {"points": 5})


def test_the_lots_of_what_is_kept_are_those_of_the_remainder() -> None:
    dear = Lines(at="$", where=(LineTest("amount", Test(gte=500)),))
    status = Points(at="$", wallet="status", per_unit=3)
    known = program(campaign(rule("a", per_euro(), status, when=All(at="$", of=(dear,)))))
    bought = cart(line(1000), line(400))
    decision = decide(known, bought, facts())
    left = kept(known, bought, [0, 1000], facts(), decision)
    assert left.awards == decide(known, remainder(bought, [0, 1000]), facts()).awards
    assert left.earned() == {"points": 10, "status": 3}
    assert kept(known, bought, [1000, 0], facts(), decision) == Decision()


@SLOW
@given(st.data())
def test_what_is_kept_lies_between_nothing_and_what_was_earned(data: st.DataObject) -> None:
    document = data.draw(documents())
    known, bought = compile_program(document, 1, INSTANTS[0]), data.draw(CARTS)
    seen = data.draw(some_facts(document))
    decision = decided(known, bought, seen)
    returned = [data.draw(st.integers(0, one.quantity)) for one in bought.lines]
    left = kept(known, bought, returned, seen, decision)
    earned, now = decision.earned(), left.earned()
    assert all(0 < units <= earned[wallet] for wallet, units in now.items())
    sums: dict[str, int] = {}
    for credit in left.credits:
        assert 0 <= credit.points <= credit.wanted
        sums[credit.wallet] = sums.get(credit.wallet, 0) + credit.points
    assert {wallet: units for wallet, units in sums.items() if units} == now
    assert set(left.uses) <= set(decision.uses)
    assert set(left.floors) <= set(decision.floors)
    assert set(left.issued) <= set(decision.issued)
    assert set(left.coupons) <= set(decision.coupons)
    assert set(left.caps) <= set(decision.caps)
    assert all(units <= decision.demands[name] for name, units in left.demands.items())
    before, after = grants.used(known, decision), grants.used(known, left)
    for name, units in after.items():
        if known.budgets[name].unit is not BudgetUnit.POINTS:  # of points a rule may get more
            assert units <= before[name]
    assert kept(known, bought, [0] * len(bought.lines), seen, decision) == decision
    everything = [one.quantity for one in bought.lines]
    empty = kept(known, bought, everything, seen, decision)
    assert msgspec.structs.replace(empty, coupons=(), caps=(), demands={}) == Decision()
    templates = [known.coupons[seen.coupons[n].template or ""].template for n in empty.coupons]
    assert all(one.comes_back is ComesBack.NEVER for one in templates)


@SLOW
@given(st.data())
def test_discounts_and_payments_shrink_line_by_line_whatever_the_path(data: st.DataObject) -> None:
    """By any path to the same return the same is left, and never more than before it."""
    document = data.draw(documents(checkout=True))
    known, bought = compile_program(document, 1, INSTANTS[0]), data.draw(CARTS)
    seen = data.draw(some_facts(document))
    decision = decided(known, bought, seen)
    returned = [0] * len(bought.lines)
    money = sum(returned_value(priced(bought, decision), [one.quantity for one in bought.lines]))
    left, handed_back = decision, 0
    for _ in range(3):
        returned = [
            data.draw(st.integers(units, one.quantity))
            for units, one in zip(returned, bought.lines, strict=True)
        ]
        now = kept(known, bought, returned, seen, decision)
        back = sum(returned_value(priced(bought, decision), returned))
        assert handed_back <= back <= money
        assert all(n <= before for n, before in zip(sums(now), sums(left), strict=True))
        assert [part for one in now.discounts for part in one.lines] == [
            (n, minor - returned[n] * minor // bought.lines[n].quantity)
            for one in decision.discounts
            for n, minor in one.lines
            if returned[n] * minor // bought.lines[n].quantity < minor
        ]
        for one in now.discounts:
            assert sum(minor for _, minor in one.lines) == one.amount <= one.wanted
        left, handed_back = now, back


def sums(decision: Decision) -> tuple[int, int, int]:
    """Money off, money paid, and units that paid it."""
    return (
        sum(one.amount for one in decision.discounts),
        sum(one.value for one in decision.paid),
        sum(one.units for one in decision.paid),
    )


def decided(known: Program, bought: Cart, seen: Facts) -> Decision:
    """The decision; a cart with too many combinations is left out."""
    try:
        return decide(known, bought, seen)
    except TooManyCombinations:
        reject()


@SLOW
@given(st.data())
def test_the_order_of_returns_does_not_matter_and_no_return_costs_the_member_money(
    data: st.DataObject,
) -> None:
    bought = data.draw(CARTS)
    steps = data.draw(
        st.lists(st.integers(0, len(bought.lines) - 1), min_size=1, max_size=4).filter(
            lambda lines: all(lines.count(n) <= bought.lines[n].quantity for n in lines)
        )
    )
    pieces = [(n, bought.lines[n].quantity // steps.count(n)) for n in steps]
    whole = sum(one.paid() for one in bought.lines)
    for order in itertools.islice(itertools.permutations(pieces), 6):
        returned, handed_back = [0] * len(bought.lines), 0
        for n, units in order:
            returned[n] += units
            now = sum(returned_value(bought, returned))
            assert now >= handed_back
            handed_back = now
            left = remainder(bought, returned)
            assert handed_back + sum(one.paid() for one in left.lines) == whole
            assert all(
                min(one.amount, one.discount_given, one.charged_off, one.tax_amount) >= 0
                for one in left.lines
            )
        assert handed_back == sum(returned_value(bought, returned))


def test_badges_invitations_and_events_stay_while_the_remainder_has_them() -> None:
    marks = (
        GiveBadge(at="$", badge="a"),
        InviteToClub(at="$", club="c"),
        TellEvent(at="$", name="e"),
    )
    when = Fact(at="$", fact="cart.subtotal", test=Test(gte=1000))
    known = program(campaign(rule("a", *marks, when=when)))
    bought = cart(line(1000, quantity=2000), line(500))
    seen = facts()
    decision = decide(known, bought, seen)
    assert (len(decision.badges), len(decision.invites), len(decision.told)) == (1, 1, 1)
    less = kept(known, bought, [0, 1000], seen, decision)
    assert (less.badges, less.invites, less.told) == (
        decision.badges,
        decision.invites,
        decision.told,
    )
    none = kept(known, bought, [2000, 0], seen, decision)
    assert (none.badges, none.invites, none.told) == ((), (), ())
