"""The gate of a process: commands that arrive together go to the database together.

Each verb takes a batch (a batch of one is the normal case, not another path). A batch starts as
soon as a lane is free, there is no timer; it holds at most BATCH_MAX commands, at most one per key
(the member, as far as the request names one), in order of arrival. A verb answers for each command
a result, an ExpectedError, or BUSY when its rows are locked elsewhere: then the command goes to the
slow lane, a batch of one that waits for the lock. So no batch waits for a member.

Deadlocks and serialization failures run the batch again; a lost connection or a time-out answers
503 to all of it, for nobody knows whether it was committed (the same request finds out); anything
else is halved until the poisonous command is alone with its own error.
"""

import asyncio
import collections
import random
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Final

from service.infra.meter import SILENT, Meter
from service.infra.outages import AGAIN, LOST
from service.infra.spans import Spans
from service.kernel.errors import ExpectedError, TooMany, Unavailable

BATCH_MAX: Final = 128
LANES: Final = 2
FULL: Final = 48  # so many waiting are worth a second batch while one is away
SLOW_LANES: Final = 2
PER_KEY_MAX: Final = 32
WAIT_SECONDS_MAX: Final = 5.0
RETRIES_MAX: Final = 3
_RETRY_SECONDS: Final = 0.01

BUSY: Final = object()  # a verb's answer: this holder is locked elsewhere

Run = Callable[[Sequence[Any], bool], Awaitable[Sequence[Any]]]  # (commands, wait for locks)


class QueueFull(TooMany):
    """Too many requests for one member are waiting; send them one after another."""


class Overloaded(Unavailable):
    """The request waited too long and was not started; send it again."""


class OutcomeUnknown(Unavailable):
    """The database was lost on the way; send the same request again to learn what happened."""


class Pending:
    """One command on its way through the gate."""

    __slots__ = ("command", "deadline", "future", "key", "run", "since", "span", "twin")

    def __init__(
        self, run: Run, key: Hashable, command: Any, since: float, seconds: float, twin: Hashable
    ) -> None:
        self.run = run
        self.key = key
        self.twin = twin
        self.command = command
        self.since = since
        self.span: Any = None  # in which it came, where requests are traced
        self.deadline = since + seconds
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def is_twin_of(self, twin: Hashable) -> bool:
        """The same request, sent again."""
        return twin is not None and self.twin == twin

    def resolve(self, result: Any) -> None:
        """Hand the result over, unless the caller has gone."""
        if self.future.done():
            return
        if isinstance(result, Exception):
            self.future.set_exception(result)
        else:
            self.future.set_result(result)


class Gate:
    """All writing verbs of the process pass here."""

    def __init__(
        self,
        lanes: int = LANES,
        size: int = BATCH_MAX,
        full: int = FULL,
        meter: Meter = SILENT,
        spans: Spans | None = None,
    ) -> None:
        self.size = size
        self._spans = spans
        self._meter = meter
        self._full = full
        self._lanes = self._lanes_free = lanes
        self._slow = asyncio.Semaphore(SLOW_LANES)
        self._waiting: dict[Hashable, collections.deque[Pending]] = {}
        self._ready: collections.OrderedDict[Hashable, None] = collections.OrderedDict()
        self._running: set[asyncio.Task[None]] = set()
        meter.sample("gate_commands_waiting", lambda: sum(map(len, self._waiting.values())))
        meter.sample("gate_batches_at_work", lambda: len(self._running))

    async def submit(
        self,
        run: Run,
        key: Hashable,
        command: Any,
        *,
        bounded: bool = True,
        twin: Hashable = None,
    ) -> Any:
        """Run the command with its batch; answers its result or raises its error.

        `bounded`: refuse when PER_KEY_MAX commands of the key wait already (items of one batch
        request are not refused by that limit). `twin`: equal for requests of which one has the
        effect and the others only learn of it; those go together and are not refused.
        """
        pending = self.enqueue(run, key, command, bounded=bounded, twin=twin)
        return await pending.future

    def enqueue(
        self,
        run: Run,
        key: Hashable,
        command: Any,
        *,
        bounded: bool = True,
        twin: Hashable = None,
        wait_seconds_max: float = WAIT_SECONDS_MAX,
    ) -> Pending:
        """As `submit`, without waiting: the future of the answer is in `Pending`."""
        pending = Pending(run, key, command, time.monotonic(), wait_seconds_max, twin)
        if self._spans is not None:
            pending.span = self._spans.here()
        queue = self._waiting.get(key)
        if queue is None:
            self._waiting[key] = collections.deque((pending,))
            self._ready[key] = None
        elif (
            bounded
            and len(queue) >= PER_KEY_MAX
            and not any(waiting.is_twin_of(twin) for waiting in queue)
        ):
            raise QueueFull
        else:
            queue.append(pending)
        if self._lanes_free:
            asyncio.get_running_loop().call_soon(self._pump)
        return pending

    async def drain(self) -> None:
        """Wait until everything accepted has been answered."""
        while self._running or self._ready:
            self._pump()
            if self._running:
                await asyncio.wait(set(self._running), return_when=asyncio.FIRST_COMPLETED)

    def _pump(self) -> None:
        while self._lanes_free and self._ready and self._worth_it():
            batch = self._take()
            if not batch:
                return
            self._lanes_free -= 1
            self._spawn(self._lane(batch))

    def _worth_it(self) -> bool:
        """The first lane takes whatever is there; another one only what is nearly a full batch.

        A few commands in each of two batches cost more, in statements, than waiting for the first
        to return: measured at 32 callers, a sixth of the processor time of a purchase.
        """
        return self._lanes_free == self._lanes or len(self._ready) >= self._full

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _take(self) -> list[Pending]:
        """The next batch: the verb of the oldest ready key, one command per key."""
        batch: list[Pending] = []
        passed: list[Hashable] = []
        now = time.monotonic()
        while self._ready and len(batch) < self.size:
            key, _ = self._ready.popitem(last=False)
            queue = self._waiting[key]
            while queue and (queue[0].future.done() or queue[0].deadline < now):
                queue.popleft().resolve(Overloaded())
            if not queue:
                del self._waiting[key]
            elif batch and queue[0].run != batch[0].run:
                passed.append(key)
            else:
                batch += self._with_twins(queue)
        for key in reversed(passed):
            self._ready[key] = None
            self._ready.move_to_end(key, last=False)
        if batch:
            self._meter.batch(len(batch), now - batch[0].since)
        return batch

    def _with_twins(self, queue: collections.deque[Pending]) -> list[Pending]:
        """The key's next command, and those after it that are the same one."""
        taken = [queue.popleft()]
        while queue and len(taken) < self.size and queue[0].is_twin_of(taken[0].twin):
            taken.append(queue.popleft())
        return taken

    async def _lane(self, batch: list[Pending]) -> None:
        try:
            if self._spans is None:
                await self._run(batch)
            else:
                with self._spans.batch([pending.span for pending in batch]):
                    await self._run(batch)
        finally:
            self._lanes_free += 1
            self._pump()

    async def _run(self, batch: list[Pending]) -> None:
        results = await self._attempt(batch)
        slow: list[Pending] = []
        for pending, result in zip(batch, results, strict=True):
            if result is BUSY:
                slow.append(pending)
            else:
                pending.resolve(result)
                self._release(pending.key)
        for pending in slow:
            self._spawn(self._slowly(pending))

    def _release(self, key: Hashable) -> None:
        """The key may run again; its next command stands at the end of the line."""
        queue = self._waiting.get(key)
        if queue is None:
            return
        if queue:
            self._ready[key] = None
        else:
            del self._waiting[key]

    async def _slowly(self, pending: Pending) -> None:
        async with self._slow:
            (result,) = await self._attempt([pending], wait=True)
        if result is BUSY:
            result = Overloaded()
        pending.resolve(result)
        self._release(pending.key)
        self._pump()

    async def _attempt(self, batch: list[Pending], *, wait: bool = False) -> Sequence[Any]:
        commands = [pending.command for pending in batch]
        run = batch[0].run
        for attempt in range(RETRIES_MAX + 1):
            try:
                return await run(commands, wait)
            except AGAIN:
                self._meter.outage("retried")
                if attempt == RETRIES_MAX:
                    return [Overloaded() for _ in batch]
                await asyncio.sleep(_RETRY_SECONDS * (1 + random.random()) * (attempt + 1))  # noqa: S311 jitter
            except LOST:
                self._meter.outage("unknown")
                return [OutcomeUnknown() for _ in batch]
            except ExpectedError as error:
                return [error for _ in batch]
            except Exception as poison:  # noqa: BLE001 halved until the command that raises is alone
                return await self._halve(batch, poison, wait=wait)
        raise AssertionError

    async def _halve(self, batch: list[Pending], poison: Exception, *, wait: bool) -> Sequence[Any]:
        if len(batch) == 1:
            return [poison]
        middle = len(batch) // 2
        first = await self._attempt(batch[:middle], wait=wait)
        second = await self._attempt(batch[middle:], wait=wait)
        return [*first, *second]
