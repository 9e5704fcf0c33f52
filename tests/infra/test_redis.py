"""A Redis that is there, away, back, and one that answers nobody."""

import time

import pytest

from service.infra import redis
from service.infra.redis import LOST, look, open_redis
from tests.redis_server import RedisServer


async def test_it_may_be_away_at_the_start_and_come_back(redis_server: RedisServer) -> None:
    redis_server.kill()
    client = open_redis(redis_server.url)
    with pytest.raises(LOST):
        await client.get("a")
    assert await look(client) == "not reachable"

    redis_server.restart()
    assert await look(client) is None
    redis_server.restart()  # connections of before are lost: nobody notices
    assert await client.get("a") is None
    await client.aclose()


async def test_who_gets_no_answer_is_told_soon(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis, "ANSWER_SECONDS_MAX", 0.1)
    client = open_redis(redis_server.url)
    await client.ping()
    redis_server.pause()
    began = time.monotonic()
    with pytest.raises(LOST):
        await client.ping()
    assert time.monotonic() - began < 5

    redis_server.go_on()
    assert await client.get("a") is None
    await client.aclose()


def test_a_url_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="scheme"):
        open_redis("http://127.0.0.1")
