"""The look-ahead: the earliest purchase of each member next, one of a member at a time. Pure."""

import collections
import heapq
from collections.abc import Hashable
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Waiting(msgspec.Struct, Generic[T], frozen=True):
    """Row `n` of the import and whose it is."""

    n: int
    key: Hashable
    row: T


class Window(Generic[T]):
    """Rows that were read and not yet sent; those of one key go one after another."""

    def __init__(self) -> None:
        self._queues: dict[Hashable, collections.deque[Waiting[T]]] = {}
        self._heads: list[tuple[int, Hashable]] = []  # the first row of each key that is free
        self._busy: set[Hashable] = set()

    @property
    def is_done(self) -> bool:
        """Nothing waits and nothing is under way."""
        return not self._queues and not self._busy

    def add(self, waiting: Waiting[T]) -> None:
        """Rows are added in time order."""
        key = waiting.key
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = collections.deque()
            if key not in self._busy:
                heapq.heappush(self._heads, (waiting.n, key))
        queue.append(waiting)

    def take(self, count: int, *, least: int = 1) -> list[Waiting[T]]:
        """The earliest rows of keys that are free, at most `count`; their keys are busy now.

        None while fewer than `least` are free and others are under way: those will free theirs.
        """
        taken: list[Waiting[T]] = []
        if self._busy and len(self._heads) < least:
            return taken
        while self._heads and len(taken) < count:
            _, key = heapq.heappop(self._heads)
            queue = self._queues[key]
            taken.append(queue.popleft())
            self._busy.add(key)
            if not queue:
                del self._queues[key]
        return taken

    def free(self, key: Hashable) -> None:
        """The key's row is done; its next one may go."""
        self._busy.discard(key)
        queue = self._queues.get(key)
        if queue is not None:
            heapq.heappush(self._heads, (queue[0].n, key))
