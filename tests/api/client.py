"""The service in this process, with a client for each role that holds it to its documentation.

`async with serving(database.url) as service: await service.admin.post(…)`
"""

import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
from litestar import Litestar

from service.app import create_app
from service.domain.access.codes import Mode
from service.flows.keys.create_key import create_key
from service.infra.db import Database
from service.infra.settings import Settings
from tests.api import contract, demo

SECRET: Final = "a secret of the tests, at least 32 characters"
DEMO: Final = demo.source()
ROLES: Final = ("admin", "checkout", "app", "pos", "desk", "integrator", "auditor", "monitor")


class Service:
    """A running service. A client per role, `public` without a key; keys as text in `keys`."""

    admin: httpx.AsyncClient
    checkout: httpx.AsyncClient
    app: httpx.AsyncClient
    pos: httpx.AsyncClient
    desk: httpx.AsyncClient
    integrator: httpx.AsyncClient
    auditor: httpx.AsyncClient
    monitor: httpx.AsyncClient
    public: httpx.AsyncClient

    def __init__(self, application: Litestar, keys: dict[str, str]) -> None:
        self.application = application
        self.keys = keys

    def client(self, key: str | None) -> httpx.AsyncClient:
        """A client with this key; every answer it gets is checked against openapi.json."""
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return checked_client(self.application, headers)

    async def publish(self, source: str, **more: Any) -> httpx.Response:
        """Publish a program; the first may lie in the past, so that it decides at once."""
        body = {"source": source, "effective_from": "2024-01-01T00:00:00Z", **more}
        answer = await self.admin.post("/v1/program/versions", json=body)
        assert answer.status_code == 201, answer.text
        return answer


def checked_client(application: Any, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
    """A client of an ASGI application that checks every answer."""

    async def look(response: httpx.Response) -> None:
        await response.aread()
        contract.check(response)

    return httpx.AsyncClient(
        transport=httpx.ASGITransport(application),
        base_url="http://testserver",
        headers=headers,
        event_hooks={"response": [look]},
    )


async def keys_for(url: str, store: str | None = None) -> dict[str, str]:
    """A key for each role."""
    db = await Database.open(url, size_min=1, size_max=1)
    try:
        return {
            role: await create_key(db, role, role, store=store, mode=Mode.TEST) for role in ROLES
        }
    finally:
        await db.close()


@contextlib.asynccontextmanager
async def serving(
    url: str,
    *,
    program: str | None = None,
    keys: dict[str, str] | None = None,
    jobs: bool = True,
    **more: Any,
) -> AsyncIterator[Service]:
    """Serve the database; publishes the program (by default the demo's, "" for none) if asked to.

    `keys`: those of another service on the same database, for tests with two workers. `jobs`:
    without them nothing runs that no request asked for.
    """
    usual = {"pool_wait_seconds": 30.0, "egress_private": "127.0.0.0/8"}  # it may stall for seconds
    usual |= {"stream_seconds_max": 0.1}  # a client here has an answer only when it has ended
    usual |= {"rate_members": 0, "rate_spends": 0, "rate_admins": 0, "rate_addresses": 0}
    settings = Settings(database_url=url, secret=SECRET, **{**usual, **more})
    application = create_app(settings, jobs=jobs)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(application.lifespan())
        service = Service(application, await keys_for(url) if keys is None else keys)
        for name in (*ROLES, "public"):
            client = service.client(service.keys.get(name))
            setattr(service, name, await stack.enter_async_context(client))
        source = DEMO if program is None else program
        if source and keys is None:
            await service.publish(source)
        yield service
