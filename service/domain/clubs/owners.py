"""Who owns a club: may invite, approve, and pass it on."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask
from service.kernel.actor import Actor

SQL: Final = load("club_spans")


def ask_owner(club: int) -> Ask[uuid.UUID | None]:
    """The member who owns the club now; None: nobody does."""

    def read(rows: Sequence[Any]) -> uuid.UUID | None:
        return rows[0][0] if rows else None

    return Ask(SQL["get_owner"], read, club=club)


async def change(
    tx: Tx, club: int, holder_id: uuid.UUID | None, actor: Actor, at: dt.datetime
) -> None:
    """From now on it is theirs, or (None) nobody's. The club's row is locked."""
    await tx.run(SQL["update_owner_end"], club=club, at=at)
    if holder_id is not None:
        await tx.run(
            SQL["insert_owner"],
            club=club,
            at=at,
            holder=holder_id,
            actor_kind=int(actor.kind),
            actor=actor.id,
        )


async def end(
    tx: Tx, gone: Sequence[tuple[int, uuid.UUID, dt.datetime]]
) -> set[tuple[int, uuid.UUID]]:
    """Who is out of a club from an instant on owns it no more; answers (club, member) that did."""
    if not gone:
        return set()
    rows = await tx.rows(
        SQL["update_owners_end"],
        clubs=[club for club, _, _ in gone],
        holders=[holder_id for _, holder_id, _ in gone],
        untils=[until for _, _, until in gone],
    )
    return {(row[0], row[1]) for row in rows}
