"""Reads that arrive together go to the database together.

A read joins a statement that has not been sent yet, never one in flight: so a read that starts
after a write was answered shows that write. There is no timer; a statement goes as soon as a slot
is free.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

SLOTS: Final = 1  # while a statement is away the readers gather: fewer, larger statements
KEYS_MAX: Final = 256


class Coalescer(Generic[K, V]):
    """`fetch` answers a value (or None) for each key, in one go."""

    def __init__(
        self, fetch: Callable[[Sequence[K]], Awaitable[dict[K, V]]], slots: int = SLOTS
    ) -> None:
        self._fetch = fetch
        self._free = slots
        self._called = False  # a pump stands in the loop's queue already
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def get(self, key: K) -> V | None:
        """The value as it is now, None when there is none; raises what the fetch raised."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[V | None] = loop.create_future()
        self._waiting.setdefault(key, []).append(future)
        if self._free and not self._called:
            self._called = True
            loop.call_soon(self._pump)
        return await future

    def _pump(self) -> None:
        self._called = False
        while self._free and self._waiting:
            keys = list(self._waiting)[:KEYS_MAX]
            batch = {key: self._waiting.pop(key) for key in keys}
            self._free -= 1
            task = asyncio.get_running_loop().create_task(self._run(batch))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _run(self, batch: dict[K, list[asyncio.Future[V | None]]]) -> None:
        try:
            found = await self._fetch(list(batch))
        except Exception as failure:  # noqa: BLE001 each reader gets it
            for readers in batch.values():
                for future in readers:
                    if not future.done():
                        future.set_exception(failure)
        else:
            for key, readers in batch.items():
                value = found.get(key)
                for future in readers:
                    if not future.done():  # a reader that was cancelled has gone
                        future.set_result(value)
        finally:
            self._free += 1
            self._pump()
