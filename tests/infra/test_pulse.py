"""Whether the database answers at all: a real one is stopped, as a disk or a host that hangs."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from service.infra.db import Database, DatabaseUnavailable
from tests.databases import Fresh, Server
from tests.waiting import SECONDS_MAX

WAIT = 0.4


@contextlib.contextmanager
def stopped(server: Server, *pids: int) -> Iterator[None]:
    """Those backends, or all processes of the server, stand still."""
    postmaster = int((server.embedded.cluster / "postmaster.pid").read_text().split()[0])
    found = pids or (postmaster, *_backends(postmaster))
    for pid in found:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(found):
            os.kill(pid, signal.SIGCONT)


def _backends(postmaster: int) -> list[int]:
    with open(f"/proc/{postmaster}/task/{postmaster}/children") as children:  # noqa: PTH123
        return [int(pid) for pid in children.read().split()]


@pytest.fixture
async def watched(database: Fresh) -> AsyncIterator[Database]:
    db = await Database.open(database.url, 2, 2, wait_seconds=WAIT, is_watched=True)
    yield db
    await db.close()


async def read(db: Database, statement: str = "select 1") -> object:
    async with db.reading() as tx:
        return await tx.connection.fetchval(statement)


async def until_it_answers(db: Database) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            with contextlib.suppress(DatabaseUnavailable):
                await read(db)
                return
            await asyncio.sleep(0.01)


async def test_who_waits_for_a_server_that_hangs_is_told_soon_and_others_at_once(
    server: Server, watched: Database
) -> None:
    with stopped(server):
        began = time.perf_counter()
        with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
            await read(watched)
        waited = time.perf_counter() - began
        began = time.perf_counter()
        with pytest.raises(DatabaseUnavailable):
            await read(watched)
        waited_then = time.perf_counter() - began

    assert WAIT < waited < 5  # a second and a half of it; the driver alone takes 4 s a statement
    assert waited_then < WAIT / 2
    await until_it_answers(watched)


async def test_a_transaction_is_rolled_back_when_its_connection_is_cut(
    server: Server, watched: Database
) -> None:

    async def write() -> None:
        async with watched.transaction() as tx:
            await tx.connection.execute(
                "insert into api_client (client_id, name, role, recorded_at)"
                " values (gen_random_uuid(), 'nobody', 'app', clock_timestamp())"
            )
            with stopped(server):
                await tx.connection.fetchval("select 2")

    with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
        await write()
    await until_it_answers(watched)
    assert await read(watched, "select count(*) from api_client where name = 'nobody'") == 0


async def test_a_statement_that_takes_long_is_left_alone_while_the_server_answers(
    watched: Database,
) -> None:
    assert await read(watched, f"select 7 from pg_sleep({4 * WAIT})") == 7


async def test_a_process_that_stood_still_itself_blames_nobody(watched: Database) -> None:
    asked = asyncio.create_task(read(watched, f"select 7 from pg_sleep({6 * WAIT})"))
    pulse = watched._pulse
    assert pulse is not None
    async with asyncio.timeout(SECONDS_MAX):
        while pulse._asking is None:
            await asyncio.sleep(0)
    await asyncio.sleep(0)
    time.sleep(2 * WAIT)

    assert await asked == 7
    assert not pulse.is_silent


async def test_a_lost_connection_of_its_own_is_made_again(watched: Database) -> None:
    pulse = watched._pulse
    assert pulse is not None
    pulse._connection.terminate()

    assert await read(watched, f"select 7 from pg_sleep({3 * WAIT})") == 7

    assert not pulse.is_silent
    assert not pulse._connection.is_closed()


async def test_while_nobody_waits_no_timer_runs(watched: Database) -> None:
    pulse: Any = watched._pulse
    await read(watched)
    assert pulse._timer is not None

    async with asyncio.timeout(SECONDS_MAX):
        while pulse._timer is not None:
            await asyncio.sleep(0.01)

    assert pulse._asking is None


async def test_a_server_that_is_gone_is_silent_and_a_pulse_that_is_closed_asks_no_more(
    database: Fresh, server: Server
) -> None:
    db = await Database.open(database.url, 1, 1, wait_seconds=WAIT, is_watched=True)
    with stopped(server):
        asked = asyncio.create_task(read(db))
        pulse = db._pulse
        assert pulse is not None
        async with asyncio.timeout(SECONDS_MAX):
            while pulse._asking is None:
                await asyncio.sleep(0.01)
        await pulse.close()
        assert pulse._asking.done()
        db.pool.terminate()
        with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
            await asked
