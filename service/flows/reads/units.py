"""What all wallets hold, summed part by part, so that a scrape never waits for it.

There is no house account to ask, on purpose: everybody would wait for its row. So a worker that is
asked for figures looks at all wallets by their key every quarter of an hour, a few at a time and
with pauses; the sum is of no single instant, and exact once nothing moves. `regulars verify` has
one that is.
"""

import asyncio
import collections
import time
import uuid
from typing import Final

import asyncpg
import structlog

from service.domain import backlog
from service.domain.backlog.store import Figures
from service.flows.steps.context import Context
from service.infra.outages import LOST
from service.kernel.errors import ExpectedError

KEPT_SECONDS: Final = 900.0
AGAIN_SECONDS: Final = 60.0  # after an outage
WALLETS_MAX: Final = 10_000  # at once: some ten milliseconds
PAUSE_SECONDS: Final = 0.05
NOBODY: Final = uuid.UUID(int=0)
PARTS: Final = ("available", "pending", "held", "debt")

log = structlog.get_logger("units")


class Units:
    """`figures` answers what is known, and has it looked at again when that is old."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._figures: Figures = {}
        self._next_at = 0.0
        self._looking: asyncio.Task[None] | None = None

    def figures(self) -> Figures:
        """By name; none before all wallets were looked at once."""
        if self._looking is None and time.monotonic() >= self._next_at:
            self._looking = asyncio.create_task(self._look(), name="units")
        return self._figures

    async def stop(self) -> None:
        """Look no further."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    async def _look(self) -> None:
        wait = AGAIN_SECONDS
        try:
            self._figures = await self._summed()
            wait = KEPT_SECONDS
        except (*LOST, asyncpg.PostgresError, ExpectedError) as failure:
            log.warning("units_not_summed", failure=type(failure).__name__)
        finally:
            self._next_at = time.monotonic() + wait
            self._looking = None

    async def _summed(self) -> Figures:
        sums: dict[int, list[int]] = collections.defaultdict(lambda: [0, 0, 0, 0])
        after, looked_at = (NOBODY, 0), WALLETS_MAX
        while looked_at == WALLETS_MAX:
            async with self._ctx.db.reading() as tx:
                found = await backlog.sums(tx, after, WALLETS_MAX)
            looked_at = sum(one.wallets for one in found)
            for one in found:
                after = (one.last_holder, one.last_wallet)
                parts = (one.posted - one.pending - one.held, one.pending, one.held, one.debt)
                sums[one.wallet] = [a + b for a, b in zip(sums[one.wallet], parts, strict=True)]
            await asyncio.sleep(PAUSE_SECONDS)
        names = {number: wallet.id for number, wallet in self._ctx.programs.wallets.items()}
        return {
            f"units_{part}": [
                (names.get(number, str(number)), sums[number][place]) for number in sorted(sums)
            ]
            for place, part in enumerate(PARTS)
        }
