"""The database: a pool, transactions, rows as Structs.

A flow opens the transaction (`async with db.transaction() as tx`), stores take `tx` first and never
open one. The pool does not reset sessions on release (one round trip less): no code keeps session
state. Deadlocks and serialization failures are retried by the gate, not here.
"""

import contextlib
import datetime as dt
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, TypeVar

import asyncpg
import msgspec

from service.infra.meter import SILENT, Meter
from service.infra.pulse import Pulse
from service.infra.spans import Spans
from service.infra.sql import Statement
from service.infra.together import Ask, Write, reads, table_of, writes
from service.kernel.errors import Unavailable

T = TypeVar("T")

WAIT_SECONDS_MAX: Final = 30.0  # for a connection; who has callers waiting says less
SECONDS_MAX: Final = 30.0  # of a statement, as the driver counts
WATCHED_SECONDS_MAX: Final = 4.0  # where the role's own time-out is 3 s (sql/roles.sql)
STATEMENTS_MAX: Final = 400  # prepared per connection; sent together they come in more kinds
# Every statement of a request has its index. While a table is small, or has grown since it was last
# analyzed, PostgreSQL would rather read all of it: 20 ms a batch at 300,000 lots.
_SETTINGS: Final = {
    "application_name": "regulars",
    "enable_seqscan": "off",
    "random_page_cost": "1.1",
}


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached right now."""


class _Connection(asyncpg.Connection):
    """A connection whose release costs no round trip."""

    def get_reset_query(self) -> str:
        """Nothing to reset: sessions hold no state."""
        return ""


class Tx:
    """A connection inside (or, for single reads, outside) a transaction.

    `connection` itself does not know of writes that wait: `flush` before it is used.
    """

    __slots__ = ("_waiting", "connection", "now")

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.now: dt.datetime | None = None  # PostgreSQL's clock, set by the lock statement
        self._waiting: dict[str, Write] = {}  # by table

    async def all(self, statement: Statement, into: type[T], **given: Any) -> list[T]:
        """All rows, each converted to the Struct (or tuple type) by column name."""
        rows = await self.rows(statement, **given)
        return msgspec.convert(rows, list[into], from_attributes=False)  # type: ignore[valid-type]

    async def rows(self, statement: Statement, **given: Any) -> list[Any]:
        """All rows as asyncpg Records, for hot paths that read columns by position."""
        await self.flush()
        rows: list[Any] = await self.connection.fetch(statement.text, *statement.arguments(given))
        return rows

    async def maybe(self, statement: Statement, into: type[T], **given: Any) -> T | None:
        """The row, or None."""
        await self.flush()
        row = await self.connection.fetchrow(statement.text, *statement.arguments(given))
        return None if row is None else msgspec.convert(row, into)

    async def one(self, statement: Statement, into: type[T], **given: Any) -> T:
        """Exactly one row; its absence is a bug."""
        row = await self.maybe(statement, into, **given)
        if row is None:
            raise LookupError(statement.name)
        return row

    async def value(self, statement: Statement, **given: Any) -> Any:
        """The first column of the first row, or None."""
        await self.flush()
        return await self.connection.fetchval(statement.text, *statement.arguments(given))

    async def ask(self, question: Ask[T]) -> T:
        """The answer to one question."""
        question.answer = question.read(await self.rows(question.statement, **question.given))
        return question.answer

    async def ask_all(self, questions: Sequence[Ask[Any]]) -> None:
        """Ask all of one snapshot, in one round trip; each has its answer then."""
        if len(questions) == 1:
            await self.ask(questions[0])
        elif questions:
            await self.flush()
            text = reads(tuple(one.statement for one in questions))
            given = [a for one in questions for a in one.statement.arguments(one.given)]
            answers = await self.connection.fetchrow(text, *given)
            for one, rows in zip(questions, answers, strict=True):
                one.answer = one.read(rows)

    async def run(self, statement: Statement, **given: Any) -> int:
        """Run a writing statement; answers how many rows it touched."""
        await self.flush()
        tag = await self.connection.execute(statement.text, *statement.arguments(given))
        return int(tag.rsplit(" ", 1)[-1])

    async def later(
        self,
        statement: Statement,
        rows: int | None,
        broken: str = "rows are missing",
        /,
        **given: Any,
    ) -> None:
        """Write with the next statement or the commit, together with other tables' rows.

        Nothing that waits may read what is written with it. Unless so many rows were touched (None:
        any number), that raises AssertionError with the text `broken`.
        """
        table = table_of(statement)
        if table in self._waiting:
            await self.flush()
        self._waiting[table] = Write(statement, rows, broken, statement.arguments(given))

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """A transaction on the connection of single reads; as Database.transaction otherwise."""
        async with self.connection.transaction():
            try:
                yield
                await self.flush()
            except BaseException:
                self._waiting.clear()
                raise

    async def flush(self) -> None:
        """Send what waits."""
        if not self._waiting:
            return
        waiting = list(self._waiting.values())
        self._waiting.clear()
        text = writes(tuple(one.statement for one in waiting))
        given = [argument for one in waiting for argument in one.given]
        touched = await self.connection.fetchrow(text, *given)
        for one, count in zip(waiting, touched, strict=True):
            if one.rows is not None and count != one.rows:
                raise AssertionError(f"{one.statement.name}: {one.broken}")


class Database:
    """The pool of one process."""

    def __init__(
        self,
        pool: Any,
        wait_seconds: float = WAIT_SECONDS_MAX,
        meter: Meter = SILENT,
        pulse: Pulse | None = None,
    ) -> None:
        self.pool = pool
        self._pulse = pulse
        self._meter = meter
        self.clock_offset = dt.timedelta()  # only tests set it: every flow adds it to the clock
        self._wait_seconds = wait_seconds

    @classmethod
    async def open(
        cls,
        url: str,
        size_min: int = 2,
        size_max: int = 8,
        *,
        wait_seconds: float = WAIT_SECONDS_MAX,
        meter: Meter = SILENT,
        spans: Spans | None = None,
        is_watched: bool = False,
    ) -> "Database":
        """Connect; raises DatabaseUnavailable when the server does not answer.

        So does whoever waits longer than `wait_seconds` for a connection. A connection that is made
        for him counts as waiting, and is thrown away when it takes too long: where that is short,
        have `size_min` of them, which are made, and made again, behind everybody's back.
        `is_watched`: callers wait for what is done, so notice soon when nothing is (`pulse.py`).
        """
        pulse = Pulse(url, wait_seconds) if is_watched else None
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=size_min,
                max_size=size_max,
                connection_class=_Connection,
                command_timeout=WATCHED_SECONDS_MAX if is_watched else SECONDS_MAX,
                statement_cache_size=STATEMENTS_MAX,
                server_settings=_SETTINGS,
                init=None if spans is None else spans.connection,
            )
            if pulse is not None:
                await pulse.open()
        except (OSError, asyncpg.PostgresError, TimeoutError) as failure:
            raise DatabaseUnavailable from failure
        return cls(pool, wait_seconds, meter, pulse)

    async def close(self) -> None:
        """Wait for what runs, then close all connections."""
        await self.pool.close()
        if self._pulse is not None:
            await self._pulse.close()

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """A connection for single statements, each its own transaction."""
        async with self._acquired() as connection:
            tx = Tx(connection)
            yield tx
            await tx.flush()

    @contextlib.asynccontextmanager
    async def transaction(self, *, repeatable: bool = False) -> AsyncIterator[Tx]:
        """READ COMMITTED, or one read-only snapshot; commits unless an exception leaves."""
        isolation = "repeatable_read" if repeatable else None
        async with (
            self._acquired() as connection,
            connection.transaction(isolation=isolation, readonly=repeatable),
        ):
            tx = Tx(connection)
            yield tx
            await tx.flush()

    @contextlib.asynccontextmanager
    async def _acquired(self) -> AsyncIterator[Any]:
        began = time.perf_counter()
        pulse = self._pulse
        if pulse is not None and pulse.is_silent:
            self._meter.outage("unavailable")
            raise DatabaseUnavailable
        try:
            connection = await self.pool.acquire(timeout=self._wait_seconds)
        except (TimeoutError, OSError, asyncpg.PostgresConnectionError) as failure:
            self._meter.outage("unavailable")
            raise DatabaseUnavailable from failure
        except asyncpg.InterfaceError as failure:  # the pool is closing
            raise DatabaseUnavailable from failure
        self._meter.connected(time.perf_counter() - began)
        if pulse is not None:
            pulse.begin(connection)
        try:
            yield connection
        finally:
            if pulse is not None:
                pulse.end(connection)
            await self.pool.release(connection)
