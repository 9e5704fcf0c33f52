"""Transfers between members over HTTP."""

from typing import Any

import httpx
import pytest

from tests.api.client import Service

KEY = {"Idempotency-Key": "12345678"}
NOBODY = "0192f0c0-0000-7000-8000-000000000001"


async def member(service: Service, number: str, points: int = 0) -> str:
    """A member with that card, and points given by hand."""
    body = {"identifiers": [{"kind": "card", "value": number}]}
    found: str = (await service.admin.post("/v1/members", json=body)).json()["id"]
    if points:
        gift = {"wallet": "points", "amount": points, "reason": "a start"}
        key = {"Idempotency-Key": f"starting-{number}"}
        path = f"/v1/members/{found}/adjustments"
        assert (await service.admin.post(path, json=gift, headers=key)).status_code == 201
    return found


async def give(service: Service, giver: str, **changes: Any) -> httpx.Response:
    """A transfer of 50 points to card 2."""
    to = [{"kind": "card", "value": "2"}]
    body = {"to": to, "wallet": "points", "amount": 50, "reason": "a present", **changes}
    return await service.app.post(f"/v1/members/{giver}/transfers", json=body, headers=KEY)


async def test_units_are_given_once_under_a_key(service: Service) -> None:
    ola, jan = await member(service, "1", 200), await member(service, "2")

    first = await give(service, ola)
    again = await give(service, ola)
    other = await give(service, ola, amount=60)

    assert first.status_code == 201
    assert first.json()["to_member_id"] == jan
    assert first.json()["wallets"]["points"]["available"] == 150
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    wallets = (await service.app.get(f"/v1/members/{jan}/wallets")).json()["wallets"]
    assert wallets["points"]["balance"]["available"] == 50


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"amount": 9}, 422, "transfer-out-of-bounds", "#/amount"),
        ({"amount": 1001}, 422, "transfer-out-of-bounds", "#/amount"),
        ({"amount": 201}, 409, "insufficient-points", None),
        ({"wallet": "gifts"}, 422, "wallet-not-transferable", "#/wallet"),
        ({"wallet": "coins"}, 422, "unknown-wallet", "#/wallet"),
        ({"to": [{"kind": "card", "value": "1"}]}, 422, "transfer-to-itself", "#/to"),
        ({"to": [{"kind": "card", "value": "9"}]}, 422, "recipient-not-found", "#/to"),
        ({"to": {"id": NOBODY}}, 422, "recipient-not-found", "#/to"),
        ({"to": [{"kind": "fax", "value": "9"}]}, 422, "unknown-identifier-kind", "#/to/0/kind"),
        ({"to": []}, 400, "invalid-body", "#/to"),
        ({"to": {"id": "2"}}, 400, "invalid-body", "#/to/id"),
        ({"amount": 0}, 400, "invalid-body", "#/amount"),
        ({"amount": "50"}, 400, "invalid-body", "#/amount"),
        ({"reason": "x"}, 400, "invalid-body", "#/reason"),
        ({"note": "x"}, 400, "invalid-body", "#/note"),
    ],
)
async def test_a_transfer_that_cannot_be_says_why(
    service: Service, changes: dict[str, Any], status: int, code: str, pointer: str | None
) -> None:
    ola = await member(service, "1", 200)
    await member(service, "2")

    refused = await give(service, ola, **changes)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    if pointer is not None:
        assert refused.json()["errors"][0]["pointer"] == pointer


async def test_giving_needs_a_key_of_idempotency_and_a_scope(service: Service) -> None:
    ola = await member(service, "1", 200)
    body = {"to": {"id": NOBODY}, "wallet": "points", "amount": 50, "reason": "a present"}
    path = f"/v1/members/{ola}/transfers"

    without = await service.app.post(path, json=body)
    at_the_till = await service.pos.post(path, json=body, headers=KEY)

    assert (without.status_code, without.json()["code"]) == (400, "idempotency-key-missing")
    assert (at_the_till.status_code, at_the_till.json()["scope"]) == (403, "points:transfer")
