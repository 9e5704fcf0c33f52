"""A proxy between the service and PostgreSQL that knows a commit when it sees one.

It listens on 127.0.0.1 and goes on to the Unix socket of the server. Of what clients send it reads
the frames (a letter, a length); a commit is a simple query. It cuts those of transactions that
recorded something: that wrote to the outbox. Answers pass through as they come.
"""

import asyncio
import contextlib
import enum
import struct
from collections.abc import AsyncIterator
from typing import Final, Self

_CHUNK: Final = 65_536
_QUERY: Final = b"Q"
_COMMIT: Final = b"commit"
_PARSE: Final = b"P"
_BIND: Final = b"B"
_RECORDS: Final = b"insert into outbox"
_HEAD: Final = struct.Struct("!cI")
_FIRST: Final = struct.Struct("!I")  # the first message has a length and no letter
_ANSWER_SECONDS_MAX: Final = 5.0
_Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Cut(enum.Enum):
    """Before the commit reached the server; after it, when the answer is there and nobody has it;
    or at once when it is on its way, so that the server may find nobody to answer."""

    BEFORE = enum.auto()
    ANSWERED = enum.auto()
    SENT = enum.auto()


class Frames:
    """Cuts a stream of a client into messages."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_first = True

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now."""
        self._rest += data
        found = []
        while (length := self._length()) is not None and len(self._rest) >= length:
            found.append(self._rest[:length])
            self._rest = self._rest[length:]
            self._is_first = False
        return found

    def _length(self) -> int | None:
        if self._is_first:
            head: int | None = None
            if len(self._rest) >= _FIRST.size:
                (head,) = _FIRST.unpack_from(self._rest)
            return head
        if len(self._rest) < _HEAD.size:
            return None
        return int(_HEAD.unpack_from(self._rest)[1]) + 1


class Session:
    """What a connection is at, by the messages of its client."""

    def __init__(self) -> None:
        self._recording: set[bytes] = set()  # names of prepared statements
        self._has_recorded = False

    def ends(self, message: bytes) -> bool:
        """Whether it commits a transaction that recorded something."""
        kind, rest = message[:1], message[_HEAD.size :]
        if kind == _PARSE:
            name, text, *_ = rest.split(b"\0")
            if _RECORDS in text.lower():
                self._recording.add(name)
        elif kind == _BIND:
            self._has_recorded |= rest.split(b"\0")[1] in self._recording
        elif kind == _QUERY:
            is_commit = rest.strip(b"\0 ;\n").lower() == _COMMIT
            recorded, self._has_recorded = self._has_recorded, False
            return is_commit and recorded
        return False


class Proxy:
    """To the Unix socket `target`. `arm(how, times)`: the next commits; `hush`: nothing passes."""

    def __init__(self, target: str) -> None:
        self.port = 0
        self.cuts = 0
        self.target = target
        self.gate = asyncio.Event()
        self.gate.set()
        self._armed: list[Cut] = []

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Self]:
        """On a free port of 127.0.0.1."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    def arm(self, how: Cut, times: int) -> None:
        """The next commits are cut, each with its connection."""
        self._armed = [how] * times

    def disarm(self) -> int:
        """No more; answers how many were still to come."""
        left, self._armed = len(self._armed), []
        return left

    def hush(self) -> None:
        """Connections stay, and nobody hears anything."""
        self.gate.clear()

    def speak(self) -> None:
        """What was said meanwhile arrives late."""
        self.gate.set()

    def next_cut(self) -> Cut | None:
        """What is to become of a commit."""
        if not self._armed:
            return None
        self.cuts += 1
        return self._armed.pop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            there, to_there = await asyncio.open_unix_connection(self.target)
            try:
                await _Link(self, (reader, writer), (there, to_there)).last()
            finally:
                to_there.transport.abort()
        writer.transport.abort()


class _Link:
    """One connection, both ways."""

    def __init__(self, proxy: Proxy, here: _Ends, there: _Ends) -> None:
        self._proxy = proxy
        self._here = here
        self._there = there
        self._is_muted = False
        self._heard = asyncio.Event()

    async def last(self) -> None:
        """Until one side ends, or it is cut."""
        ways = [asyncio.create_task(self._forth()), asyncio.create_task(self._back())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _forth(self) -> None:
        (reader, _), (_, to_there) = self._here, self._there
        frames, session = Frames(), Session()
        while data := await reader.read(_CHUNK):
            await self._proxy.gate.wait()
            for message in frames.feed(data):
                how = self._proxy.next_cut() if session.ends(message) else None
                if how is not None:
                    await self._cut(how, message)
                    return
                to_there.write(message)
            await to_there.drain()

    async def _cut(self, how: Cut, commit: bytes) -> None:
        if how is Cut.BEFORE:
            return
        _, to_there = self._there
        self._is_muted = True
        to_there.write(commit)
        await to_there.drain()
        if how is Cut.ANSWERED:
            async with asyncio.timeout(_ANSWER_SECONDS_MAX):
                await self._heard.wait()

    async def _back(self) -> None:
        (_, writer), (there, _) = self._here, self._there
        while data := await there.read(_CHUNK):
            if self._is_muted:
                self._heard.set()
                continue
            await self._proxy.gate.wait()
            writer.write(data)
            await writer.drain()
