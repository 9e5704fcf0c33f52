"""Quotes over HTTP, by the demo program."""

from typing import Any

from tests.api.bodies import enrolment, purchase
from tests.api.client import Service, keys_for, serving
from tests.databases import Fresh

# 2 x 12.99 of beans and 40.00 more; WELCOME5 takes 5.00 off 65.98
LINES = [
    {"sku": "ESP-250", "quantity": 2, "unit_price": 1299, "category": "coffee"},
    {"sku": "POT", "amount": 4000, "category": "pots"},
]


def cart(**changes: Any) -> dict[str, Any]:
    """A cart of the demo's member."""
    body = purchase(lines=LINES, coupons=["welcome-5"])
    del body["external_id"]
    return body | changes


async def points(service: Service, amount: int) -> str:
    """A member with so many points; the id."""
    found: str = (await service.checkout.post("/v1/members", json=enrolment())).json()["id"]
    if amount:
        given = await service.admin.post(
            f"/v1/members/{found}/adjustments",
            json={"wallet": "points", "amount": amount, "reason": "for a test"},
            headers={"Idempotency-Key": "points-of-a-test"},
        )
        assert given.status_code == 201, given.text
    return found


async def test_a_quote_is_what_the_purchase_then_is(service: Service) -> None:
    await points(service, 300)
    asked = cart(redeem=[{"wallet": "points", "amount": 150}])

    answer = await service.app.post("/v1/quotes", json=asked)
    quote = answer.json()
    bought = await service.checkout.post(
        "/v1/purchases", json={**asked, "external_id": "order-1", "quote_id": quote["quote_id"]}
    )

    assert answer.status_code == 200, answer.text
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert (quote["subtotal"], quote["total"] - quote["due"]) == (6598, 150)
    assert [one["template"] for one in quote["coupons"]] == ["WELCOME5"]
    assert bought.status_code == 201, bought.text
    same = ("member_id", "subtotal", "discount", "total", "due", "lines", "effects", "coupons")
    assert {name: bought.json()[name] for name in same} == {name: quote[name] for name in same}
    assert [(e["wallet"], e["amount"]) for e in bought.json()["earned"]] == [
        (e["wallet"], e["amount"]) for e in quote["earned"]
    ]


async def test_a_quote_keeps_nothing_and_can_be_asked_again(service: Service) -> None:
    member = await points(service, 300)
    asked = cart(redeem=[{"wallet": "points", "amount": 300}])
    before = (await service.app.get(f"/v1/members/{member}/wallets")).content

    first, again = [await service.pos.post("/v1/quotes", json=asked) for _ in range(2)]

    changing = {"quote_id": None, "valid_until": None, "earned": None}
    assert first.json() | changing == again.json() | changing
    assert (await service.app.get(f"/v1/members/{member}/wallets")).content == before


async def test_what_is_not_granted_is_told_and_refuses_nothing(service: Service) -> None:
    await points(service, 120)
    asked = cart(coupons=["nosuchcode"], redeem=[{"wallet": "points", "amount": 200}])

    answer = await service.app.post("/v1/quotes", json=asked)

    assert answer.status_code == 200, answer.text
    coupon, wallet = answer.json()["not_applied"]
    # O is read as 0; what was typed is told but for its end
    assert coupon == {"reason": "unknown", "position": 0, "coupon": "…0DE"}
    assert (wallet["wallet"], wallet["reason"], wallet["most"]) == ("points", "not_enough", 100)
    assert "redeemed" not in answer.json()


async def test_a_cart_of_nobody_has_no_points(service: Service) -> None:
    answer = await service.app.post("/v1/quotes", json=cart(member=None))

    assert answer.json()["member_id"] is None
    assert "earned" not in answer.json()
    assert answer.json()["usable"] == {"coupons": [], "points": {}}
    assert answer.json()["not_applied"][0]["reason"] == "needs_member"  # once per member


async def test_who_has_no_key_is_refused(service: Service) -> None:
    assert (await service.public.post("/v1/quotes", json=cart())).status_code == 401


async def test_what_no_cart_may_get_wrong_is_refused(service: Service) -> None:
    cases = [
        (cart(currency="USD"), 422, "currency-mismatch"),
        (cart(channel="fax"), 422, "unknown-channel"),
        (cart(store="waw-99"), 422, "unknown-store"),
        (cart(redeem=[{"wallet": "beans", "amount": 1}]), 422, "unknown-wallet"),
        (cart(redeem=[{"wallet": "status", "amount": 1}]), 422, "not-redeemable"),
        (cart(redeem=[{"wallet": "points", "amount": 100}] * 2), 422, "named-twice"),
        (cart(coupons=["welcome-5", "WELCOME5"]), 422, "named-twice"),
        (cart(coupons=["A" * 6] * 11), 400, "invalid-body"),
        (cart(external_id="order-1"), 400, "invalid-body"),
        (cart(lines=[]), 400, "invalid-body"),
        (cart(lines=[{"sku": "A"}]), 422, "line-invalid"),
    ]
    for body, status, code in cases:
        answer = await service.checkout.post("/v1/quotes", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_till_of_a_store_asks_and_holds_for_its_own_store_only(database: Fresh) -> None:
    keys = await keys_for(database.url, store="waw-01")
    async with serving(database.url), serving(database.url, keys=keys) as service:
        elsewhere = cart(store="waw-02")
        for path, body in (("quotes", {}), ("holds", {"checkout": "cart-1"})):
            refused = await service.pos.post(f"/v1/{path}", json=elsewhere | body)
            own = await service.pos.post(f"/v1/{path}", json=cart(coupons=[]) | body)
            assert (refused.status_code, refused.json()["code"]) == (403, "store-forbidden")
            assert own.status_code in {200, 201}, own.text
