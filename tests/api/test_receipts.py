"""Receipts that are looked for, over HTTP."""

from tests.api.bodies import IDENTIFIERS, enrolment, purchase
from tests.api.client import Service, keys_for
from tests.databases import Fresh

NOBODY = "0192f0c0-0000-7000-8000-000000000001"


async def test_a_paper_receipt_is_found_and_leads_to_the_purchase(service: Service) -> None:
    sold = await service.pos.post("/v1/purchases", json=purchase("till-0042", store="waw-01"))
    bought = sold.json()
    body = {
        "store": "waw-01",
        "on": bought["occurred_at"][:10],
        "total": bought["total"],
        "external_id_ends": "42",
        "member": None,
    }

    answer = await service.pos.post("/v1/purchases/search", json={**body, "limit": 1})
    other = await service.pos.post("/v1/purchases/search", json={**body, "total": 1})

    assert answer.status_code == 200
    (found,) = answer.json()["items"]
    assert (found["id"], found["total"], found["currency"]) == (
        bought["id"],
        bought["total"],
        "EUR",
    )
    assert answer.json()["next"] is None
    assert other.json() == {"items": [], "next": None}


async def test_a_question_that_is_too_wide_or_no_span_is_refused(service: Service) -> None:
    wide = await service.pos.post("/v1/purchases/search", json={"total": 100})
    both = {"store": "waw-01", "on": "2026-11-22", "from": "2026-11-22T00:00:00Z"}
    odd = await service.pos.post("/v1/purchases/search", json=both)

    assert (wide.status_code, wide.json()["code"]) == (422, "search-too-wide")
    assert (odd.status_code, odd.json()["code"]) == (422, "span-invalid")


async def test_a_key_of_one_store_finds_that_store_only(service: Service, database: Fresh) -> None:
    await service.admin.post("/v1/purchases", json=purchase("here", store="waw-01"))
    await service.admin.post("/v1/purchases", json=purchase("there", store="waw-02"))
    await service.admin.post("/v1/members", json=enrolment())
    bound = (await keys_for(database.url, store="waw-02"))["pos"]
    async with service.client(bound) as till:
        mine = await till.post("/v1/purchases/search", json={"member": IDENTIFIERS[:1]})
        other = await till.post(
            "/v1/purchases/search", json={"store": "waw-01", "on": "2026-11-22"}
        )

    assert [one["external_id"] for one in mine.json()["items"]] == ["there"]
    assert (other.status_code, other.json()["code"]) == (403, "store-forbidden")


async def test_the_purchases_of_a_member_are_listed(service: Service) -> None:
    member = (await service.checkout.post("/v1/members", json=enrolment())).json()["id"]
    for number in range(3):
        await service.checkout.post("/v1/purchases", json=purchase(f"order-{number}"))
    where = f"/v1/members/{member}/purchases"

    first = (await service.app.get(f"{where}?limit=2")).json()
    second = (await service.app.get(f"{where}?limit=2&cursor={first['next']}")).json()

    assert [one["external_id"] for one in first["items"]] == ["order-2", "order-1"]
    assert [one["external_id"] for one in second["items"]] == ["order-0"]
    assert second["next"] is None
    gone = await service.app.get(f"/v1/members/{NOBODY}/purchases")
    assert (gone.status_code, gone.json()["code"]) == (404, "member-not-found")
