"""What is told of the work of a process; nobody listens unless the process serves.

Gate, pool, edge and jobs tell a Meter. This one does nothing and imports nothing; metrics.py has
the one that counts.
"""

from collections.abc import Callable
from typing import Final

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"  # the name is the library's of metrics.py


class Meter:
    """Durations are seconds. Names are from short lists of ours: never ids, never a caller's."""

    __slots__ = ()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is its pattern."""

    def batch(self, commands: int, wait_seconds: float) -> None:
        """A batch left the gate; its oldest command had waited so long."""

    def decided(self, seconds: float) -> None:
        """A basket was decided."""

    def connected(self, wait_seconds: float) -> None:
        """A connection to the database was waited for, and had."""

    def outage(self, kind: str) -> None:
        """Work met a fault of the database: `retried`, `unknown`, or `unavailable`."""

    def job(self, name: str, outcome: str, seconds: float) -> None:
        """A round of a job has ended: `done` (found work), `idle` or `failed`."""

    def relayed(self, sink: str, outcome: str, events: int) -> None:
        """Events of the relay: `sent`, `lost`, `missing` or `refused`.

        Lost ones the sink had: they are sent again. Missing ones are not in the database any more.
        Refused ones are those of a shard from one on that the sink does not take, each time.
        """

    def ahead(self, sink: str, shards: int) -> None:
        """In so many shards a sink has events that the database does not."""

    def delivered(self, outcome: str, events: int) -> None:
        """Attempts to send an endpoint an event: `taken`, `refused`, `failing` or `gone`.

        And `dead`: events that were given up.
        """

    def sample(self, name: str, read: Callable[[], float]) -> None:
        """What stands at `read()` from now on is told under one of metrics.SAMPLED."""


SILENT = Meter()
