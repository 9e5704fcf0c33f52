"""Activities over HTTP: statuses, headers, natural keys, batches, who may do what."""

from typing import Any

import pytest

from service.domain.activities.errors import ActivityKeyReused
from tests.api.bodies import CARD, enrolment
from tests.api.client import Service, checked_client
from tests.api.recorder import alone


def review(external_id: str = "r-1", **changes: Any) -> dict[str, Any]:
    """A review by the card."""
    return {
        "name": "review-written",
        "source": "shop",
        "external_id": external_id,
        "member": [{"kind": "card", "value": CARD}],
        "attributes": {"stars": 5, "with_photo": True, "product": "ESP-250"},
        **changes,
    }


async def enrolled(service: Service) -> str:
    member: str = (await service.admin.post("/v1/members", json=enrolment())).json()["id"]
    return member


async def test_an_activity_is_recorded_once_and_answered_again(service: Service) -> None:
    member = await enrolled(service)

    first = await service.checkout.post("/v1/activities", json=review())
    again = await service.app.post("/v1/activities", json=review(member={"id": member}))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert again.json() == first.json()
    assert first.json()["member_id"] == member
    assert first.json()["attributes"] == review()["attributes"]


async def test_other_content_is_422_and_shows_nothing_stored(service: Service) -> None:
    await service.checkout.post("/v1/activities", json=review())

    refused = await service.checkout.post("/v1/activities", json=review(attributes={}))

    assert (refused.status_code, refused.json()["code"]) == (422, "activity-key-reused")
    assert "ESP-250" not in refused.text


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": "Review"}, "#/name"),
        ({"name": "1st"}, "#/name"),
        ({"name": ""}, "#/name"),
        ({"source": ""}, "#/source"),
        ({"external_id": "x" * 129}, "#/external_id"),
        ({"attributes": {"a": 1.5}}, "#/attributes"),
        ({"attributes": {"a": None}}, "#/attributes"),
        ({"attributes": {"a": {"b": 1}}}, "#/attributes"),
        ({"attributes": {"a": ["b"]}}, "#/attributes"),
        ({"attributes": {"a": 2**53}}, "#/attributes"),
        ({"attributes": {"a": "x" * 257}}, "#/attributes"),
        ({"attributes": {f"a{n}": n for n in range(21)}}, "#/attributes"),
        ({"member": []}, "#/member"),
        ({"more": 1}, "#/more"),
    ],
)
async def test_what_is_not_of_the_form_is_400_and_leaves_the_key_free(
    service: Service, changes: dict[str, Any], pointer: str
) -> None:
    refused = await service.checkout.post("/v1/activities", json=review(**changes))
    taken = await service.checkout.post("/v1/activities", json=review())

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert taken.status_code == 201


@pytest.mark.parametrize("name", ["Stars", "x y", "", "_a", "a" * 65, "a\n"])
async def test_names_of_attributes_are_of_the_form_of_names(service: Service, name: str) -> None:
    refused = await service.checkout.post("/v1/activities", json=review(attributes={name: 1}))

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-body")


async def test_as_many_and_as_long_attributes_as_allowed_are_kept(service: Service) -> None:
    attributes: dict[str, str | int] = {f"{'a' * 62}{n:02}": "ż" * 256 for n in range(19)}
    attributes["most"] = 2**53 - 1

    told = await service.checkout.post("/v1/activities", json=review(attributes=attributes))

    assert told.status_code == 201
    assert told.json()["attributes"] == attributes


async def test_a_batch_answers_each_item(service: Service) -> None:
    member = await enrolled(service)
    nobody = {"id": "0192f0c0-0000-7000-8000-000000000001"}
    items = [review("a"), review("a"), review("b", member=nobody), review("a", attributes={})]

    answer = await service.checkout.post("/v1/activities/batch", json={"items": items})

    results = answer.json()["results"]
    assert [one["status"] for one in results] == [201, 200, 404, 422]
    assert [one.get("replayed") for one in results] == [False, True, None, None]
    assert results[0]["body"] == results[1]["body"]
    assert results[0]["body"]["member_id"] == member
    assert [one["body"]["code"] for one in results[2:]] == [
        *("member-not-found", "activity-key-reused"),
    ]


async def test_a_batch_holds_at_most_500(service: Service) -> None:
    items = [review(str(n)) for n in range(501)]

    answer = await service.checkout.post("/v1/activities/batch", json={"items": items})

    assert answer.status_code == 400


async def test_a_members_activities_are_read_in_pages(service: Service) -> None:
    member = await enrolled(service)
    for n in range(3):
        await service.checkout.post("/v1/activities", json=review(f"{n}"))
    path = f"/v1/members/{member}/activities"

    first = (await service.app.get(path, params={"limit": 2})).json()
    second = (await service.app.get(path, params={"cursor": first["next"]})).json()

    assert [one["external_id"] for one in first["items"] + second["items"]] == ["2", "1", "0"]
    assert second["next"] is None


async def test_a_till_tells_and_does_not_read(service: Service) -> None:
    member = await enrolled(service)

    told = await service.pos.post("/v1/activities", json=review())
    read = await service.pos.get(f"/v1/members/{member}/activities")
    desk = await service.desk.post("/v1/activities", json=review())

    assert told.status_code == 201
    assert (read.status_code, read.json()["scope"]) == (403, "activities:read")
    assert (desk.status_code, desk.json()["scope"]) == (403, "activities:write")


async def test_the_verb_gets_the_actor_of_the_key_and_the_decoded_body() -> None:
    verbs = {"record_activity": ActivityKeyReused()}
    async with alone(verbs=verbs, scopes=["activities:write"]) as one:
        key = {"Authorization": f"Bearer {one.key}"}
        async with checked_client(one.application, key) as http:
            await http.post("/v1/activities", json=review())

        ((name, (actor, body), _),) = one.verbs.calls
    assert (name, actor.id) == ("record_activity", "tests")
    assert body.attributes == {"stars": 5, "with_photo": True, "product": "ESP-250"}
