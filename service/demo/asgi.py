"""Requests to an ASGI application in this process, as a server would hand them on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final

import msgspec

Message = MutableMapping[str, Any]
App = Callable[..., Awaitable[None]]  # (scope, receive, send)
_SERVER: Final = ("127.0.0.1", 80)


class Answered(msgspec.Struct, frozen=True):
    """An answer: its status, and its JSON body decoded."""

    status: int
    body: Any


@contextlib.asynccontextmanager
async def started(app: App) -> AsyncIterator[None]:
    """The application between its start and its end; what either fails with is raised."""
    asked: asyncio.Queue[Message] = asyncio.Queue()
    said: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    task = asyncio.ensure_future(app(scope, asked.get, said.put))
    try:
        await _next(task, asked, said, "lifespan.startup")
        yield
        await _next(task, asked, said, "lifespan.shutdown")
        await task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _next(
    task: "asyncio.Future[None]",
    asked: asyncio.Queue[Message],
    said: asyncio.Queue[Message],
    phase: str,
) -> None:
    await asked.put({"type": phase})
    answer = asyncio.ensure_future(said.get())
    waiting: list[asyncio.Future[Any]] = [task, answer]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    if not answer.done():
        answer.cancel()
        await task  # raises what it failed with
        raise RuntimeError(f"the application ended in {phase}")
    if answer.result()["type"] != f"{phase}.complete":
        raise RuntimeError(f"{phase}: {answer.result().get('message', 'failed')}")


class Client:
    """Requests with one key."""

    def __init__(self, app: App, key: str) -> None:
        self._app = app
        self._headers = [
            (b"host", b"localhost"),
            (b"content-type", b"application/json"),
            (b"authorization", f"Bearer {key}".encode()),
        ]

    async def post(
        self, path: str, body: Any, headers: Mapping[str, str] | None = None
    ) -> Answered:
        """Send a JSON body."""
        sent: list[Message] = []
        received = iter([{"type": "http.request", "body": msgspec.json.encode(body)}])

        async def receive() -> Message:
            return next(received, {"type": "http.disconnect"})

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(self._scope(path, headers or {}), receive, send)
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return Answered(sent[0]["status"], msgspec.json.decode(content))

    def _scope(self, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
        more = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [*self._headers, *more],
            "client": _SERVER,
            "server": _SERVER,
            "state": {},
        }
