"""Ola's year: bought on the web, at a till that was offline, by phone; half of it came back."""

from typing import Any

from tests.stories.conftest import Shop

CARD = [{"kind": "card", "value": "4012001"}]


def basket(channel: str, number: str, at: str, *lines: dict[str, Any]) -> dict[str, Any]:
    return {
        "channel": channel,
        "external_id": number,
        "occurred_at": at,
        "currency": "EUR",
        "member": CARD,
        "lines": list(lines),
    }


async def points(shop: Shop, member: str, **query: str) -> dict[str, int]:
    answer = await shop.app.get(f"/v1/members/{member}/wallets", params=query)
    assert answer.status_code == 200, answer.text
    balance: dict[str, int] = answer.json()["wallets"]["points"]["balance"]
    return balance


async def test_olas_year(shop: Shop) -> None:
    await shop.today("2027-01-10T10:00:00Z")
    enrolled = await shop.app.post("/v1/members", json={"identifiers": CARD})
    member = enrolled.json()["id"]
    await she_buys_on_the_web(shop, member)
    await her_points_become_usable_without_a_write(shop, member)
    await the_till_was_offline(shop)
    phone_order = await she_orders_by_phone(shop)
    await one_of_two_bags_comes_back(shop, member)
    await the_grinder_comes_back_whole(shop, member, phone_order)
    await the_bonus_can_be_earned_again(shop)
    await a_year_later_points_lapse_and_silver_ends(shop, member)
    await the_events_add_up_to_the_wallets(shop, member)


async def she_buys_on_the_web(shop: Shop, member: str) -> None:
    # coffee 2 x 12.99 = 25.98, doubled 51.96; a mug 10.02; together 61.98 -> 61; status 36.00 -> 36
    first = await shop.checkout.post(
        "/v1/purchases",
        json=basket(
            "web", "order-1", "2027-01-10T10:00:00Z",
            {"sku": "ESP-250", "quantity": 2, "unit_price": 1299, "category": "coffee"},
            {"sku": "MUG", "amount": 1002, "category": "mugs"},
        ),
    )  # fmt: skip
    assert first.status_code == 201, first.text
    assert first.json()["total"] == 3600
    assert first.json()["earned"] == [
        {
            "wallet": "points",
            "amount": 61,
            "available_at": "2027-01-24T10:00:00Z",
            # 24 January 2028, then the end of that month in Warsaw
            "expires_at": "2028-01-31T23:00:00Z",
        },
        {"wallet": "status", "amount": 36, "available_at": "2027-01-10T10:00:00Z"},
    ]
    assert await points(shop, member) == {"available": 0, "pending": 61, "held": 0, "debt": 0}


async def her_points_become_usable_without_a_write(shop: Shop, member: str) -> None:
    before = (await shop.app.get(f"/v1/members/{member}/wallets")).headers["etag"]
    await shop.today("2027-01-25T10:00:00Z")
    after = await shop.app.get(f"/v1/members/{member}/wallets", headers={"If-None-Match": before})
    assert after.status_code == 200, "the release of pending units changes the tag without a write"
    assert after.json()["wallets"]["points"]["balance"]["available"] == 61
    again = await shop.app.get(
        f"/v1/members/{member}/wallets", headers={"If-None-Match": after.headers["etag"]}
    )
    assert again.status_code == 304


def at(tier: str, following: str, missing: int) -> dict[str, Any]:
    """A tier that was reached this moment, and the way to the next."""
    return {"id": tier, "changed": True, "next": following, "missing": missing}


async def the_till_was_offline(shop: Shop) -> None:
    # the till was offline on the 20th: 80.00 of beans; status 36 + 80 = 116 -> silver
    second = await shop.pos.post(
        "/v1/purchases",
        json=basket(
            "pos", "till-7-1", "2027-01-20T09:00:00Z",
            {"sku": "BEANS", "quantity": 2, "amount": 8000, "category": "beans"},
        ) | {"mode": "record"},
    )  # fmt: skip
    assert second.status_code == 201, second.text
    assert second.json()["tier"]["main"] == at("silver", "gold", 184)  # of 300


async def she_orders_by_phone(shop: Shop) -> str:
    # by phone, 100.00: spend in 30 days 36 + 80 + 100 = 216 >= 200 -> 50 more
    phone = basket(
        "call-center", "call-1", "2027-01-25T10:00:00Z", {"sku": "GRINDER", "amount": 10000}
    )
    third = await shop.checkout.post("/v1/purchases", json=phone)
    assert [e["amount"] for e in third.json()["earned"]] == [150, 100]
    assert [(e["rule"], e["amount"]) for e in third.json()["effects"]] == [
        ("base-earn", 100),
        ("base-earn", 100),
        ("big-spender", 50),
    ]
    replay = await shop.checkout.post("/v1/purchases", json=phone)
    assert replay.status_code == 200
    assert replay.headers["idempotency-replayed"] == "true"
    assert replay.json() == third.json()
    found: str = third.json()["id"]
    return found


async def one_of_two_bags_comes_back(shop: Shop, member: str) -> None:
    # one of the two bags comes back: 40.00, 40 points; silver now stands since the phone order
    await shop.today("2027-01-26T10:00:00Z")
    bag = await shop.pos.post(
        "/v1/returns",
        json={
            "channel": "pos", "external_id": "ret-1",
            "purchase": {"channel": "pos", "external_id": "till-7-1"},
            "lines": [{"line": 1, "quantity": 1}],
        },
    )  # fmt: skip
    assert bag.status_code == 201, bag.text
    assert bag.json()["refund"]["total"] == 4000
    assert [(m["wallet"], m["amount"]) for m in bag.json()["reversed"]] == [
        ("points", 40),
        ("status", 40),
    ]
    tier = (await shop.app.get(f"/v1/members/{member}/tier")).json()["ladders"]["main"]
    assert (tier["progress"]["tier"], tier["progress"]["total"]) == ("silver", 176)
    assert tier["since"] == "2027-01-25T10:00:00Z"


async def the_grinder_comes_back_whole(shop: Shop, member: str, phone_order: str) -> None:
    # the grinder comes back whole: 150 points go, status 76, silver no longer stands
    grinder = await shop.checkout.post(
        "/v1/returns",
        json={
            "channel": "web", "external_id": "ret-2", "purchase": {"id": phone_order},
        },
    )  # fmt: skip
    assert grinder.json()["refund"]["total"] == 10000
    assert grinder.json()["tier"]["main"] == at("bronze", "silver", 24)  # of 100
    assert await points(shop, member) == {"available": 61, "pending": 40, "held": 0, "debt": 0}


async def the_bonus_can_be_earned_again(shop: Shop) -> None:
    # 130.00: spend in 30 days 36 + 40 + 130 = 206; the bonus was given back with the grinder
    await shop.today("2027-01-27T10:00:00Z")
    fourth = await shop.checkout.post(
        "/v1/purchases",
        json=basket("web", "order-2", "2027-01-27T10:00:00Z", {"sku": "SCALE", "amount": 13000}),
    )
    assert [e["amount"] for e in fourth.json()["earned"]] == [180, 130]
    assert fourth.json()["tier"]["main"] == at("silver", "gold", 94)  # 76 + 130 are 206
    why = await shop.admin.get(f"/v1/purchases/{fourth.json()['id']}/explanation")
    assert why.json()["same"] is True


async def a_year_later_points_lapse_and_silver_ends(shop: Shop, member: str) -> None:
    # a year on: the first 61 lapsed at the end of January; silver was not earned again
    await shop.today("2028-02-01T10:00:00Z")
    assert await points(shop, member) == {"available": 220, "pending": 0, "held": 0, "debt": 0}
    expiring = (await shop.app.get(f"/v1/members/{member}/wallets")).json()["wallets"]["points"]
    assert expiring["expiring"] == [{"expires_at": "2028-02-29T23:00:00Z", "amount": 220}]
    tier = (await shop.app.get(f"/v1/members/{member}/tier")).json()["ladders"]["main"]
    assert tier["progress"]["tier"] == "bronze"

    # how it stood on 1 February 2027, and how it will on 1 March 2028
    then = await points(shop, member, at="2027-02-01T10:00:00Z")
    assert then == {"available": 61, "pending": 220, "held": 0, "debt": 0}
    assert (await points(shop, member, at="2028-03-01T10:00:00Z"))["available"] == 0


async def the_events_add_up_to_the_wallets(shop: Shop, member: str) -> None:
    """I4 and I10 of the design: versions 1, 2, 3 … without a gap; their changes are the wallets."""
    wallets = (await shop.app.get(f"/v1/members/{member}/wallets")).json()["wallets"]
    earned = (await shop.checkout.get("/v1/purchases?channel=web&external_id=order-1")).json()
    # a write settles what is due, so that its events are there
    await shop.admin.post(
        f"/v1/members/{member}/adjustments",
        json={"wallet": "points", "amount": 1, "reason": "to settle"},
        headers={"Idempotency-Key": "settle-the-year"},
    )
    events, after = [], None
    while True:
        query: dict[str, str] = {"after": after} if after else {}
        page = (await shop.admin.get("/v1/events", params=query)).json()
        if not page["items"]:
            break
        events += page["items"]
        after = page["next"]
    mine = [event for event in events if event["subject"] == member]
    assert [int(event["sequence"]) for event in mine] == list(range(1, len(mine) + 1))
    sums = {"points": 0, "status": 0}
    for event in mine:
        for change in event["data"].get("changes", []):
            sums[change["wallet"]] += change["amount"]
    assert sums["points"] == wallets["points"]["balance"]["available"] + 1
    assert sums["status"] == wallets["status"]["balance"]["available"]
    recorded = [e for e in mine if e["type"] == "regulars.purchase.recorded.v1"]
    assert [e["data"]["external_id"] for e in recorded] == [
        "order-1", "till-7-1", "call-1", "order-2",
    ]  # fmt: skip
    assert recorded[0]["data"]["earned"] == earned["earned"]
