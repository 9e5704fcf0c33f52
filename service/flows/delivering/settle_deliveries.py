"""settle_deliveries: write down what came of a run, and what follows for the endpoint.

Everything in one transaction under the endpoint's lock, and only while the run's lease lasts: a run
that comes too late has changed nothing, and what it sent is sent again.
"""

import datetime as dt
import random
import uuid
from typing import Final

import msgspec

from service.domain.endpoints import deliveries, schedule, store
from service.domain.endpoints.errors import EndpointNotFound
from service.domain.endpoints.judging import Verdict
from service.domain.endpoints.types import Endpoint, State
from service.domain.events.endpoints import EndpointDisabled
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.delivering.attempt import Attempt
from service.flows.steps.delivering.work import Outcome, Work
from service.infra.db import Tx

GONE: Final = "the receiver answered 410"
NOTHING_TAKEN: Final = "nothing was taken for five days"


async def settle_deliveries(
    ctx: Context, run: uuid.UUID, work: Work, outcome: Outcome
) -> Endpoint | None:
    """The endpoint as it is now; None: it is not the run's any more, and nothing was written."""
    endpoint_id = work.endpoint.endpoint_id
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        try:
            endpoint = await store.lock(tx, endpoint_id)
        except EndpointNotFound:
            return None
        if not await store.is_leased(tx, endpoint_id, run, now):
            return None
        await store.move(tx, endpoint_id, outcome.positions)
        await deliveries.insert(tx, endpoint_id, outcome.fresh, now)
        await deliveries.update(tx, endpoint_id, outcome.changed)
        await deliveries.delete(tx, endpoint_id, outcome.gone)
        await deliveries.line_up(tx, endpoint_id, outcome.holders, now)
        if work.replay is not None:
            await store.end_replay(tx, endpoint_id, now)
        if endpoint.changed_at == work.endpoint.changed_at:  # else it is another receiver
            endpoint = await _judged(tx, endpoint, outcome, now)
            await store.update(tx, endpoint)
        await store.end_lease(tx, endpoint_id, run, now)
    return endpoint


async def _judged(tx: Tx, endpoint: Endpoint, outcome: Outcome, now: dt.datetime) -> Endpoint:
    """The endpoint after the attempts of a run."""
    if outcome.taken:
        endpoint = msgspec.structs.replace(
            endpoint,
            succeeded_at=now,
            failing_since=None,
            failures=0,
            next_at=None,
            last_status=None,
            last_answer=None,
        )
    wrong = outcome.failure or (None if outcome.taken else outcome.refused)
    if wrong is None:
        return msgspec.structs.replace(endpoint, next_at=None)
    others_wait = wrong.verdict is not Verdict.REFUSED or outcome.is_full
    endpoint = _failed(endpoint, wrong, now, others_wait=others_wait)
    if wrong.verdict is Verdict.GONE:
        return await _disabled(tx, endpoint, GONE, now)
    if now - (endpoint.failing_since or now) >= schedule.NOTHING_TAKEN_MAX:
        return await _disabled(tx, endpoint, NOTHING_TAKEN, now)
    return endpoint


def _failed(endpoint: Endpoint, wrong: Attempt, now: dt.datetime, *, others_wait: bool) -> Endpoint:
    """One more failure; one event's own leaves the others their turn."""
    failures = endpoint.failures + 1
    wait = schedule.wait_of_receiver(failures, wrong.retry_after, random.random())  # noqa: S311
    return msgspec.structs.replace(
        endpoint,
        failures=failures,
        failing_since=endpoint.failing_since or now,
        next_at=now + wait if others_wait else None,
        last_status=wrong.status,
        last_answer=wrong.answer,
    )


async def _disabled(tx: Tx, endpoint: Endpoint, why: str, now: dt.datetime) -> Endpoint:
    """Nothing is sent any more, until somebody sets it going again; all others are told."""
    if endpoint.state is not State.ACTIVE:
        return endpoint
    outbox = Outbox()
    outbox.emit(
        EndpointDisabled(
            endpoint_id=endpoint.endpoint_id,
            name=endpoint.name,
            why=why,
            failing_since=endpoint.failing_since,
        ),
        holder_id=endpoint.endpoint_id,
        version=endpoint.version + 1,
        at=now,
        recorded_at=now,
        source="endpoints",
    )
    await outbox.write(tx)
    return msgspec.structs.replace(
        endpoint, version=endpoint.version + 1, state=State.DISABLED, ended_why=why
    )
