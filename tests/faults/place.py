"""All that is needed, started: PostgreSQL, Redis, the proxy, two services, a receiver, members."""

import asyncio
import contextlib
import pathlib
import secrets
import shutil
from collections.abc import AsyncIterator
from typing import Any, Final, Self

import asyncpg
import httpx

from service.domain.events.outbox import SHARDS
from service.domain.relays.streams import key_of
from service.flows.keys.create_key import create_key
from service.flows.programs.publish_program import publish_program
from service.infra.db import Database
from service.infra.embedded import SUPERUSER, Embedded
from service.infra.embedded_host import account_for, run
from service.infra.migrate import migrate
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id
from tests.databases import open_folder, remove_leftovers
from tests.faults.proxy import Proxy
from tests.faults.services import Service
from tests.receiver import Receiver, receiving
from tests.redis_server import RedisServer

SERVICES: Final = 2
MEMBERS: Final = 24
NAME: Final = "regulars"
_JOB: Final = Actor(kind=ActorKind.JOB, id="faults", client_id=derived_id("job", "faults"))
_PROGRAM: Final = pathlib.Path(__file__).with_name("program.yaml")
_RESTART_SECONDS_MAX: Final = 120
_IN_FLIGHT: Final = 16


def card(number: int) -> str:
    """An identifier of a member; no log may have it."""
    return f"canary-4012-{number:04d}"


class Place:
    """`members`: their ids. `keys`: of the callers, by role."""

    def __init__(self, folder: pathlib.Path, server: Embedded, redis: RedisServer) -> None:
        self.folder = folder
        self.server = server
        self.redis = redis
        self.secret = secrets.token_urlsafe(32)
        self.proxy = Proxy(f"{server.sockets}/.s.PGSQL.5432")
        self.services: list[Service] = []
        self.receiver = Receiver()
        self.members: list[str] = []
        self.keys: dict[str, str] = {}
        self._copies = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls) -> AsyncIterator[Self]:
        """Everything runs; at the end it is stopped and removed."""
        remove_leftovers()
        with open_folder() as folder, Embedded.start(folder / "data") as server:
            redis = RedisServer()
            try:
                place = cls(folder, server, redis)
                await place._prepare()
                async with place.proxy.listening(), receiving() as receiver:
                    place.receiver = receiver
                    try:
                        await place._serve()
                        yield place
                    finally:
                        await place.stop()
            finally:
                redis.close()

    @property
    def url(self) -> str:
        """The database as the service's role, not through the proxy."""
        return self.server.url("regulars", NAME)

    async def rows(self, statement: str) -> list[Any]:
        """What a statement of the superuser answers."""
        connection = await asyncpg.connect(self.server.url(SUPERUSER, NAME))
        try:
            found: list[Any] = await connection.fetch(statement)
            return found
        finally:
            await connection.close()

    async def stop(self) -> None:
        """Both services, in order; again: nothing."""
        for service in self.services:
            await asyncio.to_thread(service.stop)

    def streamed(self) -> int:
        """How many events all streams of Redis have."""
        with self.redis.client() as client:
            return sum(int(client.xlen(key_of(shard))) for shard in range(SHARDS))

    async def restart_postgres(self) -> None:
        """As by a crash: what was not written to the log is lost."""
        cluster = self.server.cluster
        words = ("-w", "-t", str(_RESTART_SECONDS_MAX), "-l", str(cluster / "start.log"))
        command = [self.server.bin / "pg_ctl", "-D", cluster, "-s", "restart", "-m", "immediate"]
        done = await asyncio.to_thread(
            run, [*command, *words], account_for(cluster), seconds=2 * _RESTART_SECONDS_MAX
        )
        if done.returncode:
            raise RuntimeError(f"PostgreSQL does not restart: {done.stderr}")

    def copy_of_redis(self) -> pathlib.Path:
        """What it has written down so far, in a folder of its own."""
        self._copies += 1
        copy = self.folder / f"redis-{self._copies}"
        shutil.copytree(self.redis.folder, copy, ignore=shutil.ignore_patterns("*.sock"))
        return copy

    def lose_redis(self, copy: pathlib.Path | None = None) -> None:
        """kill -9, and it has nothing but the copy; it does not start."""
        self.redis.kill()
        shutil.rmtree(self.redis.folder)
        if copy is None:
            self.redis.folder.mkdir()
        else:
            shutil.copytree(copy, self.redis.folder)

    async def _prepare(self) -> None:
        await migrate(self.server.url("regulars_owner", NAME))
        db = await Database.open(self.url)
        try:
            await publish_program(db, _JOB, _PROGRAM.read_text(encoding="utf-8"))
            for role in ("admin", "checkout", "integrator"):
                self.keys[role] = await create_key(db, role, "faults")
        finally:
            await db.close()

    async def _serve(self) -> None:
        environ = {
            "REGULARS_DATABASE_URL": (
                f"postgresql://regulars@127.0.0.1:{self.proxy.port}/{NAME}?sslmode=disable"
            ),
            "REGULARS_SECRET": self.secret,
            "REGULARS_REDIS_URL": self.redis.url,
            "REGULARS_PRODUCTION": "true",
            "REGULARS_EGRESS_PRIVATE": "127.0.0.0/8",
            "REGULARS_RATE_ADMINS": "0",
        }
        for number in range(SERVICES):
            service = Service(self.folder, f"service-{number}", environ)
            self.services.append(service)
            service.start()
        for service in self.services:
            await service.ready()
        await self._listen()  # first: it is sent what is recorded from then on
        await self._enrol()

    async def _enrol(self) -> None:
        async with self._client("admin") as client:
            for number in range(MEMBERS):
                body = {"identifiers": [{"kind": "card", "value": card(number)}]}
                made = await client.post("/v1/members", json=body)
                self.members.append(made.raise_for_status().json()["id"])

    async def _listen(self) -> None:
        async with self._client("integrator") as client:
            body = {"name": "faults", "url": self.receiver.url, "in_flight_max": _IN_FLIGHT}
            made = (await client.post("/v1/endpoints", json=body)).raise_for_status().json()
            path = f"/v1/endpoints/{made['endpoint']['id']}/verify"
            (await client.post(path)).raise_for_status()

    def _client(self, role: str) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {self.keys[role]}"}
        return httpx.AsyncClient(base_url=self.services[0].url, headers=headers, timeout=30)
