"""Fixtures of HTTP tests."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator

import pytest

from service.infra.db import Database
from tests.api.client import Service, serving
from tests.databases import Fresh, Server

Prepared = tuple[Fresh, dict[str, str]]


@pytest.fixture(scope="session")
def prepared(server: Server) -> Iterator[Prepared]:
    """A database with the demo program and a key for each role, to make others from; the keys."""
    fresh = server.create()
    yield fresh, asyncio.run(_keys_of_a_service(fresh.url))
    server.drop(fresh)


async def _keys_of_a_service(url: str) -> dict[str, str]:
    async with serving(url) as service:
        return service.keys


@pytest.fixture
def database(server: Server, request: pytest.FixtureRequest) -> Iterator[Fresh]:
    """As everywhere; for tests of `service` with the demo program and its keys.

    Publishing takes longer than most of these tests.
    """
    if "service" in request.fixturenames:
        fresh = server.create(request.getfixturevalue("prepared")[0].name)
    else:
        fresh = server.create()
    yield fresh
    server.drop(fresh)


@pytest.fixture
async def service(database: Fresh, prepared: Prepared) -> AsyncIterator[Service]:
    """The service on a fresh database with the demo program."""
    async with serving(database.url, keys=prepared[1]) as found:
        yield found


@pytest.fixture
async def recently(db: Database) -> dt.datetime:
    """An hour before PostgreSQL's clock."""
    async with db.reading() as tx:
        now: dt.datetime = await tx.connection.fetchval("select clock_timestamp()")
    return now - dt.timedelta(hours=1)
