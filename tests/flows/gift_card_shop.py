"""The shop with gift cards, and few words for them."""

import uuid
from typing import Any, Final

import msgspec

from service.domain.gift_cards.types import (
    CheckGiftCard,
    GiftCardBatchView,
    GiftCardReceipt,
    GiftCardStanding,
    GiftCardView,
    IssuedGiftCard,
    IssueGiftCard,
    ListGiftCardEntries,
    LoadGiftCard,
    MakeGiftCards,
    NameGiftCard,
)
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.texts import Languages
from service.kernel.values import Client
from tests.flows.shop import SOURCE, TILL, Shop, day

CARDS: Final = """
gift_cards:
  plain:
    title: {en: Gift card, pl: Karta}
    text: {en: For you}
    terms: {en: No cash}
    min: 5 EUR
    max: 250 EUR
    expires: {after: 12 months}
  secret: {max: 100 EUR, pin: true}
"""
APP: Final = msgspec.structs.replace(
    TILL, id="app", scopes=frozenset({"giftcards:redeem"}), store=None
)  # what customers use: without the PIN it is told nothing


async def with_cards(shop: Shop, source: str = SOURCE + CARDS) -> Shop:
    """Publish the kinds on the eve of day 0, then it is day 0."""
    await shop.publish(source, None)
    await shop.show(day(0))
    return shop


async def issue(
    shop: Shop, amount: int | None = None, kind: str = "plain", key: str | None = None, **more: Any
) -> IssuedGiftCard:
    """A card, active if it has an amount; without a key each call is another."""
    return (await issued(shop, amount, kind, key, **more)).body


async def issued(
    shop: Shop, amount: int | None = None, kind: str = "plain", key: str | None = None, **more: Any
) -> Answer[IssuedGiftCard]:
    """The same with whether it is a replay."""
    given = {"activate": amount is not None, **more}
    body = IssueGiftCard(kind=kind, amount=amount, **given)
    return await shop.verbs.issue_gift_card(TILL, body, key or uuid.uuid1().hex)


async def activate(
    shop: Shop, code: str, amount: int, key: str | None = None, **more: Any
) -> Answer[GiftCardReceipt]:
    """A card is sold."""
    body = LoadGiftCard(code=code, amount=amount, **more)
    return await shop.verbs.activate_gift_card(TILL, body, key or uuid.uuid1().hex)


async def top_up(
    shop: Shop, code: str, amount: int, key: str | None = None, **more: Any
) -> Answer[GiftCardReceipt]:
    """More money."""
    body = LoadGiftCard(code=code, amount=amount, **more)
    return await shop.verbs.top_up_gift_card(TILL, body, key or uuid.uuid1().hex)


async def check(
    shop: Shop,
    code: str,
    pin: str | None = None,
    client: Client | None = None,
    actor: Actor = APP,
    languages: Languages = (),
) -> GiftCardView:
    """What a card pays."""
    body = CheckGiftCard(code=code, pin=pin, client=client)
    return await shop.verbs.check_gift_card(actor, body, languages)


async def balance(shop: Shop, code: str) -> tuple[int, int]:
    """(what it pays, what is held), as a key sees it that needs no PIN."""
    found = await check(shop, code, actor=TILL)
    return (found.balance, found.held)


async def block(shop: Shop, **named: Any) -> GiftCardStanding:
    """Block a card named by `code` or `card_id`."""
    return (await shop.verbs.block_gift_card(TILL, NameGiftCard(reason="lost", **named))).body


async def unblock(shop: Shop, **named: Any) -> GiftCardStanding:
    """Unblock it."""
    return (await shop.verbs.unblock_gift_card(TILL, NameGiftCard(reason="found", **named))).body


async def make(
    shop: Shop, size: int, kind: str = "plain", key: str = "batch-0001", note: str = ""
) -> Answer[GiftCardBatchView]:
    """A batch of cards."""
    body = MakeGiftCards(kind=kind, size=size, note=note)
    return await shop.verbs.make_gift_card_batch(TILL, body, key)


async def cards_of(shop: Shop, batch_id: uuid.UUID) -> list[tuple[str, str]]:
    """(code, PIN) of all cards of a batch, as they are printed."""
    parts = await shop.reads.gift_card_codes(batch_id)
    lines = [line async for part in parts for line in part]
    return [(line.split(",")[0], line.split(",")[1]) for line in lines]


async def entries(shop: Shop, code: str) -> list[tuple[str, int]]:
    """(reason, amount), oldest first."""
    page = await shop.reads.gift_card_entries(ListGiftCardEntries(code=code, limit=200))
    return [(e.reason, e.amount) for e in reversed(page.items)]
