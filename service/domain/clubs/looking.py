"""Clubs in the database as they are read: of one member, and in pages of one club."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from service.domain.clubs.applications import Application
from service.domain.clubs.offers import of_row
from service.domain.clubs.types import CodeRow, Offer
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask

SQL: Final = load("club_views")


class Place(NamedTuple):
    """A place on the waiting list of a club, and how many wait longer."""

    club: int
    since_at: dt.datetime
    ahead: int


class Fullness(NamedTuple):
    """Seats that are taken, by members and open offers, and how many wait."""

    taken: int
    waiting: int


class Shown(msgspec.Struct, frozen=True):
    """A row of the history of a club."""

    step_id: uuid.UUID
    holder_id: uuid.UUID
    kind: int
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    by_member: uuid.UUID | None
    source: uuid.UUID | None
    note: str | None
    overtook: int | None
    actor_kind: int
    actor_id: str
    store: str | None


class Queued(msgspec.Struct, frozen=True):
    """A row of the waiting list of a club."""

    holder_id: uuid.UUID
    place: int
    since_at: dt.datetime
    entry: int
    inviter: uuid.UUID | None
    note: str | None


def ask_offers(holder_id: uuid.UUID, now: dt.datetime) -> Ask[list[Offer]]:
    """What the member can take now, of every club; what ends first comes first."""
    return Ask(SQL["list_open_offers"], _offers, holder=holder_id, now=now)


def ask_applications(holder_id: uuid.UUID) -> Ask[list[Application]]:
    """The member's that nobody has answered, the oldest first."""
    return Ask(
        SQL["list_open_applications"],
        lambda rows: [Application(*row) for row in rows],
        holder=holder_id,
    )


def ask_places(holder_id: uuid.UUID) -> Ask[list[Place]]:
    """Where the member waits."""
    return Ask(SQL["list_places"], lambda rows: [Place(*row) for row in rows], holder=holder_id)


def ask_seats(holder_id: uuid.UUID, now: dt.datetime) -> Ask[dict[int, int]]:
    """Club -> the member's seat in it."""
    return Ask(
        SQL["list_seats"], lambda rows: {row[0]: row[1] for row in rows}, holder=holder_id, now=now
    )


def ask_owned(holder_id: uuid.UUID) -> Ask[frozenset[int]]:
    """The clubs the member owns."""
    return Ask(SQL["list_owned"], lambda rows: frozenset(row[0] for row in rows), holder=holder_id)


def ask_invited(holder_id: uuid.UUID, clubs: Collection[int], limit: int) -> Ask[list[Offer]]:
    """Whom the member invited to these clubs, the newest first."""
    return Ask(SQL["list_invited"], _offers, holder=holder_id, clubs=list(clubs), limit=limit)


def ask_codes(holder_id: uuid.UUID, clubs: Collection[int], limit: int) -> Ask[list[CodeRow]]:
    """The codes the member made for these clubs, the newest first."""
    names = CodeRow.__struct_fields__
    return Ask(
        SQL["list_codes_of"],
        lambda rows: [CodeRow(**dict(zip(names, row, strict=True))) for row in rows],
        holder=holder_id,
        clubs=list(clubs),
        limit=limit,
    )


def ask_spent(
    holder_id: uuid.UUID, clubs: Collection[int], now: dt.datetime
) -> Ask[dict[int, int]]:
    """Club -> how many others the member has let in, invites now, or may let in by codes."""
    return Ask(
        SQL["list_spent"],
        lambda rows: {row[0]: int(row[1]) for row in rows},
        holder=holder_id,
        clubs=list(clubs),
        now=now,
    )


def ask_fullness(clubs: Collection[int], now: dt.datetime) -> Ask[dict[int, Fullness]]:
    """How full each of the clubs is."""
    return Ask(
        SQL["list_fullness"],
        lambda rows: {row[0]: Fullness(row[1], row[2]) for row in rows},
        clubs=list(clubs),
        now=now,
    )


async def members(
    tx: Tx, club: int, now: dt.datetime, after: uuid.UUID, limit: int
) -> list[uuid.UUID]:
    """Members with a ground that covers the instant, by id."""
    rows = await tx.rows(SQL["list_members_after"], club=club, now=now, after=after, limit=limit)
    return [row[0] for row in rows]


async def steps(
    tx: Tx, club: int, before: tuple[dt.datetime, uuid.UUID], limit: int
) -> list[Shown]:
    """The history before an instant and step, the newest first."""
    rows = await tx.rows(
        SQL["list_steps_before"], club=club, before_at=before[0], before=before[1], limit=limit
    )
    return [Shown(*row) for row in rows]


async def waiting(tx: Tx, club: int, after: int, limit: int) -> list[Queued]:
    """Those who wait behind a place, in order."""
    rows = await tx.rows(SQL["list_waiting_after"], club=club, after=after, limit=limit)
    return [Queued(*row) for row in rows]


async def applications(
    tx: Tx, club: int, state: int, after: tuple[dt.datetime, uuid.UUID], limit: int
) -> list[Application]:
    """Applications to the club after an instant and id, the oldest first."""
    rows = await tx.rows(
        SQL["list_applications_after"],
        club=club,
        state=state,
        after_at=after[0],
        after=after[1],
        limit=limit,
    )
    return [Application(*row) for row in rows]


def _offers(rows: Sequence[Any]) -> list[Offer]:
    return [of_row(row) for row in rows]
