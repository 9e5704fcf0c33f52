"""replay_events: what was recorded in a span of time is sent to an endpoint once more.

Places are found by halving: a shard's events are in the order of `recorded_at` but for transactions
that took long, so an hour is added at both ends, and what lies outside the span is left out when it
is read.
"""

import datetime as dt
import uuid
from typing import Final

from service.domain.audit.acts import Act
from service.domain.endpoints import store
from service.domain.endpoints.errors import EndpointNotVerified, ReplayRunning, SpanIsEmpty
from service.domain.endpoints.types import AskReplay, Replay, ReplayRow, State
from service.domain.events import places, sequence
from service.domain.holders import store as holders
from service.flows.steps import endpoints
from service.flows.steps.auditing import note
from service.flows.steps.context import EARLIEST, Context
from service.kernel.actor import Actor
from service.kernel.ids import new_id

SLACK: Final = dt.timedelta(hours=1)  # longer than a transaction that writes events lasts


async def replay_events(
    ctx: Context, actor: Actor, endpoint_id: uuid.UUID, body: AskReplay
) -> Replay:
    """The replay; EndpointNotFound, EndpointNotVerified, ReplayRunning, SpanIsEmpty."""
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        if body.from_ >= min(body.until, now):
            raise SpanIsEmpty
        await sequence.assign(tx)
        endpoint = await store.lock(tx, endpoint_id)
        if endpoint.state is State.PENDING:
            raise EndpointNotVerified
        running = await store.replay(tx, endpoint_id)
        if running is not None:
            raise ReplayRunning(replay_id=running.replay_id)
        row = ReplayRow(
            replay_id=new_id(),
            endpoint_id=endpoint_id,
            track=1,
            from_at=body.from_,
            until_at=min(body.until, now),
            asked_at=now,
            done_at=None,
        )
        first = await places.before(tx, row.from_at - SLACK)
        last = await places.before(tx, row.until_at + SLACK)
        span = {shard: (at, last[shard]) for shard, at in first.items() if at < last[shard]}
        await store.insert_replay(tx, row, span)
        if not span:
            await store.end_replay(tx, endpoint_id, now)
        found = await store.replays(tx, endpoint_id, uuid.UUID(int=2**128 - 1), 1)
        asked = {"replay_id": row.replay_id, "from": row.from_at, "until": row.until_at}
        await note(tx, actor, endpoints.done(Act.EVENTS_REPLAYED, endpoint, **asked))
    return endpoints.replay_view(found[0])
