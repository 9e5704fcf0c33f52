"""Gift cards that pay: after everything else, whatever is bought, and no more than there is."""

import uuid
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.cart import LineKind
from service.rules.decide import decide
from service.rules.decision import Decision, NotApplied, Paid, Refused
from service.rules.facts import Card, Facts, Unusable
from service.rules.kept import kept
from tests.rules.builders import (
    AT,
    POINTS,
    campaign,
    cart,
    facts,
    line,
    paying,
    pays,
    per_euro,
    percent,
    program,
    rule,
)

BOUGHT = cart(line(1000, sku="a"), line(3000, sku="b"))
ID = uuid.UUID(int=7)


def card(available: int, amount: int | None = None, **more: Any) -> Card:
    """A card that is known."""
    given: dict[str, Any] = {"shown": "…ABCD", "card": ID} | more
    return Card(available=available, amount=amount, **given)


def by(*cards: Card, bought: Any = BOUGHT, **more: Any) -> Decision:
    """The decision of nobody's cart."""
    return decide(program(), bought, Facts(at=AT, gift_cards=cards, **more))


def test_nobody_needs_to_be_known_and_every_line_is_paid_its_share() -> None:
    (paid,) = by(card(5_000, 2_000)).cards

    assert paid == Paid(
        wallet="gift_card",
        card=0,
        units=2_000,
        value=2_000,
        lines=((0, 500, 500), (1, 1_500, 1_500)),
    )


def test_a_card_without_an_amount_pays_what_it_can() -> None:
    decision = by(card(1_500), card(9_000), card(5))

    assert [(one.card, one.value) for one in decision.cards] == [(0, 1_500), (1, 2_500)]
    assert decision.not_applied == (NotApplied(reason=Refused.NO_EFFECT, card=2, most=0),)
    assert (decision.tendered(), decision.by_cards()) == (4_000, 4_000)


def test_it_pays_shipping_fees_and_deposits_but_no_other_gift_card() -> None:
    kinds = (LineKind.SHIPPING, LineKind.FEE, LineKind.DEPOSIT, LineKind.DONATION)
    lines = [line(100, kind=kind) for kind in (*kinds, LineKind.GIFT_CARD)]

    (paid,) = by(card(10_000), bought=cart(*lines)).cards

    assert [n for n, *_ in paid.lines] == [0, 1, 2, 3]


def test_it_pays_what_discounts_and_points_have_left() -> None:
    of = program(campaign(rule("tenth", percent(10))), wallets=(paying(POINTS),))
    asked = facts(redeem=(pays(600),), gift_cards=(card(10_000),))

    (paid,) = decide(of, BOUGHT, asked).cards

    # 900 and 2700 after the tenth; 600 points are 150 and 450 of them
    assert paid.lines == ((0, 750, 750), (1, 2_250, 2_250))


@pytest.mark.parametrize(
    ("asked", "reason", "most"),
    [
        (card(1_000, 1_001), Refused.NOT_ENOUGH, 1_000),
        (card(9_000, 4_001), Refused.ABOVE_MAX, 4_000),
        (card(0, 100, why=Unusable.UNKNOWN), Refused.UNKNOWN, None),
        (card(0, 100, why=Unusable.NOT_ACTIVE), Refused.NOT_ACTIVE, None),
        (card(0, None, why=Unusable.BLOCKED), Refused.BLOCKED, None),
    ],
)
def test_a_card_that_cannot_pay_says_why_and_what_it_could(
    asked: Card, reason: Refused, most: int | None
) -> None:
    decision = by(asked)

    assert decision.cards == ()
    assert decision.not_applied == (NotApplied(reason=reason, card=0, most=most),)


def test_what_a_till_has_taken_is_paid_and_what_was_not_there_is_told() -> None:
    decision = by(card(1_000, 2_500, forced=True), card(0, 9_000, forced=True, card=None))

    assert [(one.value, one.short) for one in decision.cards] == [(2_500, 1_500), (1_500, 1_500)]


def test_a_rule_may_leave_out_what_cards_paid() -> None:
    less = msgspec.structs.replace(per_euro(1), less=("gift_card",))
    of = program(campaign(rule("fresh", less), rule("all", per_euro(1))))

    decision = decide(of, BOUGHT, facts(gift_cards=(card(1_550),)))

    assert [(one.rule, one.points) for one in decision.credits] == [("all", 40), ("fresh", 24)]


def test_what_remains_is_paid_by_the_card_as_far_as_it_was() -> None:
    of = program(campaign(rule("fresh", msgspec.structs.replace(per_euro(1), less=("gift_card",)))))
    bought, seen = cart(line(3_000, quantity=3_000)), facts(gift_cards=(card(2_000),))
    decision = decide(of, bought, seen)

    rest = kept(of, bought, (1_000,), seen, decision)

    # one of three units gives back floor(2000 / 3) of the card; 20.00 remain, 13.34 by the card
    assert [(one.card, one.value, one.lines) for one in rest.cards] == [
        (0, 1_334, ((0, 1_334, 1_334),))
    ]
    assert [one.points for one in rest.credits] == [6]


CARDS = st.lists(
    st.builds(
        card,
        st.integers(0, 5_000),
        st.none() | st.integers(1, 5_000),
        forced=st.booleans(),
    ),
    max_size=4,
)
LINES = st.lists(st.integers(0, 4_000), min_size=1, max_size=5)


@given(cards=CARDS, amounts=LINES)
def test_no_line_is_paid_twice_and_parts_sum(cards: list[Card], amounts: list[int]) -> None:
    decision = by(*cards, bought=cart(*[line(amount) for amount in amounts]))

    left = amounts.copy()
    for one in decision.cards:
        assert sum(minor for _, minor, _ in one.lines) == one.value > 0
        for n, minor, own in one.lines:
            assert minor == own
            left[n] -= minor
        asked = cards[one.card or 0]
        assert one.short == max(0, one.value - asked.available)
        assert asked.forced or not one.short
        assert asked.amount is None or asked.forced or one.value == asked.amount
    assert min(left) >= 0
    told = [one.card for one in decision.cards] + [one.card for one in decision.not_applied]
    assert sorted(told, key=str) == sorted(range(len(cards)), key=str)
