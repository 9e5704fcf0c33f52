import asyncio
import contextlib
import pathlib
import uuid
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from service.infra import sql
from service.infra.migrate import MigrationError, migrate, pending
from tests.databases import Fresh
from tests.waiting import SECONDS_MAX

ONE = "create table one (n integer primary key); insert into one values (1);"
TWO = "alter table one add column m integer;\n"


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    bootstrap = sql.root() / "migrations" / "0000_migration.sql"
    (tmp_path / "0000_migration.sql").write_text(bootstrap.read_text())
    (tmp_path / "0001_one.sql").write_text(ONE)
    return tmp_path


async def value(database: Fresh, query: str) -> Any:
    connection = await asyncpg.connect(database.owner_url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_migrations_are_applied_once_in_order(
    folder: pathlib.Path, empty_database: Fresh
) -> None:
    (folder / "0002_two.sql").write_text(TWO)
    url = empty_database.owner_url
    assert await pending(url, folder) == ["0001_one", "0002_two"]
    assert await migrate(url, folder) == ["0001_one", "0002_two"]
    assert await pending(url, folder) == []
    assert await migrate(url, folder) == []
    assert await value(empty_database, "select count(*) from one") == 1
    recorded = "select string_agg(number || purpose, ' ' order by number) from migration"
    assert await value(empty_database, recorded) == "0migration 1one 2two"


async def test_the_service_role_sees_what_is_pending(
    folder: pathlib.Path, empty_database: Fresh
) -> None:
    await migrate(empty_database.owner_url, folder)
    (folder / "0002_two.sql").write_text(TWO)
    assert await pending(empty_database.url, folder) == ["0002_two"]


async def test_a_failing_migration_leaves_nothing_and_stops(
    folder: pathlib.Path, empty_database: Fresh
) -> None:
    (folder / "0002_bad.sql").write_text("create table two (); select nothing_like_this();")
    (folder / "0003_later.sql").write_text("create table three ();")
    with pytest.raises(MigrationError, match="0002_bad: function nothing_like_this"):
        await migrate(empty_database.owner_url, folder)
    assert await value(empty_database, "select to_regclass('two')") is None
    assert await value(empty_database, "select max(number) from migration") == 1


async def test_a_migration_changed_after_it_was_applied_is_refused(
    folder: pathlib.Path, empty_database: Fresh
) -> None:
    await migrate(empty_database.owner_url, folder)
    (folder / "0001_one.sql").write_text(ONE + " -- and more")
    for action in (pending, migrate):
        with pytest.raises(MigrationError, match="0001_one was changed"):
            await action(empty_database.owner_url, folder)


async def test_a_database_newer_than_the_code_is_refused(
    folder: pathlib.Path, empty_database: Fresh
) -> None:
    (folder / "0002_two.sql").write_text(TWO)
    await migrate(empty_database.owner_url, folder)
    (folder / "0002_two.sql").unlink()
    for action in (pending, migrate):
        with pytest.raises(MigrationError, match="newer than this code: it has 0002_two"):
            await action(empty_database.owner_url, folder)


@pytest.mark.parametrize("name", ["0003_gap.sql", "0001_twice.sql", "2_short.sql", "0002_Big.sql"])
async def test_files_that_are_not_numbered_one_by_one_are_refused(
    name: str, folder: pathlib.Path, empty_database: Fresh
) -> None:
    (folder / name).write_text("select 1;")
    with pytest.raises(MigrationError, match=r"numbered|expected NNNN"):
        await migrate(empty_database.owner_url, folder)


async def test_runs_at_once_apply_each_migration_once(
    folder: pathlib.Path, empty_database: Fresh
) -> None:
    (folder / "0002_slow.sql").write_text("select pg_sleep(0.2);" + TWO)
    runs = await asyncio.gather(*(migrate(empty_database.owner_url, folder) for _ in range(6)))
    assert sorted(name for run in runs for name in run) == ["0001_one", "0002_slow"]
    assert await value(empty_database, "select count(*) from migration") == 3


IS_BLOCKED = """
select exists (
  select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')
"""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.infra.migrate.LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr("service.infra.migrate.PAUSE_SECONDS", 0.01)


async def test_a_table_in_use_makes_it_give_up_and_not_wait(
    folder: pathlib.Path, empty_database: Fresh, impatient: None
) -> None:
    await migrate(empty_database.owner_url, folder)
    (folder / "0002_two.sql").write_text(TWO)
    busy = await asyncpg.connect(empty_database.owner_url)
    async with busy.transaction():
        await busy.execute("select * from one")
        with pytest.raises(MigrationError, match="0002_two: canceling statement due to lock"):
            await migrate(empty_database.owner_url, folder)
    await busy.close()
    assert await migrate(empty_database.owner_url, folder) == ["0002_two"]


async def test_a_table_in_use_is_waited_for_in_turns_so_that_others_are_let_through(
    folder: pathlib.Path, empty_database: Fresh, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.infra.migrate.TRIES_MAX", 1_000)
    url = empty_database.owner_url
    await migrate(url, folder)
    (folder / "0002_two.sql").write_text(TWO)
    busy, other = await asyncpg.connect(url), await asyncpg.connect(url)
    transaction = busy.transaction()
    await transaction.start()
    await busy.execute("select * from one")
    run = asyncio.create_task(migrate(url, folder))
    async with asyncio.timeout(SECONDS_MAX):
        while not await other.fetchval(IS_BLOCKED):
            await asyncio.sleep(0.001)
    await other.execute("insert into one values (2)")  # behind it, until it gives up
    was_done = run.done()
    await transaction.rollback()
    done = await run
    for connection in (busy, other):
        await connection.close()

    assert not was_done
    assert done == ["0002_two"]
    assert await value(empty_database, "select count(*) from one") == 2


async def test_a_migration_that_met_others_crosswise_is_tried_again_as_a_whole(
    folder: pathlib.Path, empty_database: Fresh, impatient: None
) -> None:
    """Numbers that were given are not given back: the third try is let through."""
    url = empty_database.owner_url
    await migrate(url, folder)
    await value(empty_database, "create sequence tries")
    (folder / "0002_two.sql").write_text(
        f"{TWO} do $$ begin if nextval('tries') < 3 then raise sqlstate '40P01'; end if; end $$;"
    )

    assert await migrate(url, folder) == ["0002_two"]
    assert await value(empty_database, "select last_value from tries") == 3


BUILT = """
-- Why.
create index concurrently one_m on one (m);
create index concurrently one_n on one (n);
"""
VALID = """
select string_agg(i.name || ' ' || i.indisvalid, ', ' order by i.name)
from (select *, indexrelid::regclass::text as name from pg_index) i
"""
OF_ONE = f"{VALID} where indrelid = 'one'::regclass and not indisprimary"
WAITS = """
select exists (
  select from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query like 'create index%')
"""


@contextlib.asynccontextmanager
async def building(
    folder: pathlib.Path, database: Fresh
) -> AsyncIterator[tuple[asyncio.Task[list[str]], Any]]:
    """A run that builds an index and waits for who writes, and a connection; then nobody writes."""
    (folder / "0002_two.sql").write_text(TWO)
    url = database.owner_url
    await migrate(url, folder)
    (folder / "0003_indexes.sql").write_text(BUILT)
    busy, other = await asyncpg.connect(url), await asyncpg.connect(url)
    async with asyncio.timeout(SECONDS_MAX), busy.transaction():
        await busy.execute("insert into one values (2)")
        run = asyncio.create_task(migrate(url, folder))
        while not await other.fetchval(WAITS):
            await asyncio.sleep(0.002)
        yield run, other
    for connection in (busy, other):
        await connection.close()


async def test_an_index_is_built_while_others_write(
    folder: pathlib.Path, empty_database: Fresh
) -> None:
    async with building(folder, empty_database) as (run, other):
        await other.execute("insert into one values (3)")  # it waits for nobody
    async with asyncio.timeout(SECONDS_MAX):
        assert await run == ["0003_indexes"]
    assert await value(empty_database, OF_ONE) == "one_m true, one_n true"
    assert await pending(empty_database.owner_url, folder) == []


async def test_another_run_does_not_keep_an_index_from_being_built(
    folder: pathlib.Path, empty_database: Fresh
) -> None:
    """Who waits in a statement would be waited for by the index, and the index by who waits."""
    async with building(folder, empty_database) as (first, _):
        second = asyncio.create_task(migrate(empty_database.owner_url, folder))
        await asyncio.sleep(0.3)
        assert not second.done()
    async with asyncio.timeout(SECONDS_MAX):
        assert (await first, await second) == (["0003_indexes"], [])


async def test_a_run_that_another_one_holds_up_for_long_says_so(
    folder: pathlib.Path, empty_database: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = empty_database.owner_url
    await migrate(url, folder)
    (folder / "0002_two.sql").write_text(TWO)
    monkeypatch.setattr("service.infra.migrate.ANOTHER_RUN_SECONDS_MAX", 0.1)
    monkeypatch.setattr("service.infra.migrate.PAUSE_SECONDS", 0.01)
    another = await asyncpg.connect(url)
    async with another.transaction():
        await another.execute("select from migration where number = 0 for update")
        with pytest.raises(MigrationError, match="another run is migrating"):
            await migrate(url, folder)
    await another.close()
    assert await migrate(url, folder) == ["0002_two"]


async def test_an_index_that_was_left_halfway_is_built_again(
    folder: pathlib.Path, empty_database: Fresh
) -> None:
    """The second of the two is unique where it cannot be: it is left, and is not valid."""
    (folder / "0002_two.sql").write_text(TWO + "insert into one values (2, 5), (3, 5);")
    url = empty_database.owner_url
    await migrate(url, folder)
    (folder / "0003_indexes.sql").write_text(
        "create index concurrently one_n on one (n);"
        "create unique index concurrently one_m on one (m);"
    )

    with pytest.raises(MigrationError, match="0003_indexes: could not create unique index"):
        await migrate(url, folder)
    left = await value(empty_database, OF_ONE)
    recorded = await pending(url, folder)
    await value(empty_database, "delete from one where n = 3")

    assert (left, recorded) == ("one_m false, one_n true", ["0003_indexes"])
    assert await migrate(url, folder) == ["0003_indexes"]
    assert await value(empty_database, OF_ONE) == "one_m true, one_n true"


async def test_a_run_killed_while_it_builds_an_index_is_run_again(
    folder: pathlib.Path, empty_database: Fresh
) -> None:
    (folder / "0002_two.sql").write_text(TWO)
    url = empty_database.owner_url
    await migrate(url, folder)
    (folder / "0003_indexes.sql").write_text(BUILT)
    busy, other = await asyncpg.connect(url), await asyncpg.connect(url)
    transaction = busy.transaction()
    await transaction.start()
    await busy.execute("insert into one values (2)")
    run = asyncio.create_task(migrate(url, folder))
    async with asyncio.timeout(SECONDS_MAX):
        while not await other.fetchval(WAITS):
            await asyncio.sleep(0.002)

    await other.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and query like 'create index%'"
    )
    with pytest.raises(MigrationError, match="0003_indexes"):
        await run
    left = await other.fetchval(OF_ONE)
    await transaction.commit()
    for connection in (busy, other):
        await connection.close()

    assert left == "one_m false"
    assert await migrate(url, folder) == ["0003_indexes"]
    assert await value(empty_database, OF_ONE) == "one_m true, one_n true"


async def test_what_is_built_outside_a_transaction_is_alone_in_its_file(
    folder: pathlib.Path, empty_database: Fresh
) -> None:
    (folder / "0002_both.sql").write_text(f"{TWO} create index concurrently one_m on one (m);")
    with pytest.raises(MigrationError, match="0002_both: what is built concurrently"):
        await migrate(empty_database.owner_url, folder)
    assert await pending(empty_database.owner_url, folder) == ["0002_both"]


async def test_only_the_owner_migrates(empty_database: Fresh) -> None:
    with pytest.raises(MigrationError, match="migrate as the owner"):
        await migrate(empty_database.url)


async def test_an_unreachable_server_is_said_so() -> None:
    with pytest.raises(MigrationError, match="cannot connect"):
        await pending("postgresql://regulars@127.0.0.1:1/none")


async def test_birthdays_are_found_of_members_who_were_there_before(
    tmp_path: pathlib.Path, empty_database: Fresh
) -> None:
    folder = sql.root() / "migrations"
    (triggers,) = folder.glob("*_triggers.sql")
    for file in folder.glob("*.sql"):
        if file.name < triggers.name:
            (tmp_path / file.name).write_text(file.read_text())
    await migrate(empty_database.owner_url, tmp_path)
    connection = await asyncpg.connect(empty_database.owner_url)
    for n, profile in enumerate(('{"birth_date":"1992-02-29"}', '{"name":"Ż"}', "{}")):
        holder_id, now = uuid.UUID(int=n), "clock_timestamp()"
        await connection.execute(
            "insert into holder (holder_id, kind, settled_at, recorded_at)"
            f" values ($1, 1, {now}, {now})",
            holder_id,
        )
        await connection.execute(f"insert into member values ($1, {now}, {now})", holder_id)
        await connection.execute(
            "insert into member_profile (holder_id, profile, fields, identifiers)"
            " values ($1, $2, '', '')",
            holder_id,
            profile.encode(),
        )
    await connection.close()
    (tmp_path / triggers.name).write_text(triggers.read_text())

    await migrate(empty_database.owner_url, tmp_path)

    born = (
        "select string_agg(coalesce(born::text, '-'), ' ' order by holder_id) from member_profile"
    )
    assert await value(empty_database, born) == "229 - -"
