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
