"""What stands behind a secret of a header: looked up once and then remembered for a short while.

What is remembered is found by the SHA-256 of the header, so no secret stays in memory, and how long
a look-up takes says nothing about a secret. Secrets that were refused are remembered apart (and
shorter), so that a flood of wrong ones cannot push out the right ones; requests with the same one
share one look-up, and look-ups use two connections at most.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

import msgspec

A = TypeVar("A")
T = TypeVar("T")

KNOWN_SECONDS: Final = 30.0
REFUSED_SECONDS: Final = 5.0
REMEMBERED_MAX: Final = 4096
LOOKUPS_MAX: Final = 2
_NOBODY: Final = bytes(32)


class Found(msgspec.Struct, Generic[T], frozen=True):
    """What a secret opens, and for how many seconds from now on at most."""

    what: T
    seconds: float


class Known(msgspec.Struct, Generic[T], frozen=True):
    """An answer that is still good before `until` (monotonic seconds)."""

    what: T | None
    until: float


Look = Callable[[A], Awaitable[Found[T] | None]]


def is_same(stored: bytes | None, given: bytes) -> bool:
    """Whether the hashes are the same; takes as long without a stored one."""
    return hmac.compare_digest(stored or _NOBODY, given) and stored is not None


class Lookups(Generic[A, T]):
    """`look` reads what was read out of a header opens, None: nothing."""

    def __init__(self, look: Look[A, T], clock: Callable[[], float]) -> None:
        self._look = look
        self._clock = clock
        self._known: dict[bytes, Known[T]] = {}
        self._refused: dict[bytes, Known[T]] = {}
        self._asked: dict[bytes, asyncio.Task[T | None]] = {}
        self._lookups = asyncio.Semaphore(LOOKUPS_MAX)

    def remembered(self, header: bytes) -> T | None:
        """What this very header opened a moment ago; the normal case."""
        known = self._known.get(hashlib.sha256(header).digest())
        return known.what if known is not None and self._clock() < known.until else None

    async def get(self, header: bytes, given: A) -> T | None:
        """What was read out of a header opens; None: nothing."""
        digest = hashlib.sha256(header).digest()
        for memory in (self._known, self._refused):
            known = memory.get(digest)
            if known is not None and self._clock() < known.until:
                return known.what
        task = self._asked.get(digest)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._look_up(given, digest))
            self._asked[digest] = task
            task.add_done_callback(lambda done: self._forget_task(digest, done))
        return await asyncio.shield(task)

    def forget(self, header: bytes) -> None:
        """Look it up again the next time."""
        self._known.pop(hashlib.sha256(header).digest(), None)

    async def _look_up(self, given: A, digest: bytes) -> T | None:
        async with self._lookups:
            began = self._clock()
            found = await self._look(given)
            if found is None:
                _remember(self._refused, digest, Known(None, began + REFUSED_SECONDS))
                return None
            until = began + min(KNOWN_SECONDS, found.seconds)
            _remember(self._known, digest, Known(found.what, until))
            return found.what

    def _forget_task(self, digest: bytes, task: asyncio.Task[T | None]) -> None:
        del self._asked[digest]
        if not task.cancelled():
            task.exception()  # marks it as seen: whoever waited has it, and all may have left


def _remember(memory: dict[bytes, Known[T]], digest: bytes, known: Known[T]) -> None:
    """The newest last; when there are too many, the oldest goes."""
    memory.pop(digest, None)
    memory[digest] = known
    if len(memory) > REMEMBERED_MAX:
        del memory[next(iter(memory))]
