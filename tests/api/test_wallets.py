"""Wallets over HTTP."""

from typing import Any

import pytest

from tests.api.bodies import enrolment, purchase
from tests.api.client import Service

KEY = {"Idempotency-Key": "12345678"}


async def member(service: Service) -> str:
    """A member with one purchase of 12.00 EUR."""
    found: str = (await service.checkout.post("/v1/members", json=enrolment())).json()["id"]
    await service.checkout.post("/v1/purchases", json=purchase())
    return found


def gift(**changes: Any) -> dict[str, Any]:
    """50 points."""
    return {"wallet": "points", "amount": 50, "reason": "late delivery", **changes}


async def test_balances_are_tagged_and_answered_304_until_they_change(service: Service) -> None:
    path = f"/v1/members/{await member(service)}/wallets"
    first = await service.app.get(path)
    tag = {"If-None-Match": first.headers["etag"]}

    same = await service.app.get(path, headers=tag)
    await service.checkout.post("/v1/purchases", json=purchase("second"))
    other = await service.app.get(path, headers=tag)

    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["vary"] == "Authorization, Regulars-Staff, Accept, Accept-Encoding"
    assert (same.status_code, same.content) == (304, b"")
    for name in ("etag", "cache-control", "vary"):
        assert same.headers[name] == first.headers[name]
    assert other.status_code == 200
    assert other.headers["etag"] != first.headers["etag"]


async def test_a_balance_of_another_instant_has_no_tag(service: Service) -> None:
    path = f"/v1/members/{await member(service)}/wallets"

    before = await service.app.get(path, params={"at": "2020-01-01T00:00:00Z"})
    later = await service.app.get(path, params={"at": "2099-12-31T00:00:00+01:00"})

    assert "etag" not in before.headers
    assert before.json()["wallets"]["points"]["balance"]["pending"] == 0
    assert later.json()["wallets"]["points"]["balance"]["available"] == 0
    assert later.json()["at"] == "2099-12-30T23:00:00Z"


async def test_entries_come_in_pages_and_newest_first(service: Service) -> None:
    path = f"/v1/members/{await member(service)}/wallets/points/entries"
    for number in range(4):
        await service.checkout.post("/v1/purchases", json=purchase(f"more-{number}"))

    seen: list[int] = []
    cursor: dict[str, Any] = {}
    for _ in range(3):
        page = (await service.app.get(path, params={"limit": 2, **cursor})).json()
        seen += [one["seq"] for one in page["items"]]
        cursor = {"cursor": page["next"]}

    assert seen == [5, 4, 3, 2, 1]
    assert page["next"] is None


@pytest.mark.parametrize("wallet", ["beans", "Points", "points%20"])
async def test_a_wallet_the_program_does_not_know_is_404(service: Service, wallet: str) -> None:
    found = await service.app.get(f"/v1/members/{await member(service)}/wallets/{wallet}/entries")

    assert (found.status_code, found.json()["code"]) == (404, "wallet-not-found")


async def test_a_cursor_that_was_made_up_is_refused(service: Service) -> None:
    path = f"/v1/members/{await member(service)}/wallets/points/entries"

    refused = await service.app.get(path, params={"cursor": "AAAAAAAAAAAA"})

    assert (refused.status_code, refused.json()["code"]) == (400, "cursor-invalid")


async def test_an_adjustment_needs_a_key_and_is_made_once_under_it(service: Service) -> None:
    path = f"/v1/members/{await member(service)}/adjustments"

    without = await service.admin.post(path, json=gift())
    first = await service.admin.post(path, json=gift(), headers=KEY)
    again = await service.admin.post(path, json=gift(), headers=KEY)
    other = await service.admin.post(path, json=gift(amount=51), headers=KEY)

    assert (without.status_code, without.json()["code"]) == (400, "idempotency-key-missing")
    assert (first.status_code, first.json()["wallets"]["points"]["available"]) == (201, 50)
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": 0}, 422, "zero-amount"),
        ({"amount": -1_000_000}, 409, "insufficient-points"),
        ({"wallet": "beans"}, 422, "unknown-wallet"),
        ({"reason": "x"}, 400, "invalid-body"),
        ({"amount": 1.5}, 400, "invalid-body"),
    ],
)
async def test_an_adjustment_that_cannot_be_made_says_why(
    service: Service, changes: dict[str, Any], status: int, code: str
) -> None:
    path = f"/v1/members/{await member(service)}/adjustments"

    refused = await service.admin.post(path, json=gift(**changes), headers=KEY)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
