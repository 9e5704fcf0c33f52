"""remove_endpoint: a receiver gets no events any more, and what waits for it is forgotten."""

import uuid

import msgspec

from service.domain.audit.acts import Act
from service.domain.endpoints import deliveries, store
from service.domain.endpoints.types import State
from service.domain.holders import store as holders
from service.flows.steps import endpoints
from service.flows.steps.auditing import note
from service.flows.steps.context import EARLIEST, Context
from service.kernel.actor import Actor


async def remove_endpoint(ctx: Context, actor: Actor, endpoint_id: uuid.UUID) -> None:
    """EndpointNotFound. Its name is free; its row stays for its own events, without URL or secret.

    Requests that are being made arrive, and a run that has begun makes more for two seconds.
    """
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        endpoint = await store.lock(tx, endpoint_id)
        await deliveries.forget(tx, endpoint_id)
        removed = msgspec.structs.replace(
            endpoint,
            state=State.REMOVED,
            url="",
            secret=None,
            old_secret=None,
            old_secret_until=None,
            changed_at=now,
            last_answer=None,
        )
        await store.remove(tx, removed, now)
        await note(tx, actor, endpoints.done(Act.ENDPOINT_REMOVED, endpoint))
