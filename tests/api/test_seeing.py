"""Where from, as a network, and why, as one word: of acts alone."""

from typing import Any

import httpx
import pytest

from tests.api.client import Service

PATH = "/v1/staff/accounts"


async def made(service: Service, login: str, client: Any = None, **headers: str) -> httpx.Response:
    """Somebody is hired: an act."""
    body = {"login": login, "role": "clerk"}
    asked: httpx.Response = await (client or service.admin).post(PATH, json=body, headers=headers)
    return asked


async def last(service: Service) -> dict[str, Any]:
    """The newest act."""
    found: dict[str, Any] = (await service.admin.get("/v1/audit?limit=1")).json()["items"][0]
    return found


@pytest.mark.parametrize("reason", ["OPS-1204", "a", "https://tracker/42#note", "x" * 64])
async def test_a_reason_of_one_word_is_kept(service: Service, reason: str) -> None:
    answer = await made(service, "waw-1", **{"Regulars-Reason": reason})
    assert answer.status_code == 201
    assert (await last(service))["reason"] == reason


@pytest.mark.parametrize(
    "reason", ["", "two words", "ola@example.org", "-x", "x" * 65, "\xe9t\xe9"]
)
async def test_a_sentence_or_an_address_is_refused_and_nothing_is_done(
    service: Service, reason: str
) -> None:
    before = await last(service)
    body = {"login": "waw-2", "role": "clerk"}
    given = [(b"regulars-reason", reason.encode("latin-1"))]
    answer = await service.admin.post(PATH, json=body, headers=given)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid-header"
    assert answer.json()["errors"][0]["parameter"] == "Regulars-Reason"
    assert await last(service) == before
    assert [one["login"] for one in (await service.admin.get(PATH)).json()["items"]] == []


async def test_two_reasons_are_none(service: Service) -> None:
    given = [(b"regulars-reason", b"OPS-1"), (b"regulars-reason", b"OPS-2")]
    body = {"login": "waw-3", "role": "clerk"}
    answer = await service.admin.post(PATH, json=body, headers=given)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-header")


async def test_where_nothing_is_administered_the_header_means_nothing(service: Service) -> None:
    answer = await service.admin.get(PATH, headers={"Regulars-Reason": "two words"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:aaaa:bbbb::1", "2001:db8:aaaa::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
    ],
)
async def test_of_an_address_only_the_network_is_kept(
    service: Service, address: str, network: str
) -> None:
    application: Any = service.application
    transport = httpx.ASGITransport(application, client=(address, 4711))
    headers = {"Authorization": f"Bearer {service.keys['admin']}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://testserver", headers=headers
    ) as client:
        assert (await made(service, "waw-4", client)).status_code == 201
    assert (await last(service))["network"] == network
