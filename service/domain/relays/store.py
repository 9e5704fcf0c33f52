"""Positions of sinks. They are compared and set: no lock is held while a sink is called."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from service.domain.relays.types import Lag, Placed, Standing
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("relays")


async def standings(tx: Tx, sink: str) -> list[Standing]:
    """All shards of a sink."""
    return [Standing(*row) for row in await tx.rows(SQL["list_positions"], sink=sink)]


async def after(tx: Tx, shard: int, position: int, limit: int) -> list[Placed]:
    """The next events of a shard."""
    rows = await tx.rows(SQL["list_after"], shard=shard, position=position, limit=limit)
    return [Placed(*row) for row in rows]


async def look_at(tx: Tx, shard: int, place: int) -> tuple[int, uuid.UUID | None]:
    """How far the shard's sequencer is, and the event at the place if it is there."""
    rows = await tx.rows(SQL["find_at"], shard=shard, place=place)
    return rows[0][0], rows[0][1]


async def move(tx: Tx, sink: str, standing: Standing, to: int, at: dt.datetime) -> bool:
    """Set the position if nobody else did; False: somebody did."""
    moved = await tx.run(
        SQL["update_position"],
        sink=sink,
        shard=standing.shard,
        was=standing.position,
        to=to,
        at=at,
    )
    return moved == 1


async def lags(tx: Tx, sinks: Sequence[str]) -> list[Lag]:
    """How far behind each sink is, of what has a place."""
    return [Lag(*row) for row in await tx.rows(SQL["list_lags"], sinks=list(sinks))]
