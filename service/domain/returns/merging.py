"""Returns of a member who is merged into another one, or comes back; they go with purchases."""

import uuid
from collections.abc import Collection
from typing import Final

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("returns")


async def pass_on(
    tx: Tx, holder_id: uuid.UUID, to: uuid.UUID, purchases: Collection[uuid.UUID] | None = None
) -> None:
    """Those of all purchases of a holder, or of some, are another's; what they keep as well."""
    some = None if purchases is None else list(purchases)
    for name in ("pass_return_keys", "pass_returns", "pass_purchase_wallets"):
        await tx.run(SQL[name], holder=holder_id, to=to, purchases=some)
