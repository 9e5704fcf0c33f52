"""retry_dead_letters: events that were given up are sent again, from their first attempt on."""

import uuid

from service.domain.endpoints import deliveries, store
from service.domain.endpoints.types import DEAD_MAX, Retried, RetryDeadLetters
from service.domain.holders import store as holders
from service.flows.steps.context import EARLIEST, Context


async def retry_dead_letters(
    ctx: Context, endpoint_id: uuid.UUID, body: RetryDeadLetters
) -> Retried:
    """How many are tried again; EndpointNotFound. Those that are not dead are left alone."""
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        await store.lock(tx, endpoint_id)
        now = tx.now or EARLIEST
        return Retried(events=await deliveries.revive(tx, endpoint_id, body.events, now, DEAD_MAX))
