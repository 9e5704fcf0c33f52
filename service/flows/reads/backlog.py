"""What waits, read once for all who ask within a few seconds."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import asyncpg

from service.domain import backlog
from service.domain.backlog.store import Figures, age
from service.domain.holders import store as holders
from service.domain.relays import store as relays
from service.flows.steps.context import EARLIEST, Context
from service.infra.outages import LOST
from service.kernel.errors import ExpectedError

KEPT_SECONDS: Final = 5.0
ANSWER_SECONDS_MAX: Final = 2.0  # a scrape is answered in any case


class Backlog:
    """`figures` asks the database at most every KEPT_SECONDS, and nobody else at the same time."""

    def __init__(self, ctx: Context, sinks: Sequence[str] = ()) -> None:
        self._ctx = ctx
        self._sinks = sinks
        self._alone = asyncio.Lock()
        self._read_at = -KEPT_SECONDS
        self._figures: Figures = {}

    async def figures(self) -> Figures:
        """By name; without the database nothing but that it is away."""
        async with self._alone:
            if time.monotonic() - self._read_at >= KEPT_SECONDS:
                self._figures = await self._read()
                self._read_at = time.monotonic()
        return self._figures

    async def _read(self) -> Figures:
        db = self._ctx.db
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX), db.reading() as tx:
                await holders.clock(tx, db.clock_offset)
                found = await backlog.figures(tx, tx.now or EARLIEST)
                lags = await relays.lags(tx, self._sinks) if self._sinks else []
        except (*LOST, asyncpg.PostgresError, ExpectedError):
            return {"database_up": [("", 0)]}
        if lags:
            found["relay_lag_events"] = [(one.sink, one.events) for one in lags]
            at = tx.now or EARLIEST
            found["relay_lag_oldest_seconds"] = [(one.sink, age(one.oldest, at)) for one in lags]
        return {"database_up": [("", 1)], **found}
