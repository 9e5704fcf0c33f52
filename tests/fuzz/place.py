"""The service as a process, on a database and a Redis of its own, and whoever asks it."""

import asyncio
import contextlib
import datetime as dt
import pathlib
import threading
from collections.abc import Iterator
from typing import Any, Final, TypeVar

import httpx

from service.flows.programs.publish_program import publish_program
from service.infra.db import Database
from tests.api import contract, inhabitants
from tests.api.client import DEMO, ROLES, SECRET, Service, keys_for
from tests.api.colleagues import signed_in
from tests.databases import Fresh, Server, open_folder
from tests.flows.shop import TILL
from tests.issuer import AUDIENCE, Issuer, issuing
from tests.redis_server import RedisServer
from tests.running import Running

T = TypeVar("T")
FAR: Final = "2090-01-01T00:00:00Z"
STAFF: Final = ("clerk", "supervisor", "agent", "lead")
TIMEOUT_SECONDS: Final = 60.0
# Quotas would have most requests refused; a stream ends so that its answer can be looked at.
USUAL: Final = {
    "EGRESS_PRIVATE": "127.0.0.0/8",
    "LOG_LEVEL": "info",
    "PRODUCTION": "true",
    "RATE_ADDRESSES": "0",
    "RATE_ADMINS": "0",
    "RATE_MEMBERS": "0",
    "RATE_SPENDS": "0",
    "SECRET": SECRET,
    "STREAM_SECONDS_MAX": "0.1",
}


SECRET_FIELDS: Final = ("code", "codes", "key", "pin", "secret", "token")


class Remote(Service):
    """A service over a socket, for what puts something into it; `told`: what is told once."""

    def __init__(self, url: str, keys: dict[str, str]) -> None:
        self.url = url
        self.keys = keys
        self.told: set[str] = set()

    def client(self, key: str | None) -> httpx.AsyncClient:
        """As the service in this process has it: every answer is held to openapi.json."""

        async def look(response: httpx.Response) -> None:
            await response.aread()
            contract.check(response)
            if response.is_success:
                self.told |= secrets_in(response)

        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        hooks: Any = {"response": [look]}
        return httpx.AsyncClient(
            base_url=self.url, headers=headers, event_hooks=hooks, timeout=TIMEOUT_SECONDS
        )


def secrets_in(response: httpx.Response) -> set[str]:
    """What stands at any depth under a name of secrets."""
    if not response.headers.get("content-type", "").endswith("json"):
        return set()
    found: set[str] = set()

    def look(value: Any, name: str = "") -> None:
        if isinstance(value, dict):
            for inner, one in value.items():
                look(one, inner)
        elif isinstance(value, list):
            for one in value:
                look(one, name)
        elif isinstance(value, str) and name in SECRET_FIELDS:
            found.add(value)

    look(response.json())
    return found


class Place:
    """`ids`: as tests/api/inhabitants.py has them; `secrets`: what only its owner is told."""

    def __init__(
        self,
        running: Running,
        issuer: Issuer,
        database: Fresh,
        keys: dict[str, str],
        found: dict[str, Any],
    ) -> None:
        self.url = running.url
        self.database = database
        self.keys = keys
        self.ids: dict[str, Any] = found["ids"]
        self.secrets: set[str] = found["secrets"] | set(keys.values())
        self._running = running
        self._issuer = issuer
        self._callers = {name: {"Authorization": f"Bearer {key}"} for name, key in keys.items()}
        for role, token in found["staff"].items():
            self._callers[f"pos+{role}"] = {**self._callers["pos"], **token}
        self.names = [*self._callers, "member"]

    def headers(self, caller: str) -> dict[str, str]:
        """Of a role, of staff at a till, or of the member who owns everything here."""
        if caller == "member":  # for minutes only: always a new one
            token = self._issuer.token(sub=self.ids["member_id"])
            return {"Authorization": f"Bearer {token}"}
        return self._callers[caller]

    def log(self) -> str:
        """All that the service has written."""
        return self._running.out() + self._running.err()

    def bugs(self) -> list[str]:
        """Lines of the log that tell of a mistake of ours."""
        lines = self._running.err().splitlines()
        return [one for one in lines if '"bug"' in one or "Traceback" in one or '"error"' in one]


@contextlib.contextmanager
def alone() -> Iterator[Place]:
    """With a PostgreSQL and a Redis of its own."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(open_folder())
        server = Server(folder / "data")
        stack.callback(server.close)
        redis = RedisServer()
        stack.callback(redis.close)
        yield stack.enter_context(opened(server, redis))


@contextlib.contextmanager
def opened(server: Server, redis: RedisServer, **more: str) -> Iterator[Place]:
    """Started, filled; stopped at the end. `more`: settings."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(open_folder())
        issuer = stack.enter_context(in_a_thread(issuing()))
        database = server.create()
        stack.callback(server.drop, database)
        environ = {
            **USUAL,
            **more,
            "DATABASE_URL": database.url,
            "REDIS_URL": redis.url,
            "MEMBER_TOKEN_ISSUER": issuer.url,
            "MEMBER_TOKEN_AUDIENCE": AUDIENCE,
            "MEMBER_TOKEN_JWKS_URL": issuer.jwks_url,
        }
        keys = asyncio.run(_prepared(database.url))
        running = _started(folder / "service", environ)
        stack.callback(running.stop)
        found = asyncio.run(_filled(Remote(running.url, keys)))
        yield Place(running, issuer, database, keys, found)


def _started(folder: pathlib.Path, environ: dict[str, str]) -> Running:
    return Running(
        folder, "serve", environ={f"REGULARS_{name}": one for name, one in environ.items()}
    )


async def _prepared(url: str) -> dict[str, str]:
    """The keys; without a program in force a service is not ready."""
    db = await Database.open(url, size_min=1, size_max=1)
    start = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    await publish_program(db, TILL, DEMO, effective_from=start)
    await db.close()
    return await keys_for(url)


async def _filled(service: Remote) -> dict[str, Any]:
    async with contextlib.AsyncExitStack() as stack:
        for name in (*ROLES, "public"):
            client = service.client(service.keys.get(name))
            setattr(service, name, await stack.enter_async_context(client))
        await service.publish(DEMO, effective_from=FAR)  # what is published in between: for later
        ids = await inhabitants.everything(service)
        staff = {
            role: await signed_in(service, service.pos, f"till-{role}", role=role) for role in STAFF
        }
        return {"ids": ids, "staff": staff, "secrets": service.told}


@contextlib.contextmanager
def in_a_thread(serving: contextlib.AbstractAsyncContextManager[T]) -> Iterator[T]:
    """Somebody who answers while this thread waits for something else."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    served = asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result()
    try:
        yield served
    finally:
        ended = serving.__aexit__(None, None, None)
        asyncio.run_coroutine_threadsafe(ended, loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
