"""Holders in the database."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from service.domain.holders.types import Found, Holder, Kind
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask

SQL: Final = load("holders")


async def lock(
    tx: Tx, holder_ids: Iterable[uuid.UUID], *, wait: bool, clock_offset: dt.timedelta
) -> tuple[dict[uuid.UUID, Holder], int]:
    """Lock what is free (or wait for all), set `tx.now`, answer holders and newest program version.

    Holders locked elsewhere are missing from the answer unless `wait`.
    """
    wanted = sorted(holder_ids)
    if not wanted:
        return {}, await clock(tx, clock_offset)
    rows = await tx.rows(SQL["lock_holders_waiting" if wait else "lock_holders"], holders=wanted)
    if not rows:
        return {}, await clock(tx, clock_offset)
    tx.now = max(row[9] for row in rows) + clock_offset
    found = {row[0]: Holder(*row[:9]) for row in rows}
    return found, rows[0][10] or 0


async def clock(tx: Tx, clock_offset: dt.timedelta) -> int:
    """Set `tx.now` without a lock; answers the newest program version (0: none)."""
    now, newest = await tx.ask(ask_clock())
    tx.now = now + clock_offset
    return newest


def ask_clock() -> Ask[tuple[dt.datetime, int]]:
    """PostgreSQL's clock and the newest program version (0: none)."""
    return Ask(SQL["get_clock"], lambda rows: (rows[0][0], rows[0][1] or 0))


async def find(tx: Tx, holder_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Found]:
    """By id, those that exist."""
    return await tx.ask(ask_found(holder_ids))


def ask_found(holder_ids: Iterable[uuid.UUID]) -> Ask[dict[uuid.UUID, Found]]:
    """The same as a question."""
    return Ask(
        SQL["find_holders"],
        lambda rows: {row[0]: Found._make(row) for row in rows},
        holders=list(holder_ids),
    )


async def ids_of(tx: Tx, holder_id: uuid.UUID) -> tuple[list[Found], dt.datetime | None]:
    """Who somebody is now, first, and all who are that one; with the clock, None: nobody."""
    rows = await tx.rows(SQL["list_ids_of"], holder=holder_id)
    return [Found._make(row[:5]) for row in rows], rows[0][5] if rows else None


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


async def insert_missing(
    tx: Tx, holder_ids: Sequence[uuid.UUID], kind: Kind, settled_at: dt.datetime, now: dt.datetime
) -> set[uuid.UUID]:
    """Those of the holders that do not exist yet; answers which these are."""
    rows = await tx.rows(
        SQL["insert_missing_holders"],
        holders=holder_ids,
        kind=int(kind),
        settled=settled_at,
        recorded=now,
    )
    return {row[0] for row in rows}


async def update(tx: Tx, holders: Sequence[Holder]) -> None:
    """Write back what the flow worked out."""
    await tx.later(
        SQL["update_holders"],
        len(holders),
        "a locked holder vanished",
        holders=[h.holder_id for h in holders],
        versions=[h.version for h in holders],
        dues=[h.next_due for h in holders],
        settled=[h.settled_at for h in holders],
        recorded=[h.recorded_at for h in holders],
    )


async def list_due(tx: Tx, at: dt.datetime, limit: int) -> list[uuid.UUID]:
    """Holders with something due at or before the instant."""
    return [row[0] for row in await tx.rows(SQL["list_due"], at=at, limit=limit)]


async def states(
    tx: Tx, holder_ids: Iterable[uuid.UUID], clock_offset: dt.timedelta
) -> dict[uuid.UUID, Holder]:
    """Holders as they are, without a lock; sets `tx.now`."""
    rows = await tx.rows(SQL["list_states"], holders=list(holder_ids))
    if rows:
        tx.now = max(row[9] for row in rows) + clock_offset
    return {row[0]: Holder(*row[:9]) for row in rows}


async def changed(
    tx: Tx, seen: Mapping[uuid.UUID, int], clock_offset: dt.timedelta
) -> Collection[uuid.UUID]:
    """Who of those seen at a version is at another one now, or gone; sets `tx.now`."""
    ((now, found),) = await tx.rows(
        SQL["find_changed"],
        holders=",".join([holder_id.hex for holder_id in seen]),
        versions=",".join(map(str, seen.values())),
    )
    tx.now = now + clock_offset
    return frozenset(found)
