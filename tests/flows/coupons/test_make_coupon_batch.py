"""Unique codes in bulk."""

import asyncio
import datetime as dt
import secrets
from typing import Any

import pytest

from service.domain.coupons import batches
from service.domain.coupons.errors import TemplateNotForBatches, UnknownTemplate
from service.domain.idempotency.errors import IdempotencyKeyInUse, IdempotencyKeyReused
from service.flows.coupons import make_coupon_batch
from service.infra.db import Tx
from service.kernel.codes import normalise
from tests.flows.coupon_shop import check, codes_of, make, with_coupons
from tests.flows.shop import Shop, another, day


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_coupon_batch, "PART", 10)


async def test_a_batch_has_as_many_different_codes_as_asked(shop: Shop) -> None:
    await with_coupons(shop)

    answer = await make(shop, 25, note="spring")

    batch = answer.body
    assert (batch.template, batch.size, batch.done, batch.imported) == ("FLYER", 25, 25, False)
    assert (batch.note, answer.replayed) == ("spring", False)
    assert day(0) <= batch.created_at < day(0) + dt.timedelta(minutes=1)
    codes = await codes_of(shop, batch.id)
    assert len(set(codes)) == 25
    assert await shop.count("coupon") == 25
    assert await shop.reads.coupon_batch(batch.id) == batch


async def test_each_code_is_good_for_the_template_and_lasts_from_the_making(shop: Shop) -> None:
    await with_coupons(shop)
    batch = (await make(shop, 3)).body

    for code in await codes_of(shop, batch.id):
        found = await check(shop, code)
        tail = (normalise(code) or "")[-4:]
        assert (found.usable, found.template, found.coupon) == (True, "FLYER", f"…{tail}")
        # 30 days from 2 March, over the change of the clocks
        assert found.valid_until == batch.created_at + dt.timedelta(days=30, hours=-1)


@pytest.mark.parametrize(
    ("template", "refusal"),
    [
        ("NONE", UnknownTemplate),
        ("GIFT", TemplateNotForBatches),
        ("OPENING", TemplateNotForBatches),
    ],
)
async def test_only_a_template_of_unique_codes_has_batches(
    shop: Shop, template: str, refusal: type[Exception]
) -> None:
    await with_coupons(shop)
    before = await shop.tables()

    with pytest.raises(refusal):
        await make(shop, 3, template)

    assert await shop.tables() == before
    assert (await make(shop, 3)).body.done == 3  # the key is free


async def test_the_same_request_under_the_same_key_makes_nothing_again(shop: Shop) -> None:
    await with_coupons(shop)
    first = await make(shop, 25)
    before = await shop.tables()

    again = await make(shop, 25)

    assert (again.replayed, again.body) == (True, first.body)
    assert await shop.tables() == before


@pytest.mark.parametrize(
    "other", [{"size": 24}, {"template": "TWICE"}, {"note": "autumn"}], ids=str
)
async def test_another_request_under_the_same_key_is_refused(
    shop: Shop, other: dict[str, Any]
) -> None:
    await with_coupons(shop)
    await make(shop, 25)
    before = await shop.tables()

    with pytest.raises(IdempotencyKeyReused):
        await make(shop, **{"size": 25, **other})

    assert await shop.tables() == before


class Crash(Exception):
    """The process ended."""


async def cut_off(shop: Shop, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Make 25 codes, and crash in the part after so many."""
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


async def test_a_batch_that_was_cut_off_is_continued_by_the_same_request(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_coupons(shop)
    await cut_off(shop, monkeypatch, after=1)
    assert await shop.count("coupon") == 10
    async with shop.db.reading() as tx:
        batch_id = await tx.connection.fetchval("select batch_id from coupon_batch")
    assert (await shop.reads.coupon_batch(batch_id)).done == 10
    some = await codes_of(shop, batch_id)

    batch = (await make(shop, 25)).body

    assert (batch.id, batch.done) == (batch_id, 25)
    codes = await codes_of(shop, batch_id)
    assert (codes[:10], len(set(codes))) == (some, 25)


async def test_what_was_cut_off_is_not_continued_as_something_else(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_coupons(shop)
    await cut_off(shop, monkeypatch, after=1)

    with pytest.raises(IdempotencyKeyReused):
        await make(shop, 26)


async def test_two_workers_with_one_key_make_one_batch(shop: Shop) -> None:
    await with_coupons(shop)
    other = Shop(shop.db, another(shop.db))
    await other.built.start()

    answers = await asyncio.gather(make(shop, 95), make(other, 95), return_exceptions=True)

    done = [one for one in answers if not isinstance(one, BaseException)]
    assert done
    assert all(isinstance(one, IdempotencyKeyInUse) for one in answers if one not in done)
    assert await shop.count("coupon_batch") == 1
    assert await shop.count("coupon") == 95
    assert len(set(await codes_of(shop, done[0].body.id))) == 95


async def test_numbers_whose_code_is_another_coupons_are_passed_over(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two batches of one seed: every code of the second is there already, but for the last."""
    await with_coupons(shop)
    monkeypatch.setattr(secrets, "token_bytes", bytes)
    first = (await make(shop, 25, "TWICE", key="batch-0001")).body

    second = (await make(shop, 12, key="batch-0002")).body

    assert second.done == 12
    older, newer = await codes_of(shop, first.id), await codes_of(shop, second.id)
    assert len({*older, *newer}) == 37
    assert (await check(shop, older[0])).template == "TWICE"
    assert (await check(shop, newer[-1])).template == "FLYER"


async def test_a_leaked_database_reveals_no_code(shop: Shop) -> None:
    """No table holds six characters in a row of any code; the last four are kept on purpose."""
    await with_coupons(shop)
    batch = (await make(shop, 40)).body
    codes = [normalise(code) or "" for code in await codes_of(shop, batch.id)]
    async with shop.db.reading() as tx:
        names = [row[0] for row in await tx.connection.fetch(
            "select tablename from pg_tables where schemaname = 'public'"
        )]  # fmt: skip
        rows = [
            row[0]
            for name in names
            for row in await tx.connection.fetch(f"select upper(t::text) from {name} t")
        ]
    text = "\n".join(rows)

    assert len(rows) > 40
    assert all(f"{code[-4:]}" in text for code in codes)
    parts = {code[n : n + 6] for code in codes for n in range(8)}
    assert not [part for part in parts if part in text]


async def test_twenty_thousand_codes_take_seconds(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_coupon_batch, "PART", 2_500)
    await with_coupons(shop)
    loop = asyncio.get_running_loop()
    began = loop.time()

    batch = (await make(shop, 20_000)).body

    seconds = loop.time() - began
    assert seconds < 15
    assert await shop.count("coupon") == batch.done == 20_000
    assert len(set(await codes_of(shop, batch.id))) == 20_000
