"""Many takers of budgets at once."""

from collections.abc import AsyncIterator

import pytest

from service.infra.db import Database
from tests.databases import Fresh


@pytest.fixture
async def crowd(database: Fresh) -> AsyncIterator[Database]:
    """A pool with room for many takers at once; nobody waits longer than the jobs' role allows."""
    db = await Database.open(database.jobs_url, size_min=12, size_max=12)
    yield db
    await db.close()
