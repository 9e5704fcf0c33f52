"""What waits is told, in figures that name nobody."""

import contextlib
import datetime as dt
from collections.abc import AsyncIterator

import asyncpg
import pytest

from service.domain import backlog
from service.domain.backlog import store
from service.domain.backlog.store import Figures
from service.infra.db import Database
from tests.databases import Fresh

AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
_FILL = """
insert into holder (holder_id, kind, next_due, settled_at, recorded_at)
select gen_random_uuid(), 1, '2026-03-01T11:00:00Z'::timestamptz + n * interval '25 minutes',
  '2026-01-01', '2026-01-01'
from generate_series(0, 3) n;
insert into outbox (
  holder_id, version, shard, event_id, type, body, occurred_at, recorded_at, pub_seq)
select gen_random_uuid(), 1, n, gen_random_uuid(), 't', '', '2026-01-01',
  '2026-03-01T11:59:00Z'::timestamptz - n * interval '1 minute', case n when 3 then 1 end
from generate_series(0, 3) n;
insert into occasion_due (holder_id, trigger, ref, occurred_at, recorded_at, occasion)
select holder_id, 'birthday', '2026', '2026-01-01', '2026-03-01T11:30:00Z', '' from holder limit 2;
update outbox_shard set last_seq = 10 where shard < 2;
insert into sink_position (sink, shard, position, changed_at)
values ('redis', 0, 7, '2026-01-01'), ('nats', 0, 0, '2026-01-01')
"""


@contextlib.asynccontextmanager
async def connected(database: Fresh) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.superuser_url)
    try:
        yield connection
    finally:
        await connection.close()


async def read(db: Database) -> Figures:
    async with db.reading() as tx:
        return await backlog.figures(tx, AT)


async def test_nothing_waits_at_first(db: Database) -> None:
    found = await read(db)

    assert {figure for rows in found.values() for _, figure in rows} == {0}


async def test_what_waits_is_counted_and_how_long(db: Database, database: Fresh) -> None:
    async with connected(database) as owner:
        await owner.execute(_FILL)

    assert await read(db) == {
        "events_unplaced": [("", 3)],
        "events_unplaced_oldest_seconds": [("", 180)],
        "holders_due": [("", 3)],
        "holders_due_oldest_seconds": [("", 3600)],
        "occasions_waiting": [("", 2)],
        "occasions_waiting_oldest_seconds": [("", 1800)],
        "relay_lag_events": [("nats", 20), ("redis", 13)],
        "deliveries_waiting": [("", 0)],
        "deliveries_dead": [("", 0)],
        "endpoints": [("pending", 0), ("active", 0), ("paused", 0), ("disabled", 0)],
        "endpoints_lag_events": [("", 0)],
        "endpoints_lag_events_max": [("", 0)],
        "endpoints_failing_oldest_seconds": [("", 0)],
    }


async def test_no_more_is_counted_than_a_scrape_may_cost(
    db: Database, database: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(database) as owner:
        await owner.execute(_FILL)
    monkeypatch.setattr(store, "COUNTED_MAX", 2)

    found = await read(db)

    assert (found["events_unplaced"], found["holders_due"]) == ([("", 2)], [("", 2)])
    assert found["events_unplaced_oldest_seconds"] == [("", 180)]
