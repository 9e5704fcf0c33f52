"""Transfers in the database."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from service.domain.transfers.types import Kind, Row
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("transfers")


async def insert(tx: Tx, rows: Sequence[Row]) -> None:
    """Write both sides of transfers."""
    await tx.later(
        SQL["insert_transfers"],
        len(rows),
        holders=[r.holder_id for r in rows],
        transfers=[r.transfer_id for r in rows],
        wallets=[r.wallet for r in rows],
        others=[r.other_id for r in rows],
        kinds=[int(r.kind) for r in rows],
        amounts=[r.amount for r in rows],
        occurred=[r.occurred_at for r in rows],
    )


async def sides(tx: Tx, transfer_id: uuid.UUID, holders: Sequence[uuid.UUID]) -> list[Row]:
    """A transfer as its two holders have it: of each wallet the one who gave, then the other."""
    rows = await tx.rows(SQL["list_transfer"], holders=list(holders), transfer=transfer_id)
    return [Row(**{**row, "kind": Kind(row["kind"])}) for row in rows]


async def went(
    tx: Tx,
    holder_id: uuid.UUID,
    wallet: int,
    kind: Kind,
    since: dt.datetime,
    until: dt.datetime,
    other_id: uuid.UUID | None = None,
) -> int:
    """Units of a wallet that left a holder (for one other, or all), effective in [since, until).

    What was undone is not counted.
    """
    units: int = await tx.value(
        SQL["get_went"],
        holder=holder_id,
        wallet=wallet,
        kind=int(kind),
        since=since,
        until=until,
        other=other_id,
    )
    return units


class Sum(msgspec.Struct, frozen=True):
    """What passed between a holder and another: in all, and with effect since an instant."""

    other_id: uuid.UUID
    kind: int
    wallet: int
    amount: int
    lately: int


async def sums(tx: Tx, holder_id: uuid.UUID, since: dt.datetime) -> list[Sum]:
    """What passed between a holder and each other one."""
    return await tx.all(SQL["list_sums"], Sum, holder=holder_id, since=since)
