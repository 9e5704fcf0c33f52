"""Requests to addresses that others chose, to real servers."""

import asyncio
import datetime as dt
import ipaddress
import pathlib
import socket
import ssl
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.infra.egress import ANSWER_BYTES_MAX, Egress, NoAnswer, Request, UrlRefused
from tests.receiver import Came, receiving, says, talking

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


def asked(url: str) -> Request:
    return Request(url=url, headers={"Content-Type": "text/plain"}, body=b"hello")


@pytest.fixture
async def egress() -> AsyncIterator[Egress]:
    """May send to 127.0.0.0/8; ends a request after half a second."""
    made = Egress(LOOPBACK, total_seconds=0.5)
    yield made
    await made.close()


@pytest.fixture
async def strict() -> AsyncIterator[Egress]:
    """As it is without a setting."""
    made = Egress()
    yield made
    await made.close()


async def test_what_is_sent_arrives_and_the_answer_comes_back(egress: Egress) -> None:
    async with receiving() as receiver:
        receiver.answers = says(202, "thanks", X_Shown="yes")
        sent = await egress.send(asked(receiver.url))
        (came,) = receiver.came
    assert (came.method, came.path, came.body) == ("POST", "/events", b"hello")
    assert (came.headers["Content-Type"], came.headers["User-Agent"]) == ("text/plain", "Regulars")
    assert (sent.status, sent.body, sent.headers["x-shown"]) == (202, b"thanks", "yes")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com/", "it is not https"),
        ("ftp://example.com/", "it is no https URL with a host"),
        ("https:///events", "it is no https URL with a host"),
        ("events", "it is no https URL with a host"),
        ("https://example.com:5432/", "its port is none of 443, 8443"),
        ("https://example.com:99999/", "it is no URL"),
        ("https://ann:pin@example.com/", "it has a user, a password or a fragment"),
        ("https://example.com/#part", "it has a user, a password or a fragment"),
        ("https://127.0.0.1/", "its address is not public"),
        ("https://169.254.169.254/latest/meta-data", "its address is not public"),
        ("https://[::1]:8443/", "its address is not public"),
        ("https://[::ffff:10.0.0.1]/", "its address is not public"),
        ("https://example.com/" + "a" * 2_048, "it is longer than 2048 characters"),
    ],
)
async def test_a_url_nothing_is_sent_to_is_refused_in_words(
    url: str, why: str, strict: Egress
) -> None:
    with pytest.raises(UrlRefused, match=why.replace(".", r"\.")):
        strict.check(url)
    with pytest.raises(UrlRefused):
        await strict.send(asked(url))


@pytest.mark.parametrize(
    "url", ["https://example.com/", "https://example.com:8443/in?key=1", "https://1.1.1.1/"]
)
def test_a_public_https_url_is_allowed(url: str) -> None:
    Egress().check(url)


NOWHERE = "its name leads to an address that requests may not go to"
ODD = "its host is not written as hosts are"


@pytest.mark.parametrize(
    ("name", "why"),
    [("localhost", NOWHERE), ("0x7f000001", NOWHERE), ("2130706433", ODD), ("127.1", ODD)],
)
async def test_a_name_that_leads_inside_is_not_followed(
    name: str, why: str, strict: Egress
) -> None:
    """However it is written: what counts is where the socket would go."""
    with pytest.raises(NoAnswer, match=why):
        await strict.send(asked(f"https://{name}:8443/"))


async def test_no_connection_is_made_to_an_address_that_is_not_allowed() -> None:
    """The receiver listens on a port of ours; only its network is not allowed."""
    elsewhere = Egress((ipaddress.ip_network("10.0.0.0/8"),))
    async with receiving() as receiver:
        url = receiver.url.replace("127.0.0.1", "localhost")
        with pytest.raises(NoAnswer, match=NOWHERE):
            await elsewhere.send(asked(url))
        assert receiver.came == []
    await elsewhere.close()


async def test_a_name_that_moves_inside_is_not_followed_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was allowed a moment ago: where it leads counts each time."""
    narrow = Egress((ipaddress.ip_network("127.0.0.1/32"),))
    leads_to = "127.0.0.1"

    async def resolved(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (leads_to, port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved)
    async with receiving() as receiver:
        url = receiver.url.replace("127.0.0.1", "moving.example")
        receiver.answers = says(200, Connection="close")
        first = await narrow.send(asked(url))
        leads_to = "127.0.0.2"
        with pytest.raises(NoAnswer, match=NOWHERE):
            await narrow.send(asked(url))
        leads_to = "127.0.0.1"
        again = await narrow.send(asked(url))
        assert len(receiver.came) == 2
    await narrow.close()
    assert (first.status, again.status) == (200, 200)


@pytest.mark.parametrize("port", [443, 8443])
def test_http_is_never_spoken_where_public_addresses_are_allowed(port: int) -> None:
    with pytest.raises(UrlRefused, match="it is not https"):
        Egress(LOOPBACK).check(f"http://example.com:{port}/")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_an_answer_and_not_followed(status: int, egress: Egress) -> None:
    async with receiving() as receiver, receiving() as other:
        receiver.answers = says(status, Location=other.url)
        assert (await egress.send(asked(receiver.url))).status == status
        assert (len(receiver.came), len(other.came)) == (1, 0)


async def test_no_cookie_is_sent_back(egress: Egress) -> None:
    async with receiving() as receiver:
        receiver.answers = says(200, Set_Cookie="seen=1")
        for _ in range(2):
            await egress.send(asked(receiver.url))
        assert [came.headers.get("Cookie") for came in receiver.came] == [None, None]


async def test_a_proxy_of_the_environment_is_not_used(
    egress: Egress, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving() as receiver, receiving() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        await egress.send(asked(receiver.url))
        assert (len(receiver.came), len(proxy.came)) == (1, 0)


async def test_an_endless_body_is_read_no_further_than_the_limit(egress: Egress) -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"hello")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        while True:
            writer.write(bytes(65_536))
            sent += 65_536
            await writer.drain()

    async with talking(endless) as url:
        found = await egress.send(asked(url))
    assert (found.status, len(found.body)) == (200, ANSWER_BYTES_MAX)
    assert sent < 64 * 1024 * 1024


async def test_a_compressed_body_is_not_unpacked(egress: Egress) -> None:
    async with receiving() as receiver:
        receiver.answers = says(200, "small", Content_Encoding="gzip")
        assert (await egress.send(asked(receiver.url))).body == b"small"


async def test_who_is_slow_or_drips_is_left_in_time(egress: Egress) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"hello")
        await asyncio.sleep(30)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"hello")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)

    for talk in (slow, drip):
        began = time.monotonic()
        async with talking(talk) as url:
            with pytest.raises(NoAnswer, match="it did not answer in time"):
                await egress.send(asked(url))
        assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "spoken", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"]
)
async def test_who_hangs_up_has_not_answered(spoken: bytes, egress: Egress) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"hello")
        writer.write(spoken)

    async with talking(talk) as url:
        with pytest.raises(NoAnswer, match="the connection ended before"):
            await egress.send(asked(url))


async def test_nobody_there_is_told_in_words(egress: Egress) -> None:
    async with receiving() as receiver:
        url = receiver.url
    with pytest.raises(NoAnswer, match="no connection could be made"):
        await egress.send(asked(url))
    with pytest.raises(NoAnswer, match="its name could not be resolved"):
        await egress.send(asked("https://nowhere.invalid/"))


async def test_a_certificate_of_somebody_else_is_refused(
    egress: Egress, tmp_path: pathlib.Path
) -> None:
    async with receiving(self_signed(tmp_path)) as receiver:
        with pytest.raises(NoAnswer, match="its certificate is not valid"):
            await egress.send(asked(receiver.url))
        assert receiver.came == []


async def test_requests_at_once_do_not_wait_for_each_other(egress: Egress) -> None:
    arrived = asyncio.Barrier(3)

    async def together(_: Came) -> web.StreamResponse:
        await arrived.wait()
        return web.Response()

    async with receiving() as receiver:
        receiver.answers = together
        found = await asyncio.gather(*(egress.send(asked(receiver.url)) for _ in range(3)))
    assert [one.status for one in found] == [200] * 3


def self_signed(folder: pathlib.Path) -> ssl.SSLContext:
    """For 127.0.0.1, by nobody that anybody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin.replace(year=2126))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "both.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return context
