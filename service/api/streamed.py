"""Answers that are too large to be made at once: sent part by part, as they are made."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final

from litestar.types import Receive, Scope, Send

from service.api.reply import Reply

CSV: Final = b"text/csv; charset=utf-8; header=present"


class Streamed(Reply):
    """200 with a body of parts, without a length.

    What fails before the first part is answered as a problem; after it, the connection is cut, so
    that nobody takes half of the answer for all of it.
    """

    __slots__ = ("_parts",)

    def __init__(self, parts: AsyncGenerator[bytes, None], *, media: bytes) -> None:
        super().__init__(200, b"", media=media)
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer; to HEAD without its body."""
        del receive
        call: Any = scope["call"]  # type: ignore[typeddict-item]  # set by edge.py
        async with contextlib.aclosing(self._parts) as parts:
            part = await anext(parts, b"")
            await send(self.start(call, scope, None))
            while part and call.method != "HEAD":
                await send({"type": "http.response.body", "body": part, "more_body": True})
                part = await anext(parts, b"")
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def csv(header: str, parts: AsyncIterator[list[str]]) -> Streamed:
    """Lines, whose fields need no quotes, under a header."""
    return Streamed(_lines(header, parts), media=CSV)


async def _lines(header: str, parts: AsyncIterator[list[str]]) -> AsyncGenerator[bytes, None]:
    yield f"{header}\r\n".encode()
    async for part in parts:
        yield "".join(f"{line}\r\n" for line in part).encode()
