"""A database with a mixed history, made once. What breaks it is rolled back."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from service.domain.programs.live import Programs
from service.verify.look import load_programs
from tests.databases import Fresh, Server
from tests.verify import checkouts, history, merged, moments, sharings, staffed
from tests.verify.breaking import Broken


@pytest.fixture(scope="session")
def recorded(server: Server) -> Iterator[Fresh]:
    """The history; nothing is ever committed to it."""
    with server.filled(history.make) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def programs(recorded: Fresh) -> Programs:
    """The program versions of the history."""
    return asyncio.run(load_programs(recorded.url))


@pytest.fixture
async def broken(recorded: Fresh, programs: Programs) -> AsyncIterator[Broken]:
    """The history in the hands of somebody who may do everything."""
    async with Broken.open(recorded, programs) as opened:
        yield opened


@pytest.fixture(scope="session")
def checked_out(server: Server) -> Iterator[Fresh]:
    """The history of checkouts; nothing is ever committed to it."""
    with server.filled(checkouts.make) as fresh:
        yield fresh


@pytest.fixture
async def broken_checkouts(checked_out: Fresh) -> AsyncIterator[Broken]:
    """The history of checkouts in the hands of somebody who may do everything."""
    async with Broken.open(checked_out, await load_programs(checked_out.url)) as opened:
        yield opened


@pytest.fixture
def copied(server: Server, recorded: Fresh) -> Iterator[Fresh]:
    """A copy of the history, to break for good."""
    fresh = server.create(recorded.name)
    yield fresh
    server.drop(fresh)


@pytest.fixture(scope="session")
def shared(server: Server) -> Iterator[Fresh]:
    """The history of what members share; nothing is ever committed to it."""
    with server.filled(sharings.make) as fresh:
        yield fresh


@pytest.fixture
async def broken_sharing(shared: Fresh) -> AsyncIterator[Broken]:
    """The history of what members share in the hands of somebody who may do everything."""
    async with Broken.open(shared, await load_programs(shared.url)) as opened:
        yield opened


@pytest.fixture(scope="session")
def with_merges(server: Server) -> Iterator[Fresh]:
    """The history of members who are one person; nothing is ever committed to it."""
    with server.filled(merged.make) as fresh:
        yield fresh


@pytest.fixture
async def broken_merges(with_merges: Fresh) -> AsyncIterator[Broken]:
    """The history of merges in the hands of somebody who may do everything."""
    async with Broken.open(with_merges, await load_programs(with_merges.url)) as opened:
        yield opened


@pytest.fixture(scope="session")
def with_staff(server: Server) -> Iterator[Fresh]:
    """The history of what staff did; nothing is ever committed to it."""
    with server.filled(staffed.make) as fresh:
        yield fresh


@pytest.fixture
async def broken_staff(with_staff: Fresh) -> AsyncIterator[Broken]:
    """The history of what staff did in the hands of somebody who may do everything."""
    async with Broken.open(with_staff, await load_programs(with_staff.url)) as opened:
        yield opened


@pytest.fixture(scope="session")
def with_moments(server: Server) -> Iterator[Fresh]:
    """The history of what happened beyond purchases; nothing is ever committed to it."""
    with server.filled(moments.make) as fresh:
        yield fresh


@pytest.fixture
async def broken_moments(with_moments: Fresh) -> AsyncIterator[Broken]:
    """The history beyond purchases in the hands of somebody who may do everything."""
    async with Broken.open(with_moments, await load_programs(with_moments.url)) as opened:
        yield opened
