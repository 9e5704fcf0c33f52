"""Gift cards for tests of stores."""

import datetime as dt
import uuid
from typing import Any, Final

from service.domain.gift_cards import codes
from service.domain.gift_cards.types import CardRow, State
from service.kernel.ids import new_id

SECRET: Final = b"a secret of the tests, at least 32 characters"
NOW: Final = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def card(holder_id: uuid.UUID | None = None, **fields: Any) -> CardRow:
    """A card made by itself."""
    holder_id = holder_id or new_id()
    given: dict[str, Any] = {
        "digest": codes.digest(SECRET, codes.derive(SECRET, holder_id.bytes)),
        "holder_id": holder_id,
        "kind": "plain",
        "tail": "T3W5",
        "state": State.ISSUED,
        "batch_no": None,
        "seed": None,
        "has_pin": False,
        "pin_hash": None,
        "pin_tries": 0,
        "pin_locked_until": None,
        "issued_at": NOW,
        "activated_at": None,
    }
    return CardRow(**{**given, **fields})
