"""Holders in the database."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final

from service.domain.holders.types import Holder, Kind
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("holders")


async def lock(
    tx: Tx, holder_ids: Iterable[uuid.UUID], *, wait: bool, clock_offset: dt.timedelta
) -> tuple[dict[uuid.UUID, Holder], int]:
    """Lock what is free (or wait for all), set `tx.now`, answer holders and newest program version.

    Holders locked elsewhere are missing from the answer unless `wait`.
    """
    statement = SQL["lock_holders_waiting" if wait else "lock_holders"]
    rows = await tx.rows(statement, holders=sorted(holder_ids))
    if not rows:
        return {}, await clock(tx, clock_offset)
    tx.now = max(row[7] for row in rows) + clock_offset
    found = {row[0]: Holder(*row[:7]) for row in rows}
    return found, rows[0][8] or 0


async def clock(tx: Tx, clock_offset: dt.timedelta) -> int:
    """Set `tx.now` without a lock; answers the newest program version (0: none)."""
    (row,) = await tx.rows(SQL["get_clock"])
    tx.now = row[0] + clock_offset
    return row[1] or 0


async def find(tx: Tx, holder_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Any]:
    """holder_id -> (holder_id, kind, merged_into, version) of those that exist."""
    rows = await tx.rows(SQL["find_holders"], holders=list(holder_ids))
    return {row[0]: row for row in rows}


async def insert(
    tx: Tx,
    holder_ids: Sequence[uuid.UUID],
    kind: Kind,
    settled: Sequence[dt.datetime],
    now: dt.datetime,
) -> None:
    """New holders; `settled` says from when on things fall due for each."""
    await tx.run(
        SQL["insert_holders"],
        holders=holder_ids,
        kinds=[int(kind)] * len(holder_ids),
        settled=settled,
        recorded=[now] * len(holder_ids),
    )


async def update(tx: Tx, holders: Sequence[Holder]) -> None:
    """Write back what the flow worked out."""
    touched = await tx.run(
        SQL["update_holders"],
        holders=[h.holder_id for h in holders],
        versions=[h.version for h in holders],
        dues=[h.next_due for h in holders],
        settled=[h.settled_at for h in holders],
        recorded=[h.recorded_at for h in holders],
    )
    if touched != len(holders):
        raise AssertionError("a locked holder vanished")


async def list_due(tx: Tx, at: dt.datetime, limit: int) -> list[uuid.UUID]:
    """Holders with something due at or before the instant."""
    return [row[0] for row in await tx.rows(SQL["list_due"], at=at, limit=limit)]


async def states(
    tx: Tx, holder_ids: Iterable[uuid.UUID], clock_offset: dt.timedelta
) -> dict[uuid.UUID, Holder]:
    """Holders as they are, without a lock; sets `tx.now`."""
    rows = await tx.rows(SQL["list_states"], holders=list(holder_ids))
    if rows:
        tx.now = max(row[7] for row in rows) + clock_offset
    return {row[0]: Holder(*row[:7]) for row in rows}
