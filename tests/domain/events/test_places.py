"""Where in the stream an instant lies."""

import datetime as dt
import random

import asyncpg

from service.domain.events import places, sequence
from service.domain.events.outbox import SHARDS
from service.infra.db import Database
from service.kernel.ids import new_id
from tests.databases import Fresh

BEGIN = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


async def written(db: Database, count: int) -> None:
    """Events of as many holders, a second apart."""
    rows = [(new_id(), n) for n in range(count)]
    async with db.transaction() as tx:
        await tx.connection.executemany(
            "insert into outbox (holder_id, version, shard, event_id, type, body, occurred_at,"
            " recorded_at) values ($1, 1, $2, $1, 'x', '', $3, $3)",
            [(one, random.randrange(SHARDS), BEGIN + n * SECOND) for one, n in rows],
        )
        await sequence.assign(tx)


async def test_it_is_the_place_before_the_first_event_at_that_instant_or_later(
    db: Database,
) -> None:
    await written(db, 500)
    for seconds in (-5, 0, 1, 250, 499, 500, 9_999):
        at = BEGIN + seconds * SECOND
        async with db.reading() as tx:
            found = await places.before(tx, at)
            rows = await tx.connection.fetch(
                "select s.shard, (select count(*) from outbox o where o.shard = s.shard"
                " and o.recorded_at < $1) from outbox_shard s",
                at,
            )
        assert found == {row[0]: row[1] for row in rows}


async def test_where_early_events_are_kept_no_more_the_first_kept_counts(
    db: Database, database: Fresh
) -> None:
    await written(db, 300)
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute("delete from outbox where recorded_at < $1", BEGIN + 100 * SECOND)
    rows = await owner.fetch(
        "select s.shard, coalesce((select min(o.pub_seq) - 1 from outbox o"
        " where o.shard = s.shard), s.last_seq) from outbox_shard s"
    )
    await owner.close()
    async with db.reading() as tx:
        assert await places.before(tx, BEGIN) == {row[0]: row[1] for row in rows}
