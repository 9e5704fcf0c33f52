"""Entries of gift cards, and what is exported of a batch."""

from typing import Any

import pytest

from service.domain.gift_cards.errors import (
    GiftCardBatchNotFound,
    GiftCardNamedByCodeOrId,
    GiftCardNotFound,
)
from service.domain.gift_cards.types import ListGiftCardEntries
from service.flows.steps import batching
from service.infra.cursors import CursorInvalid
from service.kernel.ids import new_id
from tests.flows.gift_card_shop import cards_of, issue, make, top_up, with_cards
from tests.flows.shop import Shop


async def listed(shop: Shop, **asked: Any) -> tuple[list[int], str | None]:
    """The amounts of a page, newest first, and the next cursor."""
    page = await shop.reads.gift_card_entries(ListGiftCardEntries(**asked))
    return [entry.amount for entry in page.items], page.next


async def test_entries_come_in_pages_newest_first_by_code_or_id(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000)
    for amount in (501, 502, 503):
        await top_up(shop, card.code, amount)

    first, cursor = await listed(shop, code=card.code.lower(), limit=2)
    second, end = await listed(shop, card_id=card.id, limit=2, cursor=cursor)

    assert (first, second, end) == ([503, 502], [501, 1_000], None)
    assert await listed(shop, card_id=card.id) == ([503, 502, 501, 1_000], None)


async def test_a_cursor_is_of_its_card(shop: Shop) -> None:
    await with_cards(shop)
    one, other = await issue(shop, 1_000), await issue(shop, 1_000)
    await top_up(shop, one.code, 500)
    _, cursor = await listed(shop, card_id=one.id, limit=1)

    for asked in ({"card_id": other.id, "cursor": cursor}, {"card_id": one.id, "cursor": "x"}):
        with pytest.raises(CursorInvalid):
            await listed(shop, **asked)


async def test_only_a_card_has_entries_of_a_card(shop: Shop) -> None:
    await with_cards(shop)
    ola = await shop.enrol("1")

    missing: list[dict[str, Any]] = [
        {"card_id": ola.id},
        {"card_id": new_id()},
        {"code": "7K4V9QM2X0HDT3W58"},
    ]
    wrong: list[dict[str, Any]] = [{}, {"code": "7K4V9QM2X0HDT3W58", "card_id": new_id()}]
    for asked in missing:
        with pytest.raises(GiftCardNotFound):
            await listed(shop, **asked)
    for asked in wrong:
        with pytest.raises(GiftCardNamedByCodeOrId):
            await listed(shop, **asked)


async def test_the_cards_of_a_batch_come_in_parts_and_always_the_same(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "EXPORT_PART", 4)
    await with_cards(shop)
    batch = (await make(shop, 10, "secret")).body

    parts = [part async for part in await shop.reads.gift_card_codes(batch.id)]

    assert [len(part) for part in parts] == [4, 4, 2]
    lines = [line for part in parts for line in part]
    assert [f"{code},{pin}" for code, pin in await cards_of(shop, batch.id)] == lines


async def test_a_batch_that_is_not_there_is_told(shop: Shop) -> None:
    await with_cards(shop)

    with pytest.raises(GiftCardBatchNotFound):
        await shop.reads.gift_card_batch(new_id())
    with pytest.raises(GiftCardBatchNotFound):
        await cards_of(shop, new_id())
