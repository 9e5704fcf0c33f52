"""The sequencer: places without a gap, none twice, a holder's events in their order."""

import asyncio
import datetime as dt
import itertools
import json
import random
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

import pytest

from service.domain.events import sequence
from service.domain.events.catalog import PointsReleased
from service.domain.events.outbox import Outbox, shard_of
from service.domain.events.sequence import Placed
from service.infra.db import Database, Tx
from tests.databases import Fresh

START = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
ALL = dict.fromkeys(range(64), 0)


def holder(number: int, shard: int = 5) -> uuid.UUID:
    return uuid.UUID(int=number * 64 + shard)


async def write(tx: Tx, events: Sequence[tuple[uuid.UUID, int, int]]) -> None:
    """Events of (holder, version, second it was recorded)."""
    outbox = Outbox()
    for holder_id, version, second in events:
        recorded = START + dt.timedelta(seconds=second)
        outbox.emit(
            PointsReleased(changes=()),
            holder_id=holder_id,
            version=version,
            at=START,
            recorded_at=recorded,
        )
    await outbox.write(tx)


def named(placed: Sequence[Placed]) -> list[tuple[uuid.UUID, int]]:
    """(holder, version) of each event in order."""
    found = []
    for event in placed:
        body = json.loads(event.body)
        found.append((uuid.UUID(body["subject"]), int(body["sequence"])))
    return found


async def places(tx: Tx) -> dict[int, list[int | None]]:
    """shard -> all places in it, sorted."""
    rows = await tx.connection.fetch("select shard, pub_seq from outbox order by shard, pub_seq")
    found: defaultdict[int, list[int | None]] = defaultdict(list)
    for shard, pub_seq in rows:
        found[shard].append(pub_seq)
    return dict(found)


async def test_places_follow_the_order_recorded_then_holder_then_version(tx: Tx) -> None:
    a, b = holder(1), holder(2)
    await write(tx, [(b, 1, 3), (a, 2, 3), (a, 1, 3), (b, 2, 4), (holder(3), 1, 1)])

    assert await sequence.assign(tx) == 5

    placed = await sequence.after(tx, ALL, 10)
    assert [(event.shard, event.pub_seq) for event in placed] == [(5, n) for n in range(1, 6)]
    assert named(placed) == [(holder(3), 1), (a, 1), (a, 2), (b, 1), (b, 2)]


async def test_places_go_on_where_they_ended(tx: Tx) -> None:
    await write(tx, [(holder(1), 1, 1), (holder(1), 2, 1)])
    assert await sequence.assign(tx) == 2
    assert await sequence.assign(tx) == 0

    await write(tx, [(holder(1), 3, 1)])
    assert await sequence.assign(tx) == 1

    assert await places(tx) == {5: [1, 2, 3]}
    assert named(await sequence.after(tx, {5: 2}, 10)) == [(holder(1), 3)]


async def test_each_shard_counts_for_itself(tx: Tx) -> None:
    await write(tx, [(holder(1, 5), 1, 1), (holder(1, 6), 1, 1), (holder(2, 6), 1, 2)])

    await sequence.assign(tx)

    assert await places(tx) == {5: [1], 6: [1, 2]}


async def test_a_page_takes_shards_in_turn_so_that_none_starves_another(tx: Tx) -> None:
    await write(tx, [(holder(1, 5), n, n) for n in range(1, 9)])
    await write(tx, [(holder(1, 6), n, n) for n in range(1, 3)])
    await sequence.assign(tx)

    placed = await sequence.after(tx, ALL, 5)

    assert [(event.shard, event.pub_seq) for event in placed] == [
        *((5, 1), (6, 1), (5, 2), (6, 2), (5, 3)),
    ]


async def test_only_the_shards_asked_for_are_read(tx: Tx) -> None:
    await write(tx, [(holder(1, 5), 1, 1), (holder(1, 6), 1, 1)])
    await sequence.assign(tx)

    assert named(await sequence.after(tx, {6: 0}, 10)) == [(holder(1, 6), 1)]


async def test_what_is_not_committed_has_no_place_yet(db: Database) -> None:
    async with db.transaction() as writer:
        await write(writer, [(holder(1), 1, 1)])
        async with db.transaction() as tx:
            assert await sequence.assign(tx) == 0

    async with db.transaction() as tx:
        assert await sequence.assign(tx) == 1


async def test_a_second_sequencer_leaves_a_shard_in_hand_alone(db: Database) -> None:
    async with db.transaction() as tx:
        await write(tx, [(holder(1, 5), 1, 1), (holder(1, 6), 1, 1)])

    async with db.transaction() as one:
        await one.connection.execute("select 1 from outbox_shard where shard = 5 for update")
        async with db.transaction() as other:
            assert await sequence.assign(other) == 1

    async with db.reading() as tx:
        assert await places(tx) == {5: [None], 6: [1]}


class Traffic:
    """Writers of some holders, each event in a transaction of its own, versions without a gap."""

    def __init__(self, db: Database, holders: Sequence[uuid.UUID], each: int) -> None:
        self.db = db
        self.holders = holders
        self.each = each
        self.expected = {(h, v) for h in holders for v in range(1, each + 1)}

    async def run(self) -> None:
        await asyncio.gather(*(self._write(holder_id) for holder_id in self.holders))

    async def _write(self, holder_id: uuid.UUID) -> None:
        dice = random.Random(holder_id.int)
        for version in range(1, self.each + 1):
            async with self.db.transaction() as tx:
                await write(tx, [(holder_id, version, version)])
                await asyncio.sleep(dice.random() / 500)


@pytest.fixture
async def wide(database: Fresh) -> AsyncIterator[Database]:
    """A pool for writers, sequencers and readers at once."""
    db = await Database.open(database.jobs_url, size_min=12, size_max=12)
    yield db
    await db.close()


async def until(db: Database, done: asyncio.Event) -> None:
    """A sequencer that runs until all is written and placed."""
    while True:
        last = done.is_set()
        async with db.transaction() as tx:
            placed = await sequence.assign(tx)
        if last and not placed:
            return
        await asyncio.sleep(0)


async def test_two_sequencers_at_once_leave_no_gap_and_double_nothing(wide: Database) -> None:
    holders = [holder(n, shard) for n in (1, 2, 3) for shard in (5, 6)]
    traffic, done = Traffic(wide, holders, each=25), asyncio.Event()
    sequencers = [asyncio.get_running_loop().create_task(until(wide, done)) for _ in range(2)]
    await traffic.run()
    done.set()
    await asyncio.gather(*sequencers)

    async with wide.reading() as tx:
        assert await places(tx) == {5: list(range(1, 76)), 6: list(range(1, 76))}
        placed = await sequence.after(tx, ALL, 1_000)
        last = await tx.connection.fetch(
            "select shard, last_seq from outbox_shard where last_seq > 0"
        )
    assert sorted(tuple(row) for row in last) == [(5, 75), (6, 75)]
    for holder_id in holders:  # each holder's in the order of its versions
        versions = [version for h, version in named(placed) if h == holder_id]
        assert versions == list(range(1, 26))


async def test_reading_by_position_sees_all_exactly_once_while_writers_run(wide: Database) -> None:
    holders = [holder(n, shard) for n in (1, 2) for shard in (3, 5, 6)]
    traffic, done = Traffic(wide, holders, each=20), asyncio.Event()
    sequencer = asyncio.get_running_loop().create_task(until(wide, done))

    async def reader(limit: int) -> list[tuple[uuid.UUID, int]]:
        positions = dict(ALL)
        seen: list[tuple[uuid.UUID, int]] = []
        while len(seen) < len(traffic.expected):
            async with wide.reading() as tx:
                placed = await sequence.after(tx, positions, limit)
            for event in placed:
                assert event.pub_seq == positions[event.shard] + 1  # none is left out
                positions[event.shard] = event.pub_seq
            seen += named(placed)
            await asyncio.sleep(0.001)
        return seen

    readers = [asyncio.get_running_loop().create_task(reader(limit)) for limit in (3, 50)]
    await traffic.run()
    done.set()
    await sequencer
    for task in readers:
        seen = await asyncio.wait_for(task, timeout=20)
        assert len(seen) == len(set(seen)) == 120
        assert set(seen) == traffic.expected
        for _, group in itertools.groupby(sorted(seen, key=lambda s: s[0]), key=lambda s: s[0]):
            assert [version for _, version in group] == list(range(1, 21))


def test_a_holder_is_in_the_shard_the_tests_mean() -> None:
    assert {shard_of(holder(n, 6)) for n in range(10)} == {6}
