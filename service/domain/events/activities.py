"""Events of activities. Their attributes are not in them: what people wrote may stand there."""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec


class ActivityRecorded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A member did something that is no purchase.

    `member_id` null: nobody is known yet. `claimed`: it was recorded of nobody before, and is the
    member's now.
    """

    activity_id: uuid.UUID
    member_id: uuid.UUID | None
    name: str
    source: str
    external_id: str
    occurred_at: dt.datetime
    claimed: bool = False


class ActivityReassigned(msgspec.Struct, frozen=True, kw_only=True):
    """What was recorded of nobody known is this member's now."""

    activity_id: uuid.UUID
    member_id: uuid.UUID


ActivityEvent = ActivityRecorded | ActivityReassigned

ACTIVITY_TYPES: Final[dict[type[Any], str]] = {
    ActivityRecorded: "regulars.activity.recorded.v1",
    ActivityReassigned: "regulars.activity.reassigned.v1",
}
