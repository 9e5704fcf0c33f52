"""Returns over HTTP."""

from typing import Any

from service.domain.returns.errors import NothingToReturn
from tests.api.bodies import purchase
from tests.api.client import Service, checked_client
from tests.api.recorder import alone


def back(external_id: str = "return-1", **changes: Any) -> dict[str, Any]:
    """The whole purchase `order-1` comes back."""
    return {
        "channel": "web",
        "external_id": external_id,
        "purchase": {"channel": "web", "external_id": "order-1"},
        **changes,
    }


async def test_a_return_is_recorded_once_and_answered_again(service: Service) -> None:
    await service.checkout.post("/v1/purchases", json=purchase())

    first = await service.checkout.post("/v1/returns", json=back())
    again = await service.checkout.post("/v1/returns", json=back())

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["refund"]["total"] == 1200
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_return_before_its_purchase_is_parked(service: Service) -> None:
    parked = await service.checkout.post("/v1/returns", json=back())
    sold = await service.checkout.post("/v1/purchases", json=purchase())
    after = await service.checkout.post("/v1/returns", json=back())

    assert (parked.status_code, parked.json()["status"]) == (202, "parked")
    assert sold.status_code == 201
    assert after.status_code == 200
    assert after.json()["refund"]["total"] == 1200
    assert after.json().get("status", "applied") == "applied"


async def test_more_than_was_bought_points_to_the_line(service: Service) -> None:
    await service.checkout.post("/v1/purchases", json=purchase())
    too_many = back(lines=[{"line": 1, "quantity": 2}])

    refused = await service.checkout.post("/v1/returns", json=too_many)

    assert (refused.status_code, refused.json()["code"]) == (422, "return-exceeds-purchase")
    assert refused.json()["errors"][0]["pointer"].startswith("#/lines/0")


async def test_a_purchase_that_is_not_named_is_refused(service: Service) -> None:
    refused = await service.checkout.post("/v1/returns", json=back(purchase={"channel": "web"}))

    assert (refused.status_code, refused.json()["code"]) == (422, "purchase-not-named")


async def test_a_till_bound_to_a_store_takes_back_there_only() -> None:
    async with alone(verbs={"record_return": NothingToReturn()}, store="waw-01") as one:
        key = {"Authorization": f"Bearer {one.key}"}
        async with checked_client(one.application, key) as http:
            elsewhere = await http.post("/v1/returns", json=back(store="waw-02"))
            assert one.untouched()
            await http.post("/v1/returns", json=back())

        ((_, (_, body), _),) = one.verbs.calls
    assert (elsewhere.status_code, body.store) == (403, "waw-01")


async def test_a_purchase_is_void_once(service: Service) -> None:
    sold = (await service.checkout.post("/v1/purchases", json=purchase())).json()
    where, why = f"/v1/purchases/{sold['id']}/void", {"reason": "wrong card"}

    first = await service.admin.post(where, json=why)
    again = await service.admin.post(where, json=why)
    shown = await service.checkout.get(f"/v1/purchases/{sold['id']}")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["refund"]["total"] == 1200
    assert again.json() == first.json()
    assert shown.json()["void"] is True


async def test_an_exchange_answers_one_amount(service: Service) -> None:
    await service.checkout.post("/v1/purchases", json=purchase())
    body = {"bring": back(), "buy": purchase("order-2", lines=[{"sku": "x", "amount": 2000}])}

    first = await service.checkout.post("/v1/exchanges", json=body)
    again = await service.checkout.post("/v1/exchanges", json=body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["net_due"] == 2000 - 1200
    assert again.json() == first.json()


async def test_who_may_not_sell_may_not_exchange() -> None:
    async with alone(verbs={}, scopes=["returns:write"]) as one:
        key = {"Authorization": f"Bearer {one.key}"}
        async with checked_client(one.application, key) as http:
            refused = await http.post("/v1/exchanges", json={"bring": back(), "buy": purchase()})
        assert one.untouched()
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
