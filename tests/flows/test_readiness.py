"""Why a worker takes no requests, and what only is to be looked at."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from service.flows import readiness
from service.flows.readiness import Standing, look
from service.infra.db import Database
from tests.databases import Fresh


@pytest.fixture
async def owner(database: Fresh) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.owner_url)
    yield connection
    await connection.close()


async def test_nothing_is_wrong(db: Database) -> None:
    assert await look(db, {}, {}) == Standing({}, {})


async def test_what_the_process_says_comes_first(db: Database) -> None:
    assert (await look(db, {"worker": "draining"}, {})).reasons == {"worker": "draining"}


async def test_a_database_that_lacks_a_migration_is_a_reason(
    db: Database, owner: asyncpg.Connection
) -> None:
    last = await owner.fetchrow(
        "delete from migration where number = (select max(number) from migration) "
        "returning number, purpose"
    )
    assert last is not None
    name = f"{last['number']:04}_{last['purpose']}"

    assert await look(db, {}, {}) == Standing(
        {"migrations": f"the database lacks {name}; run `regulars migrate`"}
    )


async def test_a_database_ahead_of_the_code_is_a_warning(
    db: Database, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "insert into migration (number, purpose, sha256, applied_at) "
        "values (9000, 'later', sha256('x'), clock_timestamp())"
    )

    assert await look(db, {}, {}) == Standing(
        {}, {"migrations": "the database is ahead of this code: 9000_later"}
    )


async def test_a_database_that_was_never_migrated_lacks_all(empty_database: Fresh) -> None:
    db = await Database.open(empty_database.owner_url)
    reasons = (await look(db, {}, {})).reasons
    await db.close()

    assert reasons["migrations"].startswith("the database lacks 0001_initial, 0002_checkout,")


async def test_a_database_that_does_not_answer_in_time_is_a_reason(
    db: Database, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "ANSWER_SECONDS_MAX", 0.1)
    async with owner.transaction():
        await owner.execute("lock table migration in access exclusive mode")

        standing = await look(db, {}, {})

    assert standing == Standing({"database": "did not answer within 0.1 s"})


async def test_what_may_be_lost_is_a_warning(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away() -> str | None:
        return "not reachable"

    async def there() -> str | None:
        return None

    async def silent() -> str | None:
        await asyncio.Event().wait()
        return None

    monkeypatch.setattr(readiness, "ANSWER_SECONDS_MAX", 0.2)

    standing = await look(db, {}, {"redis": away, "nats": there, "other": silent})

    assert standing == Standing(
        {}, {"redis": "not reachable", "other": "did not answer within 0.2 s"}
    )
