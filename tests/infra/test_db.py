import asyncio
import time

import asyncpg
import msgspec
import pytest

from service.infra.db import Database, DatabaseUnavailable, Tx
from service.infra.sql import Statement
from service.infra.together import Ask
from tests.databases import Fresh

PAIR = Statement("test.pair", "select n, n * n as square from generate_series(1, :last::int) n", "")
CLIENTS = Statement("test.count", "select count(*) from api_client", "")
INSERT = Statement(
    "test.insert",
    "insert into api_client (client_id, name, role, recorded_at)"
    " select gen_random_uuid(), n::text, 'pos', clock_timestamp()"
    " from generate_series(1, :last::int) n",
    "",
)

HOLDERS = Statement("test.holders", "select count(*) from holder", "")
HOLD = Statement(
    "test.hold",
    "insert into holder (holder_id, kind, settled_at, recorded_at)"
    " values (gen_random_uuid(), :kind::smallint, clock_timestamp(), clock_timestamp())",
    "",
)


class Pair(msgspec.Struct, frozen=True):
    square: int
    n: int


async def test_rows_become_structs_by_the_name_of_the_column(db: Database) -> None:
    async with db.reading() as tx:
        assert await tx.all(PAIR, Pair, last=2) == [Pair(square=1, n=1), Pair(square=4, n=2)]
        assert await tx.one(PAIR, Pair, last=1) == Pair(square=1, n=1)
        assert await tx.maybe(PAIR, Pair, last=0) is None
        assert await tx.value(PAIR, last=3) == 1
        assert await tx.value(PAIR, last=0) is None
        assert [row["square"] for row in await tx.rows(PAIR, last=3)] == [1, 4, 9]


async def test_the_absence_of_the_one_row_is_a_bug(db: Database) -> None:
    async with db.reading() as tx:
        with pytest.raises(LookupError, match=r"test\.pair"):
            await tx.one(PAIR, Pair, last=0)


async def test_a_write_says_how_many_rows_it_touched(db: Database) -> None:
    async with db.transaction() as tx:
        assert await tx.run(INSERT, last=3) == 3
        assert await tx.run(INSERT, last=0) == 0


async def test_questions_asked_together_each_have_their_answer(db: Database) -> None:
    squares = Ask(PAIR, lambda rows: {row[0]: row[1] for row in rows}, last=3)
    none = Ask(PAIR, len, last=0)
    clients = Ask(CLIENTS, lambda rows: rows[0][0])

    async with db.transaction() as tx:
        await tx.run(INSERT, last=4)
        await tx.ask_all([squares, none, clients])
        await tx.ask_all([])
        alone = await tx.ask(Ask(PAIR, len, last=2))

    assert (squares.answer, none.answer, clients.answer, alone) == ({1: 1, 2: 4, 3: 9}, 0, 4, 2)


async def test_what_is_written_later_is_there_for_the_next_statement(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.later(INSERT, 2, last=2)
        await tx.later(HOLD, 1, kind=1)
        assert await tx.connection.fetchval(CLIENTS.text) == 0

        assert await tx.value(CLIENTS) == 2
        assert await tx.value(HOLDERS) == 1


async def test_what_waits_is_written_before_the_commit(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.later(INSERT, 2, last=2)

    async with db.reading() as tx:
        assert await tx.value(CLIENTS) == 2


async def test_two_writes_to_one_table_do_not_go_together(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.later(INSERT, 2, last=2)
        await tx.later(INSERT, 1, last=1)
        assert await tx.connection.fetchval(CLIENTS.text) == 2

    async with db.reading() as tx:
        assert await tx.value(CLIENTS) == 3


async def test_a_write_that_touches_other_rows_than_promised_undoes_all(db: Database) -> None:
    async def write() -> None:
        async with db.transaction() as tx:
            await tx.later(HOLD, 1, kind=1)
            await tx.later(INSERT, 3, "a client vanished", last=2)

    with pytest.raises(AssertionError, match=r"test\.insert: a client vanished"):
        await write()

    async with db.reading() as tx:
        assert (await tx.value(CLIENTS), await tx.value(HOLDERS)) == (0, 0)


async def test_what_waits_is_dropped_when_an_exception_leaves(db: Database) -> None:
    async def write() -> None:
        async with db.transaction() as tx:
            await tx.later(INSERT, 2, last=2)
            raise LookupError

    with pytest.raises(LookupError):
        await write()

    async with db.reading() as tx:
        assert await tx.value(CLIENTS) == 0


async def test_single_reads_may_go_on_with_transactions(db: Database) -> None:
    async def write(tx: Tx, last: int, more: int = 1) -> None:
        async with tx.transaction():
            await tx.later(INSERT, 2, last=last)
            await tx.connection.fetchval("select 1 / $1::int", more)

    async with db.reading() as tx:
        await write(tx, last=2)
        assert not tx.connection.is_in_transaction()
        with pytest.raises(AssertionError):
            await write(tx, last=3)
        with pytest.raises(asyncpg.DivisionByZeroError):
            await write(tx, last=2, more=0)
        assert await tx.value(CLIENTS) == 2


async def test_a_transaction_commits_unless_an_exception_leaves_it(db: Database) -> None:
    async def write(last: int, more: int) -> None:
        async with db.transaction() as tx:
            await tx.run(INSERT, last=last)
            await tx.one(PAIR, Pair, last=more)

    await write(2, more=1)
    with pytest.raises(LookupError):
        await write(40, more=0)

    async with db.reading() as tx:
        assert await tx.value(CLIENTS) == 2


async def test_a_transaction_sees_what_others_commit_meanwhile(db: Database) -> None:
    async with db.transaction() as tx:
        assert await tx.value(CLIENTS) == 0
        async with db.transaction() as other:
            await other.run(INSERT, last=1)
        assert await tx.value(CLIENTS) == 1


async def test_a_repeatable_one_sees_one_moment_and_writes_nothing(db: Database) -> None:
    async with db.transaction(repeatable=True) as tx:
        assert await tx.value(CLIENTS) == 0
        async with db.transaction() as other:
            await other.run(INSERT, last=1)
        assert await tx.value(CLIENTS) == 0

    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with db.transaction(repeatable=True) as tx:
            await tx.run(INSERT, last=1)


async def test_single_reads_are_transactions_of_their_own(db: Database) -> None:
    async with db.reading() as tx:
        assert not tx.connection.is_in_transaction()
    async with db.transaction() as tx:
        assert tx.connection.is_in_transaction()


async def test_an_exhausted_pool_is_unavailable_after_the_time_to_wait(database: Fresh) -> None:
    db = await Database.open(database.url, size_min=1, size_max=1, wait_seconds=0.5)
    async with db.reading():
        started = time.monotonic()
        with pytest.raises(DatabaseUnavailable):
            async with db.transaction():
                pass
        waited = time.monotonic() - started
    async with db.reading() as tx:  # the pool is whole again
        assert await tx.value(CLIENTS) == 0
    await db.close()

    assert 0.4 < waited < 3


async def test_a_closed_pool_is_unavailable(database: Fresh) -> None:
    db = await Database.open(database.url)
    await db.close()

    with pytest.raises(DatabaseUnavailable):
        async with db.reading():
            pass


async def test_a_server_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(DatabaseUnavailable):
        await Database.open("postgresql://regulars@127.0.0.1:1/regulars")


async def test_a_database_that_is_not_there_is_unavailable(database: Fresh) -> None:
    with pytest.raises(DatabaseUnavailable):
        await Database.open(database.url.replace(database.name, "nowhere"))


async def test_a_lost_connection_is_replaced(db: Database) -> None:
    with pytest.raises(asyncpg.InterfaceError):  # leaving the transaction finds nobody there
        async with db.transaction() as tx:
            await tx.connection.execute("select pg_terminate_backend(pg_backend_pid())")

    async with db.reading() as tx:
        assert await tx.value(CLIENTS) == 0


async def test_a_release_asks_the_server_nothing(database: Fresh) -> None:
    db = await Database.open(database.url, size_min=1, size_max=1)
    async with db.reading() as tx:
        await tx.connection.execute("set work_mem = '7MB'")
    async with db.reading() as tx:  # a reset would have undone it
        assert await tx.connection.fetchval("show work_mem") == "7MB"
    await db.close()


async def test_a_cancelled_transaction_leaves_nothing_behind(db: Database) -> None:
    written = asyncio.Event()

    async def write() -> None:
        async with db.transaction() as tx:
            await tx.run(INSERT, last=1)
            written.set()
            await asyncio.Event().wait()

    task = asyncio.get_running_loop().create_task(write())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with db.reading() as tx:
        assert not tx.connection.is_in_transaction()
        assert await tx.value(CLIENTS) == 0


async def test_connections_say_whose_they_are(db: Database) -> None:
    async with db.reading() as tx:
        assert await tx.connection.fetchval("show application_name") == "regulars"


async def test_a_small_table_is_read_by_its_index(db: Database) -> None:
    async with db.reading() as tx:
        rows = await tx.connection.fetch(
            "explain (costs off) select from lot where holder_id = gen_random_uuid()"
        )
    assert not any("Seq Scan" in row[0] for row in rows)
