"""A shop for each test of a verb or a read."""

import contextlib
import functools
from collections.abc import AsyncIterator, Iterator

import pytest

from service.infra.db import Database
from service.verify.run import Options, verify
from tests.databases import Fresh, Server
from tests.flows.caps import CAPPED, Caps
from tests.flows.club_shop import CLUBS, Clubs
from tests.flows.counter import CHECKOUT
from tests.flows.membership_shop import MEMBERSHIPS, Memberships
from tests.flows.moments_shop import MOMENTS, Moments
from tests.flows.segment_shop import SEGMENTS, Segments
from tests.flows.sharing_shop import SHARING, Sharing
from tests.flows.shop import SOURCE, Shop, day
from tests.flows.undoing import DESK


@pytest.fixture
async def empty_shop(db: Database) -> AsyncIterator[Shop]:
    """A shop without a program."""
    shop = await Shop.open(db)
    yield shop
    await shop.built.gate.drain()


async def publish(url: str, source: str = SOURCE) -> None:
    """The program is published in the database."""
    db = await Database.open(url)
    await (await Shop.open(db)).publish(source)
    await db.close()


@pytest.fixture(scope="session")
def published(server: Server) -> Iterator[Fresh]:
    """A database with the program of the tests and nothing else, to make others from."""
    with server.filled(publish) as fresh:
        yield fresh


@pytest.fixture
async def shop(server: Server, published: Fresh) -> AsyncIterator[Shop]:
    """A shop with the program of the tests on the eve of day 0, so that day 0 is never late.

    Whatever a test does, the ledger must add up after.
    """
    fresh = server.create(published.name)
    db = await Database.open(fresh.url)
    shop = await Shop.open(db)
    await shop.built.start()
    await shop.show(day(-1))
    yield shop
    await shop.built.gate.drain()
    faults = await shop.faults()
    await db.close()
    server.drop(fresh)
    assert faults == []


@contextlib.asynccontextmanager
async def opened(server: Server, published: Fresh) -> AsyncIterator[Shop]:
    """A shop on a copy of the database, at day 0; after it no difference may be found."""
    fresh = server.create(published.name)
    db = await Database.open(fresh.url)
    shop = await Shop.open(db)
    await shop.built.start()
    yield shop
    await shop.built.gate.drain()
    faults = await shop.faults()
    await db.close()
    report = await verify(fresh.jobs_url, Options())
    server.drop(fresh)
    assert faults == []
    assert report.tally.named == []


@pytest.fixture(scope="session")
def checkout_published(server: Server) -> Iterator[Fresh]:
    """A database with the program of the counter and nothing else, to make others from."""
    with server.filled(functools.partial(publish, source=CHECKOUT)) as fresh:
        yield fresh


@pytest.fixture
async def checkout(server: Server, checkout_published: Fresh) -> AsyncIterator[Shop]:
    """A shop with the program of the counter, at day 0.

    Whatever a test does, the whole ledger must add up after: holds, coupons and budgets too.
    """
    async with opened(server, checkout_published) as shop:
        yield shop


@pytest.fixture(scope="session")
def desk_published(server: Server) -> Iterator[Fresh]:
    """A database with a program of everything that can be undone and nothing else."""
    with server.filled(functools.partial(publish, source=DESK)) as fresh:
        yield fresh


@pytest.fixture
async def desk(server: Server, desk_published: Fresh) -> AsyncIterator[Shop]:
    """A shop with that program, at day 0; the whole ledger must add up after."""
    async with opened(server, desk_published) as shop:
        yield shop


@pytest.fixture(scope="session")
def sharing_published(server: Server) -> Iterator[Fresh]:
    """A database with the program of what members share and nothing else."""
    with server.filled(functools.partial(publish, source=SHARING)) as fresh:
        yield fresh


@pytest.fixture
async def sharing(server: Server, sharing_published: Fresh) -> AsyncIterator[Sharing]:
    """A shop where members share units, at day 0; the whole ledger must add up after."""
    async with opened(server, sharing_published) as shop:
        yield Sharing(shop)


@pytest.fixture(scope="session")
def caps_published(server: Server) -> Iterator[Fresh]:
    """A database with a program that caps what staff adjust, and nothing else."""
    with server.filled(functools.partial(publish, source=CAPPED)) as fresh:
        yield fresh


@pytest.fixture
async def caps(server: Server, caps_published: Fresh) -> AsyncIterator[Caps]:
    """A shop with caps, at day 0; the whole ledger must add up after."""
    async with opened(server, caps_published) as shop:
        yield Caps(shop)


@pytest.fixture(scope="session")
def clubs_published(server: Server) -> Iterator[Fresh]:
    """A database with a program of clubs and nothing else, to make others from."""
    with server.filled(functools.partial(publish, source=CLUBS)) as fresh:
        yield fresh


@pytest.fixture
async def clubs(server: Server, clubs_published: Fresh) -> AsyncIterator[Clubs]:
    """A shop with clubs, at day 0; the whole ledger must add up after."""
    async with opened(server, clubs_published) as shop:
        yield Clubs(shop)


@pytest.fixture(scope="session")
def moments_published(server: Server) -> Iterator[Fresh]:
    """A database with a program of rules beyond purchases and nothing else."""
    with server.filled(functools.partial(publish, source=MOMENTS)) as fresh:
        yield fresh


@pytest.fixture
async def moments(server: Server, moments_published: Fresh) -> AsyncIterator[Moments]:
    """A shop with rules beyond purchases, at day 0; the whole ledger must add up after."""
    async with opened(server, moments_published) as shop:
        yield Moments(shop)


@pytest.fixture(scope="session")
def segments_published(server: Server) -> Iterator[Fresh]:
    """A database with a program of segments and nothing else, to make others from."""
    with server.filled(functools.partial(publish, source=SEGMENTS)) as fresh:
        yield fresh


@pytest.fixture
async def segments(server: Server, segments_published: Fresh) -> AsyncIterator[Segments]:
    """A shop with segments, at day 0, where nobody is left to be swept; all must add up after."""
    async with opened(server, segments_published) as shop:
        found = Segments(shop)
        await found.sweep()
        yield found


@pytest.fixture(scope="session")
def memberships_published(server: Server) -> Iterator[Fresh]:
    """A database with the program of the tests of belonging and nothing else."""
    with server.filled(functools.partial(publish, source=MEMBERSHIPS)) as fresh:
        yield fresh


@pytest.fixture
async def table(server: Server, memberships_published: Fresh) -> AsyncIterator[Memberships]:
    """The roasters' table, at day 0; no difference may be found after a test."""
    async with opened(server, memberships_published) as shop:
        yield Memberships(shop)
