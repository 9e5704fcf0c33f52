"""What is due to be sent to an endpoint."""

import uuid
from typing import Final

from service.domain.endpoints import composing, deliveries, store
from service.domain.events.catalog import TYPES
from service.domain.holders import store as holders
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.delivering.attempt import settings_of
from service.flows.steps.delivering.people import people_of
from service.flows.steps.delivering.work import Work
from service.infra.sealed import Seals

EVENTS_MAX: Final = 20  # of a shard, in one run
_KNOWN: Final = frozenset(TYPES.values())


async def work_of(ctx: Context, endpoint_id: uuid.UUID) -> Work:
    """Everything a run of the endpoint needs; EndpointNotFound, NotOurs."""
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        endpoint = await store.find(tx, endpoint_id)
        settings = settings_of(Seals(ctx.secret), endpoint)
        types = composing.types_of(endpoint, settings, _KNOWN)
        waiting = await deliveries.waiting(tx, endpoint_id, now)
        due = await store.due(tx, endpoint_id, types, EVENTS_MAX)
        concerned = {one.holder_id for one in waiting}
        concerned |= {one.holder_id for one in due if one.body is not None}
        return Work(
            endpoint=endpoint,
            now=now,
            held=await deliveries.held(tx, endpoint_id),
            waiting=waiting,
            replay=await store.replay(tx, endpoint_id),
            due=due,
            people=await people_of(tx, endpoint, concerned),
        )
