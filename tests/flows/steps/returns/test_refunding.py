"""What returns give back to gift cards: by line, in any order, never more than was on them."""

import datetime as dt
import itertools
from typing import Any

import pytest

from service.domain.purchases.basket import GiftCardIn
from service.domain.returns.types import Refund, ReturnReceipt, VoidPurchase
from service.flows.steps.returns.exchanging import ExchangeItems
from service.rules.cart import LineKind
from tests.flows import races
from tests.flows.counter import buy, hold, report, rich, sale
from tests.flows.gift_card_shop import balance, check, issue
from tests.flows.shop import TILL, Shop, brought, day, goods

MINUTE = dt.timedelta(minutes=1)


def by(code: str, amount: int | None = None) -> tuple[GiftCardIn, ...]:
    """A card that pays."""
    return (GiftCardIn(code=code, amount=amount),)


async def back(
    shop: Shop, key: str, purchase: str, wanted: dict[int, Any] | None = None, **more: Any
) -> ReturnReceipt:
    """Record a return."""
    return await shop.bring_back(key, purchase, wanted, **more)


def refund(receipt: ReturnReceipt) -> tuple[int, int, int, int]:
    """(total, to gift cards, never covered, by other tender)."""
    found = receipt.refund or Refund(total=0)
    return (found.total, found.gift_cards, found.uncovered, found.other_tender)


async def test_each_line_gives_back_its_share_to_the_card(checkout: Shop) -> None:
    gift = await issue(checkout, 5_000)
    lines = (goods(1_000), goods(3_000))
    await buy(checkout, "p1", None, *lines, gift_cards=by(gift.code, 2_000))  # 5.00 and 15.00

    first = await back(checkout, "r1", "p1", {1: None})

    assert refund(first) == (1_000, 500, 0, 500)
    (shown,) = first.gift_cards
    assert (shown.gift_card, shown.amount, shown.balance) == (gift.card, 500, 3_500)
    assert refund(await back(checkout, "r2", "p1")) == (3_000, 1_500, 0, 1_500)
    assert await balance(checkout, gift.code) == (5_000, 0)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_the_order_of_returns_does_not_matter(checkout: Shop, order: tuple[int, ...]) -> None:
    ola, gift = await rich(checkout, "1"), await issue(checkout, 3_333)
    lines = (goods(1_001, 3), goods(2_003), goods(999, kind=LineKind.SHIPPING))
    paid = {"points": 300, "gift_cards": by(gift.code)}
    await buy(checkout, "p1", ola, *lines, **paid)
    wanted: list[dict[int, Any]] = [{1: 1}, {2: None}, {1: 2}]

    for n in order:
        await back(checkout, f"r{n}", "p1", wanted[n])

    # 3.00 of points lie on goods alone: 1.00 on line 1 (1001 of 3004), 2.00 on line 2. Of what is
    # left (9.01, 18.03, 9.99: 37.03) the card pays 33.33: 8.11, 16.23 and 8.99. Shipping stays.
    assert await balance(checkout, gift.code) == (811 + 1_623, 0)


async def test_money_goes_back_on_its_lot_or_on_a_new_one_when_that_has_lapsed(
    checkout: Shop,
) -> None:
    gift = await issue(checkout, 2_000)  # for 12 months
    at = day(360)
    await checkout.show(at)
    await buy(checkout, "p1", None, goods(1_500), at=at, gift_cards=by(gift.code))
    await checkout.show(day(370))

    done = await back(checkout, "r1", "p1")

    assert refund(done) == (1_500, 1_500, 0, 0)
    assert await balance(checkout, gift.code) == (1_500, 0)  # the other 5.00 have lapsed
    await checkout.show(day(370) + dt.timedelta(days=368))
    assert await balance(checkout, gift.code) == (0, 0)


async def test_what_was_never_on_the_card_is_given_to_nobody(checkout: Shop) -> None:
    gift = await issue(checkout, 1_000)
    await report(checkout, "p1", None, goods(2_000), goods(1_000), gift_cards=by(gift.code, 3_000))

    first = await back(checkout, "r1", "p1", {2: None})
    second = await back(checkout, "r2", "p1")

    assert refund(first) == (1_000, 0, 1_000, 0)  # 20.00 were not there
    assert refund(second) == (2_000, 1_000, 1_000, 0)
    assert await balance(checkout, gift.code) == (1_000, 0)


async def test_nor_what_an_unknown_card_has_paid(checkout: Shop) -> None:
    await report(checkout, "p1", None, goods(2_000), gift_cards=by("NO-CARD", 1_500))

    assert refund(await back(checkout, "r1", "p1")) == (2_000, 0, 1_500, 500)


async def test_two_cards_each_get_their_own(checkout: Shop) -> None:
    one, two = await issue(checkout, 1_000), await issue(checkout, 5_000)
    cards = by(one.code) + by(two.code)
    await buy(checkout, "p1", None, goods(4_000, 2), gift_cards=cards)

    first = await back(checkout, "r1", "p1", {1: 1})

    assert [(card.position, card.amount) for card in first.gift_cards] == [(0, 500), (1, 1_500)]
    await back(checkout, "r2", "p1")
    assert (await balance(checkout, one.code), await balance(checkout, two.code)) == (
        (1_000, 0),
        (5_000, 0),
    )


async def test_of_two_cards_one_lapses_while_it_is_held(checkout: Shop) -> None:
    """The hold outlasts the end of the first: 5.00 of it lapse, 15.00 pay, and come back by thirds
    with a new end; each third carries floor(1500/3) = 5.00 of each card, and 13.33 or 13.34."""
    one = await issue(checkout, 2_000)
    await checkout.show(day(10))
    two = await issue(checkout, 2_000)
    end = day(365)
    await checkout.show(end - MINUTE)
    cards, lines = by(one.code, 1_500) + by(two.code, 1_500), (goods(4_001, 3),)
    kept = await hold(checkout, "c1", None, *lines, gift_cards=cards, hold_for=600)
    await checkout.show(end + MINUTE)
    assert await balance(checkout, one.code) == (0, 1_500)

    await buy(checkout, "p1", None, *lines, gift_cards=cards, hold_id=kept.id)
    back = [await third(checkout, n) for n in range(3)]

    assert back == [(1_333, 1_000, 0, 333), (1_334, 1_000, 0, 334), (1_334, 1_000, 0, 334)]
    assert await balance(checkout, one.code) == (1_500, 0)
    assert await balance(checkout, two.code) == (2_000, 0)
    (lapses, *_) = (await check(checkout, one.code, actor=TILL)).expiring
    assert lapses.expires_at is not None
    assert lapses.expires_at >= end + dt.timedelta(days=365)


async def third(shop: Shop, n: int) -> tuple[int, int, int, int]:
    """One more unit of the first line."""
    return refund(await back(shop, f"r{n}", "p1", {1: 1}))


async def test_a_return_that_waited_for_its_purchase_gives_back_at_once(checkout: Shop) -> None:
    gift = await issue(checkout, 5_000)
    await back(checkout, "r1", "p1", {1: 1})

    done = await buy(checkout, "p1", None, goods(3_000, 3), gift_cards=by(gift.code))

    assert [one.amount for one in done.gift_cards] == [3_000]
    assert await balance(checkout, gift.code) == (3_000, 0)


async def test_a_void_gives_all_of_it_back(checkout: Shop) -> None:
    gift = await issue(checkout, 5_000)
    done = await buy(checkout, "p1", None, goods(3_000), store="waw-01", gift_cards=by(gift.code))
    await back(checkout, "r1", "p1", {1: "0.5"})

    body = VoidPurchase(reason="mistyped", store="waw-01")
    void = (await checkout.verbs.void_purchase(TILL, done.id, body)).body

    assert refund(void) == (1_500, 1_500, 0, 0)
    assert await balance(checkout, gift.code) == (5_000, 0)


async def test_an_exchange_pays_with_the_card_that_it_gave_back_to(checkout: Shop) -> None:
    gift = await issue(checkout, 2_000)
    await buy(checkout, "p1", None, goods(2_000), gift_cards=by(gift.code))

    body = ExchangeItems(
        bring=brought("r1", "p1"), buy=sale("p2", None, goods(2_500), gift_cards=by(gift.code))
    )
    done = (await checkout.verbs.exchange_items(TILL, body)).body

    assert (done.net_due, done.purchase.due) == (500, 500)
    assert await balance(checkout, gift.code) == (0, 0)


async def test_the_same_return_sent_at_once_gives_back_once(checkout: Shop) -> None:
    gift = await issue(checkout, 2_000)
    await buy(checkout, "p1", None, goods(2_000, 2), gift_cards=by(gift.code))
    body = brought("r1", "p1", {1: 1})

    came = await races.at_once([lambda: checkout.verbs.record_return(TILL, body)] * 20)

    assert sorted(set(came)) == ["done", "replayed"]
    assert await balance(checkout, gift.code) == (1_000, 0)


async def test_returns_and_purchases_on_one_card_at_once_add_up(checkout: Shop) -> None:
    gift = await issue(checkout, 20_000)
    for n in range(10):
        await buy(checkout, f"p{n}", None, goods(1_000), gift_cards=by(gift.code, 1_000))
    asked: list[Any] = [
        lambda n=n: checkout.verbs.record_return(TILL, brought(f"r{n}", f"p{n}")) for n in range(10)
    ]
    asked += [
        races.buying(checkout, f"q{n}", None, goods(500), gift_cards=by(gift.code, 500))
        for n in range(10)
    ]

    assert set(await races.at_once(asked)) == {"done"}
    assert await balance(checkout, gift.code) == (15_000, 0)
