"""A shop with clubs for each test of belonging to one."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from service.infra.db import Database
from tests.databases import Fresh, Server
from tests.flows.conftest import opened
from tests.flows.membership_shop import MEMBERSHIPS, Memberships
from tests.flows.shop import Shop


async def _publish(url: str) -> None:
    db = await Database.open(url)
    await (await Shop.open(db)).publish(MEMBERSHIPS)
    await db.close()


@pytest.fixture(scope="session")
def memberships_published(server: Server) -> Iterator[Fresh]:
    """A database with the program of the tests of belonging and nothing else."""
    fresh = server.create()
    asyncio.run(_publish(fresh.url))
    yield fresh
    server.drop(fresh)


@pytest.fixture
async def table(server: Server, memberships_published: Fresh) -> AsyncIterator[Memberships]:
    """The roasters' table, at day 0; no difference may be found after a test."""
    async with opened(server, memberships_published) as shop:
        yield Memberships(shop)
