"""Answers as bytes: encoded once, sent as two ASGI messages, nothing in between."""

from typing import Any, Final

import msgspec
from litestar.types import HTTPResponseStartEvent, Receive, Scope, Send

JSON: Final = b"application/json"
PROBLEM_JSON: Final = b"application/problem+json"
HTML: Final = b"text/html; charset=utf-8"
NO_STORE: Final = b"no-store"
PRIVATE: Final = b"private, no-cache"

Header = tuple[bytes, bytes]

# The name of the server is ours, so that the HTTP server below does not tell its own.
_ALWAYS: Final[tuple[Header, ...]] = (
    (b"server", b"regulars"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
_OVER_TLS: Final[Header] = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")

encode: Final = msgspec.json.Encoder().encode


class Reply:
    """An answer; `body` is complete. Without `media` (204, 304) there is no body."""

    __slots__ = ("body", "cache", "headers", "media", "status")

    def __init__(
        self,
        status: int,
        body: bytes,
        *,
        media: bytes | None = JSON,
        cache: bytes = NO_STORE,
        headers: tuple[Header, ...] = (),
    ) -> None:
        self.status = status
        self.body = body
        self.media = media
        self.cache = cache
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer; to HEAD without its body."""
        del receive
        call: Any = scope["call"]  # type: ignore[typeddict-item]  # set by edge.py
        await send(self.start(call, scope, len(self.body)))
        body = b"" if call.method == "HEAD" else self.body
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def start(self, call: Any, scope: Scope, length: int | None) -> HTTPResponseStartEvent:
        """The first message: from now on the answer has begun. `length` None: not known."""
        call.status = self.status
        headers = [
            *_ALWAYS,
            (b"cache-control", self.cache),
            (b"x-request-id", call.request_id),
            *call.extra,
            *self.headers,
        ]
        if self.media is not None:
            headers.append((b"content-type", self.media))
        if self.media is not None and length is not None:
            headers.append((b"content-length", b"%d" % length))
        if scope["scheme"] == "https":
            headers.append(_OVER_TLS)
        return {"type": "http.response.start", "status": self.status, "headers": headers}


def ok(body: Any) -> Reply:
    """200 with the Struct as JSON."""
    return Reply(200, encode(body))


def created(body: Any, location: str) -> Reply:
    """201 with the Struct as JSON; `location` is its address."""
    return Reply(201, encode(body), headers=((b"location", location.encode()),))


def waiting(body: Any, location: str) -> Reply:
    """202 with the Struct as JSON: it is not done yet; `location` is where that is told."""
    return Reply(202, encode(body), headers=((b"location", location.encode()),))
