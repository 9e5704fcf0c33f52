"""A shop with the stories' program, and its clock."""

import asyncio
import contextlib
import datetime as dt
import pathlib
from collections.abc import AsyncIterator

import pytest

from service.app import edge_of
from tests.api.client import Service, serving
from tests.databases import Fresh

PROGRAM = pathlib.Path(__file__).with_name("program.yaml")
CHECKOUT = pathlib.Path(__file__).with_name("checkout.yaml")


class Shop:
    """The service and the clock of its database; `today` moves it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.app = service.app
        self.checkout = service.checkout
        self.pos = service.pos
        self.admin = service.admin

    async def today(self, instant: str) -> None:
        """The database's clock shows this instant now, and runs on."""
        db = edge_of(self.service.application).services.verbs.ctx.db
        async with db.reading() as tx:
            now = await tx.connection.fetchval("select clock_timestamp()")
        db.clock_offset = dt.datetime.fromisoformat(instant) - now


@pytest.fixture
async def shop(database: Fresh) -> AsyncIterator[Shop]:
    """A shop on a fresh database."""
    async with opened(database, PROGRAM) as found:
        yield found


@pytest.fixture
async def counter(database: Fresh) -> AsyncIterator[Shop]:
    """The same with the program of checkouts."""
    async with opened(database, CHECKOUT) as found:
        yield found


@contextlib.asynccontextmanager
async def opened(database: Fresh, program: pathlib.Path) -> AsyncIterator[Shop]:
    """A shop with this program. No job runs but those a story runs itself: what a caller sees
    depends on none, and one that is at work elsewhere is skipped by the story's own.

    The service lives in a task of its own: a fixture is set up and torn down in different ones,
    which the application's lifespan does not allow.
    """
    ready: asyncio.Future[Shop] = asyncio.get_running_loop().create_future()
    done = asyncio.Event()

    async def serve() -> None:
        async with serving(database.url, program=program.read_text(), jobs=False) as service:
            ready.set_result(Shop(service))
            await done.wait()

    task = asyncio.create_task(serve())
    task.add_done_callback(lambda ended: ready.done() or ready.cancel())
    yield await ready
    done.set()
    await task
