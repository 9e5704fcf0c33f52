"""Ola's cart: quoted in the app, held on the web, paid at the till, half of it given back by phone.

A point is a cent. The cart, in cents; what is left of a line is what the next discount is taken of:

    line           asked   mug-tenth   COFFEE10    FIVE   total   700 points   gift card
    1  2 coffees    2598                   -260    -166    2172          232        1940
    2  2 mugs       1900        -190               -121    1589          170        1419
    3  a grinder    3000                           -213    2787          298        2489
    together        7498        -190       -260    -500    6548          700        5848

COFFEE10: 10 % of 2598 are 259.8, so 260. FIVE: 500 in the shares 2338, 1710 and 3000 of 7048 are
165.86, 121.31 and 212.83; the two cents left go to the largest remainders, 1 and 3. The points: 700
in the shares 2172, 1589 and 2787 of 6548 are 232.19, 169.87 and 297.94; two left, for 3 and 2.
The gift card has 6000 and pays what is left of each line, so 152 stay on it.
"""

from typing import Any

from tests.stories.conftest import Shop

CARD = [{"kind": "card", "value": "4012001"}]
FIVE, COFFEE = "five-off", "COFFEE10"
LINES = [
    {"sku": "ESP-250", "quantity": 2, "unit_price": 1299, "category": "coffee"},
    {"sku": "MUG", "quantity": 2, "unit_price": 950, "category": "mugs"},
    {"sku": "GRINDER", "amount": 3000, "category": "tools"},
]
RECEIPT_LINES = [
    {"sku": "ESP-250", "subtotal": 2598, "discount": 426, "total": 2172},
    {"sku": "MUG", "subtotal": 1900, "discount": 311, "total": 1589},
    {"sku": "GRINDER", "subtotal": 3000, "discount": 213, "total": 2787},
]
PRICED = {"subtotal": 7498, "discount": 950, "total": 6548, "due": 0, "lines": RECEIPT_LINES}
PIN = "4711"


class Story:
    """Who she is, her coupon, and what her checkout has come to."""

    def __init__(self, shop: Shop, member: str, coupon: str, gift: str) -> None:
        self.shop = shop
        self.member = member
        self.coupon = coupon
        self.gift = gift
        self.hold: dict[str, Any] = {}
        self.receipt: dict[str, Any] = {}

    def cart(self, channel: str, **more: Any) -> dict[str, Any]:
        """Her cart with both coupons, 700 points and the gift card, wherever she shows it."""
        return {
            "channel": channel,
            "currency": "EUR",
            "member": CARD,
            "lines": LINES,
            "coupons": [FIVE, self.coupon],
            "redeem": [{"wallet": "points", "amount": 700}],
            "gift_cards": [{"code": self.gift, "pin": PIN}],
            **more,
        }

    async def gift_card(self) -> tuple[int, int]:
        """(what it pays, what is held), as its owner's app sees it."""
        asked = {"code": self.gift, "pin": PIN}
        answer = (await self.shop.app.post("/v1/gift-cards/check", json=asked)).json()
        return (answer["balance"], answer["held"])

    def by_card(self, left: int) -> list[dict[str, Any]]:
        """What answers say of the card."""
        shown = f"…{self.gift.replace('-', '')[-4:]}"
        return [{"position": 0, "gift_card": shown, "amount": 5848, "balance": left}]

    async def points(self) -> dict[str, int]:
        """What her app shows."""
        answer = await self.shop.app.get(f"/v1/members/{self.member}/wallets")
        balance: dict[str, int] = answer.json()["wallets"]["points"]["balance"]
        return balance

    async def coupons(self) -> dict[str, str]:
        """Her list: template -> state."""
        answer = await self.shop.app.get(f"/v1/members/{self.member}/coupons")
        return {one["template"]: one["state"] for one in answer.json()["items"]}


def parts(answer: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: answer[name] for name in names}


async def test_olas_checkout(counter: Shop) -> None:
    story = await she_has_800_points_and_a_coupon(counter)
    await the_app_quotes_her_cart(story)
    await the_web_shop_holds_it(story)
    await everybody_sees_what_is_held(story)
    await she_pays_at_the_till(story)
    await the_coupons_are_used(story)
    await the_call_centre_takes_half_of_it_back(story)
    await the_rest_is_explained(story)
    await the_events_add_up_to_the_wallets(story)


async def she_has_800_points_and_a_coupon(shop: Shop) -> Story:
    await shop.today("2027-01-10T10:00:00Z")
    enrolled = await shop.app.post("/v1/members", json={"identifiers": CARD})
    member = enrolled.json()["id"]
    machine = {
        "channel": "web",
        "external_id": "order-1",
        "currency": "EUR",
        "member": CARD,
        "lines": [{"sku": "MACHINE", "amount": 80_000, "category": "tools"}],
    }
    bought = await shop.checkout.post("/v1/purchases", json=machine)
    assert [(e["wallet"], e["amount"]) for e in bought.json()["earned"]] == [
        ("points", 800),
        ("status", 800),
    ]
    issued = await shop.admin.post(
        f"/v1/members/{member}/coupons",
        json={"template": COFFEE, "reason": "the first machine"},
        headers={"Idempotency-Key": "machine-order-1"},
    )
    await shop.today("2027-02-01T10:00:00Z")  # the points are out of the return window
    return Story(shop, member, issued.json()["code"], await a_gift_card(shop))


async def a_gift_card(shop: Shop) -> str:
    """Printed with a PIN in the office, sold at the till with 60.00 on it."""
    made = await shop.admin.post(
        "/v1/gift-cards",
        json={"kind": "plastic", "activate": False, "pin": PIN},
        headers={"Idempotency-Key": "gift-card-1"},
    )
    code: str = made.json()["code"]
    sold = await shop.pos.post(
        "/v1/gift-cards/activate",
        json={"code": code, "amount": 6_000},
        headers={"Idempotency-Key": "till-2-sold-a-card"},
    )
    assert sold.json()["balance"] == 6_000
    return code


async def the_app_quotes_her_cart(story: Story) -> None:
    quote = (await story.shop.app.post("/v1/quotes", json=story.cart("app"))).json()

    assert parts(quote, *PRICED) == PRICED
    assert [(c["position"], c["template"]) for c in quote["coupons"]] == [(0, "FIVE"), (1, COFFEE)]
    assert "not_applied" not in quote
    assert [(e["rule"], e["type"], e["amount"]) for e in quote["effects"]] == [
        (COFFEE, "discount", 260),
        ("mug-tenth", "discount", 190),
        ("FIVE", "discount", 500),
        # 65.48 euros; coffee once more: 87.20 in all, of which the rule adds 22
        ("base-earn", "points", 65),
        ("base-earn", "points", 65),
        ("coffee-double", "multiply", 22),
    ]
    assert {e["wallet"]: e["amount"] for e in quote["earned"]} == {"points": 87, "status": 65}
    assert quote["redeemed"] == [{"wallet": "points", "amount": 700, "value": 700}]
    # half of 65.48 would be 3274; she has 800, a multiple of 50
    assert quote["usable"]["points"]["points"] == {
        "available": 800, "least": 100, "most": 800, "step": 50, "value": 800,
    }  # fmt: skip
    assert quote["tier"]["main"] == {"id": "gold", "changed": True}  # 800 + 65 are 865
    assert quote["gift_cards"] == story.by_card(left=152)
    assert (await story.points())["available"] == 800, "a quote keeps nothing"
    assert await story.gift_card() == (6_000, 0)


async def the_web_shop_holds_it(story: Story) -> None:
    asked = story.cart("web", checkout="cart-77", hold_for=1800)
    held = await story.shop.checkout.post("/v1/holds", json=asked)
    again = await story.shop.checkout.post("/v1/holds", json=asked)

    assert (held.status_code, again.status_code) == (201, 200)
    assert again.headers["idempotency-replayed"] == "true"
    story.hold = held.json()
    assert story.hold.pop("wallets")["points"] == await story.points()
    assert again.json() == story.hold, "the hold there is, without the balances of back then"
    assert story.hold["state"] == "open"
    assert parts(story.hold, *PRICED) == PRICED
    assert story.hold["gift_cards"] == story.by_card(left=152)
    assert held.headers["location"] == f"/v1/holds/{story.hold['id']}"


async def everybody_sees_what_is_held(story: Story) -> None:
    shop = story.shop
    assert await story.points() == {"available": 100, "pending": 0, "held": 700, "debt": 0}
    assert await story.coupons() == {COFFEE: "held"}
    assert await story.gift_card() == (152, 5_848)

    elsewhere = {
        "channel": "pos",
        "external_id": "till-3",
        "currency": "EUR",
        "member": CARD,
        "lines": LINES,
        "coupons": [story.coupon, FIVE],
    }
    refused = await shop.pos.post("/v1/purchases", json=elsewhere)
    assert (refused.status_code, refused.json()["code"]) == (409, "coupons-refused")
    assert [(c["position"], c["reason"]) for c in refused.json()["reasons"]] == [
        (0, "needs_hold"),
        (1, "member_limit"),
    ]
    points = {**elsewhere, "coupons": [], "redeem": [{"wallet": "points", "amount": 150}]}
    refused = await shop.pos.post("/v1/purchases", json=points)
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient-points")
    card = {**points, "redeem": [], "gift_cards": [{"code": story.gift, "amount": 153}]}
    refused = await shop.pos.post("/v1/purchases", json=card)
    assert (refused.status_code, refused.json()["code"]) == (409, "gift-cards-refused")
    assert [(c["reason"], c["most"]) for c in refused.json()["reasons"]] == [("not_enough", 152)]


async def she_pays_at_the_till(story: Story) -> None:
    paid = story.cart("pos", external_id="till-4", hold_id=story.hold["id"])
    first = await story.shop.pos.post("/v1/purchases", json=paid)
    again = await story.shop.pos.post("/v1/purchases", json=paid)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    story.receipt = first.json()
    assert parts(story.receipt, *PRICED) == PRICED
    assert story.receipt["hold_id"] == story.hold["id"]
    assert story.receipt["redeemed"] == [{"wallet": "points", "amount": 700, "value": 700}]
    assert story.receipt["gift_cards"] == story.by_card(left=152)
    assert await story.gift_card() == (152, 0)
    assert [(e["wallet"], e["amount"]) for e in story.receipt["earned"]] == [
        ("points", 87),
        ("status", 65),
    ]
    assert story.receipt["tier"]["main"] == {"id": "gold", "changed": True}
    assert await story.points() == {"available": 100, "pending": 87, "held": 0, "debt": 0}
    hold = (await story.shop.checkout.get(f"/v1/holds/{story.hold['id']}")).json()
    assert (hold["state"], hold["purchase_id"]) == ("captured", story.receipt["id"])


async def the_coupons_are_used(story: Story) -> None:
    assert await story.coupons() == {COFFEE: "used_up"}
    plain = story.cart("app", redeem=[], gift_cards=[])
    quote = (await story.shop.app.post("/v1/quotes", json=plain)).json()
    assert [(n["position"], n["reason"]) for n in quote["not_applied"]] == [
        (0, "member_limit"),
        (1, "used_up"),
    ]
    assert quote["total"] == 7498 - 190


async def the_call_centre_takes_half_of_it_back(story: Story) -> None:
    """One of the two coffees and one of the two mugs; the grinder stays.

    What stays of a line keeps its share, whole cents: of the coffee 1299 - 130 - 83 = 1086 and 116
    points of 232; of the mug 950 - 95 - 60 = 795 (121 is halved to 60) and 85 points of 170. So
    1086 and 794 go back, 1880 in all, of which 201 were points and 970 + 709 = 1679 the gift
    card's. The rest earns 10.86 twice, 7.95
    and 27.87: 57.54 points and 46.68 status instead of 87 and 65.
    """
    await story.shop.today("2027-02-03T09:00:00Z")
    returned = await story.shop.checkout.post(
        "/v1/returns",
        json={
            "channel": "call-center",
            "external_id": "ret-1",
            "purchase": {"id": story.receipt["id"]},
            "lines": [{"line": 1, "quantity": 1}, {"line": 2, "quantity": 1}],
        },
    )
    assert returned.status_code == 201, returned.text
    back = returned.json()
    assert [(line["line"], line["total"]) for line in back["lines"]] == [(1, 1086), (2, 794)]
    assert back["refund"] == {
        "total": 1880, "points": 201, "gift_cards": 1679, "uncovered": 0, "other_tender": 0,
    }  # fmt: skip
    (card,) = back["gift_cards"]
    assert (card["position"], card["amount"], card["balance"]) == (0, 1679, 1831)
    assert await story.gift_card() == (1831, 0)  # 152 + 1679
    assert [(m["wallet"], m["amount"]) for m in back["reversed"]] == [
        ("points", 30),
        ("status", 19),
    ]
    assert [(m["wallet"], m["amount"]) for m in back["given_back"]] == [("points", 201)]
    # COFFEE10 comes back with any line it was taken off, FIVE only with all of them
    assert [(c["position"], c["template"]) for c in back["coupons_back"]] == [(1, COFFEE)]
    assert await story.coupons() == {COFFEE: "usable"}
    # 800 - 700 + 201; 87 - 30
    assert await story.points() == {"available": 301, "pending": 57, "held": 0, "debt": 0}
    silver = {"id": "silver", "changed": True, "next": "gold", "missing": 4}  # 800 + 46 are 846
    assert back["tier"]["main"] == silver


async def the_rest_is_explained(story: Story) -> None:
    shop, purchase = story.shop, story.receipt["id"]
    why = (await shop.admin.get(f"/v1/purchases/{purchase}/explanation")).json()
    assert why["same"] is True
    gave = {
        rule["rule"]: [one["points"] for one in rule["credits"]]
        for rule in why["rules"]
        if "credits" in rule
    }
    assert gave == {"base-earn": [65, 65], "coffee-double": [22]}
    ((mugs,),) = [rule["discounts"] for rule in why["rules"] if "discounts" in rule]
    assert (mugs["rule"], mugs["lines"]) == ("mug-tenth", [[1, 190]])
    assert [(c["template"], c["applied"], c["discounts"][0]["lines"]) for c in why["coupons"]] == [
        ("FIVE", True, [[0, 166], [1, 121], [2, 213]]),
        (COFFEE, True, [[0, 260]]),
    ]
    entries = await shop.app.get(f"/v1/members/{story.member}/wallets/points/entries")
    assert [(e["reason"], e["amount"]) for e in entries.json()["items"]] == [
        ("reversed", -30),
        ("given_back", 201),
        ("earned", 87),
        ("redeemed", -700),
        ("earned", 800),
    ]


async def the_events_add_up_to_the_wallets(story: Story) -> None:
    shop = story.shop
    events = (await shop.admin.get("/v1/events", params={"limit": 100})).json()["items"]
    mine = [event for event in events if event["subject"] == story.member]
    assert [int(event["sequence"]) for event in mine] == list(range(1, len(mine) + 1))
    sums = {"amount": 0, "pending": 0, "held": 0, "debt": 0}
    for event in mine:
        for change in event["data"].get("changes", []):
            if change["wallet"] == "points":
                for name in sums:
                    sums[name] += change.get(name, 0)
    assert sums == {"amount": 358, "pending": 57, "held": 0, "debt": 0}
    (card,) = [e["subject"] for e in events if e["type"] == "regulars.gift-card.issued.v1"]
    of_card = [event for event in events if event["subject"] == card]
    assert [event["type"].split(".", 1)[1] for event in of_card] == [
        "gift-card.issued.v1",
        "gift-card.activated.v1",
        "points.held.v1",
        "gift-card.redeemed.v1",
        "gift-card.refunded.v1",
    ]
    changes = [change for event in of_card for change in event["data"].get("changes", ())]
    assert sum(change.get("amount", 0) for change in changes) == 1831
