"""F37: a consumer as the README tells it to be, of a real stream, that is killed in the middle.

It reads with a group, does what it has to and notes `source` and `id` in one step, and then
acknowledges. One that dies in between is given the same again: each event counts once. What was
given to it five times without being acknowledged goes to a stream of its own, and the rest goes on.
"""

import json
import random
from collections.abc import Callable
from typing import Any, Final

import pytest

from service.domain.relays.streams import key_of
from service.infra.db import Database
from tests.flows.relaying.outlets import RedisOutlet, Source, up_to
from tests.redis_server import RedisServer

GROUP: Final = "crm"
DEAD: Final = "crm:dead"
TIMES_MAX: Final = 5
KEY: Final = key_of(5)
SHARD: Final = 5


class Killed(Exception):
    """The process is no more."""


class Consumer:
    """`done`: what it has done, by source and id; it is all that a crash leaves."""

    def __init__(self, redis: Any, done: dict[tuple[str, str], int]) -> None:
        self._redis = redis
        self._done = done

    async def round(self, die: Callable[[str, int], bool]) -> int:
        """What was read before and not acknowledged, then what is new; answers how many.

        The first one by one: those behind one that kills are not to count as given with it.
        """
        count = 0
        while entries := await self._read("0", 1):
            ((place, fields),) = entries
            count += await self._take(place, fields, die)
        for place, fields in await self._read(">", 7):
            count += await self._take(place, fields, die)
        return count

    async def _read(self, start: str, count: int) -> list[Any]:
        answer = await self._redis.xreadgroup(GROUP, "one", {KEY: start}, count=count)
        # a list of [stream, entries] in RESP 2; in RESP 3 a map with one more list around them
        streams = answer.values() if isinstance(answer, dict) else [one for _, one in answer]
        found = [entry for entries in streams for entry in entries]
        return found[0] if found and isinstance(found[0], list) else found

    async def _take(self, place: bytes, fields: Any, die: Callable[[str, int], bool]) -> int:
        (pending,) = await self._redis.xpending_range(KEY, GROUP, place, place, 1)
        event = json.loads(fields[b"event"])
        version = int(event["sequence"])
        if pending["times_delivered"] > TIMES_MAX:
            await self._redis.xadd(DEAD, fields)
        else:
            if die("before", version):
                raise Killed
            self._done.setdefault((event["source"], event["id"]), version)
            if die("after", version):
                raise Killed
        return int(await self._redis.xack(KEY, GROUP, place))


@pytest.fixture
async def source(db: Database) -> Source:
    return Source(db)


async def consumed(
    redis: Any, done: dict[tuple[str, str], int], die: Callable[[str, int], bool]
) -> int:
    """Until nothing is left, with a new process for each that died; answers how many died."""
    deaths = 0
    while True:
        try:
            if not await Consumer(redis, done).round(die):
                return deaths
        except Killed:
            deaths += 1


async def test_each_event_counts_once_however_often_its_consumer_dies(
    source: Source, redis_server: RedisServer
) -> None:
    outlet, dice = RedisOutlet(redis_server), random.Random(37)
    done: dict[tuple[str, str], int] = {}
    await outlet.redis.xgroup_create(KEY, GROUP, "0", mkstream=True)
    deaths = 0
    for _ in range(4):
        await source.happen(10, SHARD)
        await source.relay(outlet)
        deaths += await consumed(outlet.redis, done, lambda _when, _version: dice.random() < 0.1)

    assert deaths > 5
    assert list(done.values()) == up_to(40)
    assert await outlet.redis.xlen(DEAD) == 0
    assert (await outlet.redis.xpending(KEY, GROUP))["pending"] == 0
    await outlet.close()


async def test_what_kills_its_consumer_each_time_is_set_aside_and_the_rest_goes_on(
    source: Source, redis_server: RedisServer
) -> None:
    outlet = RedisOutlet(redis_server)
    done: dict[tuple[str, str], int] = {}
    await outlet.redis.xgroup_create(KEY, GROUP, "0", mkstream=True)
    await source.happen(6, SHARD)
    await source.relay(outlet)

    deaths = await consumed(
        outlet.redis, done, lambda when, version: when == "before" and version == 3
    )

    assert deaths == TIMES_MAX
    assert list(done.values()) == [1, 2, 4, 5, 6]
    redis: Any = outlet.redis
    (dead,) = await redis.xrange(DEAD)
    assert int(json.loads(dead[1][b"event"])["sequence"]) == 3
    await outlet.close()


async def test_a_redis_that_forgets_sends_again_and_nothing_counts_twice(
    source: Source, redis_server: RedisServer
) -> None:
    outlet = RedisOutlet(redis_server)
    done: dict[tuple[str, str], int] = {}
    await outlet.redis.xgroup_create(KEY, GROUP, "0", mkstream=True)
    await source.happen(6, SHARD)
    await source.relay(outlet)
    await consumed(outlet.redis, done, lambda _when, _version: False)
    redis_server.flush()
    await source.relay(outlet, everything=True)
    await source.relay(outlet, everything=True)
    await outlet.redis.xgroup_create(KEY, GROUP, "0")  # groups that it lost are the reader's
    before = len(done)
    await source.happen(2, SHARD)
    await source.relay(outlet)
    await consumed(outlet.redis, done, lambda _when, _version: False)

    assert before == 6
    assert list(done.values()) == up_to(8)
    await outlet.close()
