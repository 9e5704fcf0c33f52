"""Breaks things, each by a function that returns when what it broke may work again."""

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Awaitable, Callable
from typing import Final

from tests.faults.place import Place
from tests.faults.plan import Kind, Step
from tests.faults.proxy import Cut
from tests.faults.services import Service, any_worker, signal_to

_BACKENDS: Final = "select pid from pg_stat_activity where usename = 'regulars'"
_CUTS_MAX: Final = 6
_CUTS_SECONDS_MAX: Final = 10.0
_POLL_SECONDS: Final = 0.02
_PUBLISHING_SECONDS: Final = 0.4  # within it relays send something under load
JUMPS: Final = (-86_400.0, -3_600.0, -61.0, 61.0, 3_600.0, 86_400.0)


class Breaker:
    """Breaks what a place has."""

    def __init__(self, place: Place, seed: int) -> None:
        self._place = place
        self._draw = random.Random(f"breaker {seed}")
        self._copy = place.copy_of_redis()
        self._ways: dict[Kind, Callable[[float], Awaitable[None]]] = {
            Kind.KILL_WORKER: self._kill_worker,
            Kind.KILL_SERVICE: self._kill_service,
            Kind.KILL_RELAY: self._kill_relay,
            Kind.STALL_WORKER: self._stall_worker,
            Kind.RESTART_POSTGRES: self._restart_postgres,
            Kind.STOP_BACKENDS: self._stop_backends,
            Kind.CUT_ANSWERED: lambda _: self._cut(Cut.ANSWERED),
            Kind.CUT_SENT: lambda _: self._cut(Cut.SENT),
            Kind.CUT_BEFORE: lambda _: self._cut(Cut.BEFORE),
            Kind.SILENCE: self._silence,
            Kind.LOSE_REDIS: self._lose_redis,
            Kind.FLUSH_REDIS: self._flush_redis,
            Kind.RESTORE_REDIS: self._restore_redis,
            Kind.CLOCK: self._clock,
        }

    async def do(self, step: Step) -> None:
        """Break what the step says."""
        await self._ways[step.kind](step.lasts)

    async def _kill_worker(self, _: float) -> None:
        signal_to(any_worker(self._place.services, self._draw), signal.SIGKILL)

    async def _kill_service(self, _: float) -> None:
        for service in self._place.services:
            await asyncio.to_thread(service.kill)
        await self._start_again(self._place.services)

    async def _kill_relay(self, _: float) -> None:
        """Redis hears what it is sent when whoever sent it is no more."""
        self._place.redis.pause()
        try:
            await asyncio.sleep(_PUBLISHING_SECONDS)
            signal_to(any_worker(self._place.services, self._draw), signal.SIGKILL)
        finally:
            self._place.redis.go_on()

    async def _stall_worker(self, lasts: float) -> None:
        worker = any_worker(self._place.services, self._draw)
        signal_to(worker, signal.SIGSTOP)
        try:
            await asyncio.sleep(2 * lasts)  # longer than a transaction may idle
        finally:
            signal_to(worker, signal.SIGCONT)

    async def _restart_postgres(self, _: float) -> None:
        await self._place.restart_postgres()

    async def _stop_backends(self, lasts: float) -> None:
        pids = [row["pid"] for row in await self._place.rows(_BACKENDS)]
        some = self._draw.sample(pids, self._draw.randint(1, len(pids))) if pids else []
        _tell(some, signal.SIGSTOP)
        try:
            await asyncio.sleep(lasts)
        finally:
            _tell(some, signal.SIGCONT)

    async def _cut(self, how: Cut) -> None:
        """Some commits, as soon as they come."""
        proxy = self._place.proxy
        proxy.arm(how, wanted := self._draw.randint(1, _CUTS_MAX))
        before = proxy.cuts
        try:
            async with asyncio.timeout(_CUTS_SECONDS_MAX):
                while proxy.cuts - before < wanted:
                    await asyncio.sleep(_POLL_SECONDS)
        finally:
            proxy.disarm()

    async def _silence(self, lasts: float) -> None:
        self._place.proxy.hush()
        try:
            await asyncio.sleep(lasts)
        finally:
            self._place.proxy.speak()

    async def _lose_redis(self, lasts: float) -> None:
        self._place.lose_redis()
        await asyncio.sleep(lasts / 2)
        await asyncio.to_thread(self._place.redis.start)

    async def _flush_redis(self, _: float) -> None:
        await asyncio.to_thread(self._place.redis.flush)

    async def _restore_redis(self, lasts: float) -> None:
        """What it had when the load began; and a copy is made for the next time."""
        newer = self._place.copy_of_redis()
        self._place.lose_redis(self._copy)
        self._copy = newer
        await asyncio.sleep(lasts / 2)
        await asyncio.to_thread(self._place.redis.start)

    async def _clock(self, lasts: float) -> None:
        """Each service's own way, and then another one while it still runs."""
        for _ in range(2):
            for service in self._place.services:
                service.clock.write_text(str(self._draw.choice(JUMPS)))
            await asyncio.sleep(lasts / 2)
        for service in self._place.services:
            service.clock.write_text("0")

    async def _start_again(self, services: list[Service]) -> None:
        for service in services:
            service.start()
        for service in services:
            await service.ready()


def _tell(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
