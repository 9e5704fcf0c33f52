"""Households over HTTP."""

from typing import Any

import httpx
import pytest

from tests.api.client import Service
from tests.api.test_transfers import NOBODY, member

HOME = "/v1/households"


async def household(service: Service, head: str, *people: str) -> str:
    """The address of a household of all of them."""
    made = await service.app.post(HOME, json={"head": head})
    assert made.status_code == 201, made.text
    address: str = made.headers["location"]
    assert address == f"{HOME}/{made.json()['id']}"
    for person in people:
        body = {"by": head, "member": {"id": person}}
        await service.app.post(f"{address}/invitations", json=body)
        joined = await service.app.post(f"{address}/people", json={"member": person})
        assert joined.status_code == 200, joined.text
    return address


async def move(
    service: Service, address: str, who: str, amount: int, **more: Any
) -> httpx.Response:
    """Points into the pool, or out of it."""
    body = {"member": who, "wallet": "points", "amount": amount, **more}
    key = {"Idempotency-Key": f"moving-{address.rpartition('/')[2]}-{amount}"}
    return await service.app.post(address, json=body, headers=key)


async def test_a_household_from_its_beginning_to_its_end(service: Service) -> None:
    ola, jan = await member(service, "1", 300), await member(service, "2")
    home = await household(service, ola, jan)

    given = await move(service, f"{home}/give", ola, 200)
    drawn = await move(service, f"{home}/draw", jan, 80)
    limited = await service.app.patch(
        f"{home}/people/{jan}", json={"by": ola, "draw_max": {"points": 90}}
    )
    refused = await move(service, f"{home}/draw", jan, 11)
    shown = await service.app.get(home)

    assert (given.status_code, given.json()["pool"]["available"]) == (201, 200)
    assert (drawn.status_code, drawn.json()["left"]) == (201, 420)  # 500 a month
    assert limited.json()["people"][1]["draw_max"] == {"points": 90}
    assert (refused.status_code, refused.json()["code"]) == (409, "draw-limit-reached")
    assert refused.json()["left"] == 10
    assert shown.json()["pool"]["points"]["balance"]["available"] == 120
    assert [
        (one["member_id"], one["role"], one.get("gave"), one.get("drew"))
        for one in shown.json()["people"]
    ] == [(ola, "head", {"points": 200}, None), (jan, "person", None, {"points": 80})]
    assert (await service.app.get(f"/v1/members/{jan}/household")).json()["household"] == (
        shown.json()
    )

    left = await service.app.post(f"{home}/leave", json={"member": jan})
    ended = await service.app.post(f"{home}/dissolve", json={"by": ola})
    again = await service.app.post(f"{home}/dissolve", json={"by": ola})

    assert [one["member_id"] for one in left.json()["people"]] == [ola]
    assert ended.json()["dissolved_at"] is not None
    assert (again.status_code, again.json()["code"]) == (409, "dissolved-household")
    wallets = (await service.app.get(f"/v1/members/{ola}/wallets")).json()["wallets"]
    assert wallets["points"]["balance"]["available"] == 220
    nowhere = (await service.app.get(f"/v1/members/{ola}/household")).json()
    assert nowhere == {"household": None, "invitations": []}


async def test_an_invitation_is_shown_to_whom_it_is_for(service: Service) -> None:
    ola, jan = await member(service, "1"), await member(service, "2")
    home = await household(service, ola)
    by_card = {"by": ola, "member": [{"kind": "card", "value": "2"}]}

    invited = await service.app.post(f"{home}/invitations", json=by_card)

    found = (await service.app.get(f"/v1/members/{jan}/household")).json()
    assert found["household"] is None
    assert found["invitations"] == invited.json()["invitations"]
    assert found["invitations"][0]["household_id"] == home.removeprefix(f"{HOME}/")


async def test_units_move_once_under_a_key(service: Service) -> None:
    ola = await member(service, "1", 300)
    home = await household(service, ola)

    first = await move(service, f"{home}/give", ola, 100)
    again = await move(service, f"{home}/give", ola, 100)
    without = await service.app.post(
        f"{home}/draw", json={"member": ola, "wallet": "points", "amount": 5}
    )

    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert (without.status_code, without.json()["code"]) == (400, "idempotency-key-missing")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("", {"head": NOBODY}, 404, "member-not-found"),
        ("", {"head": "<ola>"}, 409, "already-in-household"),
        ("", {"head": "ola"}, 400, "invalid-body"),
        ("/invitations", {"by": "<jan>", "member": {"id": "<jan>"}}, 409, "not-the-head"),
        ("/invitations", {"by": "<ola>", "member": {"id": NOBODY}}, 422, "recipient-not-found"),
        ("/people", {"member": "<jan>"}, 409, "not-invited"),
        ("/leave", {"member": "<ola>"}, 409, "head-cannot-leave"),
        ("/leave", {"member": "<jan>"}, 409, "not-in-household"),
        ("/remove", {"by": "<ola>", "member": "<jan>"}, 409, "not-in-household"),
        ("/dissolve", {"by": "<jan>"}, 409, "not-the-head"),
        ("/give", {"member": "<ola>", "wallet": "cashback", "amount": 1}, 422, "wallet-not-pooled"),
        ("/give", {"member": "<ola>", "wallet": "coins", "amount": 1}, 422, "unknown-wallet"),
        ("/give", {"member": "<ola>", "wallet": "points", "amount": 0}, 400, "invalid-body"),
        ("/draw", {"member": "<ola>", "wallet": "points", "amount": 1}, 409, "insufficient-points"),
        ("/draw", {"member": "<jan>", "wallet": "points", "amount": 1}, 409, "not-in-household"),
    ],
)
async def test_what_cannot_be_done_says_why(
    service: Service, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    ola, jan = await member(service, "1"), await member(service, "2")
    home = await household(service, ola)
    names = {"<ola>": ola, "<jan>": jan}

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: named(one) for key, one in value.items()}
        return names.get(value, value)

    refused = await service.app.post(
        (home if path else HOME) + path, json=named(body), headers={"Idempotency-Key": "12345678"}
    )

    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_a_household_that_is_not_there_is_not_found(service: Service) -> None:
    ola = await member(service, "1")

    for address in (f"{HOME}/{NOBODY}", f"{HOME}/{ola}", f"{HOME}/x"):
        assert (await service.app.get(address)).status_code == 404
        left = await service.app.post(f"{address}/leave", json={"member": ola})
        assert (left.status_code, left.json()["code"]) == (404, "household-not-found")
    changed = await service.app.patch(f"{HOME}/{NOBODY}/people/{ola}", json={"by": ola})
    assert (changed.status_code, changed.json()["code"]) == (404, "household-not-found")
    assert (await service.app.get(f"/v1/members/{NOBODY}/household")).status_code == 404
