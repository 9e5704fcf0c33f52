"""Redis and NATS, each test with both."""

from collections.abc import AsyncIterator

import pytest

from service.infra.db import Database
from tests.flows.relaying.outlets import Outlet, RedisOutlet, Source, opened
from tests.redis_server import RedisServer


@pytest.fixture
def source(db: Database) -> Source:
    """What events come from."""
    return Source(db)


@pytest.fixture(params=["redis_server", "nats_server"])
async def outlet(request: pytest.FixtureRequest) -> AsyncIterator[Outlet]:
    """A sink of each sort."""
    async with opened(request.getfixturevalue(request.param)) as found:
        yield found


@pytest.fixture
async def streams(redis_server: RedisServer) -> AsyncIterator[RedisOutlet]:
    """Redis Streams."""
    found = RedisOutlet(redis_server)
    yield found
    await found.close()
