"""The face of the verbs about gift cards: one process runs one of a card at a time."""

import asyncio

from service.domain.gift_cards.types import LoadGiftCard
from service.flows.gift_cards.verbs import VerbsOfGiftCards
from tests.flows.gift_card_shop import balance, issue, top_up, with_cards
from tests.flows.shop import TILL, Shop


async def test_many_top_ups_of_a_card_at_once_are_all_answered(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 500)

    done = await asyncio.gather(*(top_up(shop, card.code, 500) for _ in range(20)))

    assert sorted(one.body.balance for one in done) == [500 * n for n in range(2, 22)]
    assert await balance(shop, card.code) == (10_500, 0)


async def test_the_same_key_at_once_in_one_process_has_one_effect(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 500)
    verbs: VerbsOfGiftCards = shop.verbs
    body = LoadGiftCard(code=card.code, amount=500)

    done = await asyncio.gather(
        *(verbs.top_up_gift_card(TILL, body, "key-00001") for _ in range(10))
    )

    assert sorted(one.replayed for one in done) == [False] + [True] * 9
    assert {one.body.operation_id for one in done} == {done[0].body.operation_id}
    assert await balance(shop, card.code) == (1_000, 0)
