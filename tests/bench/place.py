"""The PostgreSQL of a run: the embedded server with production's settings, and its databases."""

import asyncio
import contextlib
import importlib.resources
import os
import pathlib
import secrets
import shutil
import tempfile
from collections.abc import Coroutine, Iterator
from typing import Any, Final, Self, TypeVar

import asyncpg

from service.flows.keys.create_key import create_key
from service.flows.programs.publish_program import publish_program
from service.infra.db import Database
from service.infra.embedded import SUPERUSER, Embedded
from service.infra.embedded_host import memory_bytes
from service.infra.migrate import migrate
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id
from tests.bench.members import load
from tests.databases import remove_leftovers, roots

T = TypeVar("T")
PROGRAM: Final = "program.yaml"
SERVICE_ROLE: Final = "regulars"
_BENCH: Final = Actor(kind=ActorKind.JOB, id="bench", client_id=derived_id("job", "bench"))
_NO_CONNECTIONS_SECONDS_MAX: Final = 15
# As on a server of PostgreSQL's own. A quarter of the memory, as its documentation advises: the
# embedded server takes 1 GB at most, and the pages that 2 million members need all the time are
# 1.3 GB. And checkpoints by time only: else one falls into the measured seconds of one series.
_SETTINGS: Final = """\
shared_buffers = {buffers}MB
max_wal_size = 16GB
"""


class Place:
    """A folder with a server of our own. `secret` keys the identifiers of all its databases."""

    def __init__(self, folder: pathlib.Path, server: Embedded) -> None:
        self.folder = folder
        self.server = server
        self.secret = secrets.token_urlsafe(32)

    @classmethod
    @contextlib.contextmanager
    def open(cls, root: pathlib.Path | None = None, *, settings: str = "") -> Iterator[Self]:
        """A fresh one below `root` (where temporary files lie on disk), removed at the end.

        `settings`: more lines for local.conf, which the server reads last.
        """
        remove_leftovers()
        with _folder(root or roots()[-1]) as folder, _server(folder / "data", settings) as pg:
            yield cls(folder, pg)

    def create(self, name: str, members: int, source: str | None = None) -> str:
        """A migrated database with the program (or another) and so many members.

        Answers a checkout's key.
        """
        wait(self._on(SUPERUSER, f"create database {name} owner regulars_owner"))
        wait(migrate(self.server.url("regulars_owner", name)))
        key = wait(_set_up(self.url(name), source or _program()))
        wait(load(self.server.url(SUPERUSER, name), self.secret, members))
        return key

    def key(self, name: str, role: str) -> str:
        """Another key."""
        return wait(_make_key(self.url(name), role))

    def clone(self, name: str, template: str) -> None:
        """A database just like another to which nobody is connected any more."""
        wait(self._until_alone(template))
        wait(self._on(SUPERUSER, f"create database {name} template {template}"))

    def url(self, name: str) -> str:
        """Where the service finds a database."""
        return self.server.url(SERVICE_ROLE, name)

    def pid(self) -> int:
        """The process all others of the server descend from."""
        text = (self.server.cluster / "postmaster.pid").read_text(encoding="utf-8")
        return int(text.splitlines()[0])

    def rows(self, name: str, statement: str) -> list[Any]:
        """What a statement of the superuser answers."""
        return wait(self._rows(name, statement))

    def rows_alone(self, name: str, statement: str) -> list[Any]:
        """The same once nobody else is connected: backends that end have handed in their counts."""
        wait(self._until_alone(name))
        return self.rows(name, statement)

    async def _until_alone(self, name: str) -> None:
        text = f"select count(*) from pg_stat_activity where datname = '{name}'"
        async with asyncio.timeout(_NO_CONNECTIONS_SECONDS_MAX):
            while (await self._rows(SUPERUSER, text))[0][0]:
                await asyncio.sleep(0.05)

    async def _on(self, name: str, statement: str) -> None:
        connection = await asyncpg.connect(self.server.url(SUPERUSER, name))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _rows(self, name: str, statement: str) -> list[Any]:
        connection = await asyncpg.connect(self.server.url(SUPERUSER, name))
        try:
            found: list[Any] = await connection.fetch(statement)
            return found
        finally:
            await connection.close()


def wait(task: Coroutine[Any, Any, T]) -> T:
    """Run it to its end."""
    return asyncio.run(task)


@contextlib.contextmanager
def _folder(root: pathlib.Path) -> Iterator[pathlib.Path]:
    """Named as those of the tests are, so that `remove_leftovers` finds one that was killed."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"regulars-tests-{os.getpid()}-", dir=root))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _server(data: pathlib.Path, settings: str) -> Iterator[Embedded]:
    with Embedded.start(data) as first:  # the folder has to be made before the file can lie in it
        own = _SETTINGS.format(buffers=memory_bytes() // 4 // 2**20)
        (first.cluster / "local.conf").write_text(own + settings, encoding="utf-8")
    with Embedded.start(data) as server:
        yield server


def _program() -> str:
    return importlib.resources.files("tests.bench").joinpath(PROGRAM).read_text(encoding="utf-8")


async def _make_key(url: str, role: str) -> str:
    db = await Database.open(url)
    try:
        return await create_key(db, role, f"bench {role}")
    finally:
        await db.close()


async def _set_up(url: str, source: str) -> str:
    db = await Database.open(url)
    try:
        await publish_program(db, _BENCH, source)
        return await create_key(db, "checkout", "bench")
    finally:
        await db.close()
