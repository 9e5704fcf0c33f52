"""Members, a club and instants for the tests of clubs as rows."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from service.infra.db import Tx
from service.kernel.actor import Actor, ActorKind

APP: Final = Actor(kind=ActorKind.PARTNER, id="app", client_id=uuid.UUID(int=9), store="waw-01")
CLUB: Final = 7
OLA, JAN, EVE, ADA = (uuid.UUID(int=number) for number in (1, 2, 3, 4))


def day(number: float) -> dt.datetime:
    """So many days after 1 March 2026."""
    return dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)


async def begin(tx: Tx, members: Sequence[uuid.UUID] = (OLA, JAN, EVE, ADA)) -> None:
    """The members, and the club under its lock."""
    await tx.connection.execute(
        "insert into holder (holder_id, kind, settled_at, recorded_at)"
        " select i, 1, $1, $1 from unnest($2::uuid[]) as u (i)",
        day(0),
        list(members),
    )
    await tx.connection.execute(
        "insert into member select i, $1, $1 from unnest($2::uuid[]) as u (i)",
        day(0),
        list(members),
    )
    await tx.connection.execute(
        "insert into club (club, recorded_at) values ($1, $2)", CLUB, day(0)
    )
