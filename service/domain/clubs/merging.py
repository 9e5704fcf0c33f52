"""Clubs of a member who is merged into another one, or comes back.

Spans go along, bans too. What is open goes along; of what both have the flow has closed one before.
Closed offers, payments and the history stay where they were made.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Final

import msgspec

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("club_merges")


class Open(msgspec.Struct):
    """Clubs by number: where somebody has an offer, waits (at a place), or asks to be let in."""

    offers: set[int] = msgspec.field(default_factory=set)
    places: dict[int, int] = msgspec.field(default_factory=dict)
    applications: set[int] = msgspec.field(default_factory=set)

    @property
    def clubs(self) -> set[int]:
        """All of them."""
        return self.offers | self.places.keys() | self.applications


async def open_of(tx: Tx, holder_id: uuid.UUID) -> Open:
    """What of a holder is open."""
    found = Open()
    for club, what, place in await tx.rows(SQL["list_open_of"], holder=holder_id):
        if what == "offer":
            found.offers.add(club)
        elif what == "waiting":
            found.places[club] = place
        else:
            found.applications.add(club)
    return found


async def pass_on(
    tx: Tx, holder_id: uuid.UUID, to: uuid.UUID, homes: Collection[uuid.UUID] | None = None
) -> None:
    """Spans, what is open, and what they own are another's: all, or what is of some homes."""
    some = None if homes is None else list(homes)
    for name in ("pass_spans", "pass_offers", "pass_applications", "pass_waiting", "pass_owners"):
        await tx.run(SQL[name], holder=holder_id, to=to, homes=some)


Seated = dict[tuple[uuid.UUID, int], dt.datetime | None]


async def seated(tx: Tx, holder_ids: Collection[uuid.UUID]) -> Seated:
    """(holder, club) of those with a seat, or an offer that keeps one: until when, None: a seat."""
    found: Seated = {}
    for holder_id, club, due_at in await tx.rows(SQL["list_seated"], holders=list(holder_ids)):
        if due_at is not None or (holder_id, club) not in found:
            found[holder_id, club] = due_at
    return found
