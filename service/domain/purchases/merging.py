"""Purchases of a member who is merged into another one, or comes back.

Whose each was stays with it (`home_id`), so that it finds back. Natural keys, uses of limits and
what a till gave too much follow.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Final

import msgspec

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("moves")


class Homed(msgspec.Struct, frozen=True):
    """A purchase, what it earned by, and whose it is when nobody is merged.

    `net`: minor units, as it counts for tiers.
    """

    purchase_id: uuid.UUID
    earned_by: uuid.UUID
    home_id: uuid.UUID
    occurred_at: dt.datetime
    net: int


async def homed(tx: Tx, holder_id: uuid.UUID, homes: Collection[uuid.UUID]) -> list[Homed]:
    """Purchases of a holder whose home is one of these."""
    return await tx.all(SQL["list_homed"], Homed, holder=holder_id, homes=list(homes))


async def pass_on(
    tx: Tx, holder_id: uuid.UUID, to: uuid.UUID, operations: Collection[uuid.UUID] | None = None
) -> None:
    """All of a holder's purchases and uses, or those of some operations, are another's."""
    some = None if operations is None else list(operations)
    for name in ("pass_purchase_keys", "pass_purchases", "pass_limit_uses", "pass_overruns"):
        await tx.run(SQL[name], holder=holder_id, to=to, purchases=some)


async def set_home(
    tx: Tx, holder_id: uuid.UUID, purchase_id: uuid.UUID, home_id: uuid.UUID
) -> None:
    """A purchase was attached by what belongs to somebody who is merged into its holder."""
    await tx.run(SQL["update_home"], holder=holder_id, purchase=purchase_id, home=home_id)
