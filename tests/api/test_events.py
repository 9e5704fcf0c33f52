"""Events over HTTP."""

from typing import Any

from service.domain.events.outbox import SHARDS
from tests.api.bodies import enrolment, purchase
from tests.api.client import Service


async def follow(service: Service, limit: int, **more: Any) -> list[dict[str, Any]]:
    """All events there are, page by page."""
    found: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while True:
        answer = await service.admin.get("/v1/events", params={"limit": limit, **after, **more})
        page = answer.json()
        if not page["items"]:
            return found
        found += page["items"]
        after = {"after": page["next"]}


async def test_events_are_read_in_pages_each_once_and_in_the_order_of_the_member(
    service: Service,
) -> None:
    await service.checkout.post("/v1/members", json=enrolment())
    for number in range(3):
        await service.checkout.post("/v1/purchases", json=purchase(f"order-{number}"))

    events = await follow(service, limit=2)

    assert len({one["id"] for one in events}) == len(events)
    assert [int(one["sequence"]) for one in events] == [*range(1, len(events) + 1)]
    assert events[0]["type"] == "regulars.member.enrolled.v1"
    assert sum(one["type"] == "regulars.purchase.recorded.v1" for one in events) == 3


async def test_the_shards_together_hold_the_stream(service: Service) -> None:
    await service.checkout.post("/v1/members", json=enrolment())
    everything = {one["id"] for one in await follow(service, limit=200)}

    parts = [await follow(service, limit=200, shard=shard) for shard in range(SHARDS)]

    assert {one["id"] for part in parts for one in part} == everything
    assert sum(map(len, parts)) == len(everything)


async def test_a_cursor_that_was_made_up_is_refused(service: Service) -> None:
    answer = await service.admin.get("/v1/events", params={"after": "AAAAAAAAAAAA"})

    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-invalid")
