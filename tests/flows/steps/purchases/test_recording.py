"""Purchases before and after they are decided."""

import uuid
from typing import Any

import pytest

from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder, Kind
from service.domain.purchases.basket import GiftCardIn
from service.domain.purchases.content import fingerprint
from service.domain.purchases.errors import (
    CurrencyMismatch,
    DecisionDiffers,
    QuoteInvalid,
)
from service.domain.purchases.types import Mode, RecordPurchase
from service.domain.wallets.errors import InsufficientPoints
from service.flows.steps.budgets import Decided
from service.flows.steps.checkout import holding
from service.flows.steps.checkout.purchase import Item
from service.flows.steps.purchases.recording import (
    PurchaseCommand,
    compare_charged,
    item_of,
    refuse,
)
from service.flows.steps.purchases.rounds import RunWithout
from service.flows.steps.work import Work
from service.kernel.errors import ExpectedError
from service.rules.decision import Decision
from service.rules.facts import Facts
from tests.flows.counter import buy, hold, quote, rich, sale
from tests.flows.gift_card_shop import issue
from tests.flows.shop import TILL, Shop, bought, day, goods

HOLDER = uuid.UUID(int=1)


def made(shop: Shop, body: RecordPurchase, n: int = 0, **known: Any) -> Item:
    """The purchase of a request of day 0, decided to give nothing."""
    command = PurchaseCommand(TILL, body, fingerprint(body))
    item = item_of(shop.built.ctx, command, n, day(0), known.get("holds", {}), awaited=False)
    item.work = Work(
        Holder(HOLDER, Kind.MEMBER, None, 1, None, day(0), day(0)), day(0), day(0), Outbox()
    )
    item.decide_with(Facts(at=day(0)), Decision())
    return item


async def refused(shop: Shop, *items: Item) -> list[Any]:
    """What they are answered, each at its place."""
    results: list[Any] = [None] * len(items)
    async with shop.db.transaction() as tx:
        await refuse(tx, items, results)
    return results


async def test_what_is_wrong_in_any_case_is_told_before_anything_is_asked(checkout: Shop) -> None:
    for fields, error in (
        ({"currency": "PLN"}, CurrencyMismatch),
        ({"quote_id": "forged"}, QuoteInvalid),
    ):
        with pytest.raises(error):
            made(checkout, sale("p1", None, goods(100), **fields))


async def test_it_knows_the_holder_of_the_hold_and_the_quote_it_names(checkout: Shop) -> None:
    gift = await issue(checkout, 500)
    cards = (GiftCardIn(code=gift.code),)
    held = await hold(checkout, "c1", await rich(checkout, "1"), goods(100), gift_cards=cards)
    async with checkout.db.reading() as tx:
        holds = await holding.named(tx, [held.id])
    asked = await quote(checkout, None, goods(100))

    plain = made(checkout, sale("p1", None, goods(100)))
    naming = made(
        checkout, sale("p1", None, goods(100), hold_id=held.id, quote_id=asked.quote_id),
        holds=holds,
    )  # fmt: skip

    assert (plain.holder_id, plain.quote) == (None, None)
    assert (naming.holder_id, naming.kept_cards) == (held.member_id, frozenset({gift.id}))
    assert naming.quote is not None
    assert naming.quote.valid_until == asked.valid_until


async def test_those_that_cannot_be_granted_are_answered(checkout: Shop) -> None:
    one, two = (made(checkout, sale(f"p{n}", None, goods(100)), n) for n in range(2))
    one.refused = refusal = InsufficientPoints(wallet="points", available=0)

    assert await refused(checkout, one, two) == [refusal, None]


async def test_one_that_was_recorded_this_moment_finds_its_receipt_next(checkout: Shop) -> None:
    """It was sent twice, and the first has taken what the second wants."""
    await buy(checkout, "p1", None, goods(100))
    item = made(checkout, sale("p1", None, goods(100)))
    item.refused = InsufficientPoints(wallet="points", available=0)

    assert await refused(checkout, item) == [None]


async def test_those_that_had_taken_something_make_the_others_run_without(checkout: Shop) -> None:
    item = made(checkout, sale("p1", None, goods(100)))
    item.refused = refusal = InsufficientPoints(wallet="points", available=0)
    item.decided.taken = {"lamps": 500}
    results: list[ExpectedError | None] = [None]

    async with checkout.db.transaction() as tx:
        with pytest.raises(RunWithout):
            await refuse(tx, [item], results)

    assert results == [refusal]


@pytest.mark.parametrize(
    ("mode", "charged", "differs", "error"),
    [
        (Mode.AUTHORISE, 100, False, None),
        (Mode.AUTHORISE, 90, True, DecisionDiffers),
        (Mode.RECORD, 90, True, None),
    ],
)
async def test_what_was_charged_is_compared(
    checkout: Shop, mode: Mode, charged: int, *, differs: bool, error: type[Exception] | None
) -> None:
    item = made(checkout, bought("p1", None, goods(100), charged=charged, mode=mode))

    compare_charged(item)

    assert isinstance(item.decided, Decided)
    assert (item.charged_differs, type(item.refused)) == (differs, error or type(None))
