"""Bodies: what is accepted at all, how much, how long it may take, and what it must look like.

One that nobody asked for is read all the same (`pass_over`), within bounds: the server resets a
connection on which something was left unread, and the answer that is on its way is lost.
"""

import contextlib
from typing import Final, Generic, TypeVar

from litestar.types import Receive

from service.api.call import Call
from service.api.deadline import within
from service.api.errors import BodyTooLarge, BodyTooSlow, UnsupportedMediaType
from service.api.headers import invalid
from service.api.strict import Strict

T = TypeVar("T")

BYTES_MAX: Final = 256 * 1024
LARGE_BYTES_MAX: Final = 1024 * 1024  # batches and program files
SECONDS_MAX: Final = 10.0
PASSED_SECONDS_MAX: Final = 1.0
_NOTHING: Final = frozenset({None, b"0"})
_JSON: Final = frozenset(
    {b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"}
)


class ClientGone(Exception):
    """The caller hung up before the body was complete; there is nobody to answer."""


class Body(Generic[T]):
    """The body of a route. `layout`: texts in it may hold line breaks and tabs."""

    def __init__(self, given: type[T], *, bytes_max: int = BYTES_MAX, layout: bool = False) -> None:
        self.given = given
        self.bytes_max = bytes_max
        self._strict = Strict(given, layout=layout)

    async def read(self, call: Call) -> T:
        """The decoded body; raises UnsupportedMediaType, BodyTooLarge, BodyTooSlow, InvalidBody."""
        headers = call.headers
        media = headers.get(b"content-type")
        if media not in _JSON and (media is None or media.lower() not in _JSON):
            raise UnsupportedMediaType
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise UnsupportedMediaType
        length = _content_length(headers.get(b"content-length"))
        if length is not None and length > self.bytes_max:
            raise BodyTooLarge(bytes_max=self.bytes_max)
        arriving = self._collect(call.receive, length)
        raw = await within(SECONDS_MAX, arriving, BodyTooSlow)
        call.is_read = True
        return self.decode(raw)

    def decode(self, raw: bytes) -> T:
        """The value of these bytes; raises InvalidBody."""
        return self._strict.decode(raw)

    async def _collect(self, receive: Receive, length: int | None) -> bytes:
        """All bytes."""
        parts, size, more = [], 0, True
        while more and (length is None or size < length):
            message = await receive()
            if message["type"] != "http.request":
                raise ClientGone
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self.bytes_max:
                raise BodyTooLarge(bytes_max=self.bytes_max)
            parts.append(chunk)
            more = message.get("more_body", False)
        return parts[0] if len(parts) == 1 else b"".join(parts)


async def pass_over(call: Call) -> None:
    """Read what is left of a body; who sends too much of it, or too slowly, may miss the answer."""
    length = call.headers.get(b"content-length")
    if call.is_read or (length in _NOTHING and b"transfer-encoding" not in call.headers):
        return
    if length is not None and (not length.isdigit() or int(length[:20]) > BYTES_MAX):
        return
    with contextlib.suppress(TimeoutError):
        await within(PASSED_SECONDS_MAX, _drop(call), TimeoutError)


async def _drop(call: Call) -> None:
    size, more = 0, True
    while more and size <= BYTES_MAX:
        message = await call.receive()
        part: bytes = message.get("body", b"")  # type: ignore[assignment]  # of any message
        size += len(part)
        more = message["type"] == "http.request" and message.get("more_body", False)
    call.is_read = True


def _content_length(given: bytes | None) -> int | None:
    if given is None:
        return None
    if not given.isdigit():
        raise invalid("Content-Length", "is not a number")
    return int(given[:20])
