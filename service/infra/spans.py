"""Where traces are begun, for those who may not know whether anybody wants them.

Without telemetry there is no Spans anywhere: what may be traced holds None and looks no further.
telemetry.py has the one that traces.
"""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol


class Spans(Protocol):
    """What gate, pool and clock are given by a process that traces."""

    def here(self) -> Any:
        """The span this is called in, to be named by another one later."""

    def batch(self, came_from: Sequence[Any]) -> contextlib.AbstractContextManager[None]:
        """A batch of commands that were handed in within these spans."""

    async def job(self, name: str, work: Awaitable[int]) -> int:
        """A round of a job, and what it found to do: of one that found nothing nothing is told."""

    async def connection(self, connection: Any) -> None:
        """Has each statement of a new connection to the database traced."""


class Carried:
    """The trace that what is written now belongs to, as W3C `traceparent`; None: nobody traces."""

    now: Callable[[], str | None] | None = None  # of the process: telemetry.py sets it
