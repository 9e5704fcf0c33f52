"""Brings a database to the schema of this code: `sql/migrations/NNNN_<purpose>.sql`, forward only.

Each migration is one transaction with a lock and a statement time-out, recorded with its digest;
one that meets others on its tables is undone and tried again.
Indexes on tables in use have a migration of their own, of nothing but `create index concurrently`
(PostgreSQL builds them outside transactions, and nobody waits); what a run that was killed left of
one is not valid, and is dropped and built again.
Refused, with nothing changed: a recorded migration whose file is different now, a database that
has migrations this code does not know, a new file numbered below one already applied. Two runs at
once are safe: the second waits for the row 0 and then finds nothing to do (no advisory locks: the
database may be a distributed one).
"""

import asyncio
import contextlib
import functools
import hashlib
import pathlib
import re
import time
from typing import Any, Final

import asyncpg
import msgspec

from service.infra import sql
from service.infra.db import Tx

# Whoever wants a table waits behind a migration that waits for it, and for less than the service's
# own lock time-out. So it gives up sooner, lets the others go, and tries again.
LOCK_TIMEOUT: Final = "1s"
TRIES_MAX: Final = 10
PAUSE_SECONDS: Final = 0.5  # after the first try, and so much more after each
STATEMENT_TIMEOUT: Final = "15min"
WAIT_FOR_OTHERS: Final = "15min"  # for who uses a table that gets an index
ANOTHER_RUN_SECONDS_MAX: Final = 900.0
_COLLIDED: Final = (  # by the moment: its name, its type, the row of either, or two grants at once
    asyncpg.DuplicateTableError,
    asyncpg.DuplicateObjectError,
    asyncpg.UniqueViolationError,
    asyncpg.InternalServerError,  # "tuple concurrently updated"
)
_IN_USE: Final = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
_BOOTSTRAP_TRIES_MAX: Final = 5
_FILE: Final = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")
_COMMENT: Final = re.compile(r"--[^\n]*")
# A plain query ends the portal of the one before, and its snapshot with it: who builds an index
# waits for every older snapshot, ours too.
_LET_GO: Final = "select 1"
_CONCURRENTLY: Final = re.compile(r"^create (?:unique )?index concurrently ([a-z0-9_]+) on ")

_SQL: Final = sql.load("migrations")


class MigrationError(Exception):
    """The database cannot be migrated as it stands; the message says why."""


class AnotherRun(MigrationError):
    """Somebody else is migrating at this moment."""


class TableInUse(MigrationError):
    """Somebody else had what it needs; nothing is changed."""


class Migration(msgspec.Struct, frozen=True):
    """One file: `text` to run, `sha256` of that text."""

    number: int
    purpose: str
    text: str
    sha256: bytes

    def __str__(self) -> str:
        return f"{self.number:04}_{self.purpose}"

    def indexes(self) -> dict[str, str]:
        """By name the statements that build them while others write. MigrationError: not alone."""
        texts = (" ".join(part.split()) for part in _COMMENT.sub("", self.text).split(";"))
        parts = [(_CONCURRENTLY.match(text), text) for text in texts if text]
        found = {match[1]: text for match, text in parts if match is not None}
        if found and len(found) != len(parts):
            raise MigrationError(f"{self}: what is built concurrently has a migration of its own.")
        return found


class Applied(msgspec.Struct, frozen=True):
    """One row of the table."""

    number: int
    purpose: str
    sha256: bytes

    def __str__(self) -> str:
        return f"{self.number:04}_{self.purpose}"


async def is_replica(tx: Tx) -> bool:
    """Whether the database takes no writes, since it follows another one."""
    return bool(await tx.value(_SQL["find_recovery"]))


async def compare(tx: Tx) -> tuple[list[str], list[str]]:
    """Names of migrations the database lacks, and of those it has and this code does not know."""
    if not await tx.value(_SQL["find_migration_table"]):
        return list(_names()), []
    applied = [str(one) for one in await _applied(tx)]
    missing = [name for name in _names() if name not in applied]
    return missing, [name for name in applied if name not in _names()]


@functools.cache
def _names() -> tuple[str, ...]:
    """Of all migrations of this code, in order; files do not change while a process runs."""
    return tuple(str(one) for one in _read(None)[1:])


async def pending(url: str, folder: pathlib.Path | None = None) -> list[str]:
    """Names of the migrations still to apply, in order; changes nothing. MigrationError."""
    known = _read(folder)
    connection = await _connect(url)
    try:
        tx = Tx(connection)
        if not await tx.value(_SQL["find_migration_table"]):
            return [str(one) for one in known[1:]]
        return [str(one) for one in _missing(known, await _applied(tx))]
    finally:
        await connection.close()


async def migrate(url: str, folder: pathlib.Path | None = None) -> list[str]:
    """Apply what is pending, as the owner of the tables; answers the names. MigrationError."""
    known = _read(folder)
    connection = await _connect(url)
    done: list[str] = []
    try:
        await _bootstrap(connection, known[0])
        while (one := await _apply_in_time(connection, known, url)) is not None:
            done.append(str(one))
    finally:
        await connection.close()
    return done


def _read(folder: pathlib.Path | None) -> list[Migration]:
    """All files by number: 0 (the table of migrations itself), 1, 2, … without a gap."""
    found = []
    for path in sorted((folder or sql.root() / "migrations").glob("*.sql")):
        match = _FILE.match(path.name)
        if match is None:
            raise MigrationError(f"{path.name}: expected NNNN_<purpose>.sql")
        text = path.read_text(encoding="utf-8")
        digest = hashlib.sha256(text.encode()).digest()
        found.append(Migration(int(match[1]), match[2], text, digest))
    numbers = [one.number for one in found]
    if not numbers or numbers != list(range(len(numbers))):
        raise MigrationError(f"migrations are numbered 0000, 0001, … without a gap, not {numbers}")
    return found


async def _connect(url: str, **settings: str) -> Any:
    try:
        return await asyncpg.connect(url, server_settings=settings)
    except (OSError, asyncpg.PostgresError, TimeoutError) as failure:
        raise MigrationError(f"cannot connect to the database: {failure}") from failure


async def _bootstrap(connection: Any, table: Migration) -> None:
    """`create table if not exists` can still collide with another one at the same moment."""
    for attempt in range(_BOOTSTRAP_TRIES_MAX):
        try:
            async with connection.transaction():
                if not await Tx(connection).value(_SQL["find_migration_table"]):
                    await connection.execute(table.text)
        except _COLLIDED:
            if attempt == _BOOTSTRAP_TRIES_MAX - 1:
                raise
        except asyncpg.InsufficientPrivilegeError as failure:
            raise MigrationError(f"migrate as the owner of the database: {failure}") from failure
        else:
            return


async def _applied(tx: Tx) -> list[Applied]:
    return await tx.all(_SQL["list_migrations"], Applied)


def _missing(known: list[Migration], applied: list[Applied]) -> list[Migration]:
    by_number = {one.number: one for one in known}
    for row in applied:
        file = by_number.pop(row.number, None)
        if file is None:
            raise MigrationError(f"the database is newer than this code: it has {row}.")
        if file.sha256 != row.sha256:
            raise MigrationError(f"{file} was changed after it was applied: add a new migration.")
    missing = [one for one in by_number.values() if one.number > 0]
    last = max((row.number for row in applied), default=0)
    if missing and missing[0].number < last:
        raise MigrationError(f"{missing[0]} comes before what was applied: give it a new number.")
    return missing


async def _apply_in_time(connection: Any, known: list[Migration], url: str) -> Migration | None:
    """As `_apply_alone`, again when tables were in use; TableInUse: each time."""
    for attempt in range(1, TRIES_MAX):
        with contextlib.suppress(TableInUse):
            return await _apply_alone(connection, known, url)
        await asyncio.sleep(PAUSE_SECONDS * attempt)
    return await _apply_alone(connection, known, url)


async def _apply_alone(connection: Any, known: list[Migration], url: str) -> Migration | None:
    """As `_apply_next`, once nobody else migrates; AnotherRun: that took too long.

    Who waits in a statement has a snapshot, for which the building of an index waits in its turn.
    """
    until = time.monotonic() + ANOTHER_RUN_SECONDS_MAX
    while time.monotonic() < until:
        with contextlib.suppress(AnotherRun):
            return await _apply_next(connection, known, url)
        await asyncio.sleep(PAUSE_SECONDS)
    return await _apply_next(connection, known, url)


async def _apply_next(connection: Any, known: list[Migration], url: str) -> Migration | None:
    """One migration in its transaction; None when there is none left. AnotherRun, TableInUse."""
    tx = Tx(connection)
    one = None
    try:
        async with connection.transaction():
            await _set_timeouts(tx, WAIT_FOR_OTHERS)
            await tx.value(_SQL["lock_migrations"])
            missing = _missing(known, await _applied(tx))
            if not missing:
                return None
            one = missing[0]
            if indexes := one.indexes():
                await connection.execute(_LET_GO)
                await _build(url, indexes)
            else:
                await _set_timeouts(tx, LOCK_TIMEOUT)
                await connection.execute(one.text)
            await tx.run(
                _SQL["insert_migration"],
                number=one.number,
                purpose=one.purpose,
                sha256=one.sha256,
            )
    except asyncpg.PostgresError as failure:
        if not isinstance(failure, _IN_USE):
            raise MigrationError(f"{one or 'no migration was begun'}: {failure}") from failure
        if one is None:
            raise AnotherRun("another run is migrating; see what it says, or end it") from failure
        raise TableInUse(f"{one}: {failure}") from failure
    return one


async def _build(url: str, indexes: dict[str, str]) -> None:
    """On a connection of its own, while the other one keeps further runs waiting."""
    connection = await _connect(url, lock_timeout=WAIT_FOR_OTHERS)
    try:
        for name, statement in indexes.items():
            is_valid = await Tx(connection).value(_SQL["find_index"], name=name)
            if is_valid is False:
                await connection.execute(f"drop index concurrently {name}")
            if not is_valid:
                await connection.execute(statement)
    finally:
        await connection.close()


async def _set_timeouts(tx: Tx, lock_timeout: str) -> None:
    await tx.rows(
        _SQL["update_timeouts"], lock_timeout=lock_timeout, statement_timeout=STATEMENT_TIMEOUT
    )
