"""A look at a part of the database: a range of holders in one snapshot."""

import contextlib
import datetime as dt
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import asyncpg
import msgspec

from service.domain.programs.live import Programs
from service.infra.db import Database, DatabaseUnavailable, Tx
from service.infra.sql import Statement, load
from service.verify.report import Check, Tally

SQL: Final = load("verify")
NOBODY: Final = uuid.UUID(int=0)
LOWEST: Final = NOBODY
HIGHEST: Final = uuid.UUID(int=2**128 - 1)
_SNAPSHOT: Final = re.compile(r"[0-9A-F-]+")
_SETTINGS: Final = {
    "application_name": "regulars verify",
    "idle_in_transaction_session_timeout": "0",  # the snapshot is held until all have looked
    "plan_cache_mode": "force_custom_plan",  # ranges differ in size
    "statement_timeout": "0",
}


class Sample(msgspec.Struct, frozen=True):
    """Which decisions are made again: `every` one, or a part.

    The part: those recorded after `since`, and `below` / 2^32 of the others by a hash of purchase
    and `seed`.
    """

    every: bool
    since: dt.datetime
    seed: int
    below: int


class Look:
    """What a check works with. Holders from `low` to `high`, both included."""

    __slots__ = ("_kin", "high", "low", "programs", "sample", "tally", "tx")

    def __init__(
        self,
        tx: Tx,
        programs: Programs,
        sample: Sample,
        tally: Tally,
        low: uuid.UUID = LOWEST,
        high: uuid.UUID = HIGHEST,
    ) -> None:
        self.tx = tx
        self.programs = programs
        self.sample = sample
        self.tally = tally
        self.low = low
        self.high = high
        self._kin: list[uuid.UUID] | None = None

    async def rows(self, statement: Statement, **given: Any) -> list[Any]:
        """The rows of a statement for the range."""
        return await self.tx.rows(statement, low=self.low, high=self.high, **given)

    async def kin(self) -> list[uuid.UUID]:
        """With whom holders of the range were merged, outside of it."""
        if self._kin is None:
            self._kin = [row[0] for row in await self.rows(SQL["list_kin"])]
        return self._kin

    async def now(self) -> dt.datetime:
        """The clock, which is past the snapshot."""
        found: dt.datetime = await self.tx.value(SQL["get_now"])
        return found

    async def wrong(self, check: Check, statement: Statement, **given: Any) -> None:
        """A statement that answers (holder, place, what is wrong) for the range."""
        self._take(check, await self.rows(statement, **given))

    async def wrong_anywhere(self, check: Check, statement: Statement) -> None:
        """A statement that answers the same for whole tables."""
        self._take(check, await self.tx.rows(statement))

    def _take(self, check: Check, rows: list[Any]) -> None:
        for holder_id, place, texts in rows:
            named = place if holder_id == NOBODY else f"holder {holder_id}, {place}"
            for text in texts:
                self.tally.differ(check, named, text)


def of_purchase(row: Mapping[str, Any]) -> str:
    """How a difference names a purchase."""
    return f"holder {row['holder_id']}, purchase {row['purchase_id']}"


async def load_programs(url: str) -> Programs:
    """All published versions; DatabaseUnavailable."""
    programs = Programs()
    db = await Database.open(url, 1, 1)
    try:
        await programs.refresh(db)
    finally:
        await db.close()
    return programs


@contextlib.asynccontextmanager
async def snapshot(url: str, shared: str | None = None) -> AsyncIterator[Tx]:
    """A reading transaction on a connection of its own, in the snapshot that another one shares.

    Statements may take as long as they need. DatabaseUnavailable when there is no server.
    """
    try:
        connection = await asyncpg.connect(url, server_settings=_SETTINGS)
    except (OSError, asyncpg.PostgresError, TimeoutError) as failure:
        raise DatabaseUnavailable from failure
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            if shared is not None:
                await _join(connection, shared)
            yield Tx(connection)
    finally:
        await connection.close()


async def _join(connection: Any, shared: str) -> None:
    """No statement with parameters can do it, so the name is looked at first."""
    if not _SNAPSHOT.fullmatch(shared):
        raise ValueError(shared)
    await connection.execute(f"set transaction snapshot '{shared}'")
