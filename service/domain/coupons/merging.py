"""Coupons of a member who is merged into another one, or comes back, with their uses."""

import uuid
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("coupons")


async def pass_on(
    tx: Tx,
    holder_id: uuid.UUID,
    to: uuid.UUID,
    homes: Collection[uuid.UUID] | None = None,
    operations: Mapping[uuid.UUID, uuid.UUID] = MappingProxyType({}),
) -> None:
    """All are another's, or those of some homes and what operations (-> home) gave and used."""
    await tx.run(
        SQL["pass_coupons"],
        holder=holder_id,
        to=to,
        homes=None if homes is None else list(homes),
        operations=list(operations),
        operation_homes=list(operations.values()),
    )
    some = None if homes is None else list(operations)
    await tx.run(SQL["pass_coupon_uses"], holder=holder_id, to=to, purchases=some)
