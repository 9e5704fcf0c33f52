"""Batches of gift cards in the database."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from service.domain.gift_cards import codes
from service.domain.gift_cards.types import BatchRow, GiftCardBatchView, State
from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.actor import Actor
from service.kernel.codes import tail
from service.kernel.ids import new_id

SQL: Final = load("gift_card_batches")
PART: Final = 200  # cards hashed without a pause, a millisecond
_COLUMNS: Final = (
    *("digest", "holder_id", "kind", "tail", "state"),
    *("batch_id", "batch_no", "has_pin", "issued_at"),
)


async def insert(tx: Tx, batch: BatchRow, actor: Actor) -> None:
    """Write a batch with nothing done, unless it is there."""
    await tx.run(
        SQL["insert_batch"],
        batch=batch.batch_id,
        kind=batch.kind,
        size=batch.size,
        seed=batch.seed,
        has_pins=batch.has_pins,
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


async def add(tx: Tx, secret: bytes, batch: BatchRow, wanted: range) -> int:
    """Write the cards of these numbers; answers how many. Two codes of 80 bits do not meet."""
    await tx.flush()
    await tx.connection.copy_records_to_table(
        "gift_card", records=_records(secret, batch, wanted), columns=_COLUMNS
    )
    return len(wanted)


async def _records(secret: bytes, batch: BatchRow, wanted: range) -> AsyncIterator[Any]:
    """Rows in the order of `_COLUMNS`. Hashing a part at a time lets other requests through."""
    for position, number in enumerate(wanted):
        if position % PART == 0:
            await asyncio.sleep(0)
        code = codes.derive(secret, batch.seed, number)
        yield (
            codes.digest(secret, code), new_id(), batch.kind, tail(code), int(State.ISSUED),
            batch.batch_id, number, batch.has_pins, batch.recorded_at,
        )  # fmt: skip


async def numbers(tx: Tx, batch_id: uuid.UUID, after: int, limit: int) -> list[int]:
    """The next numbers of a batch, in order."""
    rows = await tx.rows(SQL["list_numbers"], batch=batch_id, after=after, limit=limit)
    return [row[0] for row in rows]


def made(secret: bytes, batch: BatchRow, wanted: Iterable[int]) -> list[tuple[str, str | None]]:
    """(code, PIN) of numbers of a batch: always the same."""
    return [
        (
            codes.derive(secret, batch.seed, number),
            codes.derive_pin(secret, batch.seed, number) if batch.has_pins else None,
        )
        for number in wanted
    ]


def view(batch: BatchRow) -> GiftCardBatchView:
    """A batch as shown."""
    return GiftCardBatchView(
        id=batch.batch_id,
        kind=batch.kind,
        size=batch.size,
        done=batch.done,
        pins=batch.has_pins,
        note=batch.note,
        created_at=batch.recorded_at,
    )
