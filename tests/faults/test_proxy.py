"""The proxy cuts what it says: what was committed is there, and what was not is not."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.databases import Fresh, Server
from tests.faults.proxy import Cut, Frames, Proxy, Session
from tests.waiting import SECONDS_MAX

RECORD = """/* events.insert_outbox */
insert into outbox (holder_id, version, shard, event_id, type, body, occurred_at, recorded_at)
values ($1, 1, 0, $1, 'test', 'x', clock_timestamp(), clock_timestamp())
"""
LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)


@pytest.fixture
async def proxy(server: Server) -> AsyncIterator[Proxy]:
    proxy = Proxy(f"{server.embedded.sockets}/.s.PGSQL.5432")
    async with proxy.listening():
        yield proxy


@contextlib.asynccontextmanager
async def connected(proxy: Proxy, database: Fresh) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(
        host="127.0.0.1", port=proxy.port, user="regulars", database=database.name, ssl=False
    )
    try:
        yield connection
    finally:
        connection.terminate()


async def record(connection: Any, number: int) -> None:
    async with connection.transaction():
        await connection.execute(RECORD, uuid.UUID(int=number))


async def there(database: Fresh) -> list[int]:
    connection = await asyncpg.connect(database.url)
    try:
        rows = await connection.fetch("select holder_id from outbox order by holder_id")
        return [row["holder_id"].int for row in rows]
    finally:
        await connection.close()


async def test_what_nobody_cuts_passes(proxy: Proxy, database: Fresh) -> None:
    async with connected(proxy, database) as connection:
        await record(connection, 1)
        await record(connection, 2)
    assert await there(database) == [1, 2]
    assert proxy.cuts == 0


@pytest.mark.parametrize(("how", "left"), [(Cut.ANSWERED, [1, 2]), (Cut.BEFORE, [1])])
async def test_a_cut_leaves_what_it_says(
    proxy: Proxy, database: Fresh, how: Cut, left: list[int]
) -> None:
    async with connected(proxy, database) as connection:
        await record(connection, 1)  # prepared by now, so that only its name is sent
        proxy.arm(how, 1)
        with pytest.raises(LOST):
            await record(connection, 2)
    assert await there(database) == left
    assert proxy.cuts == 1


async def test_a_commit_that_was_only_sent_is_done_by_a_server_that_reads_it(
    proxy: Proxy, database: Fresh
) -> None:
    async with connected(proxy, database) as connection:
        proxy.arm(Cut.SENT, 1)
        with pytest.raises(LOST):
            await record(connection, 1)
    async with asyncio.timeout(SECONDS_MAX):
        while await there(database) != [1]:
            await asyncio.sleep(0.01)


async def test_transactions_that_record_nothing_are_not_cut(proxy: Proxy, database: Fresh) -> None:
    proxy.arm(Cut.BEFORE, 1)
    async with connected(proxy, database) as connection, connection.transaction():
        assert await connection.fetchval("select count(*) from outbox where version > $1", 0) == 0
    assert proxy.cuts == 0
    assert proxy.disarm() == 1


async def test_nothing_passes_in_silence_and_all_of_it_after(proxy: Proxy, database: Fresh) -> None:
    async with connected(proxy, database) as connection:
        await record(connection, 1)
        proxy.hush()
        recording = asyncio.create_task(record(connection, 2))
        assert await there(database) == [1]
        assert not recording.done()
        proxy.speak()
        await recording
    assert await there(database) == [1, 2]


def test_messages_are_whole_however_they_come() -> None:
    first = (8).to_bytes(4, "big") + b"\0\3\0\0"
    query = b"Q" + (12).to_bytes(4, "big") + b"commit;\0"
    sync = b"S" + (4).to_bytes(4, "big")
    frames = Frames()
    stream = first + query + sync
    found = [one for at in range(len(stream)) for one in frames.feed(stream[at : at + 1])]
    assert found == [first, query, sync]
    assert Frames().feed(stream) == [first, query, sync]
    assert not Session().ends(query)
