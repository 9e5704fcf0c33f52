"""Fixtures of HTTP tests."""

from collections.abc import AsyncIterator

import pytest

from tests.api.client import Service, serving
from tests.databases import Fresh


@pytest.fixture
async def service(database: Fresh) -> AsyncIterator[Service]:
    """The service on a fresh database with the demo program."""
    async with serving(database.url) as found:
        yield found
