"""Purchases of a file through the verb `record_purchase`, batch by batch.

Three batches are under way at a time: while PostgreSQL works on two, this process decides one. No
member is in two of them, so a member's purchases are recorded in time order; between members the
order is that of time but for AHEAD_MAX rows.
"""

import asyncio
import contextlib
import pathlib
import time
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from typing import Any, Final

import msgspec

from service.domain.holders.types import Kind as HolderKind
from service.domain.imports.types import Kind
from service.domain.members import store as members
from service.domain.members.identifiers import Ownership, digest
from service.domain.programs.errors import VersionBehind
from service.domain.purchases.basket import MemberRef
from service.flows.checkout.record_purchases import command, record_purchases
from service.flows.steps.context import Context
from service.flows.steps.purchases.recording import PurchaseCommand
from service.imports import order
from service.imports.files import PurchaseFile
from service.imports.importer import ACTOR, Importer, ImportStopped, Summary, begin
from service.imports.progress import Progress, Report
from service.imports.purchase_rows import ImportedPurchase
from service.imports.rejects import Rejects
from service.imports.rows import Rejected, Row
from service.imports.window import Waiting, Window
from service.infra.batch import Gate
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError

LANES: Final = 3
# A member's next purchase waits for its batch: with larger ones, whoever buys daily lags behind.
BATCH: Final = 64
BATCH_LEAST: Final = 32  # while others are under way: a few rows cost nearly what a batch costs
AHEAD_MAX: Final = 4_096  # rows from the first that is not done to the last that is read
READ_AT_ONCE: Final = 256  # while this many are read, no batch is decided
WAIT_SECONDS_MAX: Final = 600.0

Purchase = Row[ImportedPurchase]
Items = Iterator[Purchase | Rejected]
# Who records some purchases in another way, when their turn comes; None: not this one.
Instead = Callable[[ImportedPurchase], Awaitable[Answer[Any]] | None]


class NotTaken(Exception):
    """A purchase that `Instead` could not record; the message says why."""


def _nobody(_: ImportedPurchase) -> None:
    """Every purchase goes through the verb."""


async def import_purchases(
    importer: Importer,
    path: pathlib.Path,
    *,
    rejects: pathlib.Path,
    report: Report,
    again: bool = False,
    instead: Instead = _nobody,
) -> Summary:
    """Take in the file; FileRefused, or ImportStopped when it cannot go on now."""
    started = time.monotonic()
    file = PurchaseFile(path)
    scan, progress = await begin(importer, file, Kind.PURCHASES, report, again=again)
    summary = Summary(kind=Kind.PURCHASES, rows=scan.rows, before=progress.low)
    summary.sorted = not scan.in_order
    if progress.low < scan.rows:
        with contextlib.ExitStack() as stack:
            items = file.read()
            if not scan.in_order:
                items = stack.enter_context(order.in_time_order(items, path.parent))
            written = stack.enter_context(Rejects(rejects, going_on=progress.low > 0))
            await _Import(importer.ctx, items, progress, written, summary, instead).run()
            summary.rejected = written.count
            summary.rejects = written.path if written.count else None
        for name in file.counts.__struct_fields__:
            setattr(summary, name, getattr(file.counts, name))
    summary.seconds = time.monotonic() - started
    return summary


class _Import:
    """One file under way."""

    def __init__(
        self,
        ctx: Context,
        items: Items,
        progress: Progress,
        rejects: Rejects,
        summary: Summary,
        instead: Instead,
    ) -> None:
        self._ctx = ctx
        self._items = enumerate(items)
        self._progress = progress
        self._rejects = rejects
        self._summary = summary
        self._instead = instead
        self._window: Window[Purchase] = Window()
        self._reading = asyncio.Lock()
        self._freed = asyncio.Event()
        self._read = 0  # rows of the file
        self._sending = 0  # batches that are under way
        self._ended = False  # all of them were read
        self._elsewhere: dict[asyncio.Future[Answer[Any]], Waiting[Purchase]] = {}
        self._gate = Gate(lanes=LANES, size=BATCH, full=1)  # what is worth a batch is decided here

    async def run(self) -> None:
        """Until every row is done."""
        lanes = [asyncio.create_task(self._lane()) for _ in range(LANES)]
        try:
            await asyncio.gather(*lanes)
        except BaseException:
            tasks: list[asyncio.Future[Any]] = [*lanes, *self._elsewhere]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._gate.drain()
            with contextlib.suppress(Exception):  # what happened first is what is told
                await self._progress.tell(finally_=True)
            raise
        await self._progress.tell(finally_=True)

    async def _lane(self) -> None:
        while True:
            await self._read_ahead()
            self._take_in_elsewhere()  # nothing is awaited from here to the wait for more
            batch = self._window.take(BATCH, least=BATCH_LEAST if self._sending else 1)
            if batch:
                self._sending += 1
                await self._send(batch)
                self._sending -= 1
                self._freed.set()
                await self._progress.tell()
            elif self._ended and self._window.is_done:
                return
            else:
                self._freed.clear()
                await self._freed.wait()

    async def _read_ahead(self) -> None:
        """Keep the window filled; one lane reads at a time."""
        async with self._reading:
            while not self._ended and self._read - self._progress.low < AHEAD_MAX:
                await self._read_some()

    async def _read_some(self) -> None:
        rows: list[tuple[int, Purchase]] = []
        for n, item in self._items:
            self._read = n + 1
            if n < self._progress.low:
                continue  # done by an earlier run
            if isinstance(item, Rejected):
                self._reject(n, item)
                continue
            rows.append((n, item))
            if len(rows) == READ_AT_ONCE:
                break
        else:
            self._ended = True
        for (n, row), key in zip(rows, await _keys(self._ctx, rows), strict=True):
            self._window.add(Waiting(n, key, row))

    def _reject(self, n: int, rejected: Rejected) -> None:
        self._rejects.add(rejected)
        self._progress.finish(n)

    async def _send(self, batch: Sequence[Waiting[Purchase]]) -> None:
        """One batch through the gate, which waits for locks, repeats and finds poison."""
        sent: list[tuple[Waiting[Purchase], Awaitable[Any]]] = []
        for waiting in batch:
            elsewhere = self._instead(waiting.row.body)
            if elsewhere is not None:
                self._wait_apart(waiting, elsewhere)
                continue
            try:
                asked = command(ACTOR, waiting.row.body, waiting.row.body.occurred_at)
            except ExpectedError as refusal:
                self._take_in(waiting, refusal)
                continue
            pending = self._gate.enqueue(
                self._record,
                waiting.key,
                asked,
                bounded=False,
                wait_seconds_max=WAIT_SECONDS_MAX,
            )
            sent.append((waiting, pending.future))
        results = await asyncio.gather(*(f for _, f in sent), return_exceptions=True)
        for (waiting, _), result in zip(sent, results, strict=True):
            self._take_in(waiting, result)

    def _wait_apart(self, waiting: Waiting[Purchase], elsewhere: Awaitable[Answer[Any]]) -> None:
        """Not with the batch, whose other members would have to wait for the slower way too."""
        task = asyncio.ensure_future(elsewhere)
        self._elsewhere[task] = waiting
        task.add_done_callback(lambda _: self._freed.set())

    def _take_in_elsewhere(self) -> None:
        for task in [task for task in self._elsewhere if task.done()]:
            self._take_in(self._elsewhere.pop(task), task.exception() or task.result())

    async def _record(self, commands: Sequence[PurchaseCommand], wait: bool) -> Sequence[Any]:  # noqa: FBT001 the gate's protocol
        try:
            return await record_purchases(self._ctx, commands, wait=wait)
        except VersionBehind:  # a program was published this moment
            await self._ctx.programs.refresh(self._ctx.db)
            return await record_purchases(self._ctx, commands, wait=wait)

    def _take_in(self, waiting: Waiting[Purchase], result: Any) -> None:
        """Note what became of a row; what concerns more than the row stops the import."""
        row = waiting.row
        if isinstance(result, ExpectedError):
            if result.retryable:
                raise ImportStopped(f"line {row.line}: {result}") from result
            body = msgspec.to_builtins(row.body)
            self._rejects.add(Rejected(row.line, _reason(result), body))
        elif isinstance(result, NotTaken):
            self._rejects.add(Rejected(row.line, str(result), msgspec.to_builtins(row.body)))
        elif isinstance(result, BaseException):
            result.add_note(f"while importing line {row.line}")
            raise result
        elif isinstance(result, Answer) and result.replayed:
            self._summary.known += 1
        else:
            self._summary.added += 1
        self._progress.finish(waiting.n)
        self._window.free(waiting.key)


def _reason(error: ExpectedError) -> str:
    pointer = getattr(error, "pointer", None)
    return f"{error} (at {pointer})" if pointer and pointer not in str(error) else str(error)


async def _keys(ctx: Context, rows: Sequence[tuple[int, Purchase]]) -> list[Hashable]:
    """Whose each purchase is: the member on its day, or the first identifier that nobody holds."""
    digests = [_digests(ctx, row.body) for _, row in rows]
    wanted = {d for of_one in digests for d in of_one}
    if not wanted:
        owned: dict[bytes, list[Ownership]] = {}
    else:
        async with ctx.db.reading() as tx:
            owned = await members.ownerships(tx, wanted)
    return [_key(n, row.body, d, owned) for (n, row), d in zip(rows, digests, strict=True)]


def _digests(ctx: Context, body: ImportedPurchase) -> list[bytes]:
    if body.member is None or isinstance(body.member, MemberRef):
        return []
    return [digest(ctx.secret, identifier) for identifier in body.member]


def _key(
    n: int,
    body: ImportedPurchase,
    digests: Sequence[bytes],
    owned: dict[bytes, list[Ownership]],
) -> Hashable:
    if isinstance(body.member, MemberRef):
        return body.member.id
    for value in digests:
        for held in owned[value]:
            if held.kind == HolderKind.MEMBER and held.covers(body.occurred_at):
                return held.merged_into or held.holder_id
    return digests[0] if digests else n
