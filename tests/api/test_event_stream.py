"""The answer of a stream alone: what it sends, and when it ends."""

import asyncio
import types
import uuid
from typing import Any, Final

import pytest

from service.api import event_stream
from service.api.event_stream import EventStream
from service.domain.access.errors import KeyNotAccepted
from service.domain.events.told import Row
from service.flows.reads.streams import Beginning, Limits, Streams
from service.infra.db import DatabaseUnavailable
from service.kernel.actor import Actor, ActorKind
from service.kernel.errors import ExpectedError
from tests.api.calls import call_with
from tests.api.recorder import unlimited

MEMBER: Final = uuid.UUID("0192f0c0-0000-7000-8000-00000000000a")
APP: Final = Actor(
    kind=ActorKind.PARTNER,
    id="app",
    client_id=MEMBER,
    scopes=frozenset({"members:read", "clubs:read"}),
)


class Sent:
    """What an answer sends; `receive` waits until `hang_up`."""

    def __init__(self, actor: Actor | ExpectedError = APP, seconds_max: float = 60.0) -> None:
        self.hub = Streams(None, Limits(seconds_max=seconds_max))  # type: ignore[arg-type]
        self.hub._task = asyncio.get_running_loop().create_future()  # type: ignore[assignment]  # nothing is polled
        self.actor = actor
        self.asked = 0
        self.texts: list[bytes] = []
        self.is_ended = False
        self.stuck = asyncio.Event()
        self.stuck.set()
        self._gone = asyncio.Event()
        self.call = call_with({})
        self.call.method = "GET"
        self.call.request_id = b"12345678"
        self.call.status = 0
        self.limits = unlimited()
        self.limits._load.at_work = 1
        self.call.is_at_work, self.call.client_at_work = True, None
        self.call.services = types.SimpleNamespace(limits=self.limits)  # type: ignore[assignment]

    async def again(self) -> Actor:
        self.asked += 1
        if isinstance(self.actor, ExpectedError):
            raise self.actor
        return self.actor

    def hang_up(self) -> None:
        self._gone.set()

    async def run(self) -> None:
        begin = Beginning(MEMBER, 3, 3)
        reply = EventStream(self.hub, begin, APP, self.again)
        scope: Any = {"call": self.call, "scheme": "http"}
        await reply(scope, self._receive, self._send)  # type: ignore[arg-type]

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.body":
            await self.stuck.wait()
            self.texts.append(message["body"])
            self.is_ended = not message["more_body"]

    def give(self, *types: str) -> None:
        """The hub has found events."""
        rows = [Row(MEMBER, 4 + n, kind, b'{"n":%d}' % n) for n, kind in enumerate(types)]
        for one in self.hub._listening[MEMBER]:
            one.give(rows, 3 + len(rows), is_full=False)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.texts) < count:
                await asyncio.sleep(0.002)


async def test_an_event_is_its_place_its_type_and_its_body() -> None:
    sent = Sent()
    running = asyncio.create_task(sent.run())
    await sent.until(1)
    sent.give("regulars.club.left.v1", "regulars.purchase.recorded.v1", "regulars.tier.changed.v1")
    await sent.until(2)
    sent.hang_up()
    await running

    assert sent.texts[0] == f"retry: 3000\nid: {MEMBER}-3\n\n".encode()
    assert sent.texts[1].decode() == (
        f'id: {MEMBER}-4\nevent: regulars.club.left.v1\ndata: {{"n":0}}\n\n'
        f'id: {MEMBER}-6\nevent: regulars.tier.changed.v1\ndata: {{"n":2}}\n\n'
    )
    assert sent.hub.count == 0
    assert sent.call.lasts
    assert sent.limits._load.at_work == 0


async def test_a_silent_stream_gives_signs_of_life_and_ends_in_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.02)
    sent = Sent(seconds_max=0.5)

    await asyncio.wait_for(sent.run(), 10)

    assert sent.is_ended
    assert set(sent.texts[1:-1]) == {f":\nid: {MEMBER}-3\n\n".encode()}
    assert sent.texts[-1] == b""
    assert len(sent.texts) > 3


async def test_who_takes_nothing_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "SEND_SECONDS_MAX", 0.05)
    sent = Sent()
    running = asyncio.create_task(sent.run())
    await sent.until(1)
    sent.stuck.clear()
    sent.give("regulars.tier.changed.v1")

    await asyncio.wait_for(running, 10)

    assert not sent.is_ended
    assert len(sent.texts) == 1
    assert sent.hub.count == 0


@pytest.mark.parametrize("refusal", [KeyNotAccepted()])
async def test_a_stream_ends_when_its_key_is_accepted_no_more(
    refusal: ExpectedError, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(event_stream, "LOOK_SECONDS", 0.05)
    sent = Sent()
    running = asyncio.create_task(sent.run())
    async with asyncio.timeout(10):
        while sent.asked < 2:
            await asyncio.sleep(0.002)
    sent.actor = DatabaseUnavailable()
    asked = sent.asked
    async with asyncio.timeout(10):
        while sent.asked < asked + 2:
            await asyncio.sleep(0.002)
    assert not running.done()

    sent.actor = refusal
    await asyncio.wait_for(running, 10)

    assert sent.is_ended
    assert sent.hub.count == 0
