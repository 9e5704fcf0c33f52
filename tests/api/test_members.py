"""Members over HTTP."""

import pytest

from tests.api.bodies import CARD, enrolment
from tests.api.client import Service

PHONE = {"kind": "phone", "value": "+48600100200"}


async def enrolled(service: Service) -> str:
    """The id of a new member."""
    made = await service.app.post("/v1/members", json=enrolment())
    assert made.status_code == 201
    found: str = made.json()["id"]
    return found


async def test_an_enrolment_under_an_idempotency_key_is_answered_again(service: Service) -> None:
    key = {"Idempotency-Key": '"8e03978e-40d5-43e8-bc93-6894a57f9324"'}
    bare = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}

    first = await service.app.post("/v1/members", json=enrolment(), headers=key)
    again = await service.app.post("/v1/members", json=enrolment(), headers=bare)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["location"] == f"/v1/members/{first.json()['id']}"
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()


async def test_another_enrolment_under_the_same_key_is_refused(service: Service) -> None:
    key = {"Idempotency-Key": "12345678"}
    other = enrolment(identifiers=[PHONE])
    await service.app.post("/v1/members", json=enrolment(), headers=key)

    refused = await service.app.post("/v1/members", json=other, headers=key)

    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-reused")


async def test_the_same_key_of_another_client_is_another_key(service: Service) -> None:
    key = {"Idempotency-Key": "12345678"}
    await service.app.post("/v1/members", json=enrolment(), headers=key)

    taken = await service.pos.post("/v1/members", json=enrolment(), headers=key)

    assert (taken.status_code, taken.json()["code"]) == (409, "identifier-taken")


async def test_a_member_is_found_without_personal_data_in_the_address(service: Service) -> None:
    member = await enrolled(service)

    found = await service.pos.post(
        "/v1/members/lookup", json={"identifiers": [PHONE, {"kind": "card", "value": CARD}]}
    )
    nobody = await service.pos.post("/v1/members/lookup", json={"identifiers": [PHONE]})

    assert (found.status_code, found.json()["id"]) == (200, member)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "member-not-found")


async def test_a_member_is_changed_and_read(service: Service) -> None:
    member = await enrolled(service)
    change = {"add": [PHONE], "profile": {"name": "Ola N."}, "fields": {"cups_a_day": 3}}

    changed = await service.app.patch(f"/v1/members/{member}", json=change)
    read = await service.app.get(f"/v1/members/{member}")

    assert changed.status_code == 200
    assert {one["kind"] for one in read.json()["identifiers"]} == {"card", "email", "phone"}
    assert read.json()["profile"] == {"name": "Ola N."}
    assert read.json()["fields"] == {"cups_a_day": 3}


async def test_a_field_the_program_does_not_know_is_named(service: Service) -> None:
    refused = await service.app.post("/v1/members", json=enrolment(fields={"shoe_size": 44}))

    assert (refused.status_code, refused.json()["code"]) == (422, "field-invalid")
    assert refused.json()["errors"][0]["pointer"] == "#/fields/shoe_size"


@pytest.mark.parametrize(
    ("languages", "titles"),
    [
        ("pl-PL,en;q=0.5", ["Ziarna"]),
        ("fr, pl;q=0.5", ["Ziarna"]),
        ("en", ["Beans"]),
        ("fr", ["Beans"]),
        ("", ["Beans", "Ziarna"]),
    ],
)
async def test_home_is_in_the_language_asked_for_and_tagged(
    service: Service, languages: str, titles: list[str]
) -> None:
    member = await enrolled(service)
    path = f"/v1/members/{member}/home"
    headers = {"Accept-Language": languages}

    home = await service.app.get(path, headers=headers)
    known = await service.app.get(path, headers={**headers, "If-None-Match": home.headers["etag"]})

    assert list(home.json()["wallets"]["points"]["title"].values()) == titles
    assert home.headers["vary"].endswith("Accept-Language")
    assert (known.status_code, known.content) == (304, b"")


async def test_home_in_another_language_is_another_state(service: Service) -> None:
    member = await enrolled(service)
    path = f"/v1/members/{member}/home"
    english = await service.app.get(path, headers={"Accept-Language": "en"})

    polish = await service.app.get(
        path, headers={"Accept-Language": "pl", "If-None-Match": english.headers["etag"]}
    )

    assert polish.status_code == 200


async def test_the_tier_is_shown_with_the_way_to_the_next(service: Service) -> None:
    member = await enrolled(service)

    tier = await service.app.get(f"/v1/members/{member}/tier")

    assert tier.json()["ladders"]["main"]["progress"]["tier"] == "bronze"
