"""What staff may not do alone, over HTTP: one asks, another decides."""

from typing import Any

import httpx
import pytest

from tests.api.client import Service
from tests.api.colleagues import asked, hired, signed_in

NOBODY = "0192f0c0-0000-7000-8000-000000000001"


async def enrolled(service: Service, number: str = "1") -> str:
    """A member."""
    body = {"identifiers": [{"kind": "card", "value": number}]}
    found: str = (await service.admin.post("/v1/members", json=body)).json()["id"]
    return found


async def available(service: Service, member: str) -> int:
    """Points to spend."""
    wallets = (await service.admin.get(f"/v1/members/{member}/wallets")).json()["wallets"]
    units: int = wallets["points"]["balance"]["available"]
    return units


async def approve(service: Service, approval: str, person: dict[str, str]) -> httpx.Response:
    """Somebody at the till approves."""
    return await service.pos.post(f"/v1/approvals/{approval}/approve", headers=person)


async def test_one_asks_and_a_colleague_approves_at_the_till(service: Service) -> None:
    ola = await enrolled(service)
    eva, jan = [await signed_in(service, service.pos, who) for who in ("eva", "jan")]
    path = f"/v1/members/{ola}/adjustments"
    body = {"wallet": "points", "amount": 500, "reason": "cold coffee", "code": "late"}
    key = {"Idempotency-Key": "12345678"}

    alone = await service.pos.post(path, json=body, headers={**eva, **key})
    waits = await asked(service.pos, ola, eva, "87654321", 700)
    done = await approve(service, waits["id"], jan)

    assert alone.status_code == 201
    assert (waits["state"], waits["why"], waits["asked_by"]) == ("open", "above_max", "staff:eva")
    assert waits["adjustment"] == {
        "wallet": "points",
        "amount": 700,
        "reason": "cold coffee",
        "code": "late",
    }
    assert (done.status_code, done.json()["state"], done.json()["decided_by"]) == (
        *(200, "approved", "staff:jan"),
    )
    assert done.json()["wallets"]["points"]["available"] == 1_200
    again = await approve(service, waits["id"], jan)
    assert (again.status_code, again.json()["operation_id"]) == (200, done.json()["operation_id"])
    assert await available(service, ola) == 1_200
    operation = await service.admin.get(f"/v1/operations/{done.json()['operation_id']}")
    assert (operation.json()["actor"], operation.json()["approved_by"]) == (
        *("staff:eva", "staff:jan"),
    )


async def test_what_an_agent_of_no_store_asks_for_a_lead_decides(service: Service) -> None:
    """And no supervisor of a store, who does not see it."""
    ola = await enrolled(service)
    agents = {}
    for login, role in (("ada", "agent"), ("leo", "lead")):
        await hired(service, service.desk, login, role=role)
        who = {"login": login, "pin": "640283", "device": "desk-1"}
        signed = await service.desk.post("/v1/staff/sign-in", json=who)
        assert (signed.status_code, signed.json()["store"]) == (200, None)
        agents[login] = {"Regulars-Staff": signed.json()["token"]}
    jan = await signed_in(service, service.pos, "jan")
    waits = await asked(service.desk, ola, agents["ada"], "12345678", 700)
    path = f"/v1/approvals/{waits['id']}/approve"

    by_jan = await service.pos.post(path, headers=jan)
    by_ada = await service.desk.post(path, headers=agents["ada"])
    by_leo = await service.desk.post(path, headers=agents["leo"])

    assert (by_jan.status_code, by_jan.json()["code"]) == (404, "approval-not-found")
    assert (by_ada.status_code, by_ada.json()["scope"]) == (403, "approvals:decide")
    assert (by_leo.status_code, by_leo.json()["decided_by"]) == (200, "staff:leo")
    assert await available(service, ola) == 700


async def test_what_waits_says_where_it_is_told_and_is_asked_for_once(service: Service) -> None:
    ola = await enrolled(service)
    eva = await signed_in(service, service.pos, "eva")
    path = f"/v1/members/{ola}/adjustments"
    body = {"wallet": "points", "amount": -501, "reason": "cold coffee", "code": "late"}
    sent: dict[str, Any] = {"json": body, "headers": {**eva, "Idempotency-Key": "12345678"}}

    first, again = [await service.pos.post(path, **sent) for _ in range(2)]

    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert first.headers["location"] == f"/v1/approvals/{first.json()['id']}"
    told = await service.pos.get(first.headers["location"], headers=eva)
    assert (told.status_code, told.json()) == (200, first.json())


async def test_a_colleague_refuses_with_a_reason(service: Service) -> None:
    ola = await enrolled(service)
    eva, jan = [await signed_in(service, service.pos, who) for who in ("eva", "jan")]
    waits = await asked(service.pos, ola, eva, "12345678")

    path = f"/v1/approvals/{waits['id']}/refuse"
    told = await service.pos.post(path, json={"reason": "too much"}, headers=jan)

    assert (told.status_code, told.json()["state"], told.json()["reason"]) == (
        *(200, "refused", "too much"),
    )
    late = await approve(service, waits["id"], jan)
    assert (late.status_code, late.json()["code"], late.json()["state"]) == (
        *(409, "approval-closed", "refused"),
    )
    assert await available(service, ola) == 0


async def test_who_asked_a_key_alone_and_the_member_do_not_approve(service: Service) -> None:
    ola = await enrolled(service)
    eva, jan = [await signed_in(service, service.pos, who) for who in ("eva", "jan")]
    herself = await signed_in(service, service.pos, "ola", member=ola)
    clerk = await signed_in(service, service.pos, "clerk", role="clerk")
    waits = await asked(service.pos, ola, eva, "12345678")

    for client, person, code in (
        (service.pos, eva, "approval-needs-another"),
        (service.pos, herself, "own-wallet"),
        (service.pos, clerk, "scope-missing"),
        (service.pos, {}, "scope-missing"),
        (service.admin, {}, "approval-needs-staff"),
    ):
        path = f"/v1/approvals/{waits['id']}/approve"
        answer = await client.post(path, headers=person)
        assert (answer.status_code, answer.json()["code"]) == (403, code)

    assert await available(service, ola) == 0
    assert (await approve(service, waits["id"], jan)).status_code == 200


async def test_what_cannot_be_done_any_more_says_why_and_waits_on(service: Service) -> None:
    ola = await enrolled(service)
    eva, jan = [await signed_in(service, service.pos, who) for who in ("eva", "jan")]
    waits = await asked(service.pos, ola, eva, "12345678", -600)

    refused = await approve(service, waits["id"], jan)

    assert (refused.status_code, refused.json()["code"], refused.json()["available"]) == (
        *(409, "insufficient-points", 0),
    )
    told = await service.pos.get(f"/v1/approvals/{waits['id']}", headers=jan)
    assert told.json()["state"] == "open"


async def test_what_waits_is_listed_in_pages(service: Service) -> None:
    ola = await enrolled(service)
    eva = await signed_in(service, service.pos, "eva")
    made = [await asked(service.pos, ola, eva, f"key-0000{n}", 600 + n) for n in range(3)]

    first = await service.pos.get("/v1/approvals?state=open&store=waw-01&limit=2", headers=eva)
    cursor = first.json()["next"]
    rest = await service.pos.get(f"/v1/approvals?store=waw-01&limit=2&cursor={cursor}", headers=eva)

    assert [*first.json()["items"], *rest.json()["items"]] == made[::-1]
    assert rest.json()["next"] is None
    for query, status, code in (
        ("store=krk-01", 403, "store-forbidden"),
        ("state=lost", 400, "invalid-parameter"),
        ("cursor=made-up", 400, "cursor-invalid"),
    ):
        answer = await service.pos.get(f"/v1/approvals?{query}", headers=eva)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("approval", [NOBODY, "not-an-id"])
async def test_one_that_is_not_there_is_not_found(service: Service, approval: str) -> None:
    jan = await signed_in(service, service.pos, "jan")

    for answer in (
        await service.pos.get(f"/v1/approvals/{approval}", headers=jan),
        await approve(service, approval, jan),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "approval-not-found")


@pytest.mark.parametrize(
    ("changes", "code", "allowed"),
    [
        ({"code": None}, "reason-code-needed", ["late", "goodwill", "mistake"]),
        ({"code": "because"}, "unknown-reason-code", ["late", "goodwill", "mistake"]),
        ({"wallet": "status"}, "unknown-reason-code", []),
    ],
)
async def test_a_reason_is_one_of_the_programs(
    service: Service, changes: dict[str, Any], code: str, allowed: list[str]
) -> None:
    ola = await enrolled(service)
    eva = await signed_in(service, service.pos, "eva")
    given = {"wallet": "points", "amount": 5, "reason": "cold coffee", "code": "late", **changes}
    body = {name: one for name, one in given.items() if one is not None}

    answer = await service.pos.post(
        f"/v1/members/{ola}/adjustments", json=body, headers={**eva, "Idempotency-Key": "12345678"}
    )

    assert (answer.status_code, answer.json()["code"], answer.json()["allowed"]) == (
        *(422, code, allowed),
    )
    assert answer.json()["errors"][0]["pointer"] == "#/code"
