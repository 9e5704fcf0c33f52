"""Redis decides, or this process when Redis is away."""

import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from service.api.limits import counting
from service.api.limits.counting import Counting
from service.api.limits.policies import Policy
from service.api.limits.shared import Shared
from tests.api.keyring import Time
from tests.redis_server import RedisServer

FEW = Policy("few", 3, 60)
FEWER = Policy("fewer", 1, 60)
SECRET = b"a secret"


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_server.url) as client:
        yield client


async def allowed(counting_: Counting, times: int, subject: str = "a") -> list[bool]:
    found = [await counting_.take(subject, (FEW,)) for _ in range(times)]
    return [one.is_allowed for ((_, one),) in found]


async def commands(redis: Redis) -> int:
    count: int = (await redis.info())["total_commands_processed"]
    return count


async def test_processes_count_together(redis: Redis) -> None:
    one, other = Counting(SECRET, Shared(redis)), Counting(SECRET, Shared(redis))

    assert await allowed(one, 2) == [True, True]
    assert await allowed(other, 2) == [True, False]


async def test_without_redis_each_process_counts_by_itself() -> None:
    one, other = Counting(SECRET, None), Counting(SECRET, None)

    assert await allowed(one, 4) == await allowed(other, 4) == [True, True, True, False]


async def test_whoever_is_refused_is_not_asked_about_again_until_there_is_more(
    redis: Redis,
) -> None:
    clock = Time()
    counted = Counting(SECRET, Shared(redis), clock)
    assert await allowed(counted, 4) == [True, True, True, False]
    before = await commands(redis)

    assert await allowed(counted, 50) == [False] * 50
    ((_, standing),) = await counted.take("a", (FEW,))

    assert await commands(redis) == before + 1  # of INFO
    assert 59 < standing.seconds <= 60
    clock.now += 61
    assert not any(await allowed(counted, 1))  # Redis has its own clock, and was asked
    assert await commands(redis) > before + 2


async def test_a_quota_that_is_used_up_refuses_nothing_that_does_not_count_against_it(
    redis: Redis,
) -> None:
    counted = Counting(SECRET, Shared(redis))
    await counted.take("a", (FEW, FEWER))

    refused = await counted.take("a", (FEW, FEWER))
    again = await counted.take("a", (FEW, FEWER))

    assert [(policy.name, one.is_allowed) for policy, one in refused] == [
        ("few", True),
        ("fewer", False),
    ]
    assert [(policy.name, one.is_allowed) for policy, one in again] == [("fewer", False)]
    assert await allowed(counted, 2) == [True, False]


async def test_when_redis_is_killed_the_process_decides_and_redis_again_when_it_is_back(
    redis: Redis, redis_server: RedisServer
) -> None:
    clock = Time()
    counted = Counting(SECRET, Shared(redis), clock)
    assert await allowed(counted, 1) == [True]
    redis_server.kill()

    with capture_logs() as logs:
        assert await allowed(counted, 4) == [True, True, True, False]

    assert [line["event"] for line in logs] == ["limits_counted_alone"]  # asked once
    redis_server.start()
    kept: int = await redis.dbsize()
    assert await allowed(counted, 1, "b") == [True]
    assert await redis.dbsize() == kept  # it is left alone for a second
    clock.now += counting.LEFT_ALONE_SECONDS
    assert await allowed(counted, 1, "b") == [True]
    assert await redis.dbsize() == kept + 1


async def test_a_redis_that_hangs_costs_one_request_a_twentieth_of_a_second(
    redis: Redis, redis_server: RedisServer
) -> None:
    clock = Time()
    counted = Counting(SECRET, Shared(redis), clock)
    await allowed(counted, 1)
    redis_server.pause()

    began = time.perf_counter()
    assert await allowed(counted, 4) == [True, True, True, False]
    seconds = time.perf_counter() - began

    redis_server.go_on()
    assert counting.REDIS_SECONDS_MAX <= seconds < 10 * counting.REDIS_SECONDS_MAX
    clock.now += counting.LEFT_ALONE_SECONDS
    ((_, standing),) = await counted.take("other", (FEW,))
    assert (standing.is_allowed, standing.left) == (True, 2)  # no answer of another question


async def test_no_name_of_a_subject_leaves_the_process(redis: Redis) -> None:
    await allowed(Counting(SECRET, Shared(redis)), 1, "address\x1f192.0.2.7")

    (key,) = await redis.keys()

    assert b"192" not in key
    assert len(key) == len(b"regulars:rate:few:") + 32


async def test_what_is_remembered_of_refusals_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "REFUSED_MAX", 2)
    counted = Counting(SECRET, None)
    for subject in ("a", "b", "c"):
        await allowed(counted, 4, subject)

    assert len(counted._refused) == 2
    assert await allowed(counted, 1, "a") == [False]
