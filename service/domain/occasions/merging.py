"""What was decided, or is to be, of a member who is merged into another one, or comes back."""

import uuid
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("occasions")


async def homed(
    tx: Tx,
    holder_id: uuid.UUID,
    homes: Collection[uuid.UUID],
    operations: Mapping[uuid.UUID, uuid.UUID],
) -> dict[uuid.UUID, uuid.UUID]:
    """Runs (-> home) of those homes, and those that operations (-> home) caused."""
    rows = await tx.rows(
        SQL["list_homed_runs"],
        holder=holder_id,
        homes=list(homes),
        operations=list(operations),
        operation_homes=list(operations.values()),
    )
    return {row[0]: row[1] for row in rows}


async def pass_on(
    tx: Tx,
    holder_id: uuid.UUID,
    to: uuid.UUID,
    runs: Mapping[uuid.UUID, uuid.UUID] = MappingProxyType({}),
    *,
    some: bool = False,
) -> None:
    """All runs are another's, and what the job has still to decide; or some.

    `runs`: those (-> home) that do not say by themselves whose they are.
    """
    await tx.run(
        SQL["pass_runs"],
        holder=holder_id,
        to=to,
        some=some,
        operations=list(runs),
        operation_homes=list(runs.values()),
    )
    if not some:
        await tx.run(SQL["pass_occasions"], holder=holder_id, to=to)
        await tx.run(SQL["delete_occasions_of"], holder=holder_id)
