"""Activities to be written, with what does not matter filled in."""

import datetime as dt
import uuid
from typing import Any, Final

from service.domain.activities.types import Activity
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id, new_id

NOON: Final = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
TELLER: Final = Actor(kind=ActorKind.PARTNER, id="shop", client_id=derived_id("client", "shop"))


def activity(holder_id: uuid.UUID, name: str = "visit", **fields: Any) -> Activity:
    """An activity at noon, under a key of its own."""
    activity_id = new_id()
    given = {
        "activity_id": activity_id,
        "is_members": False,
        "source": "app",
        "external_id": str(activity_id),
        "attributes": {},
        "identifier_conflict": False,
        "occurred_at": NOON,
        "recorded_at": NOON,
        **fields,
    }
    return Activity(holder_id=holder_id, name=name, **given)
