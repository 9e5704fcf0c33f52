"""Tiers that rules have set, of a member who is merged into another one, or comes back.

Steps need nothing: they are what counts, made anew by a replay.
"""

import uuid
from collections.abc import Collection
from typing import Final

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("tiers")


async def pass_on(
    tx: Tx, holder_id: uuid.UUID, to: uuid.UUID, operations: Collection[uuid.UUID] | None = None
) -> None:
    """All are another's, or those that some operations set."""
    some = None if operations is None else list(operations)
    await tx.run(SQL["pass_floors"], holder=holder_id, to=to, operations=some)
