"""All events: one Struct each, its type in `TYPES`. Adding a field is safe, changing one is not.

No personal data: ids, kinds and figures only. Changes of wallets (`changes`) stand in the
`points.*` events alone, so that a reader who adds them up counts nothing twice.
"""

import datetime as dt
import uuid
from typing import Final

import msgspec

from service.kernel.values import (
    Balance,
    EffectShown,
    Movement,
    Progress,
    WalletChange,
)


class MemberEnrolled(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody joined the program."""

    member_id: uuid.UUID
    enrolled_at: dt.datetime
    identifier_kinds: tuple[str, ...]


class MemberChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The member's profile, fields or identifiers changed; `changed` names what, without values."""

    member_id: uuid.UUID
    changed: tuple[str, ...]


class PurchaseRecorded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A purchase and what came of it: all that a thank-you message needs.

    `member_id` null: nobody is known yet. Balances and progress are those after the purchase.
    """

    purchase_id: uuid.UUID
    member_id: uuid.UUID | None
    channel: str
    external_id: str
    store: str | None
    occurred_at: dt.datetime
    currency: str
    subtotal: int
    total: int
    program_version: int
    earned: tuple[Movement, ...] = ()
    effects: tuple[EffectShown, ...] = ()
    wallets: dict[str, Balance] = {}
    progress: dict[str, Progress] = {}
    claimed: bool = False  # recorded before the member was known, credited now


class PurchaseReturned(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Items of a purchase came back. `reversed`: units taken back (negative: given back again)."""

    purchase_id: uuid.UUID
    return_id: uuid.UUID
    member_id: uuid.UUID | None
    channel: str
    external_id: str
    store: str | None
    occurred_at: dt.datetime
    total: int
    reversed: tuple[Movement, ...] = ()
    wallets: dict[str, Balance] = {}


class PurchaseReassigned(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase without a known member was credited to the one who claimed its identifier."""

    purchase_id: uuid.UUID
    member_id: uuid.UUID


class PointsEarned(msgspec.Struct, frozen=True, kw_only=True):
    """Units were earned by a purchase; `lots` say from when they are usable and when they lapse."""

    operation_id: uuid.UUID
    changes: tuple[WalletChange, ...]
    lots: tuple[Movement, ...]


class PointsReleased(msgspec.Struct, frozen=True, kw_only=True):
    """Pending units became usable (and paid debt first)."""

    changes: tuple[WalletChange, ...]


class PointsExpired(msgspec.Struct, frozen=True, kw_only=True):
    """Units lapsed."""

    changes: tuple[WalletChange, ...]


class PointsReversed(msgspec.Struct, frozen=True, kw_only=True):
    """A return took units back, or gave some back again."""

    operation_id: uuid.UUID
    purchase_id: uuid.UUID
    changes: tuple[WalletChange, ...]


class PointsAdjusted(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody corrected a wallet by hand, or it was brought along by an import."""

    operation_id: uuid.UUID
    changes: tuple[WalletChange, ...]


class TierChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The tier in force became another."""

    ladder: str
    was: str
    now: str
    at: dt.datetime
    valid_until: dt.datetime | None


Event = (
    MemberEnrolled
    | MemberChanged
    | PurchaseRecorded
    | PurchaseReturned
    | PurchaseReassigned
    | PointsEarned
    | PointsReleased
    | PointsExpired
    | PointsReversed
    | PointsAdjusted
    | TierChanged
)

TYPES: Final[dict[type[Event], str]] = {
    MemberEnrolled: "regulars.member.enrolled.v1",
    MemberChanged: "regulars.member.changed.v1",
    PurchaseRecorded: "regulars.purchase.recorded.v1",
    PurchaseReturned: "regulars.purchase.returned.v1",
    PurchaseReassigned: "regulars.purchase.reassigned.v1",
    PointsEarned: "regulars.points.earned.v1",
    PointsReleased: "regulars.points.released.v1",
    PointsExpired: "regulars.points.expired.v1",
    PointsReversed: "regulars.points.reversed.v1",
    PointsAdjusted: "regulars.points.adjusted.v1",
    TierChanged: "regulars.tier.changed.v1",
}
