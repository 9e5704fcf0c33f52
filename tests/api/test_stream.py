"""The stream of a member over HTTP (service/api/stream.py), mostly from a real server."""

import asyncio
import contextlib
import pathlib
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import pytest
from structlog.testing import capture_logs

from service.api import edge, event_stream, lookups
from service.api.event_stream import RESET
from service.app import edge_of
from service.flows.keys.revoke_key import revoke_key
from service.flows.reads.streams import PER_MEMBER_MAX, Limits
from service.infra.db import Database
from service.kernel.ids import new_id
from tests.api.bodies import enrolment, purchase
from tests.api.client import SECRET, Service, serving
from tests.api.conftest import Prepared
from tests.api.listener import Listener, listening
from tests.databases import Fresh, Server
from tests.running import Running

MEMBER: Final = uuid.UUID("0192f0c0-0000-7000-8000-00000000000a")
WRITTEN: Final = 200


class Served:
    """A server process, and a service in this process that writes to the same database."""

    def __init__(self, folder: pathlib.Path, database: Fresh, here: Service) -> None:
        self._folder = folder
        self._environ = {"REGULARS_DATABASE_URL": database.url, "REGULARS_SECRET": SECRET}
        self.here = here
        self.running: Running

    def start(self, **settings: str) -> None:
        folder = self._folder / new_id().hex
        self.running = Running(folder, "serve", environ=self._environ | settings)

    def client(self, role: str = "app", **more: Any) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.here.keys[role]}"}
        limits = httpx.Limits(max_connections=None)
        return httpx.AsyncClient(
            base_url=self.running.url, headers=headers, timeout=30, limits=limits, **more
        )

    async def enrolled(self, card: str = "C-1") -> str:
        body = enrolment(identifiers=[{"kind": "card", "value": card}])
        made = await self.here.admin.post("/v1/members", json=body)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    async def adjusted(self, member: str, amount: int) -> None:
        given = {"wallet": "points", "amount": amount, "reason": "for a test"}
        key = {"Idempotency-Key": new_id().hex}
        path = f"/v1/members/{member}/adjustments"
        answer = await self.here.admin.post(path, json=given, headers=key)
        assert answer.status_code == 201, answer.text


@pytest.fixture
async def served(
    server: Server, prepared: Prepared, tmp_path: pathlib.Path
) -> AsyncIterator[Served]:
    """Not started yet; stopped at the end."""
    fresh = server.create(prepared[0].name)
    async with serving(fresh.url, keys=prepared[1], jobs=False) as here:
        found = Served(tmp_path, fresh, here)
        yield found
        if found.running.process.poll() is None:
            found.running.stop()
    server.drop(fresh)


def sequences(listener: Listener) -> list[int]:
    return [int(one.data["sequence"]) for one in listener.events]


async def test_a_purchase_is_heard_of_within_a_second_as_the_standard_says(served: Served) -> None:
    served.start()
    member = await served.enrolled()
    async with served.client() as client, listening(client, member) as one:
        assert one.answer.status_code == 200
        assert one.answer.headers["content-type"] == "text/event-stream"
        assert one.answer.headers["cache-control"] == "no-store"
        assert one.answer.headers["x-accel-buffering"] == "no"
        assert "content-length" not in one.answer.headers
        assert "content-encoding" not in one.answer.headers
        assert (one.parser.retry, one.parser.last_id) == (event_stream.RETRY_MS, f"{member}-1")

        sold = {**purchase("p-1"), "member": {"id": member}}
        answer = await served.here.checkout.post("/v1/purchases", json=sold)
        began = time.monotonic()
        event = await one.heard("purchase.recorded")
        seconds = time.monotonic() - began

    assert seconds < 1.5  # half of it is the machine's
    assert event.data["data"]["purchase_id"] == answer.json()["id"]
    assert event.id == f"{member}-{int(event.data['sequence'])}"
    assert event.data["specversion"] == "1.0"
    assert sequences(one) == list(range(2, 2 + len(one.events)))


async def test_a_stream_goes_on_after_a_restart_without_a_gap_or_a_repeat(served: Served) -> None:
    member = await served.enrolled()

    async def write() -> None:
        for number in range(WRITTEN):
            await served.adjusted(member, number + 1)

    served.start()
    async with served.client() as client, listening(client, member) as before:
        writing = asyncio.create_task(write())  # a stream begins now: what was before is not in it
        await before.until(lambda: len(before.events) > 10)
        seconds = await asyncio.to_thread(served.running.stop)
        await before.over()
    assert before.is_over
    assert seconds < 5
    served.start()
    known = before.parser.last_id
    async with served.client() as client, listening(client, member, known) as after:
        await writing
        await after.until(lambda: sequences(after)[-1:] == [WRITTEN + 1])

    heard = [*before.events, *after.events]
    assert [int(one.data["sequence"]) for one in heard] == list(range(2, WRITTEN + 2))
    assert len({one.data["id"] for one in heard}) == WRITTEN
    assert after.parser.last_id == f"{member}-{WRITTEN + 1}"


async def test_fifty_open_streams_do_not_keep_a_server_from_stopping(served: Served) -> None:
    served.start()
    members = [await served.enrolled(f"C-{n}") for n in range(10)]
    async with served.client() as client, contextlib.AsyncExitStack() as stack:
        many = [
            await stack.enter_async_context(listening(client, member))
            for member in members
            for _ in range(PER_MEMBER_MAX)
        ]
        full = await client.get(f"/v1/members/{members[0]}/stream")
        seconds = await asyncio.to_thread(served.running.stop)
        for one in many:
            await one.over()

    assert (full.status_code, full.json()["code"]) == (429, "too-many-streams")
    assert int(full.headers["retry-after"]) == full.json()["retry_after_seconds"] > 0
    assert len(many) == 50
    assert seconds < 5
    assert served.running.process.returncode == 0
    assert [one.broken for one in many] == [None] * 50
    assert '"bug"' not in served.running.err()
    assert "status=200" not in served.running.err()  # nothing was slow


async def test_who_hangs_up_makes_room_for_the_next(served: Served) -> None:
    served.start(REGULARS_STREAMS_MAX="1")
    member, other = await served.enrolled("C-1"), await served.enrolled("C-2")
    async with served.client() as client:
        async with listening(client, member):
            full = await client.get(f"/v1/members/{other}/stream")
        assert (full.status_code, full.json()["code"]) == (503, "streams-full")
        assert int(full.headers["retry-after"]) > 0
        async with asyncio.timeout(10):
            while True:
                async with listening(client, other) as one:
                    if one.answer.status_code == 200:
                        break


async def test_a_merged_member_is_told_and_the_old_id_follows_the_survivor(
    served: Served,
) -> None:
    served.start()
    old, survivor = await served.enrolled("C-1"), await served.enrolled("C-2")
    async with served.client() as client:
        async with listening(client, old) as one:
            merged = await served.here.admin.post(
                f"/v1/members/{survivor}/merge",
                json={"member": {"id": old}, "note": "one person"},
                headers={"Idempotency-Key": "merge-of-two"},
            )
            assert merged.status_code == 201, merged.text
            assert (await one.heard("member.merged")).data["data"]["into_id"] == survivor
            await one.over()
            assert one.is_over
        async with listening(client, old, one.parser.last_id) as again:
            reset = await again.heard(RESET)
            assert reset.data == {"member_id": survivor}
            assert again.parser.last_id.startswith(f"{survivor}-")
            await served.adjusted(survivor, 5)
            told = await again.heard("points.adjusted")
        async with listening(client, old, reset.id) as third:
            assert await third.heard("points.adjusted") == told
            assert RESET not in {event.type for event in third.events}


async def short(
    service: Service, member: str, query: str = "", known: str | bytes | None = None
) -> httpx.Response:
    """The whole of a stream that lives for a moment."""
    headers: Any = {} if known is None else {"Last-Event-ID": known}
    return await service.app.get(f"/v1/members/{member}/stream{query}", headers=headers)


async def test_without_a_place_or_with_a_made_up_one_a_stream_begins_now(service: Service) -> None:
    made = await service.admin.post("/v1/members", json=enrolment())
    member = made.json()["id"]

    nines = f"{member}-{'9' * 40}"
    for known in (None, "", "17", member, f"{member}-x", nines, b"\xfc"):
        answer = await short(service, member, known=known)
        assert answer.status_code == 200
        assert answer.text == f"retry: 3000\nid: {member}-1\n\n"


async def test_the_place_may_stand_in_the_address_and_the_header_wins(service: Service) -> None:
    member = (await service.admin.post("/v1/members", json=enrolment())).json()["id"]

    by_address = await short(service, member, f"?after={member}-0")
    by_both = await short(service, member, f"?after={member}-0", known=f"{member}-1")
    ahead = await short(service, member, known=f"{member}-99")
    refused = await short(service, member, "?after=17")

    assert "event: regulars.member.enrolled.v1\n" in by_address.text
    assert f"id: {member}-1\n" in by_address.text
    assert "event:" not in by_both.text
    assert f"event: {RESET}\n" in ahead.text
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-parameter")


async def test_only_what_the_key_may_read_elsewhere_is_told(service: Service) -> None:
    member = (await service.admin.post("/v1/members", json=enrolment())).json()["id"]
    home = await service.admin.post("/v1/households", json={"head": member})
    assert home.status_code == 201, home.text
    path = f"/v1/members/{member}/stream?after={member}-0"

    app, pos = await service.app.get(path), await service.pos.get(path)

    assert "regulars.household.formed.v1" in app.text
    assert "household" not in pos.text
    assert "regulars.member.enrolled.v1" in pos.text


async def test_head_is_answered_at_once_and_takes_no_place(service: Service) -> None:
    member = (await service.admin.post("/v1/members", json=enrolment())).json()["id"]

    answers = [await service.app.head(f"/v1/members/{member}/stream") for _ in range(7)]

    assert {(one.status_code, one.headers["content-type"], one.content) for one in answers} == {
        (200, "text/event-stream", b"")
    }


async def test_who_is_not_there_or_may_not_ask_is_refused(service: Service) -> None:
    nobody = await service.app.get(f"/v1/members/{MEMBER}/stream")
    no_id = await service.app.get("/v1/members/somebody/stream")
    desk = await service.desk.get(f"/v1/members/{MEMBER}/stream")
    member = (await service.admin.post("/v1/members", json=enrolment())).json()["id"]
    body = {"note": "request 1"}
    erased = await service.admin.post(
        f"/v1/members/{member}/erase", json=body, headers={"Idempotency-Key": "of-erasing"}
    )
    assert erased.status_code in {200, 201}, erased.text
    gone = await service.app.get(f"/v1/members/{member}/stream")

    assert [one.status_code for one in (nobody, no_id, desk, gone)] == [404, 404, 403, 410]


async def test_a_stream_of_a_revoked_key_ends(
    service: Service, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(event_stream, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(lookups, "KNOWN_SECONDS", 0.05)
    member = (await service.admin.post("/v1/members", json=enrolment())).json()["id"]
    hub = edge_of(service.application).services.reads.streams
    hub.limits = Limits(seconds_max=600)
    path = f"/v1/members/{member}/stream"
    listening_ = asyncio.create_task(service.app.get(path))
    async with asyncio.timeout(10):
        while not hub.count:
            await asyncio.sleep(0.002)

    await revoke_key(db, service.keys["app"].split("_")[2])
    answer = await asyncio.wait_for(listening_, 10)

    assert answer.text.startswith(f"retry: 3000\nid: {member}-1\n\n")
    assert (await service.app.get(path)).status_code == 401
    assert hub.count == 0


async def test_a_stream_is_not_slow_and_is_no_request_at_work(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = (await service.admin.post("/v1/members", json=enrolment())).json()["id"]
    monkeypatch.setattr(edge, "SLOW_SECONDS", 0)
    services = edge_of(service.application).services
    at_work: list[int] = []
    streams = services.reads.streams

    async def look() -> None:
        async with asyncio.timeout(10):
            while not streams.count:
                await asyncio.sleep(0.002)
        at_work.append(services.limits._load.at_work)

    with capture_logs() as logs:
        looking = asyncio.create_task(look())
        assert (await short(service, member)).status_code == 200
        await looking
        assert (await service.app.get(f"/v1/members/{member}")).status_code == 200

    assert [line["route"] for line in logs if line["event"] == "request"] == [
        "/v1/members/{member_id}"
    ]
    assert at_work == [0]
