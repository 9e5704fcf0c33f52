"""A receiver of events: a real HTTP server that answers as it is told, and remembers what came."""

import asyncio
import contextlib
import json
import ssl
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import web
from standardwebhooks.webhooks import Webhook


class Came:
    """A request as it came."""

    def __init__(self, request: web.Request, body: bytes) -> None:
        self.method = request.method
        self.path = request.path_qs
        self.headers = dict(request.headers)
        self.body = body

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def key(self) -> tuple[uuid.UUID, int]:
        """Whose event it is, and which."""
        return uuid.UUID(self.event["partitionkey"]), int(self.event["sequence"])

    def verified(self, secret: str | None) -> Any:
        """The body, as the official library of Standard Webhooks lets it through."""
        assert secret is not None
        return Webhook(secret).verify(self.body.decode(), self.headers)


Answers = Callable[[Came], Awaitable[web.StreamResponse]]


async def takes(came: Came) -> web.StreamResponse:
    """204, and to a challenge its word."""
    event = came.event
    if event["type"].endswith("challenge.v1"):
        return web.json_response(event["data"])
    return web.Response(status=204)


def says(status: int, text: str = "", **headers: str) -> Answers:
    """Always the same; underscores of header names become dashes."""

    async def answer(_: Came) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, headers=named)

    return answer


class Receiver:
    """`came`: events in the order they came, challenges left out; `answers` may be replaced."""

    def __init__(self) -> None:
        self.answers: Answers = takes
        self.came: list[Came] = []
        self.at_once = 0
        self.at_once_max = 0
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        came = Came(request, await request.read())
        if b"challenge.v1" not in came.body:
            self.came.append(came)
        self.at_once += 1
        self.at_once_max = max(self.at_once_max, self.at_once)
        try:
            return await self.answers(came)
        finally:
            self.at_once -= 1

    @property
    def keys(self) -> list[tuple[uuid.UUID, int]]:
        """Whose events came, and which, in order."""
        return [came.key for came in self.came]

    def of(self, holder: uuid.UUID) -> list[int]:
        """Which events of one holder came, in order."""
        return [version for whose, version in self.keys if whose == holder]


@contextlib.asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a free port of 127.0.0.1."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", receiver.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    port = runner.addresses[0][1]
    receiver.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/events"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def talking(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """Somebody on a free port who need not speak HTTP; the URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/events"
    finally:
        server.close()
