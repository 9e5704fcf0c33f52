"""Operations over HTTP: read, and undone."""

from typing import Any

import httpx
import pytest

from tests.api.bodies import purchase
from tests.api.client import Service
from tests.api.colleagues import hired

KEY = {"Idempotency-Key": "12345678"}
NOBODY = "0192f0c0-0000-7000-8000-000000000001"


async def adjusted(service: Service) -> tuple[str, str]:
    """(member, operation): 50 points by hand."""
    body = {"identifiers": [{"kind": "card", "value": "1"}]}
    member = (await service.admin.post("/v1/members", json=body)).json()["id"]
    gift = {"wallet": "points", "amount": 50, "reason": "for nothing"}
    path = f"/v1/members/{member}/adjustments"
    done = await service.admin.post(path, json=gift, headers=KEY)
    return (member, done.json()["id"])


async def undo(client: httpx.AsyncClient, op_id: str, **changes: Any) -> httpx.Response:
    """An undo."""
    body = {"reason": "a mistake", **changes}
    return await client.post(f"/v1/operations/{op_id}/undo", json=body)


async def test_an_operation_is_undone_once_and_read_with_its_undo(service: Service) -> None:
    member, op_id = await adjusted(service)

    first = await undo(service.admin, op_id)
    again = await undo(service.admin, op_id, reason="once more")

    assert first.status_code == 201
    told = first.json()
    assert (told["undoes"], told["kind"]) == (op_id, "adjustment")
    assert told["wallets"]["points"]["available"] == 0
    assert (again.status_code, again.json()) == (200, told)
    assert again.headers["idempotency-replayed"] == "true"
    read = (await service.admin.get(f"/v1/operations/{op_id}")).json()
    assert read["undone_by"] == told["id"]
    undone = (await service.admin.get(f"/v1/operations/{told['id']}")).json()
    assert (undone["kind"], undone["undoes"], undone["reason"]) == ("undo", op_id, "a mistake")
    entries = (await service.admin.get(f"/v1/members/{member}/wallets/points/entries")).json()
    assert [(e["reason"], e["amount"]) for e in entries["items"]] == [
        *(("adjustment_undone", -50), ("adjusted", 50))
    ]


async def test_what_is_in_the_way_is_told(service: Service) -> None:
    member, op_id = await adjusted(service)
    path = f"/v1/members/{member}/adjustments"
    less = {"wallet": "points", "amount": -20, "reason": "spent"}
    await service.admin.post(path, json=less, headers={"Idempotency-Key": "spent-20"})

    answer = await undo(service.admin, op_id)

    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "cannot-be-undone")
    assert (told["why"], told["wallet"], told["missing"]) == ("units_missing", "points", 20)
    assert told["detail"].startswith("20 of what it gave")


async def test_what_cannot_be_undone_says_what_to_do_instead(service: Service) -> None:
    _, op_id = await adjusted(service)
    undone = (await undo(service.admin, op_id)).json()["id"]
    told = (await undo(service.admin, undone)).json()
    assert (told["status"], told["code"], told["kind"]) == (409, "not-undoable", "undo")
    assert told["instead"] == "do anew what was undone"


@pytest.mark.parametrize("op_id", [NOBODY, "no-id"])
async def test_what_was_never_done_is_not_found(service: Service, op_id: str) -> None:
    answer = await undo(service.admin, op_id)
    assert (answer.status_code, answer.json()["code"]) == (404, "operation-not-found")


async def test_it_takes_its_scope(service: Service) -> None:
    _, op_id = await adjusted(service)
    refused = await undo(service.pos, op_id)
    assert (refused.status_code, refused.json()["scope"]) == (403, "operations:undo")


async def test_a_store_is_one_of_the_program(service: Service) -> None:
    _, op_id = await adjusted(service)
    assert (await undo(service.admin, op_id, store="nowhere")).json()["code"] == "unknown-store"


async def signed_in(service: Service) -> dict[str, str]:
    """The header of a supervisor at a till of waw-01."""
    await hired(service, service.pos, "ann", role="supervisor")
    who = {"login": "ann", "pin": "640283", "device": "till-3", "store": "waw-01"}
    token = (await service.pos.post("/v1/staff/sign-in", json=who)).json()["token"]
    return {"Regulars-Staff": token}


async def test_a_supervisor_at_the_till_undoes_what_was_done_there(service: Service) -> None:
    """A sale of the store, but not what the head office did."""
    _, op_id = await adjusted(service)
    staff = await signed_in(service)
    cart = purchase("of-the-till") | {"store": "waw-01"}
    bought = (await service.pos.post("/v1/purchases", json=cart)).json()
    body = {"reason": "rung up twice"}

    path = f"/v1/operations/{bought['id']}/undo"
    other = await service.pos.post(path, json=body | {"store": "waw-02"}, headers=staff)
    done = await service.pos.post(path, json=body, headers=staff)
    late = await service.pos.post(f"/v1/operations/{op_id}/undo", json=body, headers=staff)

    assert (other.status_code, other.json()["code"]) == (403, "store-forbidden")
    assert done.status_code == 201, done.text
    assert (done.json()["kind"], done.json()["void"]["purchase_id"]) == ("purchase", bought["id"])
    assert (late.status_code, late.json()["code"]) == (409, "outside-undo-window")
