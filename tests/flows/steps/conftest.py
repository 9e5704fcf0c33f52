"""A shop whose whole ledger is verified after each test."""

from collections.abc import AsyncIterator

import pytest

from service.infra.db import Database
from service.verify.run import Options, verify
from tests.databases import Fresh, Server
from tests.flows.shop import Shop


@pytest.fixture
async def verified(server: Server, published: Fresh) -> AsyncIterator[Shop]:
    """The shop at day 0; the whole ledger must add up after."""
    fresh = server.create(published.name)
    db = await Database.open(fresh.url)
    shop = await Shop.open(db)
    await shop.built.start()
    yield shop
    await shop.built.gate.drain()
    faults = await shop.faults()
    await db.close()
    report = await verify(fresh.jobs_url, Options(every=True))
    server.drop(fresh)
    assert faults == []
    assert report.tally.named == []
