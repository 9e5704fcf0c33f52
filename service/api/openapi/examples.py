"""Examples of the documentation, for the demo program; a test sends all of them.

A name in angle brackets stands for what an earlier answer said.
"""

from typing import Any, Final

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
    "lookup_member": {
        "by-card": _one("By card", {"identifiers": [{"kind": "card", "value": "4012001"}]})
    },
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
    "adjust_wallet": {
        "goodwill": _one("Goodwill", {"wallet": "points", "amount": 50, "reason": "late delivery"})
    },
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
