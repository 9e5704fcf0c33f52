"""Activities of a member who is merged into another one, or comes back, with their natural keys."""

import uuid
from collections.abc import Collection
from typing import Final

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("activities")


async def homed(
    tx: Tx, holder_id: uuid.UUID, homes: Collection[uuid.UUID]
) -> dict[uuid.UUID, uuid.UUID]:
    """Activities (-> home) of those homes."""
    rows = await tx.rows(SQL["list_homed_activities"], holder=holder_id, homes=list(homes))
    return {row[0]: row[1] for row in rows}


async def pass_on(
    tx: Tx, holder_id: uuid.UUID, to: uuid.UUID, homes: Collection[uuid.UUID] | None = None
) -> None:
    """All are another's, or those of some homes."""
    some = None if homes is None else list(homes)
    for name in ("pass_activity_keys", "pass_activities"):
        await tx.run(SQL[name], holder=holder_id, to=to, homes=some)
