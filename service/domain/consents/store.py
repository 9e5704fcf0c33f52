"""Consents in the database, written under the lock of their member."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Final

from service.domain.consents.types import HISTORY_MAX, ConsentIn, Word
from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.actor import Actor

SQL: Final = load("consents")


async def words(tx: Tx, members: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, Word]]:
    """Member -> channel -> the word that counts; who has said nothing is not there."""
    found: dict[uuid.UUID, dict[str, Word]] = {}
    for one in await tx.all(SQL["list_words"], Word, members=list(members)):
        found.setdefault(one.member_id, {})[one.channel] = one
    return found


async def history(tx: Tx, member_id: uuid.UUID) -> list[Word]:
    """What a member has said, the last first; the last 200."""
    return await tx.all(SQL["list_history"], Word, members=[member_id], rows=HISTORY_MAX)


async def count(tx: Tx, member_id: uuid.UUID, since: dt.datetime) -> int:
    """How many words were written down for a member since then."""
    found: int = await tx.value(SQL["count_words"], holder=member_id, since=since)
    return found


async def insert(
    tx: Tx,
    member_id: uuid.UUID,
    said: Sequence[tuple[ConsentIn, dt.datetime]],
    actor: Actor,
    at: dt.datetime,
) -> int:
    """Write what was said, each with when; answers how many words are new."""
    return await tx.run(
        SQL["insert_consents"],
        holder=member_id,
        channels=[one.channel for one, _ in said],
        said_at=[when for _, when in said],
        given=[one.given for one, _ in said],
        sources=[one.source for one, _ in said],
        wordings=[one.wording for one, _ in said],
        actor_kind=int(actor.kind),
        actor=actor.id,
        client=actor.client_id,
        at=at,
    )


async def part(tx: Tx, survivor: uuid.UUID, back: uuid.UUID, since: dt.datetime) -> None:
    """Two are two again: what was refused while they were one is refused by both."""
    await tx.run(SQL["insert_refusals"], survivor=survivor, back=back, since=since)
