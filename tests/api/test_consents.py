"""Consents over HTTP."""

from typing import Any

import pytest

from tests.api.client import Service


async def enrolled(service: Service) -> str:
    body = {"identifiers": [{"kind": "card", "value": "4012001"}]}
    return str((await service.admin.post("/v1/members", json=body)).json()["id"])


def word(**fields: Any) -> dict[str, Any]:
    return {"consents": [{"channel": "email", "given": True, "source": "web", **fields}]}


async def test_a_word_is_written_once_and_read(service: Service) -> None:
    path = f"/v1/members/{await enrolled(service)}/consents"
    first = await service.app.post(path, json=word())
    assert first.status_code == 201, first.text
    again = await service.app.post(path, json=word())
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    found = (await service.pos.get(path)).json()
    assert [(one["channel"], one["given"]) for one in found["now"]] == [("email", True)]
    assert found == first.json() == again.json()


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        (word(source="Ola said so"), 400, "invalid-body", "#/consents/0/source"),
        (word(channel="E-Mail"), 400, "invalid-body", "#/consents/0/channel"),
        (word(given="yes"), 400, "invalid-body", "#/consents/0/given"),
        (word(said_at="2026-11-23T10:00:00"), 400, "invalid-body", "#/consents/0/said_at"),
        (word(said_at="2090-01-01T00:00:00Z"), 422, "said-in-the-future", "#/consents/0/said_at"),
        ({"consents": []}, 400, "invalid-body", "#/consents"),
        ({"consents": word()["consents"] * 2}, 422, "channel-twice", "#/consents/1/channel"),
    ],
)
async def test_bad_input_is_told_with_its_field(
    body: dict[str, Any], status: int, code: str, pointer: str, service: Service
) -> None:
    path = f"/v1/members/{await enrolled(service)}/consents"
    answer = await service.app.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await service.app.get(path)).json()["history"] == []


async def test_who_may_not_write_them_does_not(service: Service) -> None:
    path = f"/v1/members/{await enrolled(service)}/consents"
    assert (await service.desk.post(path, json=word())).status_code == 403
    assert (await service.integrator.get(path)).status_code == 403
