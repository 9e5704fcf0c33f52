"""Erasure with few words, and what is said of who is gone."""

import uuid
from typing import Final

from service.domain.erasures.types import EraseMember, Erasure
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from tests.flows.shop import TILL, Shop

NOTE: Final = "request 2026-114"


async def erased(
    shop: Shop, member: uuid.UUID, key: str | None = None, actor: Actor = TILL, note: str = NOTE
) -> Answer[Erasure]:
    """A person is forgotten; without a key each call is another."""
    body = EraseMember(note=note)
    return await shop.verbs.erase_member(actor, member, body, key or uuid.uuid1().hex)


async def wallets(shop: Shop, member: uuid.UUID) -> set[tuple[int, int, int, int]]:
    """(posted, pending, held, debt) of all wallets as stored, whoever may read them."""
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select posted, pending, held, debt from wallet where holder_id = $1", member
        )
    return {tuple(row) for row in rows}


async def last_entries(shop: Shop, member: uuid.UUID, count: int) -> list[tuple[int, int, int]]:
    """(reason, amount, change of debt) of the last entries of points, oldest first."""
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select reason, amount, debt_change from entry where holder_id = $1 and wallet = 1"
            " order by seq desc limit $2",
            member,
            count,
        )
    return [tuple(row) for row in reversed(rows)]


NOTHING: Final = {(0, 0, 0, 0)}
