"""What every import works with: the verbs' context, and how one file's import begins."""

import asyncio
import contextlib
import pathlib
from collections.abc import AsyncIterator
from typing import Final, Protocol

import asyncpg
import msgspec

from service.domain.imports import store
from service.domain.imports.types import Kind, Run
from service.domain.programs.errors import NoProgram
from service.flows.audit.note_import import note_import
from service.flows.build import Built
from service.flows.steps.auditing import AT_COMMAND
from service.flows.steps.context import Context
from service.imports.files import digest
from service.imports.progress import Progress, Report
from service.imports.rows import FileRefused, Scan
from service.infra.db import Database, DatabaseUnavailable
from service.infra.garbage import collected_rarely
from service.infra.settings import Settings
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id

_LOST: Final = (
    DatabaseUnavailable,
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.TransactionRollbackError,  # deadlocks
    asyncpg.LockNotAvailableError,
    asyncpg.OperatorInterventionError,  # the server is shut down, or somebody ended the query
    asyncpg.InsufficientResourcesError,
)
ACTOR: Final = Actor(kind=ActorKind.JOB, id="import", client_id=derived_id("job", "import"))


class ImportStopped(Exception):
    """The import cannot go on now; the message says why. A new run goes on where it stopped."""


class Importer(msgspec.Struct, frozen=True):
    """`ctx`: commits do not wait for the disk; `durable`: they do, for the progress.

    `actor`: who has it done.
    """

    ctx: Context
    durable: Database
    actor: Actor = AT_COMMAND


class Summary(msgspec.Struct, kw_only=True):
    """What came of one file.

    `before`: rows that an earlier run had done. `known`: rows of this run that were in the database
    already. `rejected`: by all runs.
    """

    kind: Kind
    rows: int
    before: int = 0
    added: int = 0
    known: int = 0
    claimed: int = 0
    rejected: int = 0
    lines: int = 0
    quantity_zero: int = 0
    nothing_paid: int = 0
    sorted: bool = False
    seconds: float = 0.0
    rejects: pathlib.Path | None = None


class Scanned(Protocol):
    """A file of rows."""

    path: pathlib.Path

    def scan(self) -> Scan:
        """One look at the whole of it."""


@contextlib.asynccontextmanager
async def opened(settings: Settings, actor: Actor = AT_COMMAND) -> AsyncIterator[Importer]:
    """On the database of the settings, as the role for long work; NoProgram when none is published.

    Commits are not waited for: they reach the disk in their order, and the progress after them.
    """
    url = settings.for_jobs()
    quick = f"{url}{'&' if '?' in url else '?'}synchronous_commit=off"
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(collected_rarely())
        durable = await Database.open(url, size_min=1, size_max=1)
        stack.push_async_callback(durable.close)
        built = Built(await Database.open(quick), settings.secret)
        stack.push_async_callback(built.stop)
        await built.start()
        if not built.programs.newest:
            raise NoProgram
        try:
            yield Importer(built.ctx, durable, actor)
        except _LOST as failure:
            raise ImportStopped(f"the database was lost: {failure}") from failure


async def begin(
    importer: Importer, file: Scanned, kind: Kind, report: Report, *, again: bool
) -> tuple[Scan, Progress]:
    """Look at the file and at how far it is; `again`: from its first row, whatever was done."""
    name = await asyncio.to_thread(digest, file.path)
    async with importer.durable.reading() as tx:
        known = await store.find(tx, name)
    if known is not None and known.kind is not kind:
        raise FileRefused(f"has been imported as {known.kind.value} before")
    scan = await asyncio.to_thread(file.scan)
    progress = Progress(importer.durable, name, kind, report)
    progress.start(_low(known, again=again), scan.rows)
    left = scan.rows - progress.low
    if left > 0:
        await note_import(importer.durable, importer.actor, name, kind.value, left)
    return scan, progress


def _low(known: Run | None, *, again: bool) -> int:
    return 0 if known is None or again else known.rows_done
