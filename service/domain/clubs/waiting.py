"""Waiting lists of clubs. Places are given under the lock of the club, and never given again."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any, Final

from service.domain.clubs.types import Ground, LeftHow, Waiting
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask

SQL: Final = load("clubs")


async def place(tx: Tx, club: int, now: dt.datetime) -> int:
    """The place behind everybody's; the club is locked."""
    number: int = await tx.value(SQL["update_last_place"], club=club, now=now)
    return number


async def insert(tx: Tx, one: Waiting) -> None:
    """Somebody new on the list."""
    await tx.run(
        SQL["insert_waiting"],
        club=one.club,
        place=one.place,
        holder=one.holder_id,
        since_at=one.since_at,
        entry=int(one.entry),
        term_until=one.term_until,
        inviter=one.inviter,
        source=one.source,
        note=one.note,
        actor_kind=one.actor_kind,
        actor=one.actor_id,
    )


async def leave(tx: Tx, left: Sequence[Waiting], how: LeftHow, at: dt.datetime) -> None:
    """They wait no more; not from before they came, should the clock have gone back."""
    if not left:
        return
    await tx.run(
        SQL["update_waiting"],
        clubs=[one.club for one in left],
        places=[one.place for one in left],
        how=int(how),
        at=at,
    )


def ask_open(
    holder_ids: Collection[uuid.UUID], clubs: Collection[int]
) -> Ask[dict[tuple[uuid.UUID, int], Waiting]]:
    """(holder, club) -> their place on its list, for those who wait."""
    return Ask(
        SQL["list_waiting_of"],
        lambda rows: {(row[2], row[0]): _waiting(row) for row in rows},
        holders=list(holder_ids),
        clubs=list(clubs),
    )


async def first(tx: Tx, club: int, limit: int) -> list[Waiting]:
    """Those who wait longest, in the order of their places."""
    return [_waiting(row) for row in await tx.rows(SQL["list_waiting"], club=club, limit=limit)]


async def ahead(tx: Tx, club: int, before: int | None = None) -> int:
    """How many wait, or wait before a place."""
    return await tx.ask(ask_ahead(club, before))


def ask_ahead(club: int, before: int | None = None) -> Ask[int]:
    """The same as a question."""

    def read(rows: Sequence[Any]) -> int:
        return int(rows[0][0])

    return Ask(SQL["count_waiting"], read, club=club, before=before)


async def clubs(tx: Tx) -> list[int]:
    """The clubs somebody waits for."""
    return [row[0] for row in await tx.rows(SQL["list_waited_for"])]


def _waiting(row: Any) -> Waiting:
    return Waiting(
        club=row[0],
        place=row[1],
        holder_id=row[2],
        since_at=row[3],
        left_at=row[4],
        how=None if row[5] is None else LeftHow(row[5]),
        entry=Ground(row[6]),
        term_until=row[7],
        inviter=row[8],
        source=row[9],
        note=row[10],
        actor_kind=row[11],
        actor_id=row[12],
    )
