"""Requests of the last minute, counted in Redis."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from service.api.limits.policies import Policy
from service.api.limits.shared import PREFIX, Shared
from tests.redis_server import RedisServer

FEW = Policy("few", 3, 60)
FEWER = Policy("fewer", 1, 60)
SHORT = Policy("short", 1, 1)


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_server.url) as client:
        yield client


async def test_so_many_as_the_quota_are_allowed_over_all_processes(redis: Redis) -> None:
    one, other = Shared(redis), Shared(redis)

    standings = [(await which.take("a", [FEW]))[0] for which in (one, other, one, other)]

    assert [standing.is_allowed for standing in standings] == [True, True, True, False]
    assert [standing.left for standing in standings] == [2, 1, 0, 0]
    assert all(59 < standing.seconds <= 60 for standing in standings)
    assert (await one.take("b", [FEW]))[0].is_allowed


async def test_of_many_at_once_no_more_than_the_quota_are_allowed(redis: Redis) -> None:
    shared = Shared(redis)

    standings = await asyncio.gather(*(shared.take("a", [FEW]) for _ in range(50)))

    assert sum(one.is_allowed for (one,) in standings) == 3


async def test_each_policy_is_counted_by_itself(redis: Redis) -> None:
    shared = Shared(redis)
    await shared.take("a", [FEWER])

    few, fewer = await shared.take("a", [FEW, FEWER])

    assert (few.is_allowed, few.left) == (True, 2)
    assert (fewer.is_allowed, fewer.left) == (False, 0)


async def test_there_is_more_when_it_was_told_and_nothing_is_kept_for_longer(redis: Redis) -> None:
    shared = Shared(redis)
    await shared.take("a", [SHORT])
    (refused,) = await shared.take("a", [SHORT])
    assert not refused.is_allowed
    assert await redis.ttl(f"{PREFIX}:short:a") == 1

    await asyncio.sleep(refused.seconds + 0.01)

    assert (await shared.take("a", [SHORT]))[0].is_allowed


async def test_a_request_is_one_way_there_and_back(redis: Redis) -> None:
    shared = Shared(redis)
    await shared.take("a", [FEW, FEWER])  # the first one brings the scripts
    before = await redis.info()

    await shared.take("a", [FEW, FEWER])

    after = await redis.info()
    # the four scripts, in one write and one read of the server's; INFO itself is the other
    assert after["total_commands_processed"] - before["total_commands_processed"] >= 4 + 1
    assert after["total_reads_processed"] - before["total_reads_processed"] == 1 + 1


async def test_a_redis_that_lost_its_scripts_is_given_them(redis: Redis) -> None:
    shared = Shared(redis)
    await shared.take("a", [FEW])
    await redis.script_flush()

    (standing,) = await shared.take("a", [FEW])

    assert (standing.is_allowed, standing.left) == (True, 1)
