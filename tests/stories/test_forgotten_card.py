"""Jan forgot his card, brought the grinder back before the sale arrived, and spent what he lost."""

from tests.stories.conftest import Shop

PHONE_CARD = [{"kind": "card", "value": "4012-777"}]


async def test_purchases_without_a_member_are_credited_when_he_joins(shop: Shop) -> None:
    await shop.today("2027-03-01T12:00:00Z")
    unknown = await shop.pos.post(
        "/v1/purchases",
        json={
            "channel": "pos", "external_id": "r-1", "currency": "EUR", "member": PHONE_CARD,
            "occurred_at": "2027-03-01T11:00:00Z",
            "lines": [{"sku": "BEANS", "quantity": "0.732", "amount": 1500, "category": "coffee"}],
        },
    )  # fmt: skip
    assert unknown.status_code == 201, unknown.text
    assert unknown.json()["member_id"] is None
    assert "earned" not in unknown.json()

    # another spelling of the same card; 15.00 of coffee, doubled
    joined = await shop.app.post(
        "/v1/members", json={"identifiers": [{"kind": "card", "value": "4012777"}]}
    )

    assert joined.json()["claimed"] == 1
    assert joined.json()["wallets"]["points"] == {
        "available": 0, "pending": 30, "held": 0, "debt": 0,
    }  # fmt: skip
    receipt = await shop.pos.get("/v1/purchases?channel=pos&external_id=r-1")
    assert receipt.json()["member_id"] == joined.json()["id"]


async def test_return_that_came_before_its_purchase_waits_for_it(shop: Shop) -> None:
    await shop.today("2027-03-01T12:00:00Z")
    member = (await shop.app.post("/v1/members", json={"identifiers": PHONE_CARD})).json()["id"]
    early = {
        "channel": "pos", "external_id": "ret-1",
        "purchase": {"channel": "pos", "external_id": "r-2"},
        "lines": [{"line": 2}],
    }  # fmt: skip

    parked = await shop.pos.post("/v1/returns", json=early)
    assert parked.status_code == 202
    assert (await shop.pos.post("/v1/returns", json=early)).status_code == 202

    bought = await shop.pos.post(
        "/v1/purchases",
        json={
            "channel": "pos", "external_id": "r-2", "currency": "EUR", "member": PHONE_CARD,
            "lines": [{"sku": "MUG", "amount": 1000}, {"sku": "POT", "amount": 2500}],
        },
    )  # fmt: skip

    assert len(bought.json()["returns_applied"]) == 1
    assert bought.json()["wallets"]["points"]["pending"] == 10
    applied = await shop.pos.post("/v1/returns", json=early)
    assert applied.status_code == 200
    assert applied.json()["refund"]["total"] == 2500
    entries = await shop.app.get(f"/v1/members/{member}/wallets/points/entries")
    assert [(e["reason"], e["amount"]) for e in entries.json()["items"]] == [
        ("reversed", -25),
        ("earned", 35),
    ]


async def test_points_spent_before_the_return_become_debt_that_the_next_purchase_pays(
    shop: Shop,
) -> None:
    await shop.today("2027-03-01T12:00:00Z")
    member = (await shop.app.post("/v1/members", json={"identifiers": PHONE_CARD})).json()["id"]
    body = {
        "channel": "web", "external_id": "o-1", "currency": "EUR", "member": {"id": member},
        "lines": [{"sku": "POT", "amount": 8000}],
    }  # fmt: skip
    await shop.checkout.post("/v1/purchases", json=body)
    await shop.today("2027-03-20T12:00:00Z")  # the 80 are available now
    spent = await shop.admin.post(
        f"/v1/members/{member}/adjustments",
        json={"wallet": "points", "amount": -50, "reason": "a gift at the counter"},
        headers={"Idempotency-Key": '"gift-0001"'},
    )
    assert spent.json()["wallets"]["points"]["available"] == 30

    returned = await shop.checkout.post(
        "/v1/returns",
        json={
            "channel": "web", "external_id": "ret-1",
            "purchase": {"channel": "web", "external_id": "o-1"},
        },
    )  # fmt: skip
    assert returned.json()["wallets"]["points"] == {
        "available": 0, "pending": 0, "held": 0, "debt": 50,
    }  # fmt: skip

    await shop.checkout.post(
        "/v1/purchases",
        json=body | {"external_id": "o-2", "lines": [{"sku": "POT", "amount": 12000}]},
    )
    await shop.today("2027-04-10T12:00:00Z")

    home = (await shop.app.get(f"/v1/members/{member}/home")).json()
    assert home["wallets"]["points"]["balance"] == {
        "available": 70, "pending": 0, "held": 0, "debt": 0,
    }  # fmt: skip


async def test_too_much_is_refused_and_changes_nothing(shop: Shop) -> None:
    await shop.today("2027-03-01T12:00:00Z")
    member = (await shop.app.post("/v1/members", json={"identifiers": PHONE_CARD})).json()["id"]
    before = (await shop.app.get(f"/v1/members/{member}/wallets")).content

    refused = await shop.admin.post(
        f"/v1/members/{member}/adjustments",
        json={"wallet": "points", "amount": -1, "reason": "nothing there"},
        headers={"Idempotency-Key": "take-0001"},
    )

    assert refused.status_code == 409
    assert refused.json()["code"] == "insufficient-points"
    assert (await shop.app.get(f"/v1/members/{member}/wallets")).content == before
