"""close_audit_day: a day that is over is sealed, once, after the one before it.

`MARGIN` after its end: longer than any transaction lasts that read its clock on that day and writes
an act (a statement of the service ends after 3 s, of a command after an hour, idle ones after 5 s
and 10 minutes: sql/roles.sql), so that in earnest nobody is refused. The wall is the lock: whoever
writes an act has a share of it until the commit, so all acts of the day are seen here, and whoever
comes later is refused by `closed_to` (AuditDayOver), with all that was done there.
"""

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Final

from service.domain.audit import sealing, store
from service.domain.audit.types import ActRow, DayRow, LeafRow
from service.domain.events.audit import SUBJECT, AuditClosed
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx

MARGIN: Final = dt.timedelta(hours=2)
_DAY: Final = dt.timedelta(days=1)


async def close_audit_day(ctx: Context) -> int:
    """Close the next day that is over for long enough; 1: it was done, there may be another."""
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        if not _is_over(await _next(tx, await store.closed_to(tx)), tx.now or EARLIEST):
            return 0
        last = await store.lock_head(tx)  # another process may have closed it meanwhile
        await holders.clock(tx, ctx.db.clock_offset)
        day, now = await _next(tx, last), tx.now or EARLIEST
        if day is None or not _is_over(day, now):
            return 0
        before = None if last is None else await store.day(tx, last)
        acts = await store.of_day(tx, day)
        # A shop that voids coupons by a program has many acts: other requests come in between.
        leaves, closed = await asyncio.to_thread(_sealed, day, acts, before, now)
        await store.close(tx, closed, leaves)
        await _tell(tx, closed)
    return 1


def _sealed(
    day: dt.date, acts: Sequence[ActRow], before: DayRow | None, now: dt.datetime
) -> tuple[list[LeafRow], DayRow]:
    leaves = sealing.leaves(acts)
    return leaves, sealing.closed(day, [one.hash for one in leaves], before, now)


async def _next(tx: Tx, last: dt.date | None) -> dt.date | None:
    """The day after the last closed one, or that of the first act of all; None: there is none."""
    return await store.first_day(tx) if last is None else last + _DAY


def _is_over(day: dt.date | None, now: dt.datetime) -> bool:
    if day is None:
        return False
    end = dt.datetime.combine(day + _DAY, dt.time(), dt.UTC)
    return now >= end + MARGIN


async def _tell(tx: Tx, row: DayRow) -> None:
    """So that the head is kept by others too, who can hold it against the database."""
    event = AuditClosed(
        day=row.day,
        acts=row.acts,
        root=row.root.hex(),
        previous=None if row.previous is None else row.previous.hex(),
        head=row.head.hex(),
    )
    outbox = Outbox()
    outbox.emit(
        event,
        holder_id=SUBJECT,
        version=row.number,
        at=row.closed_at,
        recorded_at=row.closed_at,
        source="audit",
    )
    await outbox.write(tx)
