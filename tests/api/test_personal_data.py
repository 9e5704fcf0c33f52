"""The data held on a person over HTTP: a whole document, for whom it is meant."""

from tests.api.client import Service

PERSON = {"identifiers": [{"kind": "card", "value": "exported-1"}], "profile": {"name": "Ewa"}}


async def test_all_data_of_a_member_are_one_json_document(service: Service) -> None:
    member = (await service.admin.post("/v1/members", json=PERSON)).json()["id"]

    answer = await service.admin.get(f"/v1/members/{member}/export")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["member"]["profile"] == {"name": "Ewa"}
    assert answer.json()["purchases"] == []


async def test_an_unknown_member_is_404(service: Service) -> None:
    nobody = "0192f0c0-0000-7000-8000-000000000001"

    answer = await service.admin.get(f"/v1/members/{nobody}/export")

    assert (answer.status_code, answer.json()["code"]) == (404, "member-not-found")


async def test_no_key_of_a_till_a_shop_or_an_app_exports_people(service: Service) -> None:
    member = (await service.admin.post("/v1/members", json=PERSON)).json().get("id", "none")
    for client in (service.checkout, service.app, service.pos):
        refused = await client.get(f"/v1/members/{member}/export")
        assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")


ERASE = {"note": "request 2026-114"}


def key(name: str) -> dict[str, str]:
    """The header of a request that is done once."""
    return {"Idempotency-Key": name}


async def test_a_person_is_forgotten_once_and_the_id_is_gone_for_good(service: Service) -> None:
    person = {"identifiers": [{"kind": "card", "value": "erased-1"}], "profile": {"name": "Ewa"}}
    member = (await service.admin.post("/v1/members", json=person)).json()["id"]
    path = f"/v1/members/{member}"

    done = await service.admin.post(f"{path}/erase", json=ERASE, headers=key("erase-0001"))
    again = await service.admin.post(f"{path}/erase", json=ERASE, headers=key("erase-0001"))

    assert (done.status_code, again.status_code) == (201, 200)
    assert done.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert (done.json()["member_id"], sorted(done.json())) == (
        member, ["erased_at", "id", "member_id"],
    )  # fmt: skip
    gift = {"wallet": "points", "amount": 5, "reason": "too late"}
    for answer in (
        await service.admin.post(f"{path}/adjustments", json=gift, headers=key("gift-0001")),
        await service.admin.patch(path, json={"fields": {}}),
        await service.admin.get(path),
        await service.admin.get(f"{path}/export"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (410, "member-erased")
    found = await service.admin.post(
        "/v1/members/lookup", json={"identifiers": person["identifiers"]}
    )
    assert found.status_code == 404


async def test_erasing_needs_a_key_a_reason_and_a_member(service: Service) -> None:
    nobody = "0192f0c0-0000-7000-8000-000000000001"
    path = f"/v1/members/{nobody}/erase"

    assert (await service.admin.post(path, json=ERASE)).status_code == 400
    assert (await service.admin.post(path, json={}, headers=key("k-000001"))).status_code == 400
    unknown = await service.admin.post(path, json=ERASE, headers=key("k-000002"))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "member-not-found")


async def test_only_an_administrator_erases(service: Service) -> None:
    member = "0192f0c0-0000-7000-8000-000000000001"
    for client in (service.checkout, service.app, service.pos):
        refused = await client.post(
            f"/v1/members/{member}/erase", json=ERASE, headers=key("k-000003")
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
