"""PINs are judged in a thread, and a try counts before it is judged."""

import asyncio
from typing import Any

import pytest

from service.domain.gift_cards import codes, pins
from service.domain.gift_cards.errors import TooManyPins
from service.domain.purchases.errors import GiftCardsRefused
from service.domain.purchases.types import AskQuote
from service.flows.steps.checkout import proving
from service.flows.steps.checkout.gift_cards import named
from service.kernel.errors import ExpectedError
from service.kernel.values import Client
from tests.flows.counter import basket, buy, sale
from tests.flows.gift_card_shop import APP, balance, issue, with_cards
from tests.flows.shop import Shop, goods
from tests.flows.steps.checkout.test_paying_by_card import by, paid


async def tries(shop: Shop) -> tuple[int, Any]:
    """What the only card has of them."""
    async with shop.db.reading() as tx:
        row = await tx.connection.fetchrow("select pin_tries, pin_locked_until from gift_card")
    return tuple(row)


async def test_a_try_counts_although_the_judging_of_it_fails(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_cards(shop)
    card = await issue(shop, 500, "secret")
    async with shop.db.reading() as tx:
        row = await named(tx, shop.built.ctx, card.code, None)

    def fails(*_: object) -> bool:
        raise MemoryError

    monkeypatch.setattr(pins, "is_right", fails)
    with pytest.raises(MemoryError):
        await proving.knows(shop.built.ctx, row.digest, row, "4711")

    assert await tries(shop) == (1, None)


async def test_the_right_pin_forgets_the_wrong_ones(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 500, "secret")
    async with shop.db.reading() as tx:
        row = await named(tx, shop.built.ctx, card.code, None)
    ctx = shop.built.ctx

    assert await proving.knows(ctx, row.digest, row, "4711") is False
    assert await tries(shop) == (1, None)
    assert await proving.knows(ctx, row.digest, row, card.pin or "") is True
    assert await tries(shop) == (0, None)


async def test_the_same_wrong_pin_counts_once_but_is_judged_each_time(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of many at once; so who measures learns nothing of what others tried."""
    await with_cards(shop)
    card = await issue(shop, 500, "secret")
    async with shop.db.reading() as tx:
        row = await named(tx, shop.built.ctx, card.code, None)
    judge, judged = pins.is_right, []

    def counted(*asked: Any) -> bool:
        judged.append(asked[-1])
        return judge(*asked)

    monkeypatch.setattr(pins, "is_right", counted)
    known = await asyncio.gather(
        *(proving.knows(shop.built.ctx, row.digest, row, "4711") for _ in range(12))
    )

    assert (known, judged) == ([False] * 12, ["4711"] * 12)
    assert await tries(shop) == (1, None)
    assert await proving.knows(shop.built.ctx, row.digest, row, "4712") is False
    assert await tries(shop) == (2, None)


async def test_what_was_tried_is_kept_as_a_keyed_hash_until_the_right_pin(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 500, "secret")
    async with shop.db.reading() as tx:
        row = await named(tx, shop.built.ctx, card.code, None)
    ctx = shop.built.ctx

    async def kept() -> Any:
        async with shop.db.reading() as tx:
            return await tx.connection.fetchval("select pins_tried from gift_card")

    await proving.knows(ctx, row.digest, row, "4711")
    assert await kept() == [codes.tried_pin(ctx.secret, row.holder_id, "4711")]
    await proving.knows(ctx, row.digest, row, card.pin or "")
    assert await kept() == []


async def test_a_locked_pin_is_not_judged(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await with_cards(shop)
    card = await issue(shop, 500, "secret")
    async with shop.db.reading() as tx:
        row = await named(tx, shop.built.ctx, card.code, None)
    for n in range(5):
        await proving.knows(shop.built.ctx, row.digest, row, f"471{n}")
    before = await tries(shop)
    monkeypatch.setattr(pins, "is_right", None)

    with pytest.raises(TooManyPins):
        await proving.knows(shop.built.ctx, row.digest, row, card.pin or "")

    assert before[0] == 5
    assert await tries(shop) == before


async def test_nobodys_pin_is_wrong_and_leaves_nothing(shop: Shop) -> None:
    await with_cards(shop)
    await issue(shop, 500, "secret")
    before = await shop.tables()

    assert await proving.knows(shop.built.ctx, bytes(32), None, "4711") is False

    assert await shop.tables() == before


async def test_hashing_lets_the_event_loop_run() -> None:
    """It takes 20 ms; meanwhile others are served."""
    turns = 0
    hashing = asyncio.ensure_future(proving.hashed(b"x" * 32))
    while not hashing.done():
        turns += 1
        await asyncio.sleep(0.001)

    assert (await hashing).startswith("$argon2id$")
    assert turns > 3


# ------------------------------------------------------------------ cards that baskets present


async def test_a_pin_proves_a_card_and_who_may_read_cards_needs_none(checkout: Shop) -> None:
    gift = await issue(checkout, 5_000, "secret", pin="4711")
    cards = (by(gift.code, 1_000, "4711"),)

    by_app = await checkout.verbs.record_purchase(
        APP, sale("p1", None, goods(1_000), gift_cards=cards)
    )
    by_till = await buy(checkout, "p2", None, goods(1_000), gift_cards=(by(gift.code),))

    assert (paid(by_app.body), paid(by_till)) == ([(0, 1_000, 4_000)], [(0, 1_000, 3_000)])


@pytest.mark.parametrize("pin", [None, "4712"])
async def test_a_card_without_its_pin_is_unknown(checkout: Shop, pin: str | None) -> None:
    gift = await issue(checkout, 5_000, "secret", pin="4711")
    body = sale("p1", None, goods(1_000), gift_cards=(by(gift.code, 1_000, pin),))

    with pytest.raises(GiftCardsRefused, match="unknown"):
        await checkout.verbs.record_purchase(APP, body)

    assert await balance(checkout, gift.code) == (5_000, 0)


async def test_a_replay_needs_no_pin(checkout: Shop) -> None:
    gift = await issue(checkout, 5_000, "secret", pin="4711")
    lines = (goods(1_000),)
    given = sale("p1", None, *lines, gift_cards=(by(gift.code, 1_000, "4711"),))
    first = await checkout.verbs.record_purchase(APP, given)

    without = sale("p1", None, *lines, gift_cards=(by(gift.code, 1_000),))
    again = await checkout.verbs.record_purchase(APP, without)

    assert (again.replayed, again.body) == (True, first.body)


async def test_a_wrong_pin_does_not_lock_the_card_of_a_cart_that_is_quoted_again(
    checkout: Shop,
) -> None:
    """An app asks at each change of the cart, with the PIN that was typed once."""
    gift = await issue(checkout, 5_000, "secret", pin="4711")
    client = Client(device="phone-1")

    for n in range(12):
        cards = (by(gift.code, 1_000, "4712"),)
        body = basket(AskQuote, None, goods(100 + n), gift_cards=cards, client=client)
        assert (await checkout.reads.quote(APP, body)).gift_cards == ()

    assert await tries(checkout) == (1, None)
    cards = (by(gift.code, 50, "4711"),)
    body = basket(AskQuote, None, goods(100), gift_cards=cards, client=client)
    assert [one.amount for one in (await checkout.reads.quote(APP, body)).gift_cards] == [50]


async def test_after_five_wrong_pins_the_card_takes_none(checkout: Shop) -> None:
    gift = await issue(checkout, 5_000, "secret", pin="4711")

    came = []
    for n in range(6):
        body = sale(f"p{n}", None, goods(1_000), gift_cards=(by(gift.code, 1_000, f"000{n}"),))
        with pytest.raises(ExpectedError) as refused:
            await checkout.verbs.record_purchase(APP, body)
        came.append(type(refused.value))

    assert came == [GiftCardsRefused] * 5 + [TooManyPins]
    right = sale("p9", None, goods(1_000), gift_cards=(by(gift.code, 1_000, "4711"),))
    with pytest.raises(TooManyPins):
        await checkout.verbs.record_purchase(APP, right)
