"""Exchanges: a return and a purchase in one transaction, both or neither."""

import asyncio
from typing import Any

import pytest

from service.domain.purchases.basket import GiftCardIn
from service.domain.purchases.errors import (
    CouponsRefused,
    NaturalKeyReused,
    PurchaseNotFound,
    RedemptionRefused,
)
from service.domain.returns.errors import ReturnExceedsPurchase, ReturnKeyReused
from service.domain.returns.types import ReturnStatus
from service.domain.wallets.errors import InsufficientPoints
from service.flows.checkout import exchange_items
from service.flows.steps import match
from service.flows.steps.returns.exchanging import ExchangeItems, ExchangeReceipt
from service.kernel.answer import Answer
from tests.flows.counter import buy, nothing_written, rich, sale
from tests.flows.gift_card_shop import balance, issue
from tests.flows.shop import TILL, Shop, another, brought, day, goods


def exchange(key: str, member: Any, purchase: str, *lines: Any, **fields: Any) -> ExchangeItems:
    """Bring back all of a purchase, or `wanted` lines of it, and buy others."""
    wanted = fields.pop("wanted", None)
    return ExchangeItems(
        bring=brought(f"{key}-back", purchase, wanted, channel="web"),
        buy=sale(f"{key}-new", member, *lines, **fields),
    )


def by(code: str, amount: int) -> GiftCardIn:
    """A card that pays."""
    return GiftCardIn(code=code, amount=amount)


async def do(shop: Shop, body: ExchangeItems) -> Answer[ExchangeReceipt]:
    """Exchange."""
    return await shop.verbs.exchange_items(TILL, body)


async def test_one_amount_is_due(checkout: Shop) -> None:
    """40.00 comes back, 60.00 is bought: 20.00 are due; 40 points go, 60 come."""
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(4_000), at=day(0))

    done = (await do(checkout, exchange("x", ola, "a", goods(6_000)))).body

    assert done.net_due == 2_000
    assert done.returned.refund is not None
    assert done.returned.refund.other_tender == 4_000
    assert done.purchase.due == 6_000
    assert await checkout.balance(ola) == (60, 0, 0)


async def test_less_is_handed_out(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(4_000, 4), at=day(0))

    done = (await do(checkout, exchange("x", ola, "a", goods(1_000), wanted={1: 2}))).body

    assert done.net_due == -1_000
    assert await checkout.balance(ola) == (40 - 20 + 10, 0, 0)


async def test_what_the_return_gives_back_can_be_used_again(checkout: Shop) -> None:
    """500 points and the code's second use are there only because they came back."""
    ola = await rich(checkout, "1", 500)
    lines = (goods(4_000),)
    fields: dict[str, Any] = {"points": 500, "coupons": ("ONCE-EACH",)}
    await buy(checkout, "a", ola, *lines, at=day(0), **fields)
    with pytest.raises((CouponsRefused, InsufficientPoints, RedemptionRefused)):
        await buy(checkout, "b", ola, *lines, **fields)

    done = (await do(checkout, exchange("x", ola, "a", goods(5_000), **fields))).body

    assert (done.purchase.discount, done.purchase.due) == (100, 5_000 - 100 - 500)
    assert done.net_due == 4_400 - 3_400
    assert await checkout.balance(ola) == (49, 0, 0)


async def test_sent_again_it_answers_both_receipts(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(4_000), at=day(0))
    body = exchange("x", ola, "a", goods(6_000))
    first = await do(checkout, body)

    async with nothing_written(checkout):
        again = await do(checkout, body)

    assert (first.replayed, again.replayed) == (False, True)
    assert again.body == first.body


async def test_a_refused_purchase_leaves_the_return_undone(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(4_000), at=day(0))

    async with nothing_written(checkout):
        with pytest.raises(CouponsRefused):
            await do(checkout, exchange("x", ola, "a", goods(6_000), coupons=("ALL-OVER",)))
        with pytest.raises(InsufficientPoints):
            await do(checkout, exchange("x", ola, "a", goods(6_000), points=500))
        with pytest.raises(ReturnExceedsPurchase):
            await do(checkout, exchange("x", ola, "a", goods(6_000), wanted={1: 2}))
        with pytest.raises(PurchaseNotFound):
            await do(checkout, exchange("x", ola, "unknown", goods(6_000)))


async def test_half_of_one_recorded_alone_is_no_exchange(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(4_000), at=day(0))
    await checkout.bring_back("x-back", "a", channel="web")
    await buy(checkout, "y-new", ola, goods(6_000))

    async with nothing_written(checkout):
        with pytest.raises((ReturnKeyReused, NaturalKeyReused)):
            await do(checkout, exchange("x", ola, "a", goods(6_000)))
        with pytest.raises((ReturnKeyReused, NaturalKeyReused)):
            await do(checkout, exchange("y", ola, "a", goods(6_000)))


async def test_a_return_that_came_before_the_new_items_is_applied_to_them(checkout: Shop) -> None:
    """The till that takes the new items back again reports before the one that exchanged them."""
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(4_000), at=day(0))
    early = await checkout.bring_back("r", "x-new", {1: 1})
    assert early.status is ReturnStatus.PARKED

    done = (await do(checkout, exchange("x", ola, "a", goods(6_000, 2)))).body

    assert len(done.purchase.returns_applied) == 1
    assert (done.net_due, await checkout.balance(ola)) == (2_000, (30, 0, 0))


async def test_what_is_bought_while_its_card_is_claimed_is_the_members(
    checkout: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Matched to nobody; then the card is claimed, before the exchange locks its holder."""
    await buy(checkout, "a", None, goods(4_000), at=day(0))
    await buy(checkout, "seen", "88", goods(100))
    other = Shop(checkout.db, another(checkout.db))
    await other.built.start()
    joined = list[Any]()

    async def before(*given: Any) -> Any:
        found = await match.match(*given)
        if not joined:
            joined.append(await other.enrol("88"))
        return found

    monkeypatch.setattr(exchange_items, "match", before)
    done = (await do(checkout, exchange("x", "88", "a", goods(6_000)))).body

    assert done.purchase.member_id == joined[0].id
    assert await checkout.balance(joined[0].id) == (1 + 60, 0, 0)
    await other.built.gate.drain()


async def test_what_was_exchanged_is_exchanged_again_to_the_last_cent(checkout: Shop) -> None:
    """40.01 for three and 33.33 for seven, paid by points, a card and cash: all of it comes back.

    500 points and 10.00 of the card are shared 4001 : 999 by the two lines: the three have 400
    points and 8.00, the first of them 133 points and 2.66 of 13.33.
    """
    ola, gift = await rich(checkout, "1"), await issue(checkout, 5_000)
    paying: dict[str, Any] = {"points": 500, "gift_cards": (by(gift.code, 1_000),)}
    await buy(checkout, "a", ola, goods(4_001, 3), goods(999), at=day(0), **paying)

    again = {"gift_cards": (by(gift.code, 777),)}
    one = await do(checkout, exchange("x", ola, "a", goods(3_333, 7), wanted={1: 1}, **again))
    two = await do(checkout, exchange("y", ola, "x-new", goods(100), wanted={1: 3}))
    three = await do(checkout, exchange("z", ola, "x-new", goods(100), wanted={1: 4}))
    rest = [await checkout.bring_back(f"r-{p}", p) for p in ("a", "y-new", "z-new")]

    back = [done.body.returned.refund for done in (one, two, three)] + [r.refund for r in rest]
    sums = [(r.total, r.points, r.gift_cards, r.other_tender) for r in back if r is not None]
    assert sums[0] == (1_333, 133, 266, 1_333 - 133 - 266)
    assert sums[1] == (1_428, 0, 333, 1_095)  # 3/7 of 33.33, and of 7.77
    assert sums[2] == (1_905, 0, 444, 1_461)
    total = 5_000 + 3_333 + 200
    assert [sum(part) for part in zip(*sums, strict=True)] == [total, 500, 1_777, total - 2_277]
    assert await balance(checkout, gift.code) == (5_000, 0)
    assert await checkout.balance(ola) == (1_000, 0, 0)


async def test_somebody_else_may_take_the_new_items(checkout: Shop) -> None:
    """A gift is exchanged: the giver's points go, the receiver's come."""
    ola, ida = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    await buy(checkout, "a", ola, goods(4_000), at=day(0))

    done = (await do(checkout, exchange("x", ida, "a", goods(4_000)))).body

    assert done.net_due == 0
    assert (await checkout.balance(ola), await checkout.balance(ida)) == ((0, 0, 0), (40, 0, 0))


async def test_at_once_it_happens_once(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(4_000), at=day(0))
    other = another(checkout.db)
    await other.start()
    shops = (checkout.verbs, other.verbs)
    body = exchange("x", ola, "a", goods(6_000))

    done = await asyncio.gather(
        *(shops[n % 2].exchange_items(TILL, body) for n in range(20)), return_exceptions=True
    )

    answers = [one for one in done if isinstance(one, Answer)]
    assert sum(not one.replayed for one in answers) == 1
    assert len(answers) == 20
    assert {one.body.net_due for one in answers} == {2_000}
    assert await checkout.balance(ola) == (60, 0, 0)
    await other.gate.drain()
