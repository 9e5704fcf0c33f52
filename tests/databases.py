"""One PostgreSQL for a process of the tests, and a fresh database for each test from a template.

The server is the embedded one without durability, in a temporary folder that its own account may
enter (pytest's own folder is closed to it when the tests run as root). In memory where there is
room: a database is 330 small files, and ext4 is slow (150 ms) to make files right after others were
deleted.
"""

import asyncio
import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Final

import asyncpg

from service.infra.embedded import SUPERUSER, Embedded
from service.infra.embedded_host import EmbeddedError, account_for
from service.infra.migrate import migrate
from service.infra.processes import is_alive

_IN_MEMORY: Final = pathlib.Path("/dev/shm")  # noqa: S108 - mkdtemp makes our own folder there
_ON_DISK: Final = (pathlib.Path("/tmp"), pathlib.Path("/var/tmp"))  # noqa: S108 - as above
_IN_MEMORY_BYTES_MIN: Final = 2 * 1024**3
TEMPLATE: Final = "regulars_template"
_PREFIX: Final = "regulars-tests-"


class Fresh:
    """A database of one test: where each role finds it."""

    def __init__(self, server: Embedded, name: str) -> None:
        self.name = name
        self.url = server.url("regulars", name)
        self.owner_url = server.url("regulars_owner", name)
        self.jobs_url = server.url("regulars_jobs", name)
        self.superuser_url = server.url(SUPERUSER, name)


class Server:
    """The embedded server and one connection of its own to it, on a loop in a thread.

    So databases come and go without touching the event loop of a test, in tests without one too.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self.embedded = Embedded.start(folder, durable=False)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connection: Any = self._wait(asyncpg.connect(self.embedded.url(SUPERUSER, SUPERUSER)))
        self._count = 0
        self._filled: dict[tuple[object, ...], Fresh] = {}
        self._execute(f"create database {TEMPLATE} owner regulars_owner")
        self._wait(migrate(self.embedded.url("regulars_owner", TEMPLATE)))
        self._execute(f"alter database {TEMPLATE} with is_template true allow_connections false")

    def create(self, template: str = TEMPLATE) -> Fresh:
        """A database like the template (`template0`: empty)."""
        self._count += 1
        name = f"test_{self._count}"
        how = f"owner regulars_owner template {template} strategy file_copy"  # wal_log is slower
        self._execute(f"create database {name} {how}")
        return Fresh(self.embedded, name)

    def drop(self, fresh: Fresh) -> None:
        """The database and whoever is still connected to it."""
        self._execute(f"drop database {fresh.name} with (force)")

    def filled(self, make: Callable[..., Coroutine[Any, Any, object]], *given: object) -> Fresh:
        """A database that `make(url, *given)` has put something into, once: to make others from,
        or only to be read. It is kept to the end."""
        key = (make, *given)
        if key not in self._filled:
            fresh = self.create()
            self._wait(make(fresh.url, *given))
            self._filled[key] = fresh
        return self._filled[key]

    def close(self) -> None:
        """Stop the server."""
        self._wait(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.embedded.stop()

    def _execute(self, statement: str) -> None:
        self._wait(self._connection.execute(statement))

    def _wait(self, task: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(task, self._loop).result()


def roots() -> list[pathlib.Path]:
    """Where temporary folders may lie that PostgreSQL's account can enter, the fastest first."""
    found = [pathlib.Path(tempfile.gettempdir()), *_ON_DISK]
    with contextlib.suppress(OSError):
        if shutil.disk_usage(_IN_MEMORY).free > _IN_MEMORY_BYTES_MIN:
            found.insert(0, _IN_MEMORY)
    account = account_for(pathlib.Path("/nowhere"))
    return [one for one in found if one.is_dir() and account.closed_folder(one) is None]


@contextlib.contextmanager
def open_folder() -> Iterator[pathlib.Path]:
    """A temporary folder that other accounts may enter, for data folders; removed at the end."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=roots()[0]))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers() -> None:
    """Stop servers and remove folders of processes that were killed."""
    for folder in (found for root in roots() for found in root.glob(f"{_PREFIX}*")):
        match = re.match(rf"{_PREFIX}(\d+)-", folder.name)
        if match is None or is_alive(int(match[1])):
            continue
        with _one_at_a_time(folder) as is_mine:
            if is_mine:
                for pid_file in folder.glob("*/postgres/postmaster.pid"):
                    with contextlib.suppress(EmbeddedError):
                        Embedded.start(pid_file.parent.parent, durable=False).stop()
                shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _one_at_a_time(folder: pathlib.Path) -> Iterator[bool]:
    """Whether nobody else is at it: several processes begin at once, and all look for leftovers."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(opened)
