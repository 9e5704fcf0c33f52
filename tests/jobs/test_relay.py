"""Events go out by themselves, and go on after an outage."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from service.infra.db import Database
from service.infra.jetstream import JetStream
from service.jobs.relay import Relays
from tests.flows.relaying.outlets import NatsOutlet, Outlet, RedisOutlet, Source, up_to, versions
from tests.nats_server import NatsServer
from tests.redis_server import RedisServer
from tests.waiting import SECONDS_MAX

KEEP = dt.timedelta(days=7)


@pytest.fixture
def source(db: Database) -> Source:
    return Source(db)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RELAY_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(f"service.jobs.relay.{name}", 0.02)


@contextlib.asynccontextmanager
async def at_work(relays: Relays) -> AsyncIterator[None]:
    relays.start()
    yield
    await relays.stop()


async def until(outlet: Outlet, count: int) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while await versions(outlet) != up_to(count):
            await asyncio.sleep(0.01)


async def test_both_are_sent_what_happens(
    source: Source, redis_server: RedisServer, nats_server: NatsServer
) -> None:
    redis, nats = RedisOutlet(redis_server), NatsOutlet(nats_server)
    ctx = msgspec.structs.replace(source.ctx, redis=redis.redis)
    relays = Relays(ctx, JetStream(nats_server.url), KEEP)
    async with at_work(relays):
        await source.happen(3)
        await until(redis, 3)
        await until(nats, 3)
        await source.happen(1)
        await until(redis, 4)
        await until(nats, 4)
    assert relays.sinks == ["redis", "nats"]
    await redis.close()
    await nats.close()


async def test_it_survives_outages_and_a_redis_that_forgets(
    source: Source, redis_server: RedisServer
) -> None:
    outlet = RedisOutlet(redis_server)
    ctx = msgspec.structs.replace(source.ctx, redis=outlet.redis)
    with capture_logs() as logs:
        async with at_work(Relays(ctx, None, KEEP)):
            await source.happen(2)
            await until(outlet, 2)
            redis_server.kill()
            await source.happen(2)
            await failed(logs)
            redis_server.restart()
            await until(outlet, 4)
            redis_server.flush()
            await until(outlet, 4)
    assert {one["event"] for one in logs} <= {"job failed", "sink_lost_events"}
    await outlet.close()


async def failed(logs: list[MutableMapping[str, Any]]) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while not any(one["event"] == "job failed" for one in logs):
            await asyncio.sleep(0.01)


async def test_without_either_nothing_runs(source: Source) -> None:
    relays = Relays(source.ctx, None, KEEP)
    async with at_work(relays):
        assert relays.sinks == []
        assert relays._tasks == []
