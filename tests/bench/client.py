"""Callers over HTTP/1.1, as cheap as Python allows, so that the service gets the cores.

Each caller is one keep-alive connection that sends its next request when the answer to the last one
is whole. Requests come ready as bytes; of an answer only the status, the length and, where asked,
the body are looked at, but of every answer: anything unexpected ends the run.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final, cast

import msgspec

GRACE_SECONDS: Final = 30.0  # for answers still on their way when the time is up
_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length: "
_SHOWN_BYTES_MAX: Final = 600


class UnexpectedAnswer(Exception):
    """The server answered what no caller of a benchmark may get, or hung up."""


class Measured(msgspec.Struct, frozen=True):
    """What callers got in `seconds`: how many answers, and how long each took (milliseconds).

    An answer that was under way when the time began or ended counts by its part inside. `total`:
    answers with those before and after, and the callers' CPU time for them. `refused`: answers of
    the other status that was expected; they are no part of the others.
    """

    answers: float
    total: int
    cpu_seconds: float
    seconds: float
    p50_ms: float
    p99_ms: float
    refused: int = 0

    def per_second(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


class Traffic:
    """What all callers of a run share: where requests come from, when to count, when to stop."""

    def __init__(
        self,
        request: Callable[[], bytes],
        status: bytes,
        check: Callable[[bytes], None] | None,
        refusal: bytes | None = None,
    ) -> None:
        self.request = request
        self.status = status
        self.check = check
        self.refusal = refusal
        self.refused = 0
        self.counts_from = 0.0
        self.ends_at = 0.0
        self.answers = 0.0
        self.total = 0
        self.took: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.calling = 0

    def fail(self, what: str) -> None:
        """End the run with an error."""
        if not self.done.done():
            self.done.set_exception(UnexpectedAnswer(what))

    def count(self, asked_at: float, now: float) -> None:
        """An answer took from then to now."""
        self.total += 1
        inside = min(now, self.ends_at) - max(asked_at, self.counts_from)
        if inside > 0:
            self.answers += inside / (now - asked_at)
            self.took.append(now - asked_at)

    def left(self) -> None:
        """A caller has its last answer."""
        self.calling -= 1
        if not self.calling and not self.done.done():
            self.done.set_result(None)


class Caller(asyncio.Protocol):
    """One connection: one request under way at any time."""

    __slots__ = ("_asked_at", "_buffer", "_traffic", "_transport")

    _transport: asyncio.Transport

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._buffer = b""
        self._asked_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask at once."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self._traffic.calling += 1
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """Only we hang up, and only when the time is up."""
        if not self._traffic.done.done() and time.perf_counter() < self._traffic.ends_at:
            self._traffic.fail(f"the server hung up: {exc}")

    def data_received(self, data: bytes) -> None:
        """Part of an answer, usually all of it."""
        self._buffer = data = self._buffer + data if self._buffer else data
        head = data.find(_HEAD_END)
        if head < 0:
            return
        at = data.find(_LENGTH, 0, head)
        if at < 0:
            self._traffic.fail(f"an answer without content-length: {_shown(data)}")
            return
        at += len(_LENGTH)
        line_end = data.find(b"\r", at)
        end = head + len(_HEAD_END) + int(data[at:line_end])
        if len(data) >= end:
            self._buffer = b""
            self._answered(data, head + len(_HEAD_END), end)

    def _ask(self) -> None:
        self._asked_at = time.perf_counter()
        self._transport.write(self._traffic.request())

    def _answered(self, data: bytes, body_at: int, end: int) -> None:
        traffic, now = self._traffic, time.perf_counter()
        status = data[9:12]
        if status not in (traffic.status, traffic.refusal) or len(data) != end:
            traffic.fail(f"expected {traffic.status.decode()}: {_shown(data)}")
            return
        if traffic.check is not None:
            traffic.check(data[body_at:end])
        if status == traffic.status:
            traffic.count(self._asked_at, now)
        else:
            traffic.refused += 1
        if now < traffic.ends_at:
            self._ask()
        else:
            self._transport.close()
            traffic.left()


async def drive(
    port: int,
    callers: int,
    request: Callable[[], bytes],
    *,
    seconds: float,
    warm_up: float,
    status: int,
    check: Callable[[bytes], None] | None = None,
    refusal: int | None = None,
) -> Measured:
    """Let so many callers ask for so long, after a warm-up that is not counted.

    `check` gets every body and raises UnexpectedAnswer. Raises it too for any status but `status`
    and `refusal`.
    """
    other = None if refusal is None else str(refusal).encode()
    traffic = Traffic(request, str(status).encode(), check, other)
    now, cpu_before = time.perf_counter(), time.process_time()
    traffic.counts_from, traffic.ends_at = now + warm_up, now + warm_up + seconds
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: traffic.fail(_failure(context)))
    connections = []
    try:
        async with asyncio.timeout(warm_up + seconds + GRACE_SECONDS):
            for _ in range(callers):
                made = await loop.create_connection(lambda: Caller(traffic), "127.0.0.1", port)
                connections.append(made[0])
            await traffic.done
    finally:
        for connection in connections:
            connection.abort()
    all_refused = traffic.refused and not traffic.took  # of these nothing is timed
    half, most = (0.0, 0.0) if all_refused else percentiles(traffic.took)
    cpu = time.process_time() - cpu_before
    return Measured(
        traffic.answers, traffic.total, cpu, seconds, half * 1000, most * 1000, traffic.refused
    )


def percentiles(took: list[float]) -> tuple[float, float]:
    """The 50th and the 99th; UnexpectedAnswer when nobody got an answer."""
    if not took:
        raise UnexpectedAnswer("no answer within the time")
    ordered = sorted(took)
    return ordered[len(ordered) * 50 // 100], ordered[len(ordered) * 99 // 100]


def _shown(data: bytes) -> str:
    return data[:_SHOWN_BYTES_MAX].decode("utf-8", "replace")


def _failure(context: dict[str, object]) -> str:
    return f"{context.get('message')}: {context.get('exception')!r}"
