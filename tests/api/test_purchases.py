"""Purchases over HTTP: statuses, headers, natural keys, batches, what a reader may see."""

import json
from typing import Any

import pytest

from service.domain.purchases.errors import CurrencyMismatch, UnknownChannel
from tests.api.bodies import enrolment, purchase
from tests.api.client import Service, checked_client
from tests.api.recorder import alone


async def test_a_purchase_is_made_once_and_answered_again(service: Service) -> None:
    first = await service.checkout.post("/v1/purchases", json=purchase())
    again = await service.checkout.post("/v1/purchases", json=purchase())

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["location"] == f"/v1/purchases/{first.json()['id']}"
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert first.json()["total"] == 1200
    assert again.json()["id"] == first.json()["id"]


async def test_other_content_under_a_natural_key_is_422_and_shows_nothing_stored(
    service: Service,
) -> None:
    await service.checkout.post("/v1/purchases", json=purchase())
    other = purchase(lines=[{"sku": "OTHER", "amount": 1}])

    refused = await service.checkout.post("/v1/purchases", json=other)

    assert (refused.status_code, refused.json()["code"]) == (422, "natural-key-reused")
    assert "1200" not in refused.text


async def test_a_refusal_points_to_the_field_and_leaves_the_natural_key_free(
    service: Service,
) -> None:
    refused = await service.checkout.post("/v1/purchases", json=purchase(currency="USD"))
    taken = await service.checkout.post("/v1/purchases", json=purchase())

    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"pointer": "#/currency", "detail": "this program counts in EUR"}
    ]
    assert taken.status_code == 201


async def test_a_purchase_is_read_by_id_and_by_natural_key(service: Service) -> None:
    made = (await service.checkout.post("/v1/purchases", json=purchase("a/b c"))).json()

    by_id = await service.app.get(f"/v1/purchases/{made['id']}")
    by_key = await service.app.get(
        "/v1/purchases", params={"channel": "web", "external_id": "a/b c"}
    )

    assert by_id.json()["id"] == by_key.json()["id"] == made["id"]


async def test_a_purchase_nobody_made_is_404(service: Service) -> None:
    for path in (
        "/v1/purchases/0192f0c0-0000-7000-8000-000000000001",
        "/v1/purchases?channel=web&external_id=nothing",
    ):
        answer = await service.checkout.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "purchase-not-found")


async def test_half_of_a_natural_key_is_400(service: Service) -> None:
    answer = await service.checkout.get("/v1/purchases", params={"channel": "web"})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"detail": "is required", "parameter": "external_id", "in": "query"}
    ]


async def test_the_explanation_is_cut_for_those_who_may_not_read_decisions(
    service: Service,
) -> None:
    await service.checkout.post("/v1/members", json=enrolment())
    made = (await service.checkout.post("/v1/purchases", json=purchase())).json()
    path = f"/v1/purchases/{made['id']}/explanation"

    full = (await service.admin.get(path)).json()
    cut = (await service.app.get(path)).json()

    assert full["same"] is cut["same"] is True
    assert any(not rule["fired"] for rule in full["rules"])
    assert cut["rules"]
    assert all(rule["fired"] for rule in cut["rules"])
    assert len(cut["rules"]) < len(full["rules"])


async def test_each_item_of_a_batch_has_its_own_result(service: Service) -> None:
    items = [
        purchase("a"),
        purchase("b", currency="USD"),
        purchase("a"),
        purchase("c", channel="nowhere"),
    ]

    answer = await service.checkout.post("/v1/purchases/batch", json={"items": items})

    results = answer.json()["results"]
    assert [one["status"] for one in results] == [201, 422, 200, 422]
    assert [one.get("replayed") for one in results] == [False, None, True, None]
    assert results[0]["body"]["id"] == results[2]["body"]["id"]
    assert results[1]["body"]["code"] == "currency-mismatch"
    assert results[3]["body"]["errors"][0]["pointer"] == "#/channel"
    assert "request_id" not in results[1]["body"]


@pytest.mark.parametrize("count", [0, 501])
async def test_a_batch_holds_1_to_500_items(count: int) -> None:
    async with alone() as one:
        key = {"Authorization": f"Bearer {one.key}"}
        async with checked_client(one.application, key) as http:
            small = [purchase(str(number)) for number in range(count)]
            answer = await http.post("/v1/purchases/batch", json={"items": small})
        assert one.untouched()

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/items")


async def test_one_malformed_item_refuses_the_whole_batch_and_is_named() -> None:
    items: list[dict[str, Any]] = [purchase("a"), purchase("b"), purchase("c")]
    items[1]["lines"][0]["amount"] = "free"
    async with alone() as one:
        key = {"Authorization": f"Bearer {one.key}"}
        async with checked_client(one.application, key) as http:
            answer = await http.post("/v1/purchases/batch", json={"items": items})
        assert one.untouched()

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/items/1/lines/0/amount"


async def test_a_till_bound_to_a_store_sells_there_only() -> None:
    verbs = {
        "record_purchase": CurrencyMismatch(expected="EUR"),
        "record_purchase_batch": [UnknownChannel(channel="x", allowed=("web",))],
    }
    async with alone(verbs=verbs, scopes=["purchases:write"], store="waw-01") as one:
        key = {"Authorization": f"Bearer {one.key}"}
        async with checked_client(one.application, key) as http:
            elsewhere = await http.post("/v1/purchases", json=purchase(store="waw-02"))
            both = [purchase("a"), purchase("b", store="waw-02")]
            batch = await http.post("/v1/purchases/batch", json={"items": both})
            assert one.untouched()
            await http.post("/v1/purchases", json=purchase())
            await http.post("/v1/purchases/batch", json={"items": [purchase()]})

        bodies = [one.verbs.calls[0][1][1], one.verbs.calls[1][1][1][0]]
    assert [found.json()["code"] for found in (elsewhere, batch)] == ["store-forbidden"] * 2
    assert [elsewhere.status_code, batch.status_code] == [403, 403]
    assert [body.store for body in bodies] == ["waw-01", "waw-01"]


async def test_the_verb_gets_the_actor_of_the_key_and_the_decoded_body() -> None:
    async with alone(verbs={"record_purchase": CurrencyMismatch(expected="EUR")}) as one:
        key = {"Authorization": f"Bearer {one.key}"}
        async with checked_client(one.application, key) as http:
            await http.post("/v1/purchases", json=purchase())

        ((name, (actor, body), _),) = one.verbs.calls
    assert (name, actor.id) == ("record_purchase", "tests")
    assert json.loads(json.dumps(purchase()))["external_id"] == body.external_id


async def test_a_member_is_credited_through_the_till(service: Service) -> None:
    member = (await service.pos.post("/v1/members", json=enrolment())).json()["id"]

    sold = await service.pos.post("/v1/purchases", json=purchase())

    assert sold.json()["member_id"] == member


async def test_a_purchase_of_nobody_is_attached_to_a_member(service: Service) -> None:
    nobody = purchase()
    del nobody["member"]
    sold = (await service.checkout.post("/v1/purchases", json=nobody)).json()
    await service.checkout.post(
        "/v1/members", json={"identifiers": [{"kind": "card", "value": "C-77"}]}
    )
    where = f"/v1/purchases/{sold['id']}/member"
    body = {"member": [{"kind": "card", "value": "C-77"}], "reason": "showed the receipt"}

    first = await service.checkout.post(where, json=body)
    again = await service.checkout.post(where, json=body)

    assert sold["member_id"] is None
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["earned"]
    assert again.json() == first.json()
