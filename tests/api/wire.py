"""Requests below what an HTTP client would send: headers, chunks and gaps as they come."""

import asyncio
from typing import Any

import msgspec

Headers = list[tuple[bytes, bytes]]


class Raw(msgspec.Struct, frozen=True):
    """An answer as its two ASGI messages say."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body decoded."""
        return msgspec.json.decode(self.body)


async def send(
    application: Any,
    method: str,
    path: str,
    *,
    headers: Headers | None = None,
    chunks: list[bytes] | None = None,
    query: bytes = b"",
    pause: float = 0,
    hang_up: bool = False,
    scheme: str = "http",
) -> Raw | None:
    """One request; the body in chunks with a pause before each, then maybe no more of it.

    None when there was no answer.
    """
    left = list(chunks or [b""])
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.sleep(pause)
        if not left:
            return {"type": "http.disconnect"}
        body = left.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(left) or hang_up}

    async def keep(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(b"host", b"testserver"), *(headers or [])],
        "http_version": "1.1",
        "scheme": scheme,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await application(scope, receive, keep)
    if not sent:
        return None
    start, end = sent
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return Raw(start["status"], found, end["body"])
