"""Endpoints of a service under test."""

from typing import Any

from tests.api.client import Service
from tests.receiver import receiving


async def made(service: Service, name: str, url: str = "https://crm.example.com/") -> Any:
    """An endpoint, and its secret; nobody has verified it."""
    answer = await service.integrator.post("/v1/endpoints", json={"name": name, "url": url})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def verified(service: Service, endpoint_id: str) -> None:
    """It is sent to a receiver that has proved itself, and is gone then."""
    async with receiving() as receiver:
        path = f"/v1/endpoints/{endpoint_id}"
        await service.integrator.patch(path, json={"url": receiver.url})
        proved = await service.integrator.post(f"{path}/verify")
        assert proved.status_code == 200, proved.text
        paused = await service.integrator.patch(path, json={"state": "paused"})
        assert paused.status_code == 200, paused.text


async def inhabited(service: Service) -> dict[str, Any]:
    """An endpoint for each operation on one."""
    found: dict[str, Any] = {}
    for step in (
        "read_endpoint",
        "change_endpoint",
        "remove_endpoint",
        "verify_endpoint",
        "rotate_endpoint_secret",
        "replay_events",
        "list_replays",
        "list_dead_letters",
        "retry_dead_letters",
    ):
        url = "http://127.0.0.1:9/nobody" if step == "verify_endpoint" else "https://example.com/"
        one = await made(service, step.replace("_", "-"), url)
        found[f"{step}.endpoint_id"] = found["endpoint_id"] = one["endpoint"]["id"]
    await verified(service, found["replay_events.endpoint_id"])
    span = {"from": "2026-01-01T00:00:00Z", "until": "2026-12-31T00:00:00Z"}
    found["replay_events.body"] = span
    found["create_endpoint.body"] = {"url": "https://example.com/events", "types": []}
    found["change_endpoint.body"] = {"url": "https://example.com/other", "types": []}
    return found
