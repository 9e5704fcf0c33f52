"""Sends events to Redis Streams and NATS JetStream until stopped, each by a loop of its own.

They are no jobs of the clock: one that waits for a Redis that does not answer would keep its turn.
"""

import asyncio
import datetime as dt
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from service.domain.relays import streams, subjects
from service.domain.relays.streams import Streams
from service.domain.relays.subjects import Subjects
from service.domain.relays.types import Sink
from service.flows.relaying.relay import relay
from service.flows.relaying.trim import trim
from service.flows.steps.context import Context
from service.infra.jetstream import JetStream
from service.infra.outages import AGAIN, LOST
from service.kernel.errors import ExpectedError

log = structlog.get_logger("relay")

RELAY_SECONDS: Final = 0.25
LOOK_SECONDS: Final = 30.0  # after which it is noticed that a sink lost what it had
TRIM_SECONDS: Final = 300.0
AGAIN_SECONDS: Final = 0.5  # after which a loop that goes on is told again to stop


class Relays:
    """`jetstream` None: there is no NATS; no Redis in the context: there is no Redis."""

    def __init__(self, ctx: Context, jetstream: JetStream | None, keep: dt.timedelta) -> None:
        self._ctx = ctx
        self._jetstream = jetstream
        self._keep = keep
        self._tasks: list[asyncio.Task[None]] = []
        self._is_stopping = False
        there = {streams.NAME: ctx.redis, subjects.NAME: jetstream}
        self.sinks = [name for name, sink in there.items() if sink is not None]

    def start(self) -> None:
        """Begin to send."""
        if self._ctx.redis is not None:
            sink = Streams(self._ctx.redis)
            self._send(sink)
            self._begin("trim_redis", lambda: trim(self._ctx, sink, self._keep), sink, TRIM_SECONDS)
        if self._jetstream is not None:
            self._send(Subjects(self._jetstream))

    async def stop(self) -> None:
        """Stop; what was sent and not noted is found there by the next relay."""
        self._is_stopping = True
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=AGAIN_SECONDS)
        if self._jetstream is not None:
            await self._jetstream.close()

    def _send(self, sink: Sink) -> None:
        looked_at = -LOOK_SECONDS

        async def send() -> int:
            nonlocal looked_at
            everything = time.monotonic() - looked_at >= LOOK_SECONDS
            sent = await relay(self._ctx, sink, everything=everything)
            if everything:
                looked_at = time.monotonic()
            return sent

        self._begin(f"relay_{sink.name}", send, sink, RELAY_SECONDS)

    def _begin(
        self, name: str, work: Callable[[], Awaitable[int]], sink: Sink, seconds: float
    ) -> None:
        loop = self._loop(name, work, (*AGAIN, *LOST, ExpectedError, *sink.lost), seconds)
        self._tasks.append(asyncio.create_task(loop, name=name))

    async def _loop(
        self,
        name: str,
        work: Callable[[], Awaitable[int]],
        lost: tuple[type[Exception], ...],
        seconds: float,
    ) -> None:
        """What found work runs again at once; processes' rounds are spread by jitter."""
        while not self._is_stopping:
            done, outcome, began = 0, "failed", time.perf_counter()
            try:
                done = await work()
                outcome = "done" if done else "idle"
            except lost as failure:
                log.warning("job failed", job=name, failure=type(failure).__name__)
            except Exception:  # a mistake of ours must not end it until the next start
                log.exception("job failed", job=name)
            self._ctx.meter.job(name, outcome, time.perf_counter() - began)
            if not done:
                await asyncio.sleep(seconds * (0.75 + random.random() / 2))  # noqa: S311 jitter
