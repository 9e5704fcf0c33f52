import datetime as dt
import uuid
from typing import Any

import msgspec
import pytest

from service.domain.purchases.stored import (
    Flag,
    Outcome,
    Purchase,
    effects,
    lines_at,
    lines_of,
    movements,
    pack,
    receipt,
    unpack,
)
from service.domain.purchases.types import Receipt, ReceiptLine
from service.kernel.values import Balance, EffectShown, Movement, TierNow
from service.rules.cart import Cart, CartLine, LineKind
from service.rules.decision import Award, Credit, Decision, Floor
from service.rules.facts import Facts, MemberFacts, Past

NOON = dt.datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 3, 16, 12, tzinfo=dt.UTC)
HOLDER, PURCHASE, RETURN = (uuid.UUID(int=n) for n in (1, 2, 3))
DECISION = Decision(
    awards=(
        Award(wallet="points", points=30, available_at=LATER, expires_at=None),
        Award(wallet="status", points=20, available_at=NOON),
    ),
    credits=(
        Credit(
            campaign="base", rule="earn", effect="points", wallet="points", points=20, wanted=20
        ),
        Credit(
            campaign="beans", rule="x", effect="multiply", wallet="points", points=10, wanted=15
        ),
    ),
    floors=(Floor(campaign="base", rule="lift", ladder="main", tier="gold", until_at=LATER),),
    uses=("x",),
    demands={"beans": 15},
)
STORED = Purchase(
    holder_id=HOLDER,
    occurred_at=NOON,
    purchase_id=PURCHASE,
    recorded_at=LATER,
    channel="web",
    external_id="1001",
    store="waw-01",
    program_version=3,
    engine=1,
    flags=Flag(0),
    net=2000,
    quantity=3000,
    returned=(0, 500),
    cart=Cart(
        channel="web",
        store="waw-01",
        currency="EUR",
        lines=(
            CartLine(sku="a", quantity=2000, amount=2000, discount_given=200, charged_off=100),
            CartLine(sku="b", quantity=1000, amount=400, kind=LineKind.SHIPPING),
        ),
    ),
    facts=Facts(
        at=NOON,
        member=MemberFacts(fields={"city": "Lodz"}, tiers={"main": "silver"}, is_birthday=True),
        history={"30 days|||": Past(5000, 2, 4000)},
        uses={"x": 1},
        grants={"beans": 10},
    ),
    decision=DECISION,
    outcome=Outcome(
        currency="EUR",
        wallets={"points": Balance(available=5, pending=30, held=0, debt=0)},
        tier={"main": TierNow(id="gold", changed=True)},
        returns_applied=(RETURN,),
    ),
)


def row(purchase: Purchase) -> dict[str, Any]:
    """What the database gives back for the purchase."""
    given = msgspec.structs.asdict(purchase)
    for name in ("cart", "facts", "decision", "outcome"):
        given[name] = pack(given[name])
    given["flags"] = int(given["flags"])
    given["returned"] = list(given["returned"]) if any(given["returned"]) else None
    given["by_category"] = '{"tea": [1, 2]}'
    return given


def test_a_purchase_comes_back_as_it_was_stored() -> None:
    assert unpack(row(STORED)) == STORED


def test_nothing_returned_is_nothing_of_each_line() -> None:
    whole = msgspec.structs.replace(STORED, returned=(0, 0))

    assert unpack(row(whole)).returned == (0, 0)


def test_facts_without_a_member_and_a_decision_of_nothing_come_back() -> None:
    empty = msgspec.structs.replace(STORED, facts=Facts(at=NOON), decision=Decision())

    assert unpack(row(empty)) == empty


def test_the_receipt_says_what_was_paid_for_each_line() -> None:
    shown = receipt(STORED)

    # 2000 less the shop's own 200 is what the program saw; 100 more came off at the till
    assert shown.lines == (
        ReceiptLine(sku="a", subtotal=1800, discount=100, total=1700),
        ReceiptLine(sku="b", subtotal=400, discount=0, total=400),
    )
    assert (shown.subtotal, shown.discount, shown.total, shown.due) == (2200, 100, 2100, 2100)


def test_lines_at_prices_are_those_of_the_cart_that_was_sold_so() -> None:
    off = (200, 30)
    shown = lines_at(STORED.cart, off)

    assert shown == (
        ReceiptLine(sku="a", subtotal=1800, discount=300, total=1500),
        ReceiptLine(sku="b", subtotal=400, discount=30, total=370),
    )
    lines = tuple(
        msgspec.structs.replace(line, charged_off=line.charged_off + less)
        for line, less in zip(STORED.cart.lines, off, strict=True)
    )
    assert shown == lines_of(msgspec.structs.replace(STORED.cart, lines=lines))


def test_the_receipt_says_what_was_earned_and_by_what() -> None:
    shown = receipt(STORED)

    assert (
        shown.earned
        == movements(DECISION)
        == (
            Movement(wallet="points", amount=30, available_at=LATER, expires_at=None),
            Movement(wallet="status", amount=20, available_at=NOON, expires_at=None),
        )
    )
    assert (
        shown.effects
        == effects(DECISION)
        == (
            EffectShown(campaign="base", rule="earn", type="points", wallet="points", amount=20),
            EffectShown(
                campaign="beans", rule="x", type="multiply", wallet="points", amount=10, wanted=15
            ),
            EffectShown(campaign="base", rule="lift", type="set_tier", tier="gold"),
        )
    )
    assert shown.wallets == {"points": Balance(available=5, pending=30, held=0, debt=0)}
    assert shown.tier == {"main": TierNow(id="gold", changed=True)}
    assert shown.returns_applied == (RETURN,)


def test_the_receipt_names_purchase_and_version() -> None:
    shown = receipt(STORED)

    assert (shown.id, shown.member_id, shown.program_version) == (PURCHASE, HOLDER, 3)
    assert (shown.channel, shown.external_id, shown.store) == ("web", "1001", "waw-01")
    assert (shown.occurred_at, shown.recorded_at, shown.currency) == (NOON, LATER, "EUR")


def shown_with(flags: Flag) -> Receipt:
    return receipt(msgspec.structs.replace(STORED, flags=flags))


@pytest.mark.parametrize(
    ("flag", "field"),
    [
        (Flag.LATE, "late"),
        (Flag.CHARGED_DIFFERS, "charged_differs"),
        (Flag.IDENTIFIER_CONFLICT, "identifier_conflict"),
    ],
)
def test_a_flag_shows_in_its_own_field_alone(flag: Flag, field: str) -> None:
    fields = ("late", "charged_differs", "identifier_conflict")

    assert [name for name in fields if getattr(shown_with(flag), name)] == [field]


def test_an_unmatched_purchase_is_nobodys() -> None:
    assert shown_with(Flag.UNMATCHED).member_id is None
    assert shown_with(Flag.CLAIMED).member_id == HOLDER
