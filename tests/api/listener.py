"""Somebody who listens to server-sent events, as the standard says (WHATWG HTML, 9.2)."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NamedTuple

import httpx

SECONDS_MAX = 30


class Event(NamedTuple):
    """One that was dispatched."""

    id: str
    type: str
    data: Any


class Parser:
    """9.2.6, interpreting an event stream; lines end with a line feed only, as ours do."""

    def __init__(self) -> None:
        self.last_id = ""
        self.retry: int | None = None
        self.comments = 0
        self._rest = b""
        self._id = self._type = self._data = ""

    def feed(self, part: bytes) -> Iterator[Event]:
        *lines, self._rest = (self._rest + part).split(b"\n")
        for line in lines:
            yield from self._line(line.decode())

    def _line(self, line: str) -> Iterator[Event]:
        if line == "":
            self.last_id = self._id
            if self._data:
                kind = self._type or "message"
                yield Event(self.last_id, kind, json.loads(self._data.removesuffix("\n")))
            self._data = self._type = ""
            return
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "":
            self.comments += 1
        elif name == "event":
            self._type = value
        elif name == "data":
            self._data += value + "\n"
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry = int(value)


class Listener:
    """What was heard so far. `is_over`: the stream has ended in order; else `broken` says how."""

    def __init__(self) -> None:
        self.parser = Parser()
        self.events: list[Event] = []
        self.is_over = False
        self.broken: Exception | None = None
        self.answer: httpx.Response
        self._news = asyncio.Condition()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Until it is so; TimeoutError."""
        async with asyncio.timeout(SECONDS_MAX), self._news:
            await self._news.wait_for(condition)

    async def over(self) -> None:
        """Until the stream ended, in whatever way."""
        await self.until(lambda: self.is_over or self.broken is not None)

    async def heard(self, kind: str) -> Event:
        """The first event of a type, `purchase.recorded`."""
        named = f"regulars.{kind}.v1" if not kind.startswith("regulars.") else kind
        await self.until(lambda: any(one.type == named for one in self.events))
        return next(one for one in self.events if one.type == named)

    async def listen(
        self, client: httpx.AsyncClient, path: str, headers: dict[str, str], begun: asyncio.Event
    ) -> None:
        try:
            async with client.stream("GET", path, headers=headers) as self.answer:
                async for part in self.answer.aiter_raw():
                    async with self._news:
                        self.events += self.parser.feed(part)
                        self._news.notify_all()
                    begun.set()
                self.is_over = True
        except httpx.TransportError as failure:
            self.broken = failure
        finally:
            begun.set()
            async with self._news:
                self._news.notify_all()


@contextlib.asynccontextmanager
async def listening(
    client: httpx.AsyncClient, member: str, known: str | None = None
) -> AsyncIterator[Listener]:
    """Listens to a member's stream; who leaves hangs up. `known`: the id of the last event."""
    one, begun = Listener(), asyncio.Event()
    headers = {} if known is None else {"Last-Event-ID": known}
    path = f"/v1/members/{member}/stream"
    task = asyncio.create_task(one.listen(client, path, headers, begun))
    try:
        async with asyncio.timeout(SECONDS_MAX):
            await begun.wait()
        yield one
    finally:
        task.cancel()
        await asyncio.wait([task])
