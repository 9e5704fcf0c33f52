"""Codes in bulk, of whatever noun: made in parts under an Idempotency-Key, exported in parts.

The batch is written first and its codes in parts, each a transaction with the count of what is
done. So a crash or a caller who hangs up loses nothing: the same request under the same key goes on
where it stopped, also beside another one that is at it.
"""

import datetime as dt
import secrets
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, Protocol, TypeVar

import msgspec

from service.domain.holders import store as holders
from service.flows.steps import idempotency
from service.flows.steps.auditing import Done, note
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer

B = TypeVar("B")
V = TypeVar("V", bound=msgspec.Struct)

EXPORT_PART: Final = 1_000  # codes made without a pause, a few milliseconds


class Batch(Protocol):
    """A batch as stored: `done` of `size` are there."""

    @property
    def batch_id(self) -> uuid.UUID:
        """Its id."""

    @property
    def seed(self) -> bytes:
        """What its codes are made of, for ever."""

    @property
    def size(self) -> int:
        """How many codes it is to have."""

    @property
    def done(self) -> int:
        """How many it has."""


Row = TypeVar("Row", bound=Batch)


class Batches(Protocol[Row]):
    """The store of a noun's batches."""

    async def insert(self, tx: Tx, batch: Row, actor: Actor, /) -> None:
        """Write a batch with nothing done, unless it is there."""

    async def find(self, tx: Tx, batch_id: uuid.UUID, /) -> Row | None:
        """The batch as it is."""

    async def lock(self, tx: Tx, batch_id: uuid.UUID, /) -> tuple[int, int]:
        """Lock the batch, waiting; answers how many are done and the last number that is there."""

    async def mark_done(self, tx: Tx, batch_id: uuid.UUID, done: int, /) -> None:
        """So many of the batch are there."""


async def made(
    ctx: Context,
    actor: Actor,
    key: str,
    fp: bytes,
    into: type[V],
    begin: Callable[[Tx], Awaitable[B]],
    finish: Callable[[B], Awaitable[V]],
) -> Answer[V]:
    """Begin the batch of the key or find it, finish it, and keep the answer. IdempotencyKeyReused.

    `begin` is not asked again once there is an answer; `finish` has transactions of its own.
    """
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        known = await idempotency.stored(tx, actor, key, fp, into)
        if known is not None:
            return Answer(known, replayed=True)
        batch = await begin(tx)
    answer = await finish(batch)
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        await idempotency.keep(tx, actor, key, fp, None, answer)
    return Answer(answer)


async def begun(
    tx: Tx,
    batches: Batches[Row],
    done: Done,
    actor: Actor,
    fresh: Callable[[dt.datetime, bytes], Row],
) -> Row:
    """The batch of a key as somebody left it, or a new one: `fresh` of an instant and a seed.

    A new one is an act, `done`, that names it.
    """
    batch_id = uuid.UUID(str(done.id))
    found = await batches.find(tx, batch_id)
    if found is None:
        made = fresh(tx.now or EARLIEST, secrets.token_bytes(32))
        await batches.insert(tx, made, actor)
        found = await batches.find(tx, batch_id)  # somebody may have been first, with another seed
        if found is not None and found.seed == made.seed:
            await note(tx, actor, done)
    assert found is not None  # noqa: S101  # it is there now
    return found


async def fill(
    ctx: Context,
    batches: Batches[Row],
    batch: Row,
    add: Callable[[Tx, range], Awaitable[int]],
    *,
    part: int,
) -> Row:
    """The batch with all its codes: what is left of it is made, so many at a time.

    `add` makes codes of these numbers and answers how many came: those that were another's already
    leave no row.
    """
    left, skipped = batch.size - batch.done, 0
    while left:
        async with ctx.db.transaction() as tx:
            done, last = await batches.lock(tx, batch.batch_id)
            left = batch.size - done
            if left:
                first = last + 1 + skipped
                came = await add(tx, range(first, first + min(part, left)))
                await batches.mark_done(tx, batch.batch_id, done + came)
                left -= came
                skipped = 0 if came else skipped + part
    async with ctx.db.reading() as tx:
        made = await batches.find(tx, batch.batch_id)
    assert made is not None  # noqa: S101  # nothing deletes it
    return made


async def parts(
    ctx: Context,
    numbers: Callable[[Tx, int, int], Awaitable[list[int]]],
    lines: Callable[[list[int]], list[str]],
) -> AsyncIterator[list[str]]:
    """What is exported of a batch, in parts: `numbers` after one, at most so many, and their lines.

    No connection is held between two parts: whoever reads slowly keeps none from the others.
    """
    after = 0
    while True:
        async with ctx.db.reading() as tx:
            found = await numbers(tx, after, EXPORT_PART)
        if not found:
            return
        after = found[-1]
        yield lines(found)
