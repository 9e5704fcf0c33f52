"""A shop whose whole ledger is verified after each test."""

from collections.abc import AsyncIterator

import pytest

from service.verify.run import Options
from tests.databases import Server
from tests.flows.conftest import opened
from tests.flows.shop import Shop


@pytest.fixture
async def verified(server: Server) -> AsyncIterator[Shop]:
    """The shop at day 0; the whole ledger must add up after."""
    async with opened(server, verified=Options(every=True)) as shop:
        yield shop
