"""How far an import is: every row before `low` is done, and written down now and then.

Rows finish out of order, two batches being under way; `low` is where the next run would go on. It
is written over a connection that waits for the disk: with it, all commits before it are durable,
though the import's own do not wait.
"""

import time
from collections.abc import Callable
from typing import Final

from service.domain.imports import store
from service.domain.imports.types import Kind
from service.infra.db import Database

SAVE_SECONDS: Final = 1.0

Report = Callable[[int, int], None]  # rows done, rows of the file


class Progress:
    """Of one file."""

    def __init__(self, db: Database, digest: bytes, kind: Kind, report: Report) -> None:
        self.low = 0
        self.rows = 0
        self._db = db
        self._digest = digest
        self._kind = kind
        self._report = report
        self._done: set[int] = set()
        self._saved_at = time.monotonic()
        self._saved = 0

    def start(self, low: int, rows: int) -> None:
        """Rows before `low` were done by an earlier run."""
        self.low = self._saved = low
        self.rows = max(rows, low)
        self._report(self.low, self.rows)

    def finish(self, n: int) -> None:
        """The row is in the database, or rejected."""
        self._done.add(n)
        while self.low in self._done:
            self._done.discard(self.low)
            self.low += 1

    async def tell(self, *, finally_: bool = False) -> None:
        """Report, and write down where the next run would go on, at most once a second."""
        self._report(self.low + len(self._done), self.rows)
        now = time.monotonic()
        if not finally_ and now - self._saved_at < SAVE_SECONDS:
            return
        self._saved_at = now  # before anything is awaited: the other lane does not save too
        if finally_ or self.low != self._saved:
            self._saved = self.low
            async with self._db.transaction() as tx:
                await store.mark(tx, self._digest, self._kind, self._saved)
