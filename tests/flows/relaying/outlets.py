"""Sinks to send to, and what is there: (place, version) by shard."""

import asyncio
import contextlib
import datetime as dt
import itertools
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any, Protocol

import nats
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from nats.js.errors import NotFoundError

from service.domain.events.catalog import PointsReleased
from service.domain.events.outbox import Outbox
from service.domain.relays.streams import Streams, key_of
from service.domain.relays.subjects import STREAM, Subjects, subject_of
from service.domain.relays.types import Sink
from service.flows.build import build
from service.flows.relaying.relay import relay
from service.flows.steps.context import Context
from service.infra.db import Database
from service.infra.jetstream import JetStream
from service.infra.redis import open_redis
from service.infra.settings import Settings
from tests.nats_server import NatsServer
from tests.redis_server import RedisServer

START = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)


class Outlet(Protocol):
    """A sink, and how a test looks into it."""

    sink: Sink

    async def bodies(self, shard: int) -> list[tuple[int, bytes]]:
        """(place, event) of all there is, in order."""

    def lose(self) -> None:
        """All that was in it."""

    def kill(self) -> None:
        """It is away."""

    def restart(self) -> None:
        """It is back."""


class RedisOutlet:
    """Redis Streams."""

    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self.redis = open_redis(server.url)
        self.sink: Sink = Streams(self.redis)
        self.lose, self.kill, self.restart = server.flush, server.kill, server.restart

    async def bodies(self, shard: int) -> list[tuple[int, bytes]]:
        entries: Any = await self.redis.xrange(key_of(shard))
        return [(int(place.split(b"-")[0]), fields[b"event"]) for place, fields in entries]

    async def close(self) -> None:
        await self.redis.aclose()


class NatsOutlet:
    """NATS JetStream."""

    def __init__(self, server: NatsServer) -> None:
        self.jetstream = JetStream(server.url)
        self.sink: Sink = Subjects(self.jetstream)
        self.server = server
        self.lose, self.kill, self.restart = server.lose, server.kill, server.restart

    async def bodies(self, shard: int) -> list[tuple[int, bytes]]:
        client = await nats.connect(self.server.url)
        context, found, sequence = client.jetstream(), list[tuple[int, bytes]](), 1
        with contextlib.suppress(NotFoundError):
            while True:
                one = await context.get_msg(STREAM, sequence, subject=subject_of(shard), next=True)
                assert one.headers is not None
                assert one.seq is not None
                found.append((int(one.headers["Regulars-Place"]), one.data or b""))
                sequence = one.seq + 1
        await client.close()
        return found

    async def close(self) -> None:
        await self.jetstream.close()


class Source:
    """Events of two shards, one holder each."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.ctx: Context = build(db, Settings(database_url="", secret="s" * 32)).ctx
        self._versions = {5: itertools.count(1), 6: itertools.count(1)}

    async def happen(self, count: int, shard: int = 5) -> None:
        """So many events, without a place yet."""
        outbox = Outbox()
        for _ in range(count):
            version = next(self._versions[shard])
            outbox.emit(
                PointsReleased(changes=()),
                holder_id=uuid.UUID(int=64 + shard),
                version=version,
                at=START,
                recorded_at=START + dt.timedelta(seconds=version),
            )
        async with self.db.transaction() as tx:
            await outbox.write(tx)

    async def relay(self, outlet: Outlet, *, everything: bool = False) -> None:
        """Rounds until there is nothing to do."""
        while await relay(self.ctx, outlet.sink, everything=everything):
            await asyncio.sleep(0)

    async def run(self, text: str, *given: Any) -> Any:
        """A statement of the test's own, as the service."""
        async with self.db.reading() as tx:
            return await tx.connection.fetchval(text, *given)

    async def position(self, outlet: Outlet, shard: int = 5) -> int | None:
        """How far the outlet is said to have been sent."""
        found: int | None = await self.run(
            "select position from sink_position where sink = $1 and shard = $2",
            outlet.sink.name,
            shard,
        )
        return found


async def versions(outlet: Outlet, shard: int = 5) -> list[int]:
    """Versions of the holder's events there, read by the official library; places match them."""
    found = []
    for place, body in await outlet.bodies(shard):
        event = JSONFormat().read(CloudEvent, body)
        assert event.get_source() == f"/members/{event.get_subject()}"
        version = int(json.loads(body)["sequence"])
        assert version == place
        found.append(version)
    return found


def up_to(count: int) -> list[int]:
    """1, 2, 3 …"""
    return list(range(1, count + 1))


@contextlib.asynccontextmanager
async def opened(server: RedisServer | NatsServer) -> AsyncIterator[Outlet]:
    """The outlet of a server."""
    outlet = RedisOutlet(server) if isinstance(server, RedisServer) else NatsOutlet(server)
    yield outlet
    await outlet.close()
