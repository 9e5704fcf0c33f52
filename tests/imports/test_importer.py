import asyncio
import contextlib
import gc
import hashlib
import pathlib
from collections.abc import AsyncIterator

import asyncpg
import pytest

from service.domain.programs.errors import NoProgram
from service.imports import run_purchases
from service.imports.importer import ImportStopped, opened
from service.infra.db import Database
from tests.databases import Fresh
from tests.imports.conftest import Place
from tests.imports.place import ndjson, publish, purchase, settings


async def test_there_is_nothing_to_import_by_without_a_program(database: Fresh) -> None:
    with pytest.raises(NoProgram):
        async with opened(settings(database)):
            pass


async def test_commits_do_not_wait_for_the_disk_but_those_of_the_progress_do(place: Place) -> None:
    """The server of the tests waits for no disk at all: what counts is who has said so."""
    show = "select setting, source, current_user::text from pg_settings where name = $1"
    name = "synchronous_commit"
    async with place.importer.ctx.db.reading() as quick, place.importer.durable.reading() as sure:
        found = tuple(await quick.connection.fetchrow(show, name))
        assert found == ("off", "client", "regulars_jobs")
        _, source, role = await sure.connection.fetchrow(show, name)
        assert (source, role) == ("configuration file", "regulars_jobs")


async def test_garbage_is_looked_for_as_before_when_the_import_has_ended(database: Fresh) -> None:
    db = await Database.open(database.url)
    await publish(db)
    await db.close()
    before = gc.get_threshold(), gc.get_freeze_count()
    async with opened(settings(database)):
        assert gc.get_threshold() != before[0]
    assert (gc.get_threshold(), gc.get_freeze_count()) == before


async def test_a_lost_database_stops_the_import_where_it_was(
    database: Fresh, tmp_path: pathlib.Path
) -> None:
    db = await Database.open(database.url)
    await publish(db)
    await db.close()
    rows = [purchase(n, str(n % 100), n / 100, 1_00) for n in range(3_000)]
    path = ndjson(tmp_path / "p.ndjson", rows)

    with pytest.raises(ImportStopped):
        async with opened(settings(database)) as importer, cut(database):
            await run_purchases.import_purchases(
                importer, path, rejects=tmp_path / "r", report=lambda _done, _of: None
            )

    async with opened(settings(database)) as importer:
        summary = await run_purchases.import_purchases(
            importer, path, rejects=tmp_path / "r", report=lambda _done, _of: None
        )
    assert summary.before + summary.added + summary.known == 3_000
    assert 0 < summary.added < 3_000


@contextlib.asynccontextmanager
async def cut(database: Fresh) -> AsyncIterator[None]:
    """From when something has been recorded, all connections of the import are ended."""
    task = asyncio.create_task(_cut(database))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _cut(database: Fresh) -> None:
    connection = await asyncpg.connect(database.superuser_url)
    try:
        while not await connection.fetchval("select count(*) from purchase"):
            await asyncio.sleep(0.01)
        while True:  # one that was idle is replaced unseen
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where usename = 'regulars_jobs' and datname = current_database()"
            )
            await asyncio.sleep(0.005)
    finally:
        await connection.close()


async def test_who_has_a_file_taken_in_is_written_down_as_long_as_something_is_left(
    place: Place, tmp_path: pathlib.Path
) -> None:
    path = ndjson(tmp_path / "p.ndjson", [purchase(1, "1", 1, 1_00)])
    for again in (False, False, True):
        await run_purchases.import_purchases(
            place.importer,
            path,
            rejects=tmp_path / "r",
            report=lambda _done, _of: None,
            again=again,
        )
    async with place.importer.durable.reading() as tx:
        acts = await tx.connection.fetch(
            "select actor_id, about_id from audit_act where act = 'file.imported'"
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert [tuple(act) for act in acts] == [("regulars", digest)] * 2
