import asyncio
import datetime as dt

import pytest

from service.domain.programs import store
from service.domain.programs.errors import PublishedMeanwhile
from service.domain.programs.types import StoredVersion
from service.infra.db import Database, Tx
from tests.domain.programs.versions import START, stored
from tests.waiting import blocked

LATER = START + dt.timedelta(days=1)


async def test_versions_come_back_as_published_in_order(tx: Tx) -> None:
    first, second = stored(1, START), stored(2, LATER, silver=200)
    await store.insert(tx, first)
    await store.insert(tx, second)

    assert await store.versions(tx) == [first, second]
    assert await store.versions(tx, after=1) == [second]
    assert await store.versions(tx, after=2) == []


@pytest.mark.parametrize("other", [stored(1, LATER), stored(2, START)], ids=["number", "instant"])
async def test_a_number_or_an_instant_is_taken_once(tx: Tx, other: StoredVersion) -> None:
    first = stored(1, START)
    await store.insert(tx, first)

    with pytest.raises(PublishedMeanwhile):
        async with tx.connection.transaction():
            await store.insert(tx, other)

    assert await store.versions(tx) == [first]


async def test_of_two_publishers_at_once_one_loses(db: Database) -> None:
    async def publish(note: dt.datetime) -> str:
        try:
            async with db.transaction() as tx:
                await store.insert(tx, stored(1, note))
                await blocked(db)  # the other
        except PublishedMeanwhile:
            return "lost"
        return "won"

    outcomes = await asyncio.gather(publish(START), publish(LATER))

    assert sorted(outcomes) == ["lost", "won"]
    async with db.reading() as tx:
        assert len(await store.versions(tx)) == 1
