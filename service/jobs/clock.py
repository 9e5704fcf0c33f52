"""The jobs of a process: names, how often, and a loop that survives an outage."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from service.domain.coupons import attempts
from service.domain.endpoints import deliveries
from service.domain.endpoints.schedule import DEAD_KEPT
from service.domain.events import sequence
from service.domain.holders import store as holders
from service.domain.programs.live import REFRESH_SECONDS
from service.flows.audit import close_audit_day as audit
from service.flows.clubs import advance_clubs as clubs
from service.flows.members.settle_holders import settle_due
from service.flows.occasions import run_occasions as occasions
from service.flows.occasions import run_schedules as schedules
from service.flows.segments import look_again as segments
from service.flows.segments import sweep_members as sweeping
from service.flows.steps.context import EARLIEST, Context
from service.infra.outages import AGAIN, LOST
from service.infra.spans import Spans
from service.kernel.errors import ExpectedError

log = structlog.get_logger("jobs")

Job = Callable[[Context], Awaitable[int]]


async def refresh_programs(ctx: Context) -> int:
    """Load program versions that were published since."""
    await ctx.programs.refresh(ctx.db)
    return 0


async def settle(ctx: Context) -> int:
    """Post what has fallen due."""
    if not ctx.programs.newest:
        return 0
    return await settle_due(ctx)


async def place_events(ctx: Context) -> int:
    """Give new events their place in the stream."""
    async with ctx.db.transaction() as tx:
        return await sequence.assign(tx)


async def advance_clubs(ctx: Context) -> int:
    """Give free seats of clubs to those who wait, and write down what lapsed."""
    if not ctx.programs.newest:
        return 0
    return await clubs.advance_clubs(ctx)


async def look_again(ctx: Context) -> int:
    """Look at members who may belong to other segments and clubs by now."""
    if not ctx.programs.newest:
        return 0
    return await segments.look_again(ctx)


async def sweep_members(ctx: Context) -> int:
    """After a program version with other segments or club rules, have everybody looked at."""
    if not ctx.programs.newest:
        return 0
    return await sweeping.sweep_members(ctx)


async def run_occasions(ctx: Context) -> int:
    """Decide what happened to members and was left for later."""
    return await occasions.run_occasions(ctx)


async def run_schedules(ctx: Context) -> int:
    """Find those whose birthday, anniversary or last chance to use units it is."""
    return await schedules.run_schedules(ctx)


async def close_audit_day(ctx: Context) -> int:
    """Seal the administrative acts of a day that is over."""
    return await audit.close_audit_day(ctx)


async def forget_guesses(ctx: Context) -> int:
    """Delete failed codes that count no more."""
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        await attempts.forget(tx, tx.now or EARLIEST)
    return 0


async def forget_dead_letters(ctx: Context) -> int:
    """Delete dead letters of endpoints that nobody has looked at for a month."""
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        await deliveries.forget_dead(tx, (tx.now or EARLIEST) - DEAD_KEPT)
    return 0


JOBS: Final[dict[str, tuple[Job, float]]] = {
    "refresh_programs": (refresh_programs, REFRESH_SECONDS),
    "settle": (settle, 5.0),
    "place_events": (place_events, 0.5),
    "advance_clubs": (advance_clubs, 1.0),
    "look_again": (look_again, 1.0),
    "sweep_members": (sweep_members, 5.0),
    "run_occasions": (run_occasions, 1.0),
    "run_schedules": (run_schedules, 5.0),
    "close_audit_day": (close_audit_day, 300.0),
    "forget_guesses": (forget_guesses, 3600.0),
    "forget_dead_letters": (forget_dead_letters, 3600.0),
}


AT_ONCE: Final = 3  # jobs with a connection: the others of the pool are for requests
AGAIN_SECONDS: Final = 0.5  # after which a job that goes on is told again to stop


class Clock:
    """Runs all jobs until stopped, a few at a time: all begin together when a process starts."""

    def __init__(self, ctx: Context, spans: Spans | None = None) -> None:
        self._ctx = ctx
        self._spans = spans
        self._tasks: list[asyncio.Task[None]] = []
        self._is_stopping = False
        self._turns = asyncio.Semaphore(AT_ONCE)

    def start(self) -> None:
        """Start a loop per job."""
        for name, (job, seconds) in JOBS.items():
            self._tasks.append(asyncio.create_task(self._loop(name, job, seconds), name=name))

    async def stop(self) -> None:
        """Stop all loops; what runs in the database is rolled back.

        A job whose statement ends at that very moment may not notice: it is told again.
        """
        self._is_stopping = True
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=AGAIN_SECONDS)

    async def _round(self, name: str, job: Job) -> int:
        if self._spans is None:
            return await job(self._ctx)
        return await self._spans.job(name, job(self._ctx))

    async def _loop(self, name: str, job: Job, seconds: float) -> None:
        """A job that found work runs again at once; workers' rounds are spread by jitter."""
        while not self._is_stopping:
            done, outcome, began = 0, "failed", time.perf_counter()
            try:
                async with self._turns:
                    began = time.perf_counter()
                    done = await self._round(name, job)
                outcome = "done" if done else "idle"
            except (*AGAIN, *LOST, ExpectedError) as failure:
                log.warning("job failed", job=name, failure=type(failure).__name__)
            except Exception:  # a mistake of ours must not end the job until the next start
                log.exception("job failed", job=name)
            self._ctx.meter.job(name, outcome, time.perf_counter() - began)
            if not done:
                await asyncio.sleep(seconds * (0.75 + random.random() / 2))  # noqa: S311 jitter
