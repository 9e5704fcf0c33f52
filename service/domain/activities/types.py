"""Requests and answers about activities, and an activity as it is stored."""

import datetime as dt
import uuid
from typing import Annotated, Final

import msgspec

from service.kernel.text import BATCH_MAX, SAFE_INT_MAX, Instant, Key
from service.kernel.values import Recipient

ATTRIBUTES_MAX: Final = 20
PAGE_MAX: Final = 200

ActivityName = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_-]*$(?!\n)")
]
AttributeText = Annotated[str, msgspec.Meta(max_length=256)]
AttributeNumber = Annotated[int, msgspec.Meta(ge=-SAFE_INT_MAX, le=SAFE_INT_MAX)]
Attribute = AttributeText | AttributeNumber | bool
Attributes = dict[str, str | int | bool]


class RecordActivity(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An activity, recorded once under its natural key (source, external_id).

    `source`: the system that tells it. `member` is a list of identifiers, the first that matches
    wins, or an id. `occurred_at`: now, when it is absent.
    """

    name: ActivityName
    source: Key
    external_id: Key
    member: Recipient
    occurred_at: Instant | None = None
    attributes: Annotated[
        dict[ActivityName, Attribute], msgspec.Meta(max_length=ATTRIBUTES_MAX)
    ] = {}


class ActivityBatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up to 500 activities; each has its own result, items of one member run in their order."""

    items: Annotated[tuple[RecordActivity, ...], msgspec.Meta(min_length=1, max_length=BATCH_MAX)]


class ActivityView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An activity as it is known. `member_id` null: nobody has claimed the identifier yet.

    `identifier_conflict`: another identifier that was named belongs to somebody else.
    """

    id: uuid.UUID
    member_id: uuid.UUID | None
    name: str
    source: str
    external_id: str
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    attributes: dict[str, str | int | bool] = {}
    identifier_conflict: bool = False


class ActivityPage(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first; `next` is the cursor of the next page, null on the last."""

    items: tuple[ActivityView, ...]
    next: str | None


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """An activity as stored. `is_members`: its holder is a member, not an unclaimed identifier.

    `home_id`: as of a purchase; it is written, not read.
    """

    holder_id: uuid.UUID
    is_members: bool
    activity_id: uuid.UUID
    name: str
    source: str
    external_id: str
    attributes: Attributes
    identifier_conflict: bool
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    home_id: uuid.UUID | None = None

    def view(self) -> ActivityView:
        """As it is shown."""
        return ActivityView(
            id=self.activity_id,
            member_id=self.holder_id if self.is_members else None,
            name=self.name,
            source=self.source,
            external_id=self.external_id,
            occurred_at=self.occurred_at,
            recorded_at=self.recorded_at,
            attributes=self.attributes,
            identifier_conflict=self.identifier_conflict,
        )
