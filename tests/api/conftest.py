"""Fixtures of HTTP tests."""

import datetime as dt
from collections.abc import AsyncIterator

import pytest

from service.infra.db import Database
from tests.api.client import Service, serving
from tests.databases import Fresh


@pytest.fixture
async def service(database: Fresh) -> AsyncIterator[Service]:
    """The service on a fresh database with the demo program."""
    async with serving(database.url) as found:
        yield found


@pytest.fixture
async def recently(db: Database) -> dt.datetime:
    """An hour before PostgreSQL's clock."""
    async with db.reading() as tx:
        now: dt.datetime = await tx.connection.fetchval("select clock_timestamp()")
    return now - dt.timedelta(hours=1)
