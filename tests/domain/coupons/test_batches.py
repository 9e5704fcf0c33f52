"""Batches of unique codes in the database."""

import uuid

from service.domain.coupons import batches, codes, store
from service.domain.coupons.types import BatchRow
from service.infra.db import Tx
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import new_id
from tests.domain.coupons.rows import NOW, SECRET, hours

SEED = bytes(range(32))
ACTOR = Actor(kind=ActorKind.PARTNER, id="shop", client_id=new_id())


def row(size: int = 10, seed: bytes = SEED) -> BatchRow:
    return BatchRow(new_id(), "FLYER", size, seed, False, 0, "spring", NOW)


def terms(batch_id: uuid.UUID, template: str = "FLYER") -> batches.Terms:
    return batches.Terms(
        template=template, batch_id=batch_id, until_at=hours(9), uses_max=2, issued_at=NOW
    )


def first(count: int) -> list[tuple[int, str]]:
    """The first codes of the seed."""
    return list(batches.made(SECRET, SEED, range(1, count + 1)))


async def test_a_batch_is_written_once(tx: Tx) -> None:
    batch = row()
    await batches.insert(tx, batch, ACTOR)
    await batches.insert(tx, BatchRow(batch.batch_id, "X", 1, bytes(32), True, 0, "", NOW), ACTOR)

    assert await batches.find(tx, batch.batch_id) == batch
    assert await batches.find(tx, new_id()) is None


async def test_the_codes_of_a_seed_are_the_same_whoever_asks() -> None:
    assert first(3) == [(n, codes.derive(SECRET, SEED, n)) for n in (1, 2, 3)]


async def test_coupons_are_copied_with_what_they_have_in_common(tx: Tx) -> None:
    batch = row()
    await batches.insert(tx, batch, ACTOR)

    assert await batches.add(tx, SECRET, terms(batch.batch_id), first(5)) == 5

    digest = codes.digest(SECRET, first(3)[2][1])
    coupon = (await store.find(tx, [digest]))[digest]
    assert (coupon.batch_id, coupon.template, coupon.uses_max) == (batch.batch_id, "FLYER", 2)
    assert (coupon.until_at, coupon.from_at, coupon.holder_id) == (hours(9), None, None)
    assert coupon.tail == first(3)[2][1][-4:]
    assert await batches.lock(tx, batch.batch_id) == (0, 5)
    await batches.mark_done(tx, batch.batch_id, 5)
    assert await batches.lock(tx, batch.batch_id) == (5, 5)


async def test_a_code_that_is_another_coupons_stays_that_ones(tx: Tx) -> None:
    older, batch = row(), row()
    await batches.add(tx, SECRET, terms(older.batch_id, "OTHER"), [(7, first(3)[1][1])])

    assert await batches.add(tx, SECRET, terms(batch.batch_id), first(3)) == 2

    digests = [codes.digest(SECRET, code) for _, code in first(3)]
    assert await batches.owners(tx, digests) == {
        digests[0]: ("FLYER", batch.batch_id),
        digests[1]: ("OTHER", older.batch_id),
        digests[2]: ("FLYER", batch.batch_id),
    }
    assert await batches.numbers(tx, batch.batch_id, 0, 10) == [1, 3]


async def test_numbers_come_in_pages(tx: Tx) -> None:
    batch = row()
    await batches.add(tx, SECRET, terms(batch.batch_id), first(5))

    assert await batches.numbers(tx, batch.batch_id, 0, 3) == [1, 2, 3]
    assert await batches.numbers(tx, batch.batch_id, 3, 3) == [4, 5]
    assert await batches.numbers(tx, batch.batch_id, 5, 3) == []
