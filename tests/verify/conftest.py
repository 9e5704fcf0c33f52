"""A database with a mixed history, made once. What breaks it is rolled back."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.databases import Fresh, Server
from tests.verify import audited, checkouts, history, merged, moments, sharings, staffed
from tests.verify.breaking import Broken


@pytest.fixture(scope="session")
def recorded(server: Server) -> Fresh:
    """The history; nothing is ever committed to it."""
    return server.filled(history.make)


@pytest.fixture
async def broken(recorded: Fresh) -> AsyncIterator[Broken]:
    """The history in the hands of somebody who may do everything."""
    async with Broken.open(recorded) as opened:
        yield opened


@pytest.fixture(scope="session")
def checked_out(server: Server) -> Fresh:
    """The history of checkouts; nothing is ever committed to it."""
    return server.filled(checkouts.make)


@pytest.fixture
async def broken_checkouts(checked_out: Fresh) -> AsyncIterator[Broken]:
    """The history of checkouts in the hands of somebody who may do everything."""
    async with Broken.open(checked_out) as opened:
        yield opened


@pytest.fixture
def copied(server: Server, recorded: Fresh) -> Iterator[Fresh]:
    """A copy of the history, to break for good."""
    fresh = server.create(recorded.name)
    yield fresh
    server.drop(fresh)


@pytest.fixture(scope="session")
def shared(server: Server) -> Fresh:
    """The history of what members share; nothing is ever committed to it."""
    return server.filled(sharings.make)


@pytest.fixture
async def broken_sharing(shared: Fresh) -> AsyncIterator[Broken]:
    """The history of what members share in the hands of somebody who may do everything."""
    async with Broken.open(shared) as opened:
        yield opened


@pytest.fixture(scope="session")
def with_merges(server: Server) -> Fresh:
    """The history of members who are one person; nothing is ever committed to it."""
    return server.filled(merged.make)


@pytest.fixture
async def broken_merges(with_merges: Fresh) -> AsyncIterator[Broken]:
    """The history of merges in the hands of somebody who may do everything."""
    async with Broken.open(with_merges) as opened:
        yield opened


@pytest.fixture(scope="session")
def with_staff(server: Server) -> Fresh:
    """The history of what staff did; nothing is ever committed to it."""
    return server.filled(staffed.make)


@pytest.fixture
async def broken_staff(with_staff: Fresh) -> AsyncIterator[Broken]:
    """The history of what staff did in the hands of somebody who may do everything."""
    async with Broken.open(with_staff) as opened:
        yield opened


@pytest.fixture(scope="session")
def with_moments(server: Server) -> Fresh:
    """The history of what happened beyond purchases; nothing is ever committed to it."""
    return server.filled(moments.make)


@pytest.fixture
async def broken_moments(with_moments: Fresh) -> AsyncIterator[Broken]:
    """The history beyond purchases in the hands of somebody who may do everything."""
    async with Broken.open(with_moments) as opened:
        yield opened


@pytest.fixture(scope="session")
def with_acts(server: Server) -> Fresh:
    """The history of acts; nothing is ever committed to it."""
    return server.filled(audited.make)


@pytest.fixture
async def broken_audit(with_acts: Fresh) -> AsyncIterator[Broken]:
    """The history of acts in the hands of somebody who may do everything."""
    async with Broken.open(with_acts) as opened:
        yield opened
