"""A database to break for good, and what is said of it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from service.doctor.run import examine
from service.doctor.types import Finding, Level
from service.infra.settings import Settings
from tests.databases import Fresh

SECRET = "abcdefghijklmnopqrstuvwxyz0123456789"

Said = Callable[..., Awaitable[list[Finding]]]


def settings_of(database: Fresh, **more: object) -> Settings:
    return Settings(database_url=database.url, secret=SECRET, **more)  # type: ignore[arg-type]


@pytest.fixture
async def superuser(database: Fresh) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.superuser_url)
    yield connection
    await connection.close()


@pytest.fixture
def said(database: Fresh) -> Said:
    """What the doctor finds that is not well; the server of the tests is not durable on purpose."""

    async def find(**more: object) -> list[Finding]:
        found = await examine(settings_of(database, **more))
        return [one for one in found if one.level is not Level.OK and one.check != "durability"]

    return find
