import asyncio
import pathlib
import uuid
from typing import Any

import asyncpg
import pytest

from service.infra import sql
from service.infra.migrate import MigrationError, migrate, pending
from tests.databases import Fresh

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


async def test_a_table_in_use_makes_it_give_up_and_not_wait(
    folder: pathlib.Path, empty_database: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate(empty_database.owner_url, folder)
    (folder / "0002_two.sql").write_text(TWO)
    monkeypatch.setattr("service.infra.migrate.LOCK_TIMEOUT", "100ms")
    busy = await asyncpg.connect(empty_database.owner_url)
    async with busy.transaction():
        await busy.execute("select * from one")
        with pytest.raises(MigrationError, match="0002_two: canceling statement due to lock"):
            await migrate(empty_database.owner_url, folder)
    await busy.close()
    assert await migrate(empty_database.owner_url, folder) == ["0002_two"]


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
