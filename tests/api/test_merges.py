"""Merging and unmerging over HTTP."""

import pytest

from tests.api.client import Service
from tests.api.test_transfers import NOBODY, member

WHY = "the same passport"


async def test_one_person_answers_to_both_ids_until_it_is_undone(service: Service) -> None:
    ola, jan = await member(service, "1", 200), await member(service, "2", 50)
    body = {"member": [{"kind": "card", "value": "2"}], "note": WHY}
    path, key = f"/v1/members/{ola}/merge", {"Idempotency-Key": "of-the-merge"}

    first = await service.admin.post(path, json=body, headers=key)
    again = await service.admin.post(path, json=body, headers=key)

    assert first.status_code == 201, first.text
    assert (again.status_code, again.json()) == (200, first.json())
    assert first.json()["moved"] == [{"wallet": "points", "amount": 50}]
    shown = [await service.app.get(f"/v1/members/{one}/wallets") for one in (ola, jan)]
    assert shown[0].json() == shown[1].json()
    assert shown[1].json()["member_id"] == ola
    told = await service.admin.get(f"/v1/operations/{first.json()['id']}")
    assert (told.json()["kind"], told.json()["reason"]) == ("merged", WHY)

    undo = await service.admin.post(
        f"/v1/operations/{first.json()['id']}/undo", json={"reason": WHY}
    )
    assert (undo.status_code, undo.json()["code"]) == (409, "not-undoable")
    assert "unmerge" in undo.json()["detail"]
    done = await service.admin.post(
        f"/v1/members/{jan}/unmerge",
        json={"note": "twins"},
        headers={"Idempotency-Key": "of-the-unmerge"},
    )
    assert done.status_code == 201, done.text
    assert done.json()["wallets"]["points"]["available"] == 50


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        ({"member": {"id": NOBODY}, "note": WHY}, 422, "recipient-not-found", "#/member"),
        (
            {"member": [{"kind": "card", "value": "1"}], "note": WHY},
            422,
            "merge-with-itself",
            "#/member",
        ),
        ({"member": {"id": NOBODY}, "note": "x"}, 400, "invalid-body", "#/note"),
        ({"member": {"id": NOBODY}}, 400, "invalid-body", "#/note"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(
    body: dict[str, object], status: int, code: str, pointer: str, service: Service
) -> None:
    ola = await member(service, "1")
    key = {"Idempotency-Key": "of-the-merge"}

    answer = await service.admin.post(f"/v1/members/{ola}/merge", json=body, headers=key)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert pointer in [one["pointer"] for one in answer.json()["errors"]]


async def test_it_needs_its_scope_and_a_key(service: Service) -> None:
    ola, jan = await member(service, "1"), await member(service, "2")
    body = {"member": {"id": jan}, "note": WHY}
    path = f"/v1/members/{ola}/merge"

    refused = await service.app.post(path, json=body, headers={"Idempotency-Key": "of-the-merge"})
    keyless = await service.admin.post(path, json=body)

    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency-key-missing")
    alone = await service.admin.post(
        f"/v1/members/{jan}/unmerge", json={"note": WHY}, headers={"Idempotency-Key": "of-nothing"}
    )
    assert (alone.status_code, alone.json()["code"]) == (409, "not-merged")
