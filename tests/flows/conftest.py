"""A shop for each test of a verb or a read."""

import contextlib
from collections.abc import AsyncIterator
from typing import Final

import pytest

from service.infra.db import Database
from service.verify.run import Options, verify
from tests.databases import Server
from tests.flows.caps import CAPPED, Caps
from tests.flows.club_shop import CLUBS, Clubs
from tests.flows.counter import CHECKOUT
from tests.flows.membership_shop import MEMBERSHIPS, Memberships
from tests.flows.moments_shop import MOMENTS, Moments
from tests.flows.outward import Outward
from tests.flows.segment_shop import SEGMENTS, Segments
from tests.flows.sharing_shop import SHARING, Sharing
from tests.flows.shop import SOURCE, Shop, day
from tests.flows.undoing import DESK
from tests.receiver import Receiver, receiving

_SAMPLE: Final = Options()


@pytest.fixture
async def empty_shop(db: Database) -> AsyncIterator[Shop]:
    """A shop without a program."""
    shop = await Shop.open(db)
    yield shop
    await shop.built.gate.drain()


async def publish(url: str, source: str) -> None:
    """The program is published in the database."""
    db = await Database.open(url)
    await (await Shop.open(db)).publish(source)
    await db.close()


@contextlib.asynccontextmanager
async def opened(
    server: Server, source: str = SOURCE, verified: Options | None = _SAMPLE
) -> AsyncIterator[Shop]:
    """A shop with a program, at day 0. Whatever a test does, the ledger must add up after, and
    verification (None: left out, it takes a moment) may find no difference."""
    fresh = server.create(server.filled(publish, source).name)
    db = await Database.open(fresh.url)
    shop = await Shop.open(db)
    await shop.built.start()
    yield shop
    await shop.built.gate.drain()
    faults = await shop.faults()
    await db.close()
    report = None if verified is None else await verify(fresh.jobs_url, verified)
    server.drop(fresh)
    assert faults == []
    assert report is None or report.tally.named == []


@pytest.fixture
async def shop(server: Server) -> AsyncIterator[Shop]:
    """A shop with the program of the tests on the eve of day 0, so that day 0 is never late."""
    async with opened(server, verified=None) as shop:
        await shop.show(day(-1))
        yield shop


@pytest.fixture
async def checkout(server: Server) -> AsyncIterator[Shop]:
    """A shop with the program of the counter: holds, coupons and budgets must add up too."""
    async with opened(server, CHECKOUT) as shop:
        yield shop


@pytest.fixture
async def desk(server: Server) -> AsyncIterator[Shop]:
    """A shop with a program of everything that can be undone."""
    async with opened(server, DESK) as shop:
        yield shop


@pytest.fixture
async def sharing(server: Server) -> AsyncIterator[Sharing]:
    """A shop where members share units."""
    async with opened(server, SHARING) as shop:
        yield Sharing(shop)


@pytest.fixture
async def caps(server: Server) -> AsyncIterator[Caps]:
    """A shop with caps."""
    async with opened(server, CAPPED) as shop:
        yield Caps(shop)


@pytest.fixture
async def clubs(server: Server) -> AsyncIterator[Clubs]:
    """A shop with clubs."""
    async with opened(server, CLUBS) as shop:
        yield Clubs(shop)


@pytest.fixture
async def moments(server: Server) -> AsyncIterator[Moments]:
    """A shop with rules beyond purchases."""
    async with opened(server, MOMENTS) as shop:
        yield Moments(shop)


@pytest.fixture
async def segments(server: Server) -> AsyncIterator[Segments]:
    """A shop with segments, where nobody is left to be swept."""
    async with opened(server, SEGMENTS) as shop:
        found = Segments(shop)
        await found.sweep()
        yield found


@pytest.fixture
async def table(server: Server) -> AsyncIterator[Memberships]:
    """The roasters' table."""
    async with opened(server, MEMBERSHIPS) as shop:
        yield Memberships(shop)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Who takes events."""
    async with receiving() as found:
        yield found


@pytest.fixture
async def outward(server: Server, receiver: Receiver) -> AsyncIterator[Outward]:
    """A shop whose events go out."""
    async with opened(server) as shop:
        yield Outward(shop, receiver)
        await shop.built.ctx.egress.close()
