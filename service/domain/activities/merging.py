"""Activities of a member who is merged into another one, or comes back, with their natural keys."""

import uuid
from collections.abc import Collection
from typing import Final

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("activities")


async def pass_on(
    tx: Tx, holder_id: uuid.UUID, to: uuid.UUID, homes: Collection[uuid.UUID] | None = None
) -> None:
    """All are another's, or those of some homes."""
    some = None if homes is None else list(homes)
    for name in ("pass_activity_keys", "pass_activities"):
        await tx.run(SQL[name], holder=holder_id, to=to, homes=some)
