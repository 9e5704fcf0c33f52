"""Sends events to endpoints: takes those with something to send in hand, each in a task of its own.

So a receiver that takes fifteen seconds for every answer holds up nobody else. Any worker of any
process may send to any endpoint, one at a time; which one is a lease in the database.
"""

import asyncio
import random
import time
import uuid
from typing import Final

import structlog

from service.domain.endpoints.errors import EndpointNotFound
from service.domain.endpoints.types import Endpoint
from service.flows.delivering.lease_endpoints import LEASE, lease_endpoints
from service.flows.delivering.settle_deliveries import settle_deliveries
from service.flows.reads.deliveries import work_of
from service.flows.steps.context import Context
from service.flows.steps.delivering.attempt import Sender, maker_of
from service.flows.steps.delivering.run import Run
from service.flows.steps.delivering.work import Outcome, Work
from service.infra.egress import TOTAL_SECONDS
from service.infra.outages import AGAIN, LOST
from service.infra.sealed import NotOurs, Seals
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id

log = structlog.get_logger("courier")

LOOK_SECONDS: Final = 0.5
ENDPOINTS_MAX: Final = 16  # of a process at once
CONNECTIONS_MAX: Final = 2  # to the database: the others are for requests
SETTLE_SECONDS_MAX: Final = 25.0  # after an outage; a lease lasts longer than that and a run
STOP_SECONDS: Final = 5.0  # for attempts on their way; what is cut off is sent again


class Courier:
    """Sends until stopped."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._turns = asyncio.Semaphore(CONNECTIONS_MAX)
        self._runs: set[asyncio.Task[None]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._is_stopping = False

    def start(self) -> None:
        """Begin to look for something to send."""
        self._looking = asyncio.create_task(self._look(), name="courier")

    async def stop(self) -> None:
        """Begin no attempt any more; wait a moment for those on their way."""
        self._is_stopping = True
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])
        if self._runs:
            _, late = await asyncio.wait(self._runs, timeout=STOP_SECONDS)
            for run in late:
                run.cancel()
            if late:
                await asyncio.wait(late)

    async def round(self) -> int:
        """Send what is due now, to its end; answers to how many endpoints."""
        begun = await self._begin()
        await asyncio.gather(*self._runs)
        return begun

    async def _look(self) -> None:
        while not self._is_stopping:
            begun = 0
            try:
                begun = await self._begin()
            except (*AGAIN, *LOST, ExpectedError) as failure:
                log.warning("nothing leased", failure=type(failure).__name__)
            except Exception:  # a mistake of ours must not end it until the next start
                log.exception("nothing leased")
            if not begun:
                await asyncio.sleep(LOOK_SECONDS * (0.75 + random.random() / 2))  # noqa: S311

    async def _begin(self) -> int:
        """Take endpoints in hand; answers how many."""
        free = ENDPOINTS_MAX - len(self._runs)
        if not free:
            await asyncio.wait(self._runs, return_when=asyncio.FIRST_COMPLETED)
            return 0
        run = new_id()
        leased = time.monotonic()
        async with self._turns:
            found = await lease_endpoints(self._ctx, run, free)
        for endpoint_id in found:
            task = asyncio.create_task(
                self._run(run, endpoint_id, leased), name=f"run {endpoint_id}"
            )
            self._runs.add(task)
            task.add_done_callback(self._runs.discard)
        return len(found)

    async def _run(self, run: uuid.UUID, endpoint_id: uuid.UUID, leased: float) -> None:
        """One run; what fails here is tried again when the lease is over."""
        try:
            await self._send(run, endpoint_id, leased)
        except EndpointNotFound:  # it was removed
            pass
        except NotOurs:
            log.error("a secret cannot be opened: is REGULARS_SECRET another one?", run=run)  # noqa: TRY400 no trace of it
        except (*AGAIN, *LOST, ExpectedError) as failure:
            log.warning("run failed", failure=type(failure).__name__)
        except Exception:
            log.exception("run failed")

    async def _send(self, run: uuid.UUID, endpoint_id: uuid.UUID, leased: float) -> None:
        """`leased`: when the lease was asked for; nothing is begun that could outlast it."""
        ctx = self._ctx
        async with self._turns:
            work = await work_of(ctx, endpoint_id)
        maker = maker_of(Seals(ctx.secret), work.endpoint, work.people, work.now)
        sender = Sender(ctx.egress, maker, work.now)
        until = leased + LEASE.total_seconds() - TOTAL_SECONDS - SETTLE_SECONDS_MAX
        outcome = await Run(work, sender, lambda: self._is_stopping, until).go()
        settled = await self._settle(run, work, outcome)
        for verdict, times in outcome.attempts.items():
            ctx.meter.delivered(verdict.value, times)
        if settled is None:
            log.warning("lease lost", endpoint=str(endpoint_id))
        elif outcome.dead:
            ctx.meter.delivered("dead", outcome.dead)

    async def _settle(self, run: uuid.UUID, work: Work, outcome: Outcome) -> Endpoint | None:
        """Write it down, again after an outage: else all is sent once more, when the lease is over.

        If it was written and nobody heard of it, the lease is another's or nobody's: None.
        """
        until = time.monotonic() + SETTLE_SECONDS_MAX
        while True:
            try:
                async with self._turns:
                    return await settle_deliveries(self._ctx, run, work, outcome)
            except (*AGAIN, *LOST) as failure:
                if self._is_stopping or time.monotonic() > until:
                    raise
                log.warning("run not settled", failure=type(failure).__name__)
            await asyncio.sleep(LOOK_SECONDS)
