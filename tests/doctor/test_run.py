"""Each thing is broken on a real database, and the doctor says so."""

import time

import asyncpg
import pytest

from service.doctor import server
from service.doctor.run import examine
from service.doctor.types import Level
from service.infra.db import Database
from tests.databases import Fresh
from tests.doctor.conftest import Said, settings_of
from tests.flows.shop import Shop, goods


async def test_a_database_that_is_well(said: Said) -> None:
    assert await said() == []


async def test_every_check_speaks_of_a_database_that_is_well(database: Fresh) -> None:
    found = await examine(settings_of(database))

    assert {one.check for one in found} == {
        "secret", "docs", "production", "database", "version", "clock", "roles", "durability",
        "time-outs", "connections", "migrations", "grants", "indexes", "constraints", "autovacuum",
        "jobs", "endpoints", "transactions",
    }  # fmt: skip


async def test_a_server_that_may_lose_what_was_answered(database: Fresh) -> None:
    found = await examine(settings_of(database))  # the one of the tests is set so

    texts = {one.text for one in found if one.check == "durability"}
    assert texts == {
        "fsync is off: a crash of the machine can destroy the database",
        "full_page_writes is off: a crash of the machine can destroy pages of the database",
        "synchronous_commit is off: what was answered can be lost in a crash",
    }
    assert {one.level for one in found if one.check == "durability"} == {Level.WRONG}


async def test_a_database_that_is_not_there(database: Fresh) -> None:
    away = database.url.replace(database.name, "nowhere")

    found = await examine(settings_of(database, owner_url=away))

    (one,) = [one for one in found if one.check == "database" and one.level is Level.WRONG]
    assert one.text == ('not reachable by REGULARS_OWNER_URL: database "nowhere" does not exist')


async def test_a_grant_that_is_missing(said: Said, superuser: asyncpg.Connection) -> None:
    await superuser.execute("revoke insert on entry from regulars")

    (one,) = await said()

    assert (one.check, one.level) == ("grants", Level.WRONG)
    assert one.text == "missing: regulars insert entry"
    assert one.todo.endswith("grant insert on entry to regulars;")
    await superuser.execute(one.todo.partition(": ")[2])
    assert await said() == []


@pytest.mark.parametrize(
    ("grant", "text"),
    [
        ("update on entry to regulars", "regulars update entry"),
        ("update (amount) on entry to regulars_jobs", "regulars_jobs update entry.amount"),
        ("select on api_key to public", "public select api_key"),
    ],
)
async def test_a_grant_beyond_the_schema(
    said: Said, superuser: asyncpg.Connection, grant: str, text: str
) -> None:
    await superuser.execute(f"grant {grant}")

    (one,) = await said()

    assert (one.check, one.level, one.text) == ("grants", Level.WRONG, f"beyond the schema: {text}")
    await superuser.execute(one.todo.partition(": ")[2])
    assert await said() == []


async def test_a_column_that_may_not_be_written_any_more(
    said: Said, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("revoke update (note) on operation from regulars")

    assert [one.text for one in await said()] == ["missing: regulars update operation.note"]


async def test_a_migration_that_is_missing(said: Said, superuser: asyncpg.Connection) -> None:
    await superuser.execute("delete from migration where number = 2")

    assert [(one.check, one.text, one.todo) for one in await said()] == [
        ("migrations", "missing: 0002_checkout", "Run `regulars migrate`.")
    ]


async def test_a_database_ahead_of_the_code(said: Said, superuser: asyncpg.Connection) -> None:
    await superuser.execute("insert into migration values (9000, 'later', sha256('x'), now())")

    (one,) = await said()

    assert (one.check, one.level) == ("migrations", Level.WARNING)
    assert one.text == "the database is ahead of this code: 9000_later"


async def test_an_index_that_was_not_built_to_its_end(
    said: Said, superuser: asyncpg.Connection
) -> None:
    await superuser.execute(
        "update pg_index set indisvalid = false where indexrelid = 'holder_due'::regclass"
    )

    (one,) = await said()

    assert (one.check, one.level, one.text) == ("indexes", Level.WRONG, "not valid: holder_due")
    await superuser.execute(one.todo.partition(": ")[2])
    assert await said() == []


async def test_a_constraint_that_old_rows_may_break(
    said: Said, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("alter table holder add constraint odd check (version > 5) not valid")

    (one,) = await said()

    assert (one.check, one.text) == ("constraints", "not validated: holder.odd")
    await superuser.execute(one.todo.partition(": ")[2])
    assert await said() == []


async def test_who_connects_as_the_owner_or_a_superuser(database: Fresh) -> None:
    for url, how in (
        (database.owner_url, "regulars_owner is a superuser or may make roles"),
        (database.superuser_url, "postgres is a superuser or may make roles"),
    ):
        settings = settings_of(database)
        found = await examine(type(settings)(database_url=url, secret=settings.secret))
        texts = [one.text for one in found if one.check == "roles" and one.level is Level.WRONG]
        expected = how if "postgres " in how else "regulars_owner owns tables of the ledger"
        assert texts == [f"{expected}: it can rewrite history"]


async def test_a_role_without_time_outs(
    database: Fresh, said: Said, superuser: asyncpg.Connection
) -> None:
    await superuser.execute(
        f"alter role regulars in database {database.name} set statement_timeout = 0"
    )

    (one,) = await said()

    assert (one.check, one.level) == ("time-outs", Level.WRONG)
    assert one.text == "regulars has no statement_timeout: one request can hold locks for ever"


async def test_too_few_connections(said: Said) -> None:
    (one,) = await said(workers=30)

    assert (one.check, one.level) == ("connections", Level.WRONG)
    assert one.text == "270 for 30 workers of 197 there are"


async def test_a_table_left_out_of_autovacuum(said: Said, superuser: asyncpg.Connection) -> None:
    await superuser.execute("alter table wallet set (autovacuum_enabled = false)")

    (one,) = await said()

    assert (one.check, one.level) == ("autovacuum", Level.WRONG)
    await superuser.execute(one.todo)
    assert await said() == []


async def test_dead_rows(
    database: Fresh, said: Said, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "DEAD_ROWS_MIN", 100)
    await superuser.execute("alter table schedule set (autovacuum_enabled = false)")
    await superuser.execute(
        "insert into schedule select n, '2026-01-01' from generate_series(1, 300) n"
    )
    await superuser.execute("delete from schedule where trigger::int > 100")
    await superuser.execute("select pg_stat_force_next_flush()")
    await superuser.execute("select 1")

    texts = [one.text for one in await said()]

    assert texts == [
        "schedule is left out of autovacuum",
        "schedule has 200 dead rows beside 100",
    ]


async def test_a_transaction_that_stays_open(
    database: Fresh, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "TRANSACTION_SECONDS_MAX", 0.0)
    other = await asyncpg.connect(database.url)
    async with other.transaction():
        pid = await other.fetchval("select pg_backend_pid()")
        found = await said()
    await other.close()

    assert [(one.check, one.level) for one in found] == [("transactions", Level.WARNING)]
    assert found[0].text.startswith(f"process {pid} of regulars has been open for ")


async def test_clocks_that_differ(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time  # noqa: TID251 - the clock that is looked at
    monkeypatch.setattr(time, "time", lambda: real() + 60)

    (one,) = await said()

    assert (one.check, one.level) == ("clock", Level.WRONG)
    assert one.text == "this machine's clock is 60 s ahead of PostgreSQL's"


async def test_events_that_nobody_places(said: Said, db: Database) -> None:
    shop = await Shop.open(db)
    await shop.publish()
    await shop.buy("a", (await shop.enrol("1")).id, goods(1000))  # on a day of the past

    found = {one.text.partition(";")[0] for one in await said() if one.check == "jobs"}
    assert "3 events have no place in the stream: nobody is sent them" in found
