"""Holds over HTTP, by the demo program."""

import datetime as dt
from typing import Any

import httpx

from service.kernel.ids import new_id
from tests.api.client import DEMO, Service, serving
from tests.api.test_quotes import cart, points
from tests.databases import Fresh

PAY = [{"wallet": "points", "amount": 150}]


async def place(service: Service, checkout: str = "cart-1", **changes: Any) -> httpx.Response:
    """Hold the cart with 150 points."""
    body = cart(**{"redeem": PAY, "checkout": checkout, **changes})
    return await service.checkout.post("/v1/holds", json=body)


async def balance(service: Service, member: str) -> tuple[int, int]:
    """Points available and held."""
    answer = await service.app.get(f"/v1/members/{member}/wallets")
    found = answer.json()["wallets"]["points"]["balance"]
    return found["available"], found["held"]


def seconds(hold: dict[str, Any], since: str = "created_at") -> int:
    due, start = (dt.datetime.fromisoformat(hold[name]) for name in ("due_at", since))
    return round((due - start).total_seconds())


async def test_a_hold_is_placed_read_and_shown_in_the_wallet(service: Service) -> None:
    member = await points(service, 400)

    made = await place(service, hold_for=600)

    assert made.status_code == 201, made.text
    hold = made.json()
    assert made.headers["location"] == f"/v1/holds/{hold['id']}"
    assert (hold["state"], hold["checkout"], seconds(hold)) == ("open", "cart-1", 600)
    assert hold["wallets"]["points"] == {"available": 250, "pending": 0, "held": 150, "debt": 0}
    assert await balance(service, member) == (250, 150)
    del hold["wallets"]
    assert (await service.pos.get(made.headers["location"])).json() == hold


async def test_sent_again_it_is_the_same_hold(service: Service) -> None:
    member = await points(service, 400)
    first = (await place(service)).json()

    again = await place(service)

    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert again.headers["idempotency-replayed"] == "true"
    assert await balance(service, member) == (250, 150)


async def test_another_cart_of_the_checkout_replaces_it(service: Service) -> None:
    member = await points(service, 400)
    first = (await place(service)).json()

    other = await place(service, redeem=[{"wallet": "points", "amount": 200}])

    assert (other.status_code, other.json()["id"] == first["id"]) == (201, False)
    assert await balance(service, member) == (200, 200)
    assert (await service.pos.get(f"/v1/holds/{first['id']}")).json()["state"] == "released"


async def test_an_open_hold_is_extended_from_now_on(service: Service) -> None:
    await points(service, 400)
    hold = (await place(service, hold_for=60)).json()

    longer = await service.checkout.post(f"/v1/holds/{hold['id']}/extend", json={"hold_for": 900})

    assert longer.status_code == 200, longer.text
    assert 900 <= seconds(longer.json()) < 960
    assert longer.json()["created_at"] == hold["created_at"]


async def test_a_released_hold_stays_released(service: Service) -> None:
    member = await points(service, 400)
    hold_id = (await place(service)).json()["id"]
    path = f"/v1/holds/{hold_id}"

    released, again = [await service.pos.post(f"{path}/release") for _ in range(2)]

    assert (released.status_code, released.json()["state"]) == (200, "released")
    assert (again.status_code, again.json()["closed_at"]) == (200, released.json()["closed_at"])
    assert await balance(service, member) == (400, 0)
    extended = await service.pos.post(f"{path}/extend", json={})
    assert (extended.status_code, extended.json()["code"]) == (409, "hold-closed")
    late = await service.checkout.post(
        "/v1/purchases", json=cart(external_id="o-1", redeem=PAY, hold_id=hold_id)
    )
    assert (late.status_code, late.json()["code"]) == (409, "hold-closed")


async def test_the_purchase_that_names_it_captures_it_in_another_channel_too(
    service: Service,
) -> None:
    member = await points(service, 400)
    hold = (await place(service)).json()
    paid = cart(channel="pos", store="waw-01", external_id="t-1", redeem=PAY, hold_id=hold["id"])

    bought = await service.pos.post("/v1/purchases", json=paid)

    assert bought.status_code == 201, bought.text
    assert bought.json()["channel"] == "pos"
    same = ("subtotal", "discount", "total", "due", "lines", "effects", "coupons", "redeemed")
    assert {name: hold[name] for name in same[:5]} == {
        name: bought.json()[name] for name in same[:5]
    }
    captured = (await service.pos.get(f"/v1/holds/{hold['id']}")).json()
    assert (captured["state"], captured["purchase_id"]) == ("captured", bought.json()["id"])
    assert await balance(service, member) == (250, 0)
    released = await service.pos.post(f"/v1/holds/{hold['id']}/release")
    assert (released.status_code, released.json()["code"]) == (409, "hold-closed")


async def test_a_hold_takes_what_is_there_or_nothing(service: Service) -> None:
    member = await points(service, 120)

    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"redeem": [{"wallet": "points", "amount": 150}]}, 409, "insufficient-points"),
        ({"redeem": [{"wallet": "points", "amount": 110}]}, 422, "redemption-refused"),
        ({"redeem": [], "coupons": ["nosuchcode"]}, 409, "coupons-refused"),
        ({"redeem": [], "hold_for": 0}, 400, "invalid-body"),
        ({"redeem": [], "hold_for": 604_801}, 400, "invalid-body"),
    ]
    for changes, status, code in cases:
        answer = await place(service, **changes)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await balance(service, member) == (120, 0)


async def test_a_hold_that_is_not_there_is_not_found(service: Service) -> None:
    hold_id = str(new_id())
    path = f"/v1/holds/{hold_id}"
    for answer in (
        await service.pos.get(path),
        await service.pos.post(f"{path}/release"),
        await service.pos.post(f"{path}/extend", json={"hold_for": 60}),
        await service.pos.post("/v1/purchases", json=cart(external_id="o-1", hold_id=hold_id)),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "hold-not-found")


async def test_an_app_of_a_member_may_not_hold(service: Service) -> None:
    for answer in (
        await service.app.post("/v1/holds", json=cart(checkout="cart-1")),
        await service.app.get(f"/v1/holds/{new_id()}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")


async def test_what_was_decided_for_the_web_holds_at_the_till(database: Fresh) -> None:
    """1 euro off on the web only: 65.98 less WELCOME5 come to 59.98 there, to 60.98 at a till."""
    campaign = """campaigns:
  - id: web-only
    rules:
      - id: web-euro
        when: {cart.channel: web}
        then: [{discount: {amount: 1 EUR}}]
"""
    program = DEMO.replace("campaigns:\n", campaign, 1)
    async with serving(database.url, program=program) as service:
        await points(service, 400)
        at_till = cart(channel="pos", store="waw-01", redeem=PAY)
        without = await service.pos.post("/v1/quotes", json=at_till)
        hold = (await place(service)).json()
        bought = await service.pos.post(
            "/v1/purchases", json={**at_till, "external_id": "t-1", "hold_id": hold["id"]}
        )
        why = await service.pos.get(f"/v1/purchases/{bought.json()['id']}/explanation")

    assert (without.json()["total"], hold["total"]) == (6098, 5998)
    assert (bought.status_code, bought.json()["total"]) == (201, 5998)
    assert why.json()["same"] is True
