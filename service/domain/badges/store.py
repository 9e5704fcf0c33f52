"""Badges in the database, written under the lock of their holder."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec

from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask

SQL: Final = load("badges")


class BadgeRow(msgspec.Struct, frozen=True):
    """A badge (the number of the program's) that a member has: by which operation, which rule."""

    holder_id: uuid.UUID
    badge: int
    op_id: uuid.UUID
    rule: str
    given_at: dt.datetime


async def give(
    tx: Tx, badges: Sequence[BadgeRow], now: dt.datetime
) -> set[tuple[uuid.UUID, int, uuid.UUID]]:
    """(holder, badge, operation) of those given now; who has one of the kind gets no second."""
    rows = await tx.rows(
        SQL["insert_badges"],
        holders=[one.holder_id for one in badges],
        badges=[one.badge for one in badges],
        ops=[one.op_id for one in badges],
        rules=[one.rule for one in badges],
        given=[one.given_at for one in badges],
        recorded=[now] * len(badges),
    )
    return {(row[0], row[1], row[2]) for row in rows}


def ask_badges(holder_ids: Collection[uuid.UUID]) -> Ask[dict[uuid.UUID, list[BadgeRow]]]:
    """What each has now, the first given first; who has none is not there."""

    def read(rows: Sequence[Any]) -> dict[uuid.UUID, list[BadgeRow]]:
        found: dict[uuid.UUID, list[BadgeRow]] = {}
        for row in rows:
            found.setdefault(row[0], []).append(BadgeRow(*row))
        return found

    return Ask(SQL["list_badges"], read, holders=list(holder_ids))


async def take(
    tx: Tx,
    holder_id: uuid.UUID,
    badges: Sequence[tuple[uuid.UUID, int]],
    at: dt.datetime,
    by: uuid.UUID,
) -> None:
    """The badges that these operations gave are taken: nothing deserves them any more."""
    await tx.run(
        SQL["update_taken"],
        holder=holder_id,
        ops=[op_id for op_id, _ in badges],
        badges=[badge for _, badge in badges],
        taken_at=at,
        taken_by=by,
    )
