"""Events out: how many a second one endpoint takes, and how many bare posts its receiver takes.

The receiver runs in a thread here and only counts, so that what is measured is who sends. The
service sends what it recorded before, as a replay; nobody asks it for anything else meanwhile.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

import httpx
import msgspec
import uvloop

PATH: Final = "/events"
IN_FLIGHT: Final = 16  # requests at once, of the endpoint and of the bare posts
ALLOWED: Final = "127.0.0.0/8"  # REGULARS_EGRESS_PRIVATE of the service that sends
_SINCE: Final = "2020-01-01T00:00:00Z"
_UNTIL: Final = "2099-01-01T00:00:00Z"
_BEGIN_SECONDS_MAX: Final = 20.0
_POLL_SECONDS: Final = 0.01
_IDLE_SECONDS: Final = 2.0  # nothing came for so long: everything was sent
_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length: "
_TAKEN: Final = b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n"
_CHALLENGE: Final = b"challenge.v1"


class NothingCame(Exception):
    """The receiver was sent no event, or too few to measure; what the service said."""


class Receiver:
    """What came: `count` events, and the body of the last."""

    def __init__(self) -> None:
        self.port = 0
        self.close: Callable[[], object] = lambda: None
        self.count = 0
        self.last = b""
        self.open: set[asyncio.Transport] = set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}{PATH}"


class Posts:
    """Requests of the load generator: the same body each time, which `code` is."""

    def __init__(self, name: str, key: str, members: int, code: str = "") -> None:
        del name, key, members
        body = code.encode()
        head = f"POST {PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        self._request = head.encode() + b"content-length: %d\r\n\r\n" % len(body) + body

    def post(self) -> bytes:
        """An event without a signature."""
        return self._request


class _Connection(asyncio.Protocol):
    """Reads one request after another, and takes each."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to answer."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self._receiver.open.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._receiver.open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        """Part of a request, one, or several."""
        self._buffer += data
        while (head := self._buffer.find(_HEAD_END)) >= 0:
            at = self._buffer[:head].lower().find(_LENGTH) + len(_LENGTH)
            length = int(self._buffer[at:head].split(b"\r", 1)[0])
            end = head + len(_HEAD_END) + length
            if len(self._buffer) < end:
                return
            body, self._buffer = self._buffer[head + len(_HEAD_END) : end], self._buffer[end:]
            self._transport.write(self._answer(body))

    def _answer(self, body: bytes) -> bytes:
        if _CHALLENGE in body:
            word = msgspec.json.encode(msgspec.json.decode(body)["data"])
            kind = b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(word)
            return b"HTTP/1.1 200 OK\r\n" + kind + word
        self._receiver.count += 1
        self._receiver.last = body
        return _TAKEN


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port."""
    receiver, ready = Receiver(), threading.Event()
    thread = threading.Thread(target=lambda: uvloop.run(_serve(receiver, ready)))
    thread.start()
    ready.wait()
    try:
        yield receiver
    finally:
        receiver.close()
        thread.join()


async def _serve(receiver: Receiver, ready: threading.Event) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    server = await loop.create_server(lambda: _Connection(receiver), "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    receiver.close = lambda: loop.call_soon_threadsafe(over.set)
    ready.set()
    await over.wait()
    server.close()
    for transport in tuple(receiver.open):
        transport.abort()
    await asyncio.sleep(0)  # for what that calls soon


class Endpoint:
    """An endpoint of the service on `port` that sends to a receiver. `key`: of an integrator."""

    def __init__(self, port: int, key: str, receiver: Receiver) -> None:
        self._asks = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {key}"}
        )
        self._receiver = receiver
        body = {"name": f"bench-{receiver.port}", "url": receiver.url, "in_flight_max": IN_FLIGHT}
        made = self._post("/v1/endpoints", body)
        self._path = f"/v1/endpoints/{made['endpoint']['id']}"
        self._post(f"{self._path}/verify", None)

    def replay(self, seconds: float) -> tuple[int, float]:
        """How many events came, and within how many seconds from the first to the last of them.

        It ends sooner when everything was sent. Raises NothingCame.
        """
        before = self._receiver.count
        self._post(f"{self._path}/replays", {"from": _SINCE, "until": _UNTIL})
        begin_by = time.perf_counter() + _BEGIN_SECONDS_MAX
        while self._receiver.count == before and time.perf_counter() < begin_by:
            time.sleep(_POLL_SECONDS)
        first = count = self._receiver.count
        began = last_at = time.perf_counter()
        while (now := time.perf_counter()) < min(began + seconds, last_at + _IDLE_SECONDS):
            if self._receiver.count > count:
                count, last_at = self._receiver.count, now
            time.sleep(_POLL_SECONDS)
        if count == first:
            raise NothingCame(str(self._asks.get(self._path).json()))
        return count - first, last_at - began

    def remove(self) -> None:
        """Send it nothing any more."""
        self._asks.delete(self._path)
        self._asks.close()

    def _post(self, path: str, body: Any) -> Any:
        answer = self._asks.post(path, json=body)
        if not answer.is_success:
            self._asks.close()
            raise NothingCame(f"{path}: {answer.status_code}: {answer.text}")
        return answer.json()
