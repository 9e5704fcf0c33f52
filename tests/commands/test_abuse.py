"""Requests that no client library sends, against the server as it runs in production."""

import asyncio
import json
import pathlib
import time
from collections.abc import Iterator
from typing import Final

import httpx
import msgspec
import pytest

from tests.commands.test_serve import PROGRAM, serving
from tests.databases import Server
from tests.running import Running, regulars

BODY_SECONDS: Final = 10  # service/api/body.py
TEN_TIMES_TOO_MUCH: Final = 11 * 1024 * 1024


class Answer(msgspec.Struct, frozen=True):
    """Status, headers in lower case, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def code(self) -> str:
        found: str = json.loads(self.body)["code"]
        return found


class Abused:
    """A running service and a key of it."""

    def __init__(self, running: Running, key: str) -> None:
        self.running = running
        self.port = int(running.url.rpartition(":")[2])
        self.key = key

    def head(self, *lines: str, path: str = "/v1/purchases", method: str = "POST") -> bytes:
        """A request line and headers; those of a JSON body and the key unless said otherwise."""
        all_lines = [
            f"{method} {path} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: Bearer {self.key}",
            "Content-Type: application/json",
            *lines,
        ]
        return "\r\n".join([*all_lines, "", ""]).encode("latin-1")

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, *parts: bytes) -> Answer | None:
        """Send it as it is; None when the connection was closed without an answer."""
        reader, writer = await self.connect()
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await answer(reader)
        except ConnectionError:  # it was answered, and closed, before all was sent
            return await answer(reader)
        finally:
            writer.close()


async def answer(reader: asyncio.StreamReader) -> Answer | None:
    async with asyncio.timeout(30):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Answer(int(head[0].split()[1]), headers, body)


@pytest.fixture(scope="module")
def abused(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Abused]:
    """One service for all of them: it has to stand all of it."""
    database = server.create()
    environ = serving(database)
    assert regulars("program", "apply", str(PROGRAM), environ=environ).returncode == 0
    key = regulars("keys", "create", "--role", "checkout", environ=environ).stdout.strip()
    running = Running(pathlib.Path(tmp_path_factory.mktemp("abused")), "serve", environ=environ)
    yield Abused(running, key)
    running.stop()
    server.drop(database)
    assert "Traceback" not in running.err()
    assert '"bug"' not in running.err()


async def refused(abused: Abused, *parts: bytes) -> tuple[int, str]:
    found = await abused.ask(*parts)
    assert found is not None
    return found.status, found.code()


async def test_a_body_of_11_mb_is_refused_by_its_length(abused: Abused) -> None:
    head = abused.head(f"Content-Length: {TEN_TIMES_TOO_MUCH}")

    assert await refused(abused, head) == (413, "body-too-large")


async def test_chunks_without_a_length_are_refused_when_they_are_too_many(abused: Abused) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    chunks = [chunk] * (TEN_TIMES_TOO_MUCH // 0x10000)

    found = await abused.ask(abused.head("Transfer-Encoding: chunked"), *chunks)

    assert found is None or (found.status, found.code()) == (413, "body-too-large")
    small = [b"10000\r\n" + b" " * 0x10000 + b"\r\n"] * 5  # 320 KB: the answer is read
    assert await refused(abused, abused.head("Transfer-Encoding: chunked"), *small) == (
        413,
        "body-too-large",
    )


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, identity"])
async def test_a_compressed_body_is_refused_and_not_looked_at(
    abused: Abused, encoding: str
) -> None:
    head = abused.head(f"Content-Encoding: {encoding}", "Content-Length: 20")

    assert await refused(abused, head, b"\x1f\x8b" * 10) == (415, "unsupported-media-type")


async def test_a_body_byte_by_byte_is_given_up_and_costs_nobody_else_anything(
    abused: Abused,
) -> None:
    reader, writer = await abused.connect()
    writer.write(abused.head("Content-Length: 1000"))
    began = time.monotonic()

    async def drip() -> None:
        while True:
            writer.write(b" ")
            await asyncio.sleep(1)

    dripping = asyncio.create_task(drip())
    others = [await abused.ask(abused.head(method="GET", path="/health/live")) for _ in range(20)]
    found = await answer(reader)
    seconds = time.monotonic() - began
    dripping.cancel()
    writer.close()

    assert {other.status for other in others if other} == {200}
    assert found is not None
    assert (found.status, found.code()) == (408, "body-too-slow")
    assert BODY_SECONDS - 1 < seconds < BODY_SECONDS + 10


@pytest.mark.parametrize("size", [17_000, 100_000])
async def test_headers_that_are_too_large_are_refused(abused: Abused, size: int) -> None:
    found = await abused.ask(abused.head(f"X-Long: {'a' * size}", "Content-Length: 0"))

    assert found is not None
    assert found.status == 431


@pytest.mark.parametrize(
    "lines",
    [
        ('Idempotency-Key: "first-of-two"', 'Idempotency-Key: "second-of-two"'),
        ("Idempotency-Key:",),
        ('Idempotency-Key: ""',),
        ("Idempotency-Key: gr\u00fcn-gr\u00fcn-gr\u00fcn",),
        ("Idempotency-Key: one\x0btwo-three",),
    ],
)
async def test_an_idempotency_key_that_is_none_is_refused(
    abused: Abused, lines: tuple[str, ...]
) -> None:
    found = await abused.ask(abused.head(*lines, "Content-Length: 2"), b"{}")

    assert found is not None
    assert found.status == 400
    assert not found.body or found.code() == "invalid-header"


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n ", "\x00"])
async def test_a_header_that_would_split_the_request_or_the_answer_does_not(
    abused: Abused, end: str
) -> None:
    evil = f"X-Request-Id: 12345678{end}Set-Cookie: evil=1"
    found = await abused.ask(abused.head(evil, "Content-Length: 2"), b"{}")

    assert found is not None
    assert found.status == 400
    assert "set-cookie" not in found.headers


async def test_two_lengths_and_a_length_with_chunks_are_no_way_to_smuggle_a_request(
    abused: Abused,
) -> None:
    inner = abused.head(method="GET", path="/health/live")
    for lines in (
        ("Content-Length: 2", f"Content-Length: {len(inner)}"),
        ("Content-Length: 2", "Transfer-Encoding: chunked"),
    ):
        reader, writer = await abused.connect()
        writer.write(abused.head(*lines) + b"0\r\n\r\n" + inner)
        found = await answer(reader)
        writer.close()

        assert found is not None
        assert found.status == 400


@pytest.mark.parametrize("path", ["/openapi.json", "/nowhere", "/v1/events"])
def test_a_body_that_nobody_asked_for_costs_nobody_the_answer(abused: Abused, path: str) -> None:
    """Whoever closes a connection with something unread resets it, and the answer is lost."""
    headers = {"Authorization": f"Bearer {abused.key}", "Content-Type": "application/json"}
    with httpx.Client(base_url=abused.running.url, headers=headers) as http:
        for size in (2, 200_000):
            for _ in range(50):
                found = http.request("GET", path, content=b" " * size)
                assert found.status_code in {200, 403, 404}
                found.json()
