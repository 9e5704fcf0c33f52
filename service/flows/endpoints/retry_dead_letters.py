"""retry_dead_letters: events that were given up are sent again, from their first attempt on."""

import uuid

from service.domain.audit.acts import Act
from service.domain.endpoints import deliveries, store
from service.domain.endpoints.types import DEAD_MAX, Retried, RetryDeadLetters
from service.domain.holders import store as holders
from service.flows.steps import endpoints
from service.flows.steps.auditing import note
from service.flows.steps.context import EARLIEST, Context
from service.kernel.actor import Actor


async def retry_dead_letters(
    ctx: Context, actor: Actor, endpoint_id: uuid.UUID, body: RetryDeadLetters
) -> Retried:
    """How many are tried again; EndpointNotFound. Those that are not dead are left alone."""
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        endpoint = await store.lock(tx, endpoint_id)
        now = tx.now or EARLIEST
        count = await deliveries.revive(tx, endpoint_id, body.events, now, DEAD_MAX)
        told = endpoints.done(Act.DEAD_LETTERS_RETRIED, endpoint, asked=body.events, events=count)
        await note(tx, actor, told)
        return Retried(events=count)
