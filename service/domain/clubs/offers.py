"""Offers of a place in a club, in the database. What is overdue stands no more."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any, Final

from service.domain.clubs.types import Ground, Offer, OfferState
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask

SQL: Final = load("clubs")


async def insert(tx: Tx, offers: Sequence[Offer]) -> None:
    """New ones; a member has one open offer of a club at most."""
    if not offers:
        return
    await tx.later(
        SQL["insert_offers"],
        len(offers),
        holders=[one.holder_id for one in offers],
        offers=[one.offer_id for one in offers],
        clubs=[one.club for one in offers],
        kinds=[int(one.kind) for one in offers],
        has_seats=[one.has_seat for one in offers],
        made=[one.made_at for one in offers],
        dues=[one.due_at for one in offers],
        inviters=[one.inviter for one in offers],
        sources=[one.source for one in offers],
        rules=[one.rule for one in offers],
        notes=[one.note for one in offers],
        places=[one.place for one in offers],
        terms=[one.term_until for one in offers],
        actor_kinds=[one.actor_kind for one in offers],
        actors=[one.actor_id for one in offers],
    )


async def close(tx: Tx, offers: Sequence[Offer], state: OfferState, at: dt.datetime) -> None:
    """Open offers are open no more; not before they were made, should the clock have gone back."""
    if not offers:
        return
    await tx.later(
        SQL["update_offers"],
        len(offers),
        "an offer was closed already",
        holders=[one.holder_id for one in offers],
        offers=[one.offer_id for one in offers],
        state=int(state),
        at=at,
    )


def ask_latest(
    holder_ids: Collection[uuid.UUID], clubs: Collection[int]
) -> Ask[dict[tuple[uuid.UUID, int], Offer]]:
    """(holder, club) -> the offer that is open, due or not, else the one made last."""
    return Ask(
        SQL["list_latest_offers"],
        lambda rows: {(row[0], row[2]): of_row(row) for row in rows},
        holders=list(holder_ids),
        clubs=list(clubs),
    )


async def find(tx: Tx, club: int, offer_id: uuid.UUID) -> Offer | None:
    """An offer of the club."""
    rows = await tx.rows(SQL["find_offer"], club=club, offer=offer_id)
    return of_row(rows[0]) if rows else None


async def overdue(tx: Tx, now: dt.datetime, limit: int) -> list[Offer]:
    """Offers that ended and have not been closed, the oldest first."""
    return [of_row(row) for row in await tx.rows(SQL["list_overdue_offers"], now=now, limit=limit)]


def ask_spent(inviter: uuid.UUID, club: int, now: dt.datetime) -> Ask[int]:
    """How many others the member has let in, invites now, or may let in by codes of theirs."""

    def read(rows: Sequence[Any]) -> int:
        return int(rows[0][0])

    return Ask(SQL["count_spent"], read, inviter=inviter, club=club, now=now)


def of_row(row: Any) -> Offer:
    """The offer in a row of all columns, by position."""
    return Offer(
        holder_id=row[0],
        offer_id=row[1],
        club=row[2],
        kind=Ground(row[3]),
        state=OfferState(row[4]),
        has_seat=row[5],
        made_at=row[6],
        due_at=row[7],
        closed_at=row[8],
        inviter=row[9],
        source=row[10],
        rule=row[11],
        note=row[12],
        place=row[13],
        term_until=row[14],
        actor_kind=row[15],
        actor_id=row[16],
    )
