"""The recipe of the README: what was backed up under load and restored elsewhere is a right ledger.

With the programs of the embedded server, whose wheel has them all.
"""

import asyncio
import contextlib
import pathlib
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from service.doctor.run import examine
from service.doctor.types import Level
from service.infra.db import Database
from service.infra.embedded import DATABASE, SUPERUSER, Embedded
from service.infra.embedded_host import account_for, run
from service.infra.migrate import migrate
from service.infra.settings import Settings
from service.verify.run import Options, verify
from tests.databases import open_folder
from tests.flows.shop import SECRET, Shop, goods

LOCAL = "wal_level = replica\nmax_wal_senders = 4\n"  # as the README has it
BEFORE = 20


@pytest.fixture
def folder() -> Iterator[pathlib.Path]:
    """A place for clusters and backups that PostgreSQL's account may write to."""
    with open_folder() as found:
        backups = found / "backups"
        backups.mkdir(mode=0o700)
        account_for(found / "nowhere").own(backups)
        yield found


def ran(server: Embedded, program: str, *words: object) -> None:
    """A program of the server, on its socket, as the superuser."""
    account = account_for(server.cluster)
    to = ("-h", server.sockets, "-U", SUPERUSER)
    done = run([server.bin / program, *to, *words], account, seconds=60)
    assert done.returncode == 0, done.stderr


@contextlib.asynccontextmanager
async def sold_all_the_time(server: Embedded) -> AsyncIterator[Shop]:
    """A shop in which BEFORE purchases have been answered, and which goes on selling."""
    await migrate(server.url("regulars_owner"))
    db = await Database.open(server.url("regulars"))
    shop = await Shop.open(db)
    await shop.publish()
    members = [(await shop.enrol(f"{number}")).id for number in range(5)]
    is_over = False

    async def sell(till: int) -> None:
        number = 0
        while not is_over:
            await shop.buy(f"during-{till}-{number}", members[number % 5], goods(700))
            number += 1

    for number in range(BEFORE):
        await shop.buy(f"before-{number}", members[number % 5], goods(500))
    tills = [asyncio.create_task(sell(till)) for till in range(4)]
    try:
        yield shop
    finally:
        is_over = True
        await asyncio.gather(*tills)
        await shop.built.stop()


async def purchases(url: str) -> tuple[int, int]:
    """Those of before the backup, and all."""
    connection = await asyncpg.connect(url)
    row = await connection.fetchrow(
        "select count(*) filter (where external_id like 'before-%'), count(*) from purchase_key"
    )
    await connection.close()
    assert row is not None
    return row[0], row[1]


async def is_right(server: Embedded, database: str = DATABASE) -> None:
    """Every purchase of before is there; verify finds nothing, nor does the doctor."""
    url, jobs = server.url("regulars", database), server.url("regulars_jobs", database)
    before, every = await purchases(url)
    assert before == BEFORE
    assert every >= BEFORE
    report = await verify(jobs, Options(every=True))
    assert report.purchases == every
    assert (report.tally.differences(), report.tally.named) == (0, [])
    found = await examine(Settings(database_url=url, secret=SECRET))
    wrong = [one.text for one in found if one.level is Level.WRONG and one.check != "durability"]
    assert wrong == []


async def test_a_dump_restored_into_another_database_is_a_right_ledger(
    folder: pathlib.Path,
) -> None:
    with Embedded.start(folder / "data", durable=False) as server:
        dump = folder / "backups" / "regulars.dump"
        async with sold_all_the_time(server):
            await asyncio.to_thread(ran, server, "pg_dump", "-Fc", "-f", dump, DATABASE)
        server.psql("create database restored owner regulars_owner template template0")
        await asyncio.to_thread(
            ran,
            server,
            "pg_restore",
            "--exit-on-error",
            "--single-transaction",
            "-d",
            "restored",
            dump,
        )
        await is_right(server, "restored")
        assert (await purchases(server.url("regulars")))[1] > BEFORE


async def test_a_base_backup_started_in_another_folder_is_a_right_ledger(
    folder: pathlib.Path,
) -> None:
    with Embedded.start(folder / "data", durable=False) as server:
        (server.cluster / "local.conf").write_text(LOCAL)
    copied = folder / "backups" / "postgres"
    with Embedded.start(folder / "data", durable=False) as server:
        async with sold_all_the_time(server):
            words = ("-D", copied, "-X", "stream", "-c", "fast", "--no-sync")
            await asyncio.to_thread(ran, server, "pg_basebackup", *words)
        last = (await purchases(server.url("regulars")))[1]
    other = folder / "other"
    other.mkdir(mode=0o711)
    copied.rename(other / "postgres")
    (other / "postgres" / ".s.PGSQL.5432.lock").unlink()  # copied with all other files
    with Embedded.start(other, durable=False) as server:
        await is_right(server)
        assert (await purchases(server.url("regulars")))[1] <= last
