"""Events of what members share: units that passed between holders, and households.

Each stands with both holders it is about: the two of a transfer, the household and the member.
"""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec

from service.kernel.values import WalletChange


class PointsTransferred(msgspec.Struct, frozen=True, kw_only=True):
    """Units passed to or from another holder; `kind`: given, pooled, drawn, dissolved or merged."""

    operation_id: uuid.UUID
    other_id: uuid.UUID
    kind: str
    changes: tuple[WalletChange, ...]


class HouseholdFormed(msgspec.Struct, frozen=True, kw_only=True):
    """A member formed a household and is its head."""

    household_id: uuid.UUID
    member_id: uuid.UUID


class HouseholdInvited(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a household invited a member."""

    household_id: uuid.UUID
    member_id: uuid.UUID
    until: dt.datetime


class HouseholdJoined(msgspec.Struct, frozen=True, kw_only=True):
    """A member took an invitation and belongs to the household."""

    household_id: uuid.UUID
    member_id: uuid.UUID


class HouseholdLeft(msgspec.Struct, frozen=True, kw_only=True):
    """A member does not belong to the household any more; `removed`: by its head."""

    household_id: uuid.UUID
    member_id: uuid.UUID
    removed: bool


class HouseholdPersonChanged(msgspec.Struct, frozen=True, kw_only=True):
    """What a member of the household is or may draw in a month (null: as the program says)."""

    household_id: uuid.UUID
    member_id: uuid.UUID
    role: str
    draw_max: dict[str, int] | None


class HouseholdDissolved(msgspec.Struct, frozen=True, kw_only=True):
    """The household is no more; `member_id`: its head, who got what was left."""

    household_id: uuid.UUID
    member_id: uuid.UUID


SharingEvent = (
    PointsTransferred
    | HouseholdFormed
    | HouseholdInvited
    | HouseholdJoined
    | HouseholdLeft
    | HouseholdPersonChanged
    | HouseholdDissolved
)

SHARING_TYPES: Final[dict[type[Any], str]] = {
    PointsTransferred: "regulars.points.transferred.v1",
    HouseholdFormed: "regulars.household.formed.v1",
    HouseholdInvited: "regulars.household.invited.v1",
    HouseholdJoined: "regulars.household.joined.v1",
    HouseholdLeft: "regulars.household.left.v1",
    HouseholdPersonChanged: "regulars.household.person-changed.v1",
    HouseholdDissolved: "regulars.household.dissolved.v1",
}
