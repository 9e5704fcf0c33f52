"""What is dropped from Redis Streams: nothing that somebody still needs."""

import datetime as dt

from service.domain.relays.streams import Streams, key_of
from service.flows.relaying.trim import trim
from tests.flows.relaying.outlets import START, RedisOutlet, Source, up_to, versions

KEY = key_of(5)
LONG = dt.timedelta(days=36_500)


async def trimmed(source: Source, streams: RedisOutlet, keep: dt.timedelta = LONG) -> int:
    return await trim(source.ctx, Streams(streams.redis), keep)


async def test_without_a_group_days_are_kept(source: Source, streams: RedisOutlet) -> None:
    await source.happen(6)
    await source.relay(streams)
    now = await source.run("select clock_timestamp()")
    source.db.clock_offset = START - now + dt.timedelta(days=7, seconds=3.5)

    assert await trimmed(source, streams, dt.timedelta(days=8)) == 0
    assert await trimmed(source, streams, dt.timedelta(days=7)) == 3  # recorded at 1, 2 and 3 s

    assert await versions(streams) == [4, 5, 6]
    await source.happen(1)
    await source.relay(streams, everything=True)
    assert await versions(streams) == [4, 5, 6, 7]


async def test_what_all_groups_acknowledged_is_dropped(
    source: Source, streams: RedisOutlet
) -> None:
    redis = streams.redis
    await source.happen(6)
    await source.relay(streams)
    for group, count in (("quick", 6), ("slow", 4)):
        await redis.xgroup_create(KEY, group, "0")
        await redis.xreadgroup(group, "one", {KEY: ">"}, count=count)
    await redis.xack(KEY, "quick", *(f"{n}-0" for n in up_to(6)))
    await redis.xack(KEY, "slow", "1-0", "2-0", "4-0")

    assert await trimmed(source, streams) == 2
    assert await versions(streams) == [3, 4, 5, 6]  # 3 is pending
    await redis.xack(KEY, "slow", "3-0")
    assert await trimmed(source, streams) == 2
    assert await versions(streams) == [5, 6]  # not read yet


async def test_a_group_that_has_read_nothing_keeps_everything(
    source: Source, streams: RedisOutlet
) -> None:
    await source.happen(3)
    await source.relay(streams)
    await streams.redis.xgroup_create(KEY, "late", "0")

    assert await trimmed(source, streams, dt.timedelta()) == 0
    assert await versions(streams) == up_to(3)


async def test_a_stream_that_is_empty_goes_on(source: Source, streams: RedisOutlet) -> None:
    await source.happen(3)
    await source.relay(streams)
    assert await trimmed(source, streams, dt.timedelta()) == 3
    assert await versions(streams) == []

    await source.happen(2)
    await source.relay(streams, everything=True)

    assert await versions(streams) == [4, 5]
    assert await source.position(streams) == 5
