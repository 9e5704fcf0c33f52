"""Reports over HTTP."""

import httpx

from tests.api.bodies import enrolment, purchase
from tests.api.client import Service, keys_for
from tests.databases import Fresh

SPAN = "from=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z"


async def overrun(service: Service, store: str) -> str:
    """A purchase that was paid with points that were not there; its id."""
    await service.checkout.post("/v1/members", json=enrolment())
    body = purchase(f"at {store}", store=store) | {
        "mode": "record",
        "redeem": [{"wallet": "points", "amount": 200}],
    }
    sold = await service.admin.post("/v1/purchases", json=body)
    assert sold.json()["overrun"] is True, sold.text
    found: str = sold.json()["id"]
    return found


async def test_overruns_are_summed_up_and_lead_to_their_purchases(service: Service) -> None:
    bought = await overrun(service, "waw-01")

    report = await service.admin.get(f"/v1/reports/overruns?{SPAN}")
    behind = await service.admin.get(
        f"/v1/reports/overruns/purchases?{SPAN}&store=waw-01&kind=points&name=points"
    )

    assert report.json()["items"] == [
        {
            "channel": "web",
            "store": "waw-01",
            "kind": "points",
            "name": "points",
            "purchases": 1,
            "amount": 200,
        }
    ]
    assert [one["purchase_id"] for one in behind.json()["items"]] == [bought]
    assert behind.json()["next"] is None


async def test_it_needs_a_span_and_the_scope(service: Service) -> None:
    def said(answer: httpx.Response) -> tuple[int, str]:
        return (answer.status_code, answer.json()["code"])

    until = "until=2027-01-01T00:00:00Z"
    assert said(await service.admin.get(f"/v1/reports/overruns?{until}")) == (
        400,
        "invalid-parameter",
    )
    long = f"from=2025-01-01T00:00:00Z&{until}"
    assert said(await service.admin.get(f"/v1/reports/overruns?{long}")) == (422, "span-invalid")
    assert said(await service.pos.get(f"/v1/reports/overruns?{SPAN}")) == (403, "scope-missing")


async def test_a_key_of_one_store_sees_that_store_only(service: Service, database: Fresh) -> None:
    await overrun(service, "waw-01")
    bound = (await keys_for(database.url, store="waw-02"))["admin"]
    async with service.client(bound) as manager:
        report = await manager.get(f"/v1/reports/overruns?{SPAN}")
        behind = await manager.get(f"/v1/reports/overruns/purchases?{SPAN}")
        other = await manager.get(f"/v1/reports/overruns/purchases?{SPAN}&store=waw-01")

    assert report.status_code == 200, report.text
    assert (report.json()["items"], behind.json()["items"]) == ([], [])
    assert (other.status_code, other.json()["code"]) == (403, "store-forbidden")
