"""A transaction for tests of stores."""

from collections.abc import AsyncIterator

import pytest

from service.infra.db import Database, Tx


@pytest.fixture
async def tx(db: Database) -> AsyncIterator[Tx]:
    """One transaction on a fresh database, committed at the end."""
    async with db.transaction() as opened:
        yield opened
