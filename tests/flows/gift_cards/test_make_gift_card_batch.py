"""Gift cards in bulk."""

import asyncio
import datetime as dt
import secrets
from typing import Any

import pytest

from service.domain.gift_cards import batches
from service.domain.gift_cards.errors import UnknownGiftCardKind
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.flows.gift_cards import make_gift_card_batch
from service.infra.db import Tx
from service.kernel.codes import normalise
from service.kernel.errors import ExpectedError
from tests.flows.gift_card_shop import activate, balance, cards_of, check, make, with_cards
from tests.flows.shop import Shop, another, day


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_gift_card_batch, "PART", 10)


async def test_a_batch_has_as_many_different_cards_as_asked_none_of_them_a_holder(
    shop: Shop,
) -> None:
    await with_cards(shop)

    answer = await make(shop, 25, note="spring")

    batch = answer.body
    assert (batch.kind, batch.size, batch.done, batch.pins) == ("plain", 25, 25, False)
    assert (batch.note, answer.replayed) == ("spring", False)
    assert day(0) <= batch.created_at < day(0) + dt.timedelta(minutes=1)
    cards = await cards_of(shop, batch.id)
    assert len({code for code, _ in cards}) == 25
    assert {pin for _, pin in cards} == {""}
    assert (await shop.count("gift_card"), await shop.count("holder")) == (25, 0)
    assert await shop.count("outbox") == 0
    assert await shop.reads.gift_card_batch(batch.id) == batch


async def test_each_card_can_be_sold_and_has_the_pin_that_is_printed_on_it(shop: Shop) -> None:
    await with_cards(shop)
    batch = (await make(shop, 3, "secret")).body

    assert batch.pins
    for code, pin in await cards_of(shop, batch.id):
        await activate(shop, code, 1_000)
        assert (await check(shop, code, pin)).balance == 1_000
        assert (len(normalise(code) or ""), len(pin), pin.isdigit()) == (17, 6, True)


async def test_a_kind_the_program_has_not_makes_none(shop: Shop) -> None:
    await with_cards(shop)
    before = await shop.tables()

    with pytest.raises(UnknownGiftCardKind):
        await make(shop, 3, "none")

    assert await shop.tables() == before
    assert (await make(shop, 3)).body.done == 3  # the key is free


async def test_the_same_request_under_the_same_key_makes_nothing_again(shop: Shop) -> None:
    await with_cards(shop)
    first = await make(shop, 25)
    before = await shop.tables()

    again = await make(shop, 25)

    assert (again.replayed, again.body) == (True, first.body)
    assert await shop.tables() == before


@pytest.mark.parametrize("other", [{"size": 24}, {"kind": "secret"}, {"note": "autumn"}], ids=str)
async def test_another_request_under_the_same_key_is_refused(
    shop: Shop, other: dict[str, Any]
) -> None:
    await with_cards(shop)
    await make(shop, 25)
    before = await shop.tables()

    with pytest.raises(IdempotencyKeyReused):
        await make(shop, **{"size": 25, **other})

    assert await shop.tables() == before


class Crash(Exception):
    """The process ended."""


async def cut_off(shop: Shop, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Make 25 cards, and crash in the part after so many."""
    add, parts = batches.add, 0

    async def failing(tx: Tx, *given: Any) -> int:
        nonlocal parts
        made = await add(tx, *given)
        parts += 1
        if parts > after:
            raise Crash
        return made

    with monkeypatch.context() as patch:
        patch.setattr(batches, "add", failing)
        with pytest.raises(Crash):
            await make(shop, 25)


@pytest.mark.parametrize("after", [0, 1, 2])
async def test_a_batch_that_was_cut_off_goes_on_where_it_stopped(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    await with_cards(shop)
    await cut_off(shop, monkeypatch, after)
    assert await shop.count("gift_card") == 10 * after

    done = (await make(shop, 25)).body

    assert done.done == 25
    assert len(set(await cards_of(shop, done.id))) == 25
    with pytest.raises(IdempotencyKeyReused):
        await make(shop, 26)


async def test_two_at_once_make_one_batch_together(shop: Shop) -> None:
    await with_cards(shop)
    other = Shop(shop.db, another(shop.db))
    await other.built.start()

    done = await asyncio.gather(make(shop, 95), make(other, 95), return_exceptions=True)

    views = [one.body for one in done if not isinstance(one, BaseException)]
    assert views
    assert all(isinstance(one, ExpectedError) for one in done if isinstance(one, BaseException))
    assert {(view.id, view.done) for view in views} == {(views[0].id, 95)}
    assert (await shop.count("gift_card_batch"), await shop.count("gift_card")) == (1, 95)


async def test_no_table_holds_a_code_of_a_batch_or_anything_of_its_pins(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No six characters in a row of any code; a PIN of six digits is in many numbers by chance."""
    await with_cards(shop)
    monkeypatch.setattr(secrets, "token_bytes", lambda size: b"\xaa" * size)
    batch = (await make(shop, 40, "secret")).body
    cards = await cards_of(shop, batch.id)
    for code, _ in cards[:5]:
        await activate(shop, code, 1_000)
        assert await balance(shop, code) == (1_000, 0)
    async with shop.db.reading() as tx:
        names = [row[0] for row in await tx.connection.fetch(
            "select tablename from pg_tables where schemaname = 'public'"
        )]  # fmt: skip
        rows = [
            row[0]
            for name in names
            for row in await tx.connection.fetch(f"select upper(t::text) from {name} t")
        ]
        texts = await tx.connection.fetch("select kind, tail, pin_hash from gift_card")
    text = "\n".join(rows)

    codes = [normalise(code) or "" for code, _ in cards]
    assert not [code[n : n + 6] for code in codes for n in range(12) if code[n : n + 6] in text]
    assert {(kind, pin_hash) for kind, _, pin_hash in texts} == {("secret", None)}


async def test_twenty_thousand_cards_take_seconds(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_gift_card_batch, "PART", 2_500)
    await with_cards(shop)
    loop = asyncio.get_running_loop()
    began = loop.time()

    batch = (await make(shop, 20_000, "secret")).body

    assert loop.time() - began < 15
    assert await shop.count("gift_card") == batch.done == 20_000
    assert len({code for code, _ in await cards_of(shop, batch.id)}) == 20_000
