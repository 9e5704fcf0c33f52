"""Slow hashes in threads of their own: off the event loop, and no more at once than fit."""

import asyncio
import concurrent.futures
from collections.abc import Callable
from typing import Any, Final, TypeVar

from service.kernel import slow_hash

T = TypeVar("T")

THREADS: Final = 2  # each takes 19 MiB while it hashes; who comes then waits
_threads: Final = concurrent.futures.ThreadPoolExecutor(THREADS, "hashes")


async def hashed(keyed: bytes) -> str:
    """What is kept of a keyed secret."""
    return await apart(slow_hash.hashed, keyed)


async def apart(judge: Callable[..., T], *given: Any) -> T:
    """What a function that hashes answers."""
    return await asyncio.get_running_loop().run_in_executor(_threads, judge, *given)
