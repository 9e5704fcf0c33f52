"""Texts over HTTP, by the demo program: 1 bean for each euro, pending for 14 days."""

from typing import Any

import pytest

from tests.api.bodies import enrolment, purchase
from tests.api.client import Service

POLISH = {"Accept-Language": "pl-PL, en;q=0.5"}
LINES = [{"sku": "POT", "amount": 4000, "category": "pots"}]


async def enrolled(service: Service) -> None:
    answer = await service.checkout.post("/v1/members", json=enrolment())
    assert answer.status_code == 201, answer.text


def cart() -> dict[str, Any]:
    """40 euros for a pot."""
    body = purchase(lines=LINES)
    del body["external_id"]
    return body


async def test_a_till_gets_lines_in_the_language_it_asks_for(service: Service) -> None:
    await enrolled(service)
    body = purchase(lines=LINES)

    first = await service.checkout.post("/v1/purchases", json=body)
    again = await service.checkout.post("/v1/purchases", json=body)
    polish = await service.checkout.post("/v1/purchases", json=body, headers=POLISH)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["texts"] == ["Beans: +40, yours: 0", "460 more to Silver"]
    assert again.json() == first.json()
    assert polish.json()["texts"] == ["Ziarna: +40, masz: 0", "Do Srebro brakuje: 460"]
    assert first.json()["effects"][0]["title"] == {
        "en": "1 bean per euro",
        "pl": "1 ziarno za euro",
    }
    assert polish.json()["effects"][0]["title"] == {"pl": "1 ziarno za euro"}


async def test_every_way_to_a_receipt_has_its_lines(service: Service) -> None:
    await enrolled(service)
    body = purchase(lines=LINES)
    batch = await service.checkout.post("/v1/purchases/batch", json={"items": [body]})
    receipt = batch.json()["results"][0]["body"]

    read = await service.checkout.get(f"/v1/purchases/{receipt['id']}")
    key = {"channel": body["channel"], "external_id": body["external_id"]}
    found = await service.checkout.get("/v1/purchases", params=key, headers=POLISH)

    assert receipt["texts"] == ["Beans: +40, yours: 0", "460 more to Silver"]
    assert read.json() == receipt
    assert found.json()["texts"] == ["Ziarna: +40, masz: 0", "Do Srebro brakuje: 460"]


async def test_a_quote_a_hold_and_a_return_have_lines_of_their_own(service: Service) -> None:
    await enrolled(service)
    quote = await service.checkout.post("/v1/quotes", json=cart(), headers=POLISH)
    hold = await service.checkout.post("/v1/holds", json={**cart(), "checkout": "one"})
    placed = hold.json()["id"]
    read = await service.checkout.get(f"/v1/holds/{placed}", headers=POLISH)
    extended = await service.checkout.post(f"/v1/holds/{placed}/extend", json={"hold_for": 60})
    released = await service.checkout.post(f"/v1/holds/{placed}/release")
    body = purchase(lines=LINES)
    await service.checkout.post("/v1/purchases", json=body)
    bring = {
        "channel": "web",
        "external_id": "return-1",
        "purchase": {"channel": body["channel"], "external_id": body["external_id"]},
    }
    back = await service.checkout.post("/v1/returns", json=bring)

    assert quote.json()["texts"] == ["Ziarna za te zakupy: 40"]
    assert hold.json()["texts"] == ["To pay: €40.00"]
    assert read.json()["texts"] == ["Do zapłaty: 40,00 €"]
    assert extended.json()["texts"] == released.json()["texts"] == ["To pay: €40.00"]
    assert back.json()["texts"] == ["Back to you: €40.00", "Beans taken back: 40"]


@pytest.mark.parametrize("header", ["xx", "*", ";q=1", "a" * 9, "pl;q=0"])
async def test_a_language_nobody_wrote_is_the_first_of_the_file(
    service: Service, header: str
) -> None:
    await enrolled(service)

    answer = await service.app.post("/v1/quotes", json=cart(), headers={"Accept-Language": header})

    assert answer.json()["texts"] == ["This would bring 40 beans"]
