"""Gift cards that are lost and found."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from service.domain.gift_cards.errors import GiftCardNamedByCodeOrId, GiftCardNotFound
from service.domain.gift_cards.types import NameGiftCard
from service.domain.purchases.basket import GiftCardIn
from service.domain.purchases.errors import GiftCardsRefused
from service.kernel.ids import new_id
from tests.flows.counter import buy, extend, hold, release, report
from tests.flows.gift_card_shop import (
    activate,
    balance,
    block,
    cards_of,
    check,
    issue,
    make,
    unblock,
    with_cards,
)
from tests.flows.shop import TILL, Shop, another, goods


async def test_a_blocked_card_keeps_its_money_and_is_active_again_when_unblocked(
    shop: Shop,
) -> None:
    await with_cards(shop)
    card = await issue(shop, 2_500)

    blocked = await block(shop, code=card.code.lower())

    assert (blocked.id, blocked.card, blocked.state) == (card.id, card.card, "blocked")
    assert (await check(shop, card.code)).state == "blocked"
    assert await balance(shop, card.code) == (2_500, 0)
    assert (await unblock(shop, card_id=card.id)).state == "active"
    assert [(kind, told.get("reason")) for kind, told in await shop.events(card.id)][2:] == [
        ("gift-card.blocked", "lost"),
        ("gift-card.unblocked", "found"),
    ]


async def test_a_card_that_was_not_sold_can_be_sold_after_it_was_unblocked(shop: Shop) -> None:
    await with_cards(shop)
    batch = (await make(shop, 1)).body
    ((code, _),) = await cards_of(shop, batch.id)

    assert (await block(shop, code=code)).state == "blocked"
    assert (await unblock(shop, code=code)).state == "issued"

    assert (await activate(shop, code, 500)).body.balance == 500


@pytest.mark.parametrize("verb", [block, unblock])
async def test_doing_it_twice_changes_nothing(shop: Shop, verb: Any) -> None:
    await with_cards(shop)
    card = await issue(shop, 2_500)
    await block(shop, card_id=card.id)
    first = await verb(shop, card_id=card.id)
    before = await shop.tables()

    assert await verb(shop, card_id=card.id) == first

    assert await shop.tables() == before


async def test_at_once_it_is_blocked_once(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 2_500)
    others = [another(shop.db) for _ in range(3)]
    for built in others:
        await built.start()
    body = NameGiftCard(card_id=card.id, reason="lost")

    await asyncio.gather(*(b.verbs.block_gift_card(TILL, body) for b in [*others, *others]))

    kinds = [kind for kind, _ in await shop.events(card.id)]
    assert kinds.count("gift-card.blocked") == 1


@pytest.mark.parametrize(
    ("named", "refusal"),
    [
        ({"code": "7K4V-9QM2-X0HD-T3W5-8"}, GiftCardNotFound),
        ({"code": "no code"}, GiftCardNotFound),
        ({"card_id": new_id()}, GiftCardNotFound),
        ({}, GiftCardNamedByCodeOrId),
        ({"code": "7K4V-9QM2-X0HD-T3W5-8", "card_id": new_id()}, GiftCardNamedByCodeOrId),
    ],
    ids=["unknown", "malformed", "unknown id", "none", "both"],
)
async def test_a_card_is_named_by_its_code_or_its_id(
    shop: Shop, named: dict[str, Any], refusal: type[Exception]
) -> None:
    await with_cards(shop)
    before = await shop.tables()

    for verb in (block, unblock):
        with pytest.raises(refusal):
            await verb(shop, **named)

    assert await shop.tables() == before


async def test_a_member_is_no_card(shop: Shop) -> None:
    await with_cards(shop)
    ola = await shop.enrol("1")

    with pytest.raises(GiftCardNotFound):
        await block(shop, card_id=ola.id)


# ------------------------------------------------------------------ between a hold and its payment

TEA = goods(3_000)
HALF_HOUR = dt.timedelta(minutes=30)


async def test_what_a_hold_has_of_it_is_paid_and_comes_back_to_it(checkout: Shop) -> None:
    """The checkout was promised 15.00 before the card was lost; nobody else gets the 5.00 left."""
    gift = await issue(checkout, 2_000)
    cards = (GiftCardIn(code=gift.code, amount=1_500),)
    kept = await hold(checkout, "c1", None, TEA, gift_cards=cards)
    await block(checkout, code=gift.code)

    with pytest.raises(GiftCardsRefused, match="blocked"):
        await buy(checkout, "p0", None, TEA, gift_cards=(GiftCardIn(code=gift.code, amount=500),))
    done = await buy(checkout, "p1", None, TEA, gift_cards=cards, hold_id=kept.id)

    assert (done.due, await balance(checkout, gift.code)) == (1_500, (500, 0))
    back = await checkout.bring_back("r1", "p1")
    assert back.refund is not None
    assert (back.refund.gift_cards, back.refund.other_tender) == (1_500, 1_500)
    assert await balance(checkout, gift.code) == (2_000, 0)


async def test_another_cart_than_was_held_is_not_paid_by_it(checkout: Shop) -> None:
    gift = await issue(checkout, 2_000)
    cards = (GiftCardIn(code=gift.code, amount=1_500),)
    kept = await hold(checkout, "c1", None, TEA, gift_cards=cards)
    await block(checkout, code=gift.code)

    with pytest.raises(GiftCardsRefused, match="blocked"):
        await buy(checkout, "p1", None, TEA, TEA, gift_cards=cards, hold_id=kept.id)

    assert await balance(checkout, gift.code) == (500, 1_500)
    await release(checkout, kept.id)
    assert await balance(checkout, gift.code) == (2_000, 0)


async def test_a_hold_that_ran_out_over_it_takes_what_a_till_has_given(checkout: Shop) -> None:
    gift = await issue(checkout, 2_000)
    cards = (GiftCardIn(code=gift.code, amount=1_500),)
    kept = await hold(checkout, "c1", None, TEA, gift_cards=cards, hold_for=60)
    await block(checkout, code=gift.code)
    await extend(checkout, kept.id, 900)
    assert checkout.shown is not None
    await checkout.show(checkout.shown + HALF_HOUR)

    done = await report(checkout, "p1", None, TEA, gift_cards=cards, hold_id=kept.id)

    assert [(one.amount, one.overrun) for one in done.gift_cards] == [(1_500, 0)]
    assert await balance(checkout, gift.code) == (500, 0)
