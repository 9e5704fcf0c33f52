"""How long a part of a request may take."""

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

T = TypeVar("T")

# For what a handler does. Longer than the sum of what it waits for (a place in the gate 5 s, a
# connection, statements of 3 s at most), so it ends only what hangs where nobody thought of it.
HANDLER_SECONDS_MAX: Final = 20.0
LONG_SECONDS_MAX: Final = 120.0  # for a million codes, which are made in parts of a moment each


async def within(seconds: float, work: Awaitable[T], late: type[Exception]) -> T:
    """What the work answers, or `late`; a timer that cancels is a third of `asyncio.timeout`."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  # ASGI servers run a request as a task
    mark = object()
    timer = asyncio.get_running_loop().call_later(seconds, task.cancel, mark)
    try:
        return await work
    except asyncio.CancelledError as cancelled:
        if cancelled.args != (mark,):
            raise
        task.uncancel()
        raise late from None
    finally:
        timer.cancel()
