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

SLOTS: Final = 2
KEYS_MAX: Final = 256


class Coalescer(Generic[K, V]):
    """`fetch` answers a value (or None) for each key, in one go."""

    def __init__(
        self, fetch: Callable[[Sequence[K]], Awaitable[dict[K, V]]], slots: int = SLOTS
    ) -> None:
        self._fetch = fetch
        self._free = slots
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def get(self, key: K) -> V | None:
        """The value as it is now, None when there is none; raises what the fetch raised."""
        future = self._waiting.get(key)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            self._waiting[key] = future
            if self._free:
                asyncio.get_running_loop().call_soon(self._pump)
        return await asyncio.shield(future)

    def _pump(self) -> None:
        while self._free and self._waiting:
            keys = list(self._waiting)[:KEYS_MAX]
            batch = {key: self._waiting.pop(key) for key in keys}
            self._free -= 1
            task = asyncio.get_running_loop().create_task(self._run(batch))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _run(self, batch: dict[K, asyncio.Future[V | None]]) -> None:
        try:
            found = await self._fetch(list(batch))
        except Exception as failure:  # noqa: BLE001 each reader gets it
            for future in batch.values():
                if not future.done():
                    future.set_exception(failure)
                    future.exception()  # a reader may have gone: then nobody else looks at it
        else:
            for key, future in batch.items():
                if not future.done():
                    future.set_result(found.get(key))
        finally:
            self._free += 1
            self._pump()
