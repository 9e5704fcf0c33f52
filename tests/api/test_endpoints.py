"""Endpoints over HTTP, as service/flows/reads/endpoints.py shows them."""

import asyncio
import datetime as dt

import pytest

from tests.api import endpoints
from tests.api.client import Service
from tests.receiver import Receiver, receiving
from tests.waiting import SECONDS_MAX

NOBODY = "0192f0c0-0000-7000-8000-000000000001"


async def until_came(receiver: Receiver, count: int) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while len(receiver.came) < count:
            await asyncio.sleep(0.01)


async def test_from_making_one_to_an_event_that_arrives(service: Service) -> None:
    async with receiving() as receiver:
        made = await endpoints.made(service, "crm", receiver.url)
        path = f"/v1/endpoints/{made['endpoint']['id']}"
        assert made["endpoint"]["state"] == "pending"
        proved = await service.integrator.post(f"{path}/verify")
        assert (proved.status_code, proved.json()["state"]) == (200, "active")
        body = {"identifiers": [{"kind": "card", "value": "4012001"}]}
        member = (await service.admin.post("/v1/members", json=body)).json()["id"]
        await until_came(receiver, 1)
        (came,) = receiver.came
        assert came.verified(made["secret"])["data"]["member_id"] == member
        while (shown := (await service.integrator.get(path)).json())["behind"]:
            await asyncio.sleep(0.05)
        assert (shown["failures"], shown["waiting"], shown["dead"]) == (0, 0, 0)
        now = dt.datetime.fromisoformat(shown["succeeded_at"]) + dt.timedelta(seconds=1)
        span = {"from": "2026-01-01T00:00:00Z", "until": now.isoformat()}
        replay = await service.integrator.post(f"{path}/replays", json=span)
        assert replay.status_code == 201, replay.text
        await until_came(receiver, 2)
        first, again = receiver.came
        assert first.headers["webhook-id"] == again.headers["webhook-id"]
        removed = await service.integrator.delete(path)
        assert (removed.status_code, removed.content) == (204, b"")
        assert (await service.integrator.get(path)).status_code == 404


async def test_a_secret_is_told_once(service: Service) -> None:
    made = await endpoints.made(service, "crm")
    path = f"/v1/endpoints/{made['endpoint']['id']}"
    rotated = (await service.integrator.post(f"{path}/secret", json={})).json()
    assert rotated["secret"] != made["secret"]
    for answer in (
        await service.integrator.get(path),
        await service.integrator.get("/v1/endpoints"),
        await service.integrator.patch(path, json={"name": "crm-2"}),
    ):
        assert answer.status_code == 200
        assert "whsec_" not in answer.text
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        ({"url": "https://10.1.2.3/"}, 422, "url-not-allowed", "#/url"),
        ({"types": ["regulars.nothing.*"]}, 422, "unknown-event-type", "#/types/0"),
        ({"types": ["points"]}, 400, "invalid-body", "#/types/0"),
        ({"name": "No Name"}, 400, "invalid-body", "#/name"),
        ({"in_flight_max": 65}, 400, "invalid-body", "#/in_flight_max"),
        ({"begin": "yesterday"}, 400, "invalid-body", "#/begin"),
        ({"secret": "mine"}, 400, "invalid-body", "#/secret"),
    ],
)
async def test_bad_input_is_told_with_its_field(
    body: dict[str, object], status: int, code: str, pointer: str, service: Service
) -> None:
    whole = {"name": "crm", "url": "https://crm.example.com/", **body}
    answer = await service.integrator.post("/v1/endpoints", json=whole)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await service.integrator.get("/v1/endpoints")).json()["items"] == []


async def test_pages_go_by_name(service: Service) -> None:
    for name in ("c", "a", "b"):
        await endpoints.made(service, name)
    first = (await service.integrator.get("/v1/endpoints?limit=2")).json()
    assert [one["name"] for one in first["items"]] == ["a", "b"]
    path = f"/v1/endpoints?limit=2&cursor={first['next']}"
    rest = (await service.integrator.get(path)).json()
    assert ([one["name"] for one in rest["items"]], rest["next"]) == (["c"], None)
    dead = f"/v1/endpoints/{first['items'][0]['id']}/dead-letters?cursor={first['next']}"
    assert (await service.integrator.get(dead)).json()["code"] == "cursor-invalid"


async def test_a_challenge_that_is_not_answered_says_why(service: Service) -> None:
    made = await endpoints.made(service, "crm", "http://127.0.0.1:9/")
    answer = await service.integrator.post(f"/v1/endpoints/{made['endpoint']['id']}/verify")
    assert (answer.status_code, answer.json()["code"]) == (409, "challenge-failed")
    assert "no connection could be made" in answer.json()["detail"]


async def test_one_that_is_not_there_is_404_everywhere(service: Service) -> None:
    for path in ("", "/replays", "/dead-letters"):
        answer = await service.integrator.get(f"/v1/endpoints/{NOBODY}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "endpoint-not-found")


@pytest.mark.parametrize("role", ["checkout", "app", "pos", "desk"])
async def test_who_speaks_to_members_sees_no_endpoint(role: str, service: Service) -> None:
    client = getattr(service, role)
    assert (await client.get("/v1/endpoints")).status_code == 403
    body = {"name": "x", "url": "https://example.com/"}
    assert (await client.post("/v1/endpoints", json=body)).status_code == 403
