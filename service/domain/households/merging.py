"""Where a member belongs who is merged into another one, or comes back.

Both in one household are one person of it from then on. Who belongs somewhere by the time of coming
back stays there; the other's place, if any, is not taken up.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Final

from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.actor import Actor

SQL: Final = load("households")


async def end_doubles(
    tx: Tx, holder_id: uuid.UUID, to: uuid.UUID, at: dt.datetime, actor: Actor
) -> None:
    """Of two in one household one is enough: the head, else `to`. The person does not leave."""
    await tx.run(
        SQL["update_doubles"],
        holder=holder_id,
        to=to,
        at=at,
        actor_kind=int(actor.kind),
        actor=actor.id,
    )


async def pass_on(
    tx: Tx, holder_id: uuid.UUID, to: uuid.UUID, homes: Collection[uuid.UUID] | None = None
) -> None:
    """All memberships are another's, and invitations; or memberships of some homes."""
    some = None if homes is None else list(homes)
    await tx.run(SQL["pass_memberships"], holder=holder_id, to=to, homes=some)
    if homes is None:
        await tx.run(SQL["pass_invitations"], holder=holder_id, to=to)
        await tx.run(SQL["delete_invitations_to"], holder=holder_id)
