"""Examples of activities."""

from typing import Any, Final

_REVIEW: Final = {
    "name": "review-written",
    "source": "shop",
    "external_id": "review-77",
    "member": [{"kind": "card", "value": "4012001"}],
    "attributes": {"product": "ESP-250", "stars": 5, "with_photo": True},
}
_CART: Final = {
    "name": "cart-abandoned",
    "source": "web",
    "external_id": "cart-5512",
    "member": [{"kind": "email", "value": "ola@example.org"}],
    "occurred_at": "2026-11-22T10:00:00Z",
    "attributes": {"value": 4200},
}
_BOTH: Final = [{**_REVIEW, "external_id": "review-78"}, {**_CART, "external_id": "cart-5513"}]

ACTIVITIES: Final[dict[str, dict[str, Any]]] = {
    "record_activity": {
        "review": {"summary": "A review was written", "value": _REVIEW},
        "abandoned-cart": {"summary": "A cart was left behind, some time ago", "value": _CART},
    },
    "record_activity_batch": {
        "two": {"summary": "Two in one request", "value": {"items": _BOTH}},
    },
}
