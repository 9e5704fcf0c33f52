"""F40: a migration while services sell, of the release before and of this one, on one database.

Nobody is refused but with 503 and when to come again; what was answered is there, whichever of the
two answered it, and each knows what the other one did. The old one's code comes from the history of
the repository. Where that is not there, the same is asked of this code and the migration that
comes next; tests/laws/test_migrations.py has the statements of the old one in any case.
"""

import asyncio
import contextlib
import pathlib
import shutil
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from typing import Any, Final

import asyncpg
import httpx
import pytest

from service.infra import sql
from service.infra.migrate import migrate
from service.verify.run import Options, verify
from tests.commands.test_serve import PROGRAM, serving
from tests.databases import Fresh
from tests.running import PROJECT, Running, bare, purchase, regulars, told
from tests.waiting import SECONDS_MAX

pytestmark = pytest.mark.xdist_group("machine")
TILLS: Final = 4
EACH: Final = 8  # purchases of a till in each part of the test
FILES: Final = sorted((sql.root() / "migrations").glob("*.sql"))
WAITS: Final = """
select exists (
  select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')
"""
NEXT: Final = """
create table later (holder_id uuid primary key, note text not null);
alter table purchase add column later text;
alter table holder add column later_at timestamptz;
alter table purchase add constraint purchase_later check (length(later) < 9) not valid;
alter table purchase validate constraint purchase_later;
grant select, insert on later to regulars, regulars_jobs;
"""


class Sold:
    """What was answered: the id of each purchase, by its number; how often somebody came again."""

    def __init__(self) -> None:
        self.answered: dict[int, str] = {}
        self.again = 0
        self._count = 0

    async def sell(self, *places: httpx.AsyncClient) -> int:
        """A new purchase, asked until it is answered, at one place after the other."""
        self._count += 1
        number = self._count
        async with asyncio.timeout(SECONDS_MAX):
            while True:
                place = places[(number + self.again) % len(places)]
                answer = await place.post("/v1/purchases", json=purchase(number))
                if answer.status_code in (200, 201):
                    self.answered[number] = answer.json()["id"]
                    return number
                assert answer.status_code == 503, answer.text
                assert int(answer.headers["retry-after"]) >= 1
                self.again += 1
                await asyncio.sleep(0.05)

    async def till(self, until: asyncio.Event | None, *places: httpx.AsyncClient) -> None:
        """So many at least, and then until it is over; a return of each other one."""
        count = 0
        while count < EACH or not (until is None or until.is_set()):
            count += 1
            number = await self.sell(*places)
            if number % 2:
                await self._bring_back(number, places[number % len(places)])

    async def tills(self, *places: httpx.AsyncClient, until: asyncio.Event | None = None) -> None:
        """Several at once."""
        await asyncio.gather(*(self.till(until, *places) for _ in range(TILLS)))

    async def are_known_at(self, place: httpx.AsyncClient) -> bool:
        """Each sent once more is a replay of what was answered."""
        for number, found in self.answered.items():
            answer = await place.post("/v1/purchases", json=purchase(number))
            if (answer.status_code, answer.json()["id"]) != (200, found):
                return False
        return True

    async def _bring_back(self, number: int, place: httpx.AsyncClient) -> None:
        body = {
            "channel": "pos",
            "external_id": f"return-{number}",
            "purchase": {"channel": "pos", "external_id": f"receipt-{number}"},
        }
        async with asyncio.timeout(SECONDS_MAX):
            while (answer := await place.post("/v1/returns", json=body)).status_code == 503:
                assert int(answer.headers["retry-after"]) >= 1
                await asyncio.sleep(0.05)
        assert answer.status_code in (200, 201), answer.text


@contextlib.asynccontextmanager
async def asking(running: Running, key: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=running.url, headers=headers, timeout=30) as client:
        try:
            yield client
        except BaseException:
            running.kill()
            raise


async def differences(database: Fresh) -> list[Any]:
    report = await verify(database.jobs_url, Options(every=True))
    return list(report.tally.named)


def release_before(folder: pathlib.Path) -> pathlib.Path:
    """The code as it was before the newest migration came; skips without the history."""
    newest = FILES[-1].relative_to(PROJECT)
    git = ["git", "-C", str(PROJECT)]
    try:
        words = [*git, "log", "-1", "--format=%H", "--diff-filter=A", "--", str(newest)]
        added = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
        rev = f"{added}~1" if added else "HEAD"  # it is not committed yet
        archive = folder / "code.tar"
        words = [*git, "archive", "-o", str(archive), rev, "service", "sql"]
        subprocess.run(words, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as failure:
        pytest.skip(f"the history of the repository is not here: {failure}")
    code = folder / "code"
    with tarfile.open(archive) as packed:
        packed.extractall(code, filter="data")
    return code


async def test_the_release_before_and_this_one_serve_one_database_while_it_is_migrated(
    empty_database: Fresh, tmp_path: pathlib.Path
) -> None:
    code = await asyncio.to_thread(release_before, tmp_path)
    environ = serving(empty_database)
    prepared = [
        regulars("migrate", environ=environ, code=code),
        regulars("program", "apply", str(PROGRAM), environ=environ, code=code),
        made := regulars("keys", "create", "--role", "checkout", environ=environ, code=code),
    ]
    assert [done.returncode for done in prepared] == [0, 0, 0], [d.stderr for d in prepared]
    assert FILES[-1].stem not in prepared[0].stdout
    key, sold = made.stdout.strip(), Sold()
    old = Running(tmp_path / "old", "serve", environ=environ, code=code)
    async with asking(old, key) as at_old:
        over = asyncio.Event()
        selling = asyncio.create_task(sold.tills(at_old, until=over))
        migrated = await asyncio.to_thread(regulars, "migrate", environ=environ)
        over.set()
        await selling
        ready = (await at_old.get("/health/ready")).json()
        new = Running(tmp_path / "new", "serve", environ=environ)
        async with asking(new, key) as at_new:
            await sold.tills(at_old, at_new)
            assert await sold.are_known_at(at_new)
            assert await sold.are_known_at(at_old)
            over = asyncio.Event()
            last = asyncio.create_task(sold.tills(at_new, until=over))
            await asyncio.to_thread(old.stop)
            over.set()
            await last
            assert await sold.are_known_at(at_new)
        new.stop()

    assert (migrated.returncode, migrated.stdout) == (0, f"applied {FILES[-1].stem}\n")
    assert ready["status"] == "ready"
    assert FILES[-1].stem in ready["warnings"]["migrations"]
    assert len(sold.answered) >= 3 * TILLS * EACH
    assert await differences(empty_database) == []
    for one in (old, new):
        assert "Traceback" not in one.err()


async def test_the_migration_after_this_release_while_it_serves(
    database: Fresh, tmp_path: pathlib.Path
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(sql.root() / "migrations", folder)
    (folder / f"{len(FILES):04}_later.sql").write_text(NEXT)
    environ, sold = serving(database), Sold()
    assert regulars("program", "apply", str(PROGRAM), environ=environ).returncode == 0
    key = regulars("keys", "create", "--role", "checkout", environ=environ).stdout.strip()
    running = Running(tmp_path / "serving", "serve", environ=environ)
    async with asking(running, key) as place:
        over = asyncio.Event()
        selling = asyncio.create_task(sold.tills(place, until=over))
        while not sold.answered:
            await asyncio.sleep(0.001)
        done = await migrate(database.owner_url, folder)
        meanwhile = len(sold.answered)
        over.set()
        await selling
        assert await sold.are_known_at(place)
        ready = (await place.get("/health/ready")).json()
    running.stop()

    assert done == [f"{len(FILES):04}_later"]
    assert 0 < meanwhile < len(sold.answered)
    assert (ready["status"], set(ready["warnings"])) == ("ready", {"migrations"})
    assert await differences(database) == []
    assert "Traceback" not in running.err()


async def applied(database: Fresh) -> int:
    connection = await asyncpg.connect(database.owner_url)
    try:
        found = await connection.fetchval("select to_regclass('migration') is not null")
        return int(await connection.fetchval("select count(*) from migration")) if found else 0
    finally:
        await connection.close()


async def test_a_migration_killed_halfway_is_run_again_and_comes_to_the_same(
    empty_database: Fresh, database: Fresh, tmp_path: pathlib.Path
) -> None:
    """It waits for a table that somebody reads when it is killed."""
    for file in FILES[:13]:
        shutil.copy(file, tmp_path)
    await migrate(empty_database.owner_url, tmp_path)
    environ = {"REGULARS_OWNER_URL": empty_database.owner_url}
    reader = await asyncpg.connect(empty_database.owner_url)
    other = await asyncpg.connect(empty_database.owner_url)
    async with reader.transaction():
        await reader.execute("select from lot")
        words = [sys.executable, "-m", "service", "migrate"]
        first = subprocess.Popen(words, cwd=PROJECT, env=bare(environ), stdout=subprocess.DEVNULL)
        async with asyncio.timeout(SECONDS_MAX):
            while not await other.fetchval(WAITS):
                await asyncio.sleep(0.005)
        first.kill()
        first.wait()
        between = await other.fetchval("select count(*) from migration")
    await reader.close()
    await other.close()
    again = regulars("migrate", environ=environ)

    assert 13 < between < len(FILES)
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines() == told("applied").splitlines()[between - 1 :]
    assert await columns(empty_database) == await columns(database)


async def columns(database: Fresh) -> list[Any]:
    connection = await asyncpg.connect(database.owner_url)
    try:
        rows: list[Any] = await connection.fetch(
            "select table_name, column_name, data_type, is_nullable from information_schema.columns"
            " where table_schema = 'public' order by 1, 2"
        )
        return rows
    finally:
        await connection.close()


async def test_two_commands_at_once_apply_each_migration_once(empty_database: Fresh) -> None:
    environ = {"REGULARS_OWNER_URL": empty_database.owner_url}
    both = await asyncio.gather(
        *(asyncio.to_thread(regulars, "migrate", environ=environ) for _ in range(2))
    )
    lines = [line for done in both for line in done.stdout.splitlines() if line != "up to date"]
    assert [done.returncode for done in both] == [0, 0], [done.stderr for done in both]
    assert sorted(lines) == told("applied").splitlines()
