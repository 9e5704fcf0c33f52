"""A shop for each test of a verb or a read."""

from collections.abc import AsyncIterator

import pytest

from service.infra.db import Database
from tests.flows.shop import Shop


@pytest.fixture
async def empty_shop(db: Database) -> AsyncIterator[Shop]:
    """A shop without a program."""
    shop = await Shop.open(db)
    yield shop
    await shop.built.gate.drain()


@pytest.fixture
async def shop(db: Database) -> AsyncIterator[Shop]:
    """A shop with the program of the tests; whatever a test does, the ledger must add up after."""
    shop = await Shop.open(db)
    await shop.publish()
    yield shop
    await shop.built.gate.drain()
    assert await shop.faults() == []
