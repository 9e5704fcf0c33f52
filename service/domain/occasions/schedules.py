"""Occasions that come by the calendar: how far they were gone through, and whose a day is."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from service.domain.occasions.days import Span
from service.domain.occasions.types import Scheduled
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("occasions")
FIRST: Final = uuid.UUID(int=0)


async def begin(tx: Tx, trigger: str, done_on: dt.date) -> None:
    """A kind is gone through from the day after `done_on`, unless it is already."""
    await tx.run(SQL["insert_schedule"], trigger=trigger, done_on=done_on)


async def lock(tx: Tx, trigger: str) -> Scheduled | None:
    """How far it was gone through; None: another worker is at it."""
    return await tx.maybe(SQL["lock_schedule"], Scheduled, trigger=trigger)


async def move(tx: Tx, trigger: str, to: Scheduled) -> None:
    """So far it was gone through now."""
    await tx.run(SQL["update_schedule"], trigger=trigger, done_on=to.done_on, done_to=to.done_to)


async def born_on(
    tx: Tx, days: Sequence[int], after: uuid.UUID | None, rows_max: int
) -> list[uuid.UUID]:
    """Whose birthday it is: days as month times 100 plus day, members in order of id."""
    rows = await tx.rows(SQL["list_born"], days=list(days), after=after or FIRST, rows=rows_max)
    return [row[0] for row in rows]


async def first_enrolled(tx: Tx) -> dt.datetime | None:
    """When the first member enrolled."""
    found: dt.datetime | None = await tx.value(SQL["get_first_enrolled"])
    return found


async def enrolled_in(
    tx: Tx, spans: Sequence[Span], after: uuid.UUID | None, rows_max: int
) -> list[uuid.UUID]:
    """Who enrolled within one of the spans, which do not overlap; in order of id."""
    rows = await tx.rows(
        SQL["list_enrolled"],
        since=[span[0] for span in spans],
        until=[span[1] for span in spans],
        after=after or FIRST,
        rows=rows_max,
    )
    return [row[0] for row in rows]


async def expiring_in(
    tx: Tx, wallet: int, span: Span, after: uuid.UUID | None, rows_max: int
) -> list[tuple[uuid.UUID, int]]:
    """Members with units of the wallet that lapse within the span, and how many; in order of id."""
    rows = await tx.rows(
        SQL["list_expiring"],
        wallet=wallet,
        since=span[0],
        until=span[1],
        after=after or FIRST,
        rows=rows_max,
    )
    return [(row[0], row[1]) for row in rows]
