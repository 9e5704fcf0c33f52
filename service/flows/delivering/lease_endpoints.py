"""lease_endpoints: take endpoints with something to send in hand, for one run."""

import datetime as dt
import uuid
from typing import Final

from service.domain.endpoints import store
from service.domain.holders import store as holders
from service.flows.steps.context import EARLIEST, Context

LEASE: Final = dt.timedelta(seconds=60)  # longer than a run takes: see steps/delivering/run.py


async def lease_endpoints(ctx: Context, run: uuid.UUID, rows: int) -> list[uuid.UUID]:
    """So many endpoints at most, for a minute; nobody else sends to them meanwhile."""
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        return await store.lease(tx, run, now, now + LEASE, rows)
