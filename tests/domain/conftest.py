"""A transaction for tests of stores."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from service.infra.db import Tx
from tests.databases import Fresh, Server


@pytest.fixture(scope="session")
def untouched(server: Server) -> Iterator[Fresh]:
    """A database in which nothing is ever committed."""
    fresh = server.create()
    yield fresh
    server.drop(fresh)


@pytest.fixture
async def tx(untouched: Fresh) -> AsyncIterator[Tx]:
    """One transaction on an empty database, rolled back at the end."""
    connection = await asyncpg.connect(untouched.url)
    transaction = connection.transaction()
    await transaction.start()
    yield Tx(connection)
    await transaction.rollback()
    await connection.close()
