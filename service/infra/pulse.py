"""Whether the database answers at all, asked when somebody has waited for it for suspiciously long.

A server that hangs (its disk, its host, a stopped process) keeps its connections open and says
nothing: time-outs of statements are its own and do not run, and those of the driver have to be
longer than the longest statement. So who waits too long is no proof, but makes this process ask on
a connection that is kept for nothing else. When that is not answered either, every connection in
use is cut, which ends the waits with an error that callers are told as 503, and nobody gets one
before the database has answered again. While nobody waits, nothing is asked and no timer runs.
"""

import asyncio
import contextlib
from typing import Any, Final

import asyncpg
import structlog

SUSPICIOUS: Final = 0.5  # of the time a request may wait for a connection; an answer has all of it
_LOOKS: Final = 5  # until something is suspicious
_LATE: Final = 1.3  # so many times later than it should be: something else kept the loop
_STALLS_MAX: Final = 4
_TURNS: Final = 3  # of the loop, from what has arrived to the task that waits for it

_FAILURES: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
_log = structlog.get_logger("regulars.database")


class Pulse:
    """`url`: of the database; `wait_seconds`: how long a request waits for a connection to it."""

    __slots__ = (
        "_asking",
        "_connection",
        "_in_use",
        "_suspicious",
        "_timer",
        "_url",
        "_wait",
        "is_silent",
    )

    def __init__(self, url: str, wait_seconds: float) -> None:
        self.is_silent = False
        self._url = url
        self._wait = wait_seconds
        self._suspicious = wait_seconds * SUSPICIOUS
        self._connection: Any = None
        self._in_use: dict[Any, float] = {}  # connection -> since when, the oldest first
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect, so that nothing has to be set up when something is wrong."""
        await self._connect()

    async def close(self) -> None:
        """Ask no more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._asking is not None:
            self._asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._asking
        self._cut()

    def begin(self, connection: Any) -> None:
        """Somebody uses the connection."""
        loop = asyncio.get_running_loop()
        self._in_use[connection] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self._suspicious / _LOOKS, self._look)

    def end(self, connection: Any) -> None:
        """Not any more."""
        self._in_use.pop(connection, None)

    def _look(self) -> None:
        """Ask when somebody waits for long, and go on looking while somebody waits."""
        loop = asyncio.get_running_loop()
        self._timer = None
        since = next(iter(self._in_use.values()), None)
        if since is None and not self.is_silent:
            return
        self._timer = loop.call_later(self._suspicious / _LOOKS, self._look)
        is_long = since is not None and loop.time() - since >= self._suspicious
        if (is_long or self.is_silent) and (self._asking is None or self._asking.done()):
            self._asking = loop.create_task(self._ask())

    async def _ask(self) -> None:
        try:
            await self._in_time()
        except _FAILURES as failure:
            self._cut()
            self._fall_silent(failure)
        else:
            if self.is_silent:
                self.is_silent = False
                _log.warning("database_answers")

    async def _in_time(self) -> None:
        """TimeoutError without an answer, unless it was this process that stood still.

        Then the time is over late, and counts for nothing. What has arrived by its end takes some
        turns of the loop to be noticed.
        """
        loop = asyncio.get_running_loop()
        answer = asyncio.create_task(self._answer())
        try:
            for _ in range(_STALLS_MAX):
                began = loop.time()
                await asyncio.wait({answer}, timeout=self._wait)
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
                if answer.done() or loop.time() - began < self._wait * _LATE:
                    break
            if not answer.done():
                raise TimeoutError
            answer.result()
        finally:
            answer.cancel()

    async def _connect(self) -> None:
        self._connection = await asyncpg.connect(self._url)
        await self._connection.fetchval("select 1")  # prepared, so that it is one round trip

    async def _answer(self) -> None:
        """An answer; on a new connection where the old one was lost, which is no hang."""
        if self._connection is not None:
            try:
                await self._connection.fetchval("select 1")
            except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
                self._cut()
            else:
                return
        await self._connect()

    def _fall_silent(self, why: Exception) -> None:
        if not self.is_silent:
            self.is_silent = True
            _log.warning("database_silent", why=type(why).__name__, cut=len(self._in_use))
        for connection in list(self._in_use):
            connection.terminate()
        self._in_use.clear()

    def _cut(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
