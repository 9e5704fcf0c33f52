"""Numbered seats of clubs, counted as rows: whoever locks the club sees every one that is taken.

A seat belongs to a membership or to an open offer. It is free the moment it is due, whatever a job
has done so far; `lock` deletes what is overdue, so that its number can be given again.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any, Final

from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask

SQL: Final = load("clubs")

Wanted = tuple[uuid.UUID, dt.datetime | None]  # holder, when the seat falls due (None: never)


async def lock(tx: Tx, clubs: Collection[int], now: dt.datetime) -> None:
    """Lock the clubs' seats and waiting lists, waiting, in the order of their numbers.

    After holders and codes, before natural keys. Seats due at `now` or before are free then.
    Under a program that is new here everybody who is in has a seat then, also who came before the
    club had a number of seats.
    """
    if not clubs:
        return
    numbers = sorted(set(clubs))
    rows = await tx.rows(SQL["lock_clubs"], clubs=numbers, now=now)
    if len(rows) < len(numbers):
        await tx.run(SQL["insert_clubs"], clubs=numbers, now=now)
        rows = await tx.rows(SQL["lock_clubs"], clubs=numbers, now=now)
    await tx.run(SQL["delete_overdue_seats"], clubs=numbers, now=now)
    stale = [row[0] for row in rows if row[1]]
    if stale:
        await _compare(tx, stale, now)


async def _compare(tx: Tx, clubs: Sequence[int], now: dt.datetime) -> None:
    """Who is in has a seat, who is neither in nor has an offer that keeps one has none."""
    for step in ("delete_left_seats", "insert_members_seats", "update_seats_version"):
        await tx.run(SQL[step], clubs=clubs, now=now)


async def take(
    tx: Tx, club: int, seats: int, holder_id: uuid.UUID, due_at: dt.datetime | None
) -> bool:
    """The lowest free seat for a holder; who has one keeps it, due then. False: none is free."""
    return holder_id in await take_many(tx, club, seats, [(holder_id, due_at)])


async def take_many(
    tx: Tx, club: int, seats: int, wanted: Sequence[Wanted]
) -> frozenset[uuid.UUID]:
    """The same for several, first come first served; answers who has a seat now."""
    if not wanted:
        return frozenset()
    holders, dues = [one[0] for one in wanted], [one[1] for one in wanted]
    kept = await tx.rows(SQL["update_seats"], club=club, holders=holders, dues=dues)
    having = {row[0] for row in kept}
    rest = [one for one in wanted if one[0] not in having]
    if rest:
        holders, dues = [one[0] for one in rest], [one[1] for one in rest]
        given = await tx.rows(
            SQL["insert_seats"], club=club, seats=seats, holders=holders, dues=dues
        )
        having.update(row[0] for row in given)
    return frozenset(having)


async def has(tx: Tx, club: int, holder_id: uuid.UUID) -> bool:
    """The holder has a seat; under the lock, where none is overdue."""
    return await tx.value(SQL["find_seat"], club=club, holder=holder_id) is not None


async def release(tx: Tx, club: int, *holder_ids: uuid.UUID) -> None:
    """Their seats are free, if they have any."""
    if holder_ids:
        await tx.run(SQL["delete_seats"], club=club, holders=list(holder_ids))


async def left(tx: Tx, club: int, seats: int, now: dt.datetime) -> int:
    """How many seats are free at the instant."""
    return await tx.ask(ask_left(club, seats, now))


def ask_left(club: int, seats: int, now: dt.datetime) -> Ask[int]:
    """The same as a question; 0 also where more are taken than the program has seats."""

    def read(rows: Sequence[Any]) -> int:
        return max(0, seats - int(rows[0][0]))

    return Ask(SQL["count_seats"], read, club=club, now=now)


async def make(tx: Tx, club: int, now: dt.datetime) -> None:
    """The row of a club is there, locked or not."""
    await tx.run(SQL["insert_clubs"], clubs=[club], now=now)
