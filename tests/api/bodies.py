"""Bodies for the demo program."""

from typing import Any, Final

CARD: Final = "4012001"
IDENTIFIERS: Final = [
    {"kind": "card", "value": CARD},
    {"kind": "email", "value": "ola@example.org"},
]


def purchase(external_id: str = "order-1", **changes: Any) -> dict[str, Any]:
    """A purchase of 12.00 EUR by the card above."""
    return {
        "channel": "web",
        "external_id": external_id,
        "currency": "EUR",
        "member": [{"kind": "card", "value": CARD}],
        "lines": [{"sku": "ESP-250", "amount": 1200, "category": "coffee"}],
        **changes,
    }


def enrolment(**changes: Any) -> dict[str, Any]:
    """A member with that card."""
    return {"identifiers": IDENTIFIERS, "profile": {"name": "Ola"}, **changes}
