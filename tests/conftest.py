"""Fixtures for all tests: a PostgreSQL for each process, a fresh database for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest

from service.infra.db import Database
from tests.databases import Fresh, Server, open_folder, remove_leftovers
from tests.nats_server import NatsServer
from tests.redis_server import RedisServer
from tests.running import Running

FEW_FILES: Final = 4


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """0, all in this process, for a few files: that is quicker than starting processes.

    None: as many as xdist thinks.
    """
    paths = [config.invocation_params.dir / argument.split("::")[0] for argument in config.args]
    is_little = len(paths) <= FEW_FILES and not any(path.is_dir() for path in paths)
    return 0 if is_little else None


@pytest.hookimpl(trylast=True)  # when xdist has ended its processes
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process of xdist that died left its PostgreSQL."""
    if session.config.getoption("numprocesses"):
        remove_leftovers()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The PostgreSQL of this process, with the migrated template."""
    remove_leftovers()
    with open_folder() as folder:
        server = Server(folder / "data")
        yield server
        server.close()


@pytest.fixture
def database(server: Server) -> Iterator[Fresh]:
    """A fresh, migrated database: `.url` (the service), `.owner_url`, `.jobs_url`."""
    fresh = server.create()
    yield fresh
    server.drop(fresh)


@pytest.fixture
def other_database(server: Server) -> Iterator[Fresh]:
    """A second one, for tests that compare two."""
    fresh = server.create()
    yield fresh
    server.drop(fresh)


@pytest.fixture
def empty_database(server: Server) -> Iterator[Fresh]:
    """A fresh database that was never migrated."""
    fresh = server.create("template0")
    yield fresh
    server.drop(fresh)


@pytest.fixture(scope="session")
def running_redis() -> Iterator[RedisServer]:
    """The Redis of this process."""
    server = RedisServer()
    yield server
    server.close()


@pytest.fixture
def redis_server(running_redis: RedisServer) -> RedisServer:
    """A Redis with nothing in it: `.url`, `.flush()`, `.kill()`, `.restart()`, `.pause()`."""
    running_redis.restart()  # a test may have left it away, or paused
    running_redis.flush()
    return running_redis


@pytest.fixture
def nats_server() -> Iterator[NatsServer]:
    """A NATS with JetStream and nothing in it: `.url`, `.kill()`, `.restart()`, `.lose()`."""
    server = NatsServer()
    yield server
    server.close()


@pytest.fixture
async def db(database: Fresh) -> AsyncIterator[Database]:
    """The fresh database, opened as the service does."""
    opened = await Database.open(database.url)
    yield opened
    await opened.close()


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A data folder for `regulars … --data`, not there yet; PostgreSQL's account may enter it."""
    with open_folder() as folder:
        yield folder / "data"


@pytest.fixture(scope="session")
def two_workers() -> Iterator[Running]:
    """The product with two workers, for tests that leave it running: `.url`, `.client()`."""
    with open_folder() as folder:
        running = Running(folder, "up", "--data", str(folder / "data"), "--workers", "2")
        yield running
        running.stop()
