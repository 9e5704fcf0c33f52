"""Codes in bulk: parts, who goes on, what is left out."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import NamedTuple

import pytest

from service.domain.audit.acts import About, Act
from service.domain.coupons.types import BatchView
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.flows.steps import batching
from service.flows.steps.auditing import Done
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.ids import new_id
from tests.flows.shop import TILL, Shop, day

BATCH = new_id()
MADE = Done(act=Act.COUPON_BATCH_MADE, about=About.COUPON_BATCH, id=BATCH)


class Row(NamedTuple):
    """A batch as stored."""

    batch_id: uuid.UUID
    size: int
    done: int = 0
    seed: bytes = b""


class Shelf:
    """Batches of a noun in memory: numbers that are there, and how many count as done."""

    def __init__(self, taken: Sequence[int] = ()) -> None:
        self.stored: Row | None = None
        self.taken = set(taken)
        self.there: list[int] = []
        self.done = 0
        self.asked: list[range] = []

    async def insert(self, tx: Tx, batch: Row, actor: Actor) -> None:
        assert (tx.connection.is_in_transaction(), actor) == (True, TILL)
        self.stored = self.stored or batch

    async def find(self, tx: Tx, batch_id: uuid.UUID) -> Row | None:
        del tx
        assert batch_id == BATCH
        return None if self.stored is None else self.stored._replace(done=self.done)

    async def lock(self, tx: Tx, batch_id: uuid.UUID) -> tuple[int, int]:
        assert batch_id == BATCH
        assert tx.connection.is_in_transaction()
        return self.done, max(self.there, default=0)

    async def mark_done(self, tx: Tx, batch_id: uuid.UUID, done: int) -> None:
        assert tx.connection.is_in_transaction()
        self.done = done

    async def add(self, tx: Tx, wanted: range) -> int:
        self.asked.append(wanted)
        came = [number for number in wanted if number not in self.taken]
        self.there += came
        return len(came)


async def fill(shop: Shop, shelf: Shelf, size: int, part: int = 4) -> None:
    shelf.stored = Row(BATCH, size, shelf.done)
    made = await batching.fill(shop.built.ctx, shelf, shelf.stored, shelf.add, part=part)
    assert made == Row(BATCH, size, size)


async def test_a_batch_is_begun_once_and_whoever_comes_second_finds_it(shop: Shop) -> None:
    shelf = Shelf()

    def fresh(now: dt.datetime, seed: bytes) -> Row:
        assert now.tzinfo is not None
        return Row(BATCH, 5, seed=seed)

    async with shop.db.transaction() as tx:
        first = await batching.begun(tx, shelf, MADE, TILL, fresh)
        again = await batching.begun(tx, shelf, MADE, TILL, fresh)

    assert (first.size, len(first.seed)) == (5, 32)
    assert again == first
    async with shop.db.reading() as tx:
        query = "select act from audit_act where about_id = $1"
        acts = await tx.connection.fetch(query, str(BATCH))
    assert [row["act"] for row in acts] == ["coupon-batch.made"]


async def test_a_batch_is_made_in_parts(shop: Shop) -> None:
    shelf = Shelf()

    await fill(shop, shelf, 10)

    assert shelf.there == list(range(1, 11))
    assert [len(part) for part in shelf.asked] == [4, 4, 2]


async def test_numbers_that_are_anothers_are_passed_over_even_a_whole_part(shop: Shop) -> None:
    shelf = Shelf(taken=[2, *range(5, 14)])

    await fill(shop, shelf, 6)

    assert (shelf.done, len(shelf.there)) == (6, 6)
    assert shelf.taken.isdisjoint(shelf.there)


async def test_what_somebody_else_has_made_meanwhile_is_not_made_again(shop: Shop) -> None:
    shelf = Shelf()
    shelf.stored = Row(BATCH, 10, done=7)
    shelf.done, shelf.there = 10, list(range(1, 11))

    await batching.fill(shop.built.ctx, shelf, Row(BATCH, 10, done=7), shelf.add, part=4)

    assert shelf.asked == []


async def test_nothing_left_asks_nothing(shop: Shop) -> None:
    shelf = Shelf()
    shelf.done = 10

    await fill(shop, shelf, 10)

    assert shelf.asked == []


async def test_an_answer_is_kept_under_the_key_and_begun_batches_are_not(shop: Shop) -> None:
    view = BatchView(
        id=BATCH, template="X", size=1, done=1, imported=False, note="", created_at=day(0)
    )
    begun: list[bool] = []

    async def begin(tx: Tx) -> bool:
        begun.append(tx.now is not None)
        return True

    async def fails(batch: bool) -> BatchView:
        raise MemoryError

    async def finish(batch: bool) -> BatchView:
        return view

    ctx, fp = shop.built.ctx, bytes(32)
    with pytest.raises(MemoryError):
        await batching.made(ctx, TILL, "key-00001", fp, BatchView, begin, fails)
    first = await batching.made(ctx, TILL, "key-00001", fp, BatchView, begin, finish)
    again = await batching.made(ctx, TILL, "key-00001", fp, BatchView, begin, fails)

    assert begun == [True, True]
    assert (first.replayed, again.replayed, first.body) == (False, True, again.body)
    with pytest.raises(IdempotencyKeyReused):
        await batching.made(ctx, TILL, "key-00001", b"x" * 32, BatchView, begin, finish)


async def test_an_export_comes_in_parts(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "EXPORT_PART", 3)

    async def numbers(tx: Tx, after: int, limit: int) -> list[int]:
        return [n for n in (1, 2, 5, 6, 9) if n > after][:limit]

    def lines(wanted: list[int]) -> list[str]:
        return [str(number) for number in wanted]

    found = [part async for part in batching.parts(shop.built.ctx, numbers, lines)]

    assert found == [["1", "2", "5"], ["6", "9"]]
