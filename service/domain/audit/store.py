"""Acts, closed days and their leaves in the database. Nothing of it is changed or deleted."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from service.domain.audit.errors import AuditDayOver
from service.domain.audit.types import ActRow, DayRow, LeafRow, Wanted
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("audit")
Place = tuple[dt.datetime, uuid.UUID]


async def insert(tx: Tx, row: ActRow) -> None:
    """Write an act; AuditDayOver when its day is closed, and then nothing may be committed."""
    written = await tx.run(
        SQL["insert_act"],
        act_id=row.act_id,
        at=row.done_at,
        day=row.day,
        act=row.act,
        actor_kind=row.actor_kind,
        actor=row.actor_id,
        client=row.client_id,
        store=row.store,
        device=row.device,
        network=row.network,
        about_kind=row.about_kind,
        about=row.about_id,
        with_id=row.with_id,
        op_id=row.op_id,
        reason=row.reason,
        digest=row.digest,
    )
    if not written:
        raise AuditDayOver


async def find(tx: Tx, act_id: uuid.UUID) -> ActRow | None:
    """An act by its id."""
    return await tx.maybe(SQL["find_act"], ActRow, act_id=act_id)


async def page(tx: Tx, wanted: Wanted, before: Place, rows: int) -> list[ActRow]:
    """Acts older than a place, the newest first."""
    return await tx.all(
        SQL["list_acts"],
        ActRow,
        act=wanted.act,
        actor_kind=wanted.actor_kind,
        actor=wanted.actor_id,
        about=None if wanted.about is None else list(wanted.about),
        from_at=wanted.from_at,
        until_at=wanted.until_at,
        before_at=before[0],
        before_id=before[1],
        rows=rows,
    )


async def of_day(tx: Tx, day: dt.date) -> list[ActRow]:
    """All acts of a day, in the order of the tree."""
    return await tx.all(SQL["list_acts_of_day"], ActRow, day=day)


async def first_day(tx: Tx) -> dt.date | None:
    """The day of the first act; None: there is none."""
    found: dt.date | None = await tx.value(SQL["get_first_day"])
    return found


async def closed_to(tx: Tx) -> dt.date | None:
    """The last day that is closed, without a lock."""
    found: dt.date | None = await tx.value(SQL["get_closed_to"])
    return found


async def lock_head(tx: Tx) -> dt.date | None:
    """The same with nobody writing an act, from here to the end of the transaction, waiting."""
    found: dt.date | None = await tx.value(SQL["lock_head"])
    return found


async def close(tx: Tx, row: DayRow, leaves: Sequence[LeafRow]) -> None:
    """Write the day after the last closed one; the head is locked."""
    await tx.run(
        SQL["insert_day"],
        day=row.day,
        number=row.number,
        acts=row.acts,
        root=row.root,
        previous=row.previous,
        head=row.head,
        at=row.closed_at,
    )
    await tx.run(
        SQL["insert_leaves"],
        day=row.day,
        places=[one.place for one in leaves],
        acts=[one.act_id for one in leaves],
        hashes=[one.hash for one in leaves],
    )
    await tx.run(SQL["update_head"], day=row.day)


async def day(tx: Tx, which: dt.date) -> DayRow | None:
    """A closed day."""
    return await tx.maybe(SQL["find_day"], DayRow, day=which)


async def days(tx: Tx, before: dt.date, rows: int) -> list[DayRow]:
    """Closed days before one, the newest first."""
    return await tx.all(SQL["list_days"], DayRow, before=before, rows=rows)


async def leaves_of(tx: Tx, which: dt.date) -> list[LeafRow]:
    """The leaves of a closed day in their order."""
    return await tx.all(SQL["list_leaves"], LeafRow, day=which)


async def leaf_of(tx: Tx, act_id: uuid.UUID) -> LeafRow | None:
    """The leaf of an act; None: its day is not closed."""
    return await tx.maybe(SQL["find_leaf"], LeafRow, act_id=act_id)
