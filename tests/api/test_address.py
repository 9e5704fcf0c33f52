"""Whose request it is, by address, whatever the caller writes into X-Forwarded-For."""

import ipaddress
from typing import Any

import httpx
import pytest

from service.api.address import address_of
from service.domain.access.codes import Mode
from service.flows.keys.create_key import create_key
from service.infra.db import Database
from tests.api.client import Service, serving
from tests.databases import Fresh

PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))


def scope(peer: str | None, *forwarded: str) -> dict[str, Any]:
    return {
        "client": None if peer is None else (peer, 4711),
        "headers": [(b"host", b"here"), *((b"x-forwarded-for", one.encode()) for one in forwarded)],
    }


def told(peer: str | None, *forwarded: str) -> str:
    return str(address_of(scope(peer, *forwarded), PROXIES))


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::7"),
        (None, "None"),
        ("unix", "None"),
        ("", "None"),
    ],
)
def test_without_a_proxy_it_is_who_is_connected(peer: str | None, address: str) -> None:
    assert str(address_of(scope(peer, "198.51.100.1"), ())) == address
    assert told(peer, "198.51.100.1") == address


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (["203.0.113.7"], "203.0.113.7"),
        (["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        (["198.51.100.1", "203.0.113.7, 10.0.0.2"], "203.0.113.7"),
        (["203.0.113.7", "10.0.0.2", "fd00::1"], "203.0.113.7"),
        (["203.0.113.7:4711"], "203.0.113.7"),
        (["[2001:db8::7]:4711"], "2001:db8::7"),
        (["::ffff:203.0.113.7"], "203.0.113.7"),
        (["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ([], "10.0.0.1"),
        ([""], "10.0.0.1"),
        (["unknown"], "10.0.0.1"),
        (["203.0.113.7, unknown, 10.0.0.2"], "10.0.0.2"),
        (["203.0.113.7," + " 10.0.0.2," * 40 + "10.0.0.3"], "10.0.0.2"),
    ],
)
def test_behind_proxies_it_is_the_last_who_is_none_of_them(
    forwarded: list[str], address: str
) -> None:
    assert told("10.0.0.1", *forwarded) == address


async def key_for(database: Fresh, *networks: str) -> str:
    """A key of the role desk."""
    db = await Database.open(database.url, size_min=1, size_max=1)
    try:
        return await create_key(db, "desk", "far away", mode=Mode.TEST, networks=networks)
    finally:
        await db.close()


def from_(service: Service, peer: str, key: str) -> httpx.AsyncClient:
    """A client at an address."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(service.application, client=(peer, 4711)),  # type: ignore[arg-type]
        base_url="http://testserver",
        headers={"Authorization": f"Bearer {key}"},
    )


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("203.0.113.7", {}, 200),
        ("2001:db8::7", {}, 200),
        ("203.0.114.7", {}, 403),
        ("203.0.114.7", {"X-Forwarded-For": "203.0.113.7"}, 403),
        ("10.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, 200),
        ("10.0.0.1", {"X-Forwarded-For": "203.0.113.7, 203.0.114.7"}, 403),
        ("10.0.0.1", {}, 403),
    ],
)
async def test_a_key_is_good_from_its_networks_only(
    database: Fresh, peer: str, headers: dict[str, str], status: int
) -> None:
    key = await key_for(database, "203.0.113.0/24", "2001:db8::/32")
    async with (
        serving(database.url, jobs=False, trusted_proxies="10.0.0.0/8") as service,
        from_(service, peer, key) as client,
    ):
        for _ in range(2):  # looked up, then remembered
            answer: Any = await client.get("/v1/program", headers=headers)
            assert answer.status_code == status
            if status == 403:
                assert answer.json()["code"] == "network-not-allowed"
