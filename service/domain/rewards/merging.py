"""Redemptions of a member who is merged into another one, or comes back."""

import uuid
from collections.abc import Collection
from typing import Final

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("rewards")


async def pass_on(
    tx: Tx, holder_id: uuid.UUID, to: uuid.UUID, homes: Collection[uuid.UUID] | None = None
) -> None:
    """All are another's, or those of some homes."""
    some = None if homes is None else list(homes)
    await tx.run(SQL["pass_redemptions"], holder=holder_id, to=to, homes=some)
