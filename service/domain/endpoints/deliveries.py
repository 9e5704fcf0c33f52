"""Events that an endpoint has refused, and those behind them, in the database."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from service.domain.endpoints.types import DeadRow, Delivery, Held, Waiting
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("deliveries")
HOLDERS_MAX: Final = 100  # whose turn has come, in one run

Key = tuple[uuid.UUID, int]  # holder, version


async def held(tx: Tx, endpoint_id: uuid.UUID) -> list[Held]:
    """Holders of whom something waits."""
    return await tx.all(SQL["list_held"], Held, endpoint=endpoint_id)


async def waiting(tx: Tx, endpoint_id: uuid.UUID, at: dt.datetime) -> list[Waiting]:
    """All that waits of holders whose turn has come, in order."""
    return await tx.all(
        SQL["list_waiting"], Waiting, endpoint=endpoint_id, at=at, holders=HOLDERS_MAX
    )


async def insert(tx: Tx, endpoint_id: uuid.UUID, rows: Sequence[Delivery], at: dt.datetime) -> None:
    """Events that were refused for the first time, and those behind one."""
    if rows:
        await tx.run(
            SQL["insert_deliveries"],
            endpoint=endpoint_id,
            at=at,
            holders=[row.holder_id for row in rows],
            versions=[row.version for row in rows],
            events=[row.event_id for row in rows],
            states=[int(row.state) for row in rows],
            attempts=[row.attempts for row in rows],
            next_at=[row.next_at for row in rows],
            statuses=[row.last_status for row in rows],
            answers=[row.last_answer for row in rows],
        )


async def update(tx: Tx, endpoint_id: uuid.UUID, rows: Sequence[Delivery]) -> None:
    """What came of those that had waited."""
    if rows:
        await tx.run(
            SQL["update_deliveries"],
            endpoint=endpoint_id,
            holders=[row.holder_id for row in rows],
            versions=[row.version for row in rows],
            states=[int(row.state) for row in rows],
            attempts=[row.attempts for row in rows],
            next_at=[row.next_at for row in rows],
            statuses=[row.last_status for row in rows],
            answers=[row.last_answer for row in rows],
        )


async def delete(tx: Tx, endpoint_id: uuid.UUID, taken: Sequence[Key]) -> None:
    """Those that were taken after all."""
    if taken:
        await tx.run(
            SQL["delete_deliveries"],
            endpoint=endpoint_id,
            holders=[holder for holder, _ in taken],
            versions=[version for _, version in taken],
        )


async def line_up(
    tx: Tx, endpoint_id: uuid.UUID, holder_ids: Sequence[uuid.UUID], at: dt.datetime
) -> None:
    """The first that waits of each of these holders has its turn, at `at` if none was told.

    The others have none, whatever they were told.
    """
    if holder_ids:
        await tx.run(SQL["update_heads"], endpoint=endpoint_id, holders=list(holder_ids), at=at)


async def hasten(tx: Tx, endpoint_id: uuid.UUID, at: dt.datetime) -> None:
    """Those that are first of their holder are tried at once."""
    await tx.run(SQL["update_deliveries_now"], endpoint=endpoint_id, at=at)


async def dead(tx: Tx, endpoint_id: uuid.UUID, after: uuid.UUID, rows: int) -> list[DeadRow]:
    """A page of dead letters by event."""
    return await tx.all(SQL["list_dead"], DeadRow, endpoint=endpoint_id, after=after, rows=rows)


async def revive(
    tx: Tx, endpoint_id: uuid.UUID, events: Sequence[uuid.UUID], at: dt.datetime, rows: int
) -> int:
    """Dead letters, those named or the first of all, are tried again; answers how many."""
    revived = [
        row["holder_id"]
        for row in await tx.rows(
            SQL["update_dead"], endpoint=endpoint_id, events=list(events), at=at, rows=rows
        )
    ]
    await line_up(tx, endpoint_id, sorted(set(revived)), at)
    return len(revived)


async def forget(tx: Tx, endpoint_id: uuid.UUID) -> None:
    """All of a removed endpoint."""
    await tx.run(SQL["delete_deliveries_of"], endpoint=endpoint_id)


async def forget_dead(tx: Tx, before: dt.datetime) -> int:
    """Dead letters that nobody has looked at for long; answers how many."""
    return await tx.run(SQL["delete_dead"], before=before)
