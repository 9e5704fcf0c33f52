"""Whose wallets the pool of a club is: a holder of its own."""

import uuid
from typing import Final

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("club_spans")


async def holder_of(tx: Tx, club: int) -> uuid.UUID | None:
    """The holder; None: no units have come yet."""
    rows = await tx.rows(SQL["find_club_holder"], club=club)
    return rows[0][0] if rows else None


async def keep(tx: Tx, club: int, holder_id: uuid.UUID) -> None:
    """The first units have come; the club's row is there."""
    await tx.run(SQL["update_club_holder"], club=club, holder=holder_id)
