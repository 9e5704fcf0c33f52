"""Batches of unique codes in the database."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any, Final

import asyncpg
import msgspec

from service.domain.coupons import codes
from service.domain.coupons.types import BatchRow, BatchView, Moment
from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.actor import Actor
from service.kernel.ids import new_id

SQL: Final = load("coupon_batches")
PART: Final = 200  # coupons hashed without a pause, a millisecond
_TABLE: Final = "coupon"
_COLUMNS: Final = (
    *("digest", "coupon_id", "template", "batch_id", "batch_no", "tail"),
    *("until_at", "uses_max", "issued_at"),
)


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What all coupons of a part of a batch have in common."""

    template: str
    batch_id: uuid.UUID
    until_at: Moment
    uses_max: int
    issued_at: dt.datetime


Numbered = Iterable[tuple[int, str]]  # (number in the batch, normalised code)


async def insert(tx: Tx, batch: BatchRow, actor: Actor) -> None:
    """Write a batch with nothing done, unless it is there."""
    await tx.run(
        SQL["insert_batch"],
        batch=batch.batch_id,
        template=batch.template,
        size=batch.size,
        seed=batch.seed,
        imported=batch.imported,
        note=batch.note,
        actor_kind=int(actor.kind),
        actor=actor.id,
        recorded_at=batch.recorded_at,
    )


async def find(tx: Tx, batch_id: uuid.UUID) -> BatchRow | None:
    """The batch as it is."""
    return await tx.maybe(SQL["find_batch"], BatchRow, batch=batch_id)


async def lock(tx: Tx, batch_id: uuid.UUID) -> tuple[int, int]:
    """Lock the batch, waiting; answers how many are done and the last number that is there."""
    done: int = await tx.value(SQL["lock_batch"], batch=batch_id)
    last: int = await tx.value(SQL["find_last_number"], batch=batch_id) or 0
    return done, last


async def mark_done(tx: Tx, batch_id: uuid.UUID, done: int) -> None:
    """So many of the batch are there."""
    await tx.run(SQL["update_done"], batch=batch_id, done=done)


def made(secret: bytes, seed: bytes, wanted: Iterable[int]) -> Iterator[tuple[int, str]]:
    """The codes of numbers of a batch of ours: always the same."""
    for number in wanted:
        yield number, codes.derive(secret, seed, number)


async def add(tx: Tx, secret: bytes, terms: Terms, numbered: Sequence[tuple[int, str]]) -> int:
    """Write coupons; answers how many, for a code that is another coupon's stays that one's.

    COPY knows no `on conflict`: it is four times as fast, and 60 random bits hardly ever meet.
    """
    await tx.flush()
    try:
        async with tx.connection.transaction():
            await tx.connection.copy_records_to_table(
                _TABLE, records=_records(secret, terms, numbered), columns=_COLUMNS
            )
    except asyncpg.UniqueViolationError:
        return await insert_coupons(tx, secret, terms, numbered)
    return len(numbered)


async def _records(secret: bytes, terms: Terms, numbered: Numbered) -> AsyncIterator[Any]:
    """Rows in the order of `_COLUMNS`. Hashing a part at a time lets other requests through."""
    for position, (number, code) in enumerate(numbered):
        if position % PART == 0:
            await asyncio.sleep(0)
        yield (
            codes.digest(secret, code), new_id(), terms.template, terms.batch_id, number,
            codes.tail(code), terms.until_at, terms.uses_max, terms.issued_at,
        )  # fmt: skip


async def insert_coupons(
    tx: Tx, secret: bytes, terms: Terms, numbered: Sequence[tuple[int, str]]
) -> int:
    """`add` in one statement, for few coupons or where some codes are other coupons'."""
    return await tx.run(
        SQL["insert_batch_coupons"],
        template=terms.template,
        batch=terms.batch_id,
        until_at=terms.until_at,
        uses_max=terms.uses_max,
        issued_at=terms.issued_at,
        digests=[codes.digest(secret, code) for _, code in numbered],
        coupons=[new_id() for _ in numbered],
        numbers=[number for number, _ in numbered],
        tails=[codes.tail(code) for _, code in numbered],
    )


async def owners(tx: Tx, digests: Sequence[bytes]) -> dict[bytes, tuple[str, uuid.UUID | None]]:
    """digest -> (template, batch) of codes that are coupons."""
    rows = await tx.rows(SQL["list_known"], digests=digests)
    return {row[0]: (row[1], row[2]) for row in rows}


async def numbers(tx: Tx, batch_id: uuid.UUID, after: int, limit: int) -> list[int]:
    """The next numbers of a batch, in order; those whose code was another coupon's are missing."""
    rows = await tx.rows(SQL["list_numbers"], batch=batch_id, after=after, limit=limit)
    return [row[0] for row in rows]


def view(batch: BatchRow) -> BatchView:
    """A batch as shown."""
    return BatchView(
        id=batch.batch_id,
        template=batch.template,
        size=batch.size,
        done=batch.done,
        imported=batch.imported,
        note=batch.note,
        created_at=batch.recorded_at,
    )
