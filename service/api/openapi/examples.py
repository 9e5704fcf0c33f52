"""Examples of the documentation, for the demo program; a test sends all of them.

A name in angle brackets stands for what an earlier answer said.
"""

from typing import Any, Final

from service.api.openapi.activity_examples import ACTIVITIES
from service.api.openapi.club_examples import CLUBS
from service.api.openapi.club_stay_examples import CLUB_STAYS
from service.api.openapi.endpoint_examples import ENDPOINTS
from service.api.openapi.sharing_examples import SHARING
from service.api.openapi.staff_examples import STAFF

_PROGRAM: Final = """\
program: {id: my-shop, title: {en: My shop}, timezone: Europe/Warsaw, currency: EUR}
channels: [web]
identifiers: [card]
wallets:
  points: {title: {en: Points}, expires: {after: 12 months}}
campaigns:
  - id: base
    rules:
      - id: base-earn
        then:
          - points: {per: 1 EUR, award: 1}
"""

# A test puts in their place what an earlier answer said.
CARD_ID: Final = "0192f0c0-9c32-7e50-9c73-6f417d3e2c03"
CARD_CODE: Final = "7K4V-9QM2-X0HD-T3W5-8"
CARD_PIN: Final = "402917"
RACK_CODE: Final = "M2X0-HDT3-W5K4-V9Q7-Z"

_PURCHASE: Final = {
    "channel": "web",
    "external_id": "order-1001",
    "store": "waw-01",
    "currency": "EUR",
    "member": [{"kind": "card", "value": "4012001"}],
    "lines": [
        {"sku": "ESP-250", "quantity": 2, "unit_price": 1299, "category": "coffee"},
        {"sku": "MUG-01", "amount": 950, "category": "mugs", "tax": {"rate": "23"}},
    ],
}
_OFFLINE: Final = {
    "mode": "record",
    "channel": "pos",
    "external_id": "waw-01/3/000482",
    "store": "waw-01",
    "occurred_at": "2026-11-22T10:00:00Z",
    "currency": "EUR",
    "member": [{"kind": "card", "value": "4012001"}],
    "lines": [{"sku": "BEANS", "quantity": "0.732", "amount": 1830, "category": "coffee"}],
    "charged": {"total": 1830},
}
_CART: Final = {
    "channel": "web",
    "currency": "EUR",
    "member": [{"kind": "card", "value": "4012001"}],
    "lines": [
        {"sku": "ESP-250", "quantity": 2, "unit_price": 1299, "category": "coffee"},
        {"sku": "MUG-01", "amount": 950, "category": "mugs"},
    ],
    "coupons": ["welcome-5"],
    "redeem": [{"wallet": "points", "amount": 150}],
}


def _one(summary: str, value: Any) -> dict[str, Any]:
    return {"summary": summary, "value": value}


REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "enrol_member": {
        "card-and-email": _one(
            "With a card and an e-mail address",
            {
                "identifiers": [
                    {"kind": "card", "value": "4012001"},
                    {"kind": "email", "value": "ola@example.org"},
                ],
                "profile": {"name": "Ola", "birth_date": "1992-02-29", "language": "pl"},
                "fields": {"newsletter": True},
            },
        )
    },
    "change_member": {
        "new-phone": _one(
            "A new phone number, another name, one field removed",
            {
                "add": [{"kind": "phone", "value": "+48600100200"}],
                "profile": {"name": "Ola N."},
                "fields": {"newsletter": None},
            },
        )
    },
    "record_consents": {
        "sign-up": _one(
            "What was ticked at sign-up",
            {
                "consents": [
                    {"channel": "email", "given": True, "source": "web", "wording": "terms-7"},
                    {"channel": "sms", "given": False, "source": "web", "wording": "terms-7"},
                ]
            },
        ),
        "no-more": _one(
            "A link at the foot of a letter",
            {"consents": [{"channel": "email", "given": False, "source": "newsletter/footer"}]},
        ),
    },
    "lookup_member": {
        "by-card": _one("By card", {"identifiers": [{"kind": "card", "value": "4012001"}]})
    },
    "ask_quote": {"cart": _one("A cart with a coupon, to be paid with points in part", _CART)},
    "place_hold": {
        "checkout": _one(
            "The same cart, kept for half an hour while it is paid",
            {**_CART, "checkout": "web/cart-5001", "hold_for": 1800},
        )
    },
    "extend_hold": {"ten-minutes": _one("Ten minutes from now on", {"hold_for": 600})},
    "record_purchase": {
        "web-order": _one("A web order, before it is paid", _PURCHASE),
        "offline-till": _one("A till that was offline: it has happened, book it", _OFFLINE),
    },
    "record_purchase_batch": {
        "two": _one(
            "Two purchases",
            {
                "items": [
                    {**_PURCHASE, "external_id": "order-1002"},
                    {**_PURCHASE, "external_id": "order-1003"},
                ]
            },
        )
    },
    "record_return": {
        "one-mug": _one(
            "One line of a purchase comes back",
            {
                "channel": "web",
                "external_id": "return-77",
                "purchase": {"channel": "web", "external_id": "order-1001"},
                "lines": [{"line": 2}],
            },
        )
    },
    "exchange_items": {
        "other-size": _one(
            "One bag of coffee comes back, a mug is bought",
            {
                "bring": {
                    "channel": "pos",
                    "external_id": "waw-01/3/000490-back",
                    "purchase": {"channel": "web", "external_id": "order-1001"},
                    "lines": [{"line": 1, "quantity": 1}],
                },
                "buy": {
                    "channel": "pos",
                    "external_id": "waw-01/3/000490",
                    "store": "waw-01",
                    "currency": "EUR",
                    "member": [{"kind": "card", "value": "4012001"}],
                    "lines": [{"sku": "mug-large", "amount": 1800, "category": "mugs"}],
                },
            },
        )
    },
    "void_purchase": {
        "wrong-member": _one("Rung up for the wrong member", {"reason": "wrong card scanned"})
    },
    "attach_purchase": {
        "forgot-card": _one(
            "The card was at home",
            {
                "member": [{"kind": "card", "value": "4012001"}],
                "reason": "showed the receipt",
            },
        )
    },
    "search_purchases": {
        "paper-receipt": _one(
            "A receipt on paper: where, when and how much",
            {"store": "waw-01", "on": "2026-11-22", "total": 2598, "external_id_ends": "001"},
        )
    },
    "adjust_wallet": {
        "goodwill": _one(
            "Goodwill",
            {"wallet": "points", "amount": 150, "reason": "late delivery", "code": "goodwill"},
        )
    },
    "erase_member": {
        "asked-for-it": _one("They asked for it", {"note": "request 2026-114, identity proved"})
    },
    "refuse_approval": {
        "too-much": _one("Not so many", {"reason": "half of it would do, ask again"})
    },
    "check_coupon": {
        "at-the-till": _one(
            "Somebody shows a code at the till",
            {
                "code": "7k4v-9qm2-x0hd-t",
                "member": [{"kind": "card", "value": "4012001"}],
                "client": {"device": "waw-01/3"},
            },
        )
    },
    "issue_coupon": {
        "sorry": _one("A coupon to say sorry", {"template": "THANKS10", "reason": "cold coffee"})
    },
    "void_coupon": {
        "leaked": _one(
            "A code that was posted in a forum",
            {"code": "SPRING-4711", "reason": "posted in a forum"},
        )
    },
    "reinstate_coupon": {
        "by-mistake": _one(
            "It was the wrong one", {"code": "SPRING-4711", "reason": "voided by mistake"}
        )
    },
    "make_coupon_batch": {
        "flyer": _one(
            "Codes for a flyer", {"template": "FREE-COFFEE", "size": 20, "note": "spring"}
        )
    },
    "import_coupon_batch": {
        "printed": _one(
            "Codes that are printed already",
            {
                "template": "FREE-COFFEE",
                "codes": ["SPRING-4711", "SPRING-4712"],
                "note": "old system",
            },
        )
    },
    "issue_gift_card": {
        "by-email": _one(
            "25.00 for a friend, sent by e-mail",
            {"kind": "default", "activate": True, "amount": 2500, "currency": "EUR"},
        ),
    },
    "make_gift_card_batch": {
        "rack": _one("Cards for a rack", {"kind": "default", "size": 20, "note": "spring"})
    },
    "activate_gift_card": {
        "at-the-till": _one(
            "A card of the rack is sold for 50.00",
            {"code": RACK_CODE, "amount": 5000, "currency": "EUR"},
        )
    },
    "top_up_gift_card": {
        "at-the-till": _one("10.00 more", {"code": CARD_CODE, "amount": 1000, "currency": "EUR"})
    },
    "check_gift_card": {
        "in-the-app": _one(
            "What is on it?",
            {
                "code": CARD_CODE,
                "pin": CARD_PIN,
                "client": {"device": "phone-7"},
            },
        )
    },
    "list_gift_card_entries": {"by-id": _one("By its id", {"card_id": CARD_ID, "limit": 20})},
    "block_gift_card": {"lost": _one("It was lost", {"card_id": CARD_ID, "reason": "lost"})},
    "unblock_gift_card": {"found": _one("It was found", {"card_id": CARD_ID, "reason": "found"})},
    "redeem_reward": {"a-tree": _one("What others deliver, at once", {"reward": "tree"})},
    "hand_over_redemption": {"planted": _one("It was delivered", {"note": "certificate 4711"})},
    "cancel_redemption": {
        "mind-changed": _one("The member wants the points back", {"reason": "changed her mind"})
    },
    "undo_operation": {
        "wrong-member": _one(
            "A present for the wrong friend, taken back at the till",
            {"reason": "two cards were mixed up", "store": "waw-01"},
        )
    },
    **ACTIVITIES,
    **SHARING,
    **CLUBS,
    **CLUB_STAYS,
    **STAFF,
    **ENDPOINTS,
    "check_program": {"small": _one("A small program", {"source": _PROGRAM})},
    "plan_program": {"small": _one("A small program", {"source": _PROGRAM})},
    "publish_program": {
        "small": _one("A small program", {"source": _PROGRAM, "note": "first version"})
    },
}

_MEMBER_ID: Final = "0192f0c0-7a10-7c3e-9a51-4d2f5b1c0a01"
_PURCHASE_ID: Final = "0192f0c0-8b21-7d4f-8b62-5e306c2d1b02"
_BALANCE: Final = {"available": 123, "pending": 35, "held": 0, "debt": 0}

RESPONSES: Final[dict[tuple[str, int], Any]] = {
    ("record_purchase", 201): {
        "id": _PURCHASE_ID,
        "member_id": _MEMBER_ID,
        "channel": "web",
        "external_id": "order-1001",
        "store": "waw-01",
        "occurred_at": "2026-11-22T10:00:00Z",
        "recorded_at": "2026-11-22T10:00:00.412Z",
        "program_version": 1,
        "currency": "EUR",
        "subtotal": 3548,
        "discount": 0,
        "total": 3548,
        "due": 3548,
        "lines": [
            {"sku": "ESP-250", "subtotal": 2598, "discount": 0, "total": 2598},
            {"sku": "MUG-01", "subtotal": 950, "discount": 0, "total": 950},
        ],
        "earned": [
            {
                "wallet": "points",
                "amount": 35,
                "available_at": "2026-12-06T10:00:00Z",
                "expires_at": "2027-12-31T23:00:00Z",
            }
        ],
        "effects": [
            {
                "campaign": "base",
                "rule": "base-earn",
                "type": "points",
                "wallet": "points",
                "amount": 35,
            }
        ],
        "tier": {"main": {"id": "bronze"}},
        "wallets": {"points": _BALANCE},
    },
    ("read_liveness", 200): {"status": "live"},
    ("read_readiness", 200): {"status": "ready"},
}
