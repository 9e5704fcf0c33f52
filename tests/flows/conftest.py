"""A shop for each test of a verb or a read."""

from collections.abc import AsyncIterator

import pytest

from service.infra.db import Database
from tests.flows.shop import Shop, day


@pytest.fixture
async def empty_shop(db: Database) -> AsyncIterator[Shop]:
    """A shop without a program."""
    shop = await Shop.open(db)
    yield shop
    await shop.built.gate.drain()


@pytest.fixture
async def shop(db: Database) -> AsyncIterator[Shop]:
    """A shop with the program of the tests on the eve of day 0, so that day 0 is never late.

    Whatever a test does, the ledger must add up after.
    """
    shop = await Shop.open(db)
    await shop.publish()
    await shop.show(day(-1))
    yield shop
    await shop.built.gate.drain()
    assert await shop.faults() == []
