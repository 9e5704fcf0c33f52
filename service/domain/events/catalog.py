"""All events: one Struct each, its type in `TYPES`. Adding a field is safe, changing one is not.

Those of activities stand in activities.py, of approvals in approvals.py, of clubs in clubs.py and
club_stays.py, of gift cards in gift_cards.py, of members who are one person in merging.py, of other
occasions than purchases in occasions.py, of segments in segments.py, of transfers and households in
sharing.py, of what was undone in operations.py.

No personal data: ids, kinds and figures only. Changes of wallets (`changes`) stand in the
`points.*`, `hold.*`, `gift-card.*` and `operation.*` events alone, so that a reader who adds them
up counts nothing twice.
"""

import datetime as dt
import uuid
from typing import Final

import msgspec

from service.domain.events.activities import ACTIVITY_TYPES, ActivityEvent
from service.domain.events.approvals import APPROVAL_TYPES, ApprovalEvent
from service.domain.events.audit import AUDIT_TYPES, AuditEvent
from service.domain.events.club_stays import CLUB_STAY_TYPES, ClubStayEvent
from service.domain.events.clubs import CLUB_TYPES, ClubEvent
from service.domain.events.consents import CONSENT_TYPES, ConsentEvent
from service.domain.events.endpoints import ENDPOINT_TYPES, EndpointEvent
from service.domain.events.gift_cards import GIFT_CARD_TYPES, GiftCardEvent
from service.domain.events.merging import MERGING_TYPES, MergingEvent
from service.domain.events.occasions import OCCASION_TYPES, OccasionEvent
from service.domain.events.operations import OPERATION_TYPES, OperationUndone
from service.domain.events.security import SECURITY_TYPES, SecurityEvent
from service.domain.events.segments import SEGMENT_TYPES, SegmentEvent
from service.domain.events.sharing import SHARING_TYPES, SharingEvent
from service.kernel.values import (
    AlsoGiven,
    Balance,
    ClubNews,
    CouponApplied,
    CouponGiven,
    EffectShown,
    Movement,
    Progress,
    Redeemed,
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


class MemberErased(msgspec.Struct, frozen=True, kw_only=True):
    """The person was forgotten: whoever keeps something of them is to forget it too."""

    member_id: uuid.UUID


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
    redeemed: tuple[Redeemed, ...] = ()
    gift_cards: int = 0  # minor units that gift cards paid
    coupons: tuple[CouponApplied, ...] = ()
    issued: tuple[CouponGiven, ...] = ()
    also: tuple[AlsoGiven, ...] = ()  # for what it brought about: a tier, a club
    badges: tuple[str, ...] = ()
    clubs: dict[str, ClubNews] = {}
    overruns: tuple[str, ...] = ()  # wallets, budgets, coupons that gave more than they had
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
    given_back: tuple[Movement, ...] = ()
    gift_cards: int = 0  # minor units that are on gift cards again
    coupons_back: tuple[str, ...] = ()  # templates of coupons that can be used again
    coupons_void: tuple[uuid.UUID, ...] = ()
    coupons_again: tuple[uuid.UUID, ...] = ()  # void by an earlier return, good after this one
    unrecovered: dict[str, int] = {}  # id of a coupon that was given and used -> its worth
    wallets: dict[str, Balance] = {}


class PurchaseReassigned(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A purchase is a member's now: of nobody known before, or of `from_member_id`.

    Of what it had given that one, `coupons_void` are good no more; `unrecovered` had been used: id
    -> what it took off, minor units.
    """

    purchase_id: uuid.UUID
    member_id: uuid.UUID
    from_member_id: uuid.UUID | None = None
    coupons_void: tuple[uuid.UUID, ...] = ()
    unrecovered: dict[str, int] = {}


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


class PointsRedeemed(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase or a reward was paid with units; debt: what was not there any more."""

    operation_id: uuid.UUID
    changes: tuple[WalletChange, ...]


class PointsGivenBack(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units came back that had paid: for a purchase (a return), or a reward (it was cancelled).

    Or that an earlier return had taken for a coupon that was used.
    """

    operation_id: uuid.UUID
    purchase_id: uuid.UUID | None = None
    redemption_id: uuid.UUID | None = None
    changes: tuple[WalletChange, ...]


class PointsHeld(msgspec.Struct, frozen=True, kw_only=True):
    """Something is kept for a checkout until it pays, or for a reward (then it is its redemption).

    `changes` is empty without units.
    """

    hold_id: uuid.UUID
    changes: tuple[WalletChange, ...]


class HoldExtended(msgspec.Struct, frozen=True, kw_only=True):
    """A hold lasts until another instant."""

    hold_id: uuid.UUID
    due_at: dt.datetime


class HoldReleased(msgspec.Struct, frozen=True, kw_only=True):
    """What a hold kept is free again; units paid debt first, and lapsed if their time had come."""

    hold_id: uuid.UUID
    changes: tuple[WalletChange, ...]


class HoldTimedOut(msgspec.Struct, frozen=True, kw_only=True):
    """A hold was neither captured nor released in its time: what it kept is free again."""

    hold_id: uuid.UUID
    changes: tuple[WalletChange, ...]


class CouponIssued(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A coupon came into the member's list; its code is read there and stands in no event.

    Given by hand or by a reward; what a purchase gives stands in its `purchase.recorded`.
    """

    coupon_id: uuid.UUID
    template: str
    operation_id: uuid.UUID
    rule: str | None = None
    valid_from: dt.datetime | None = None
    valid_until: dt.datetime | None = None


class CouponVoided(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon of the member is good no more."""

    coupon_id: uuid.UUID
    template: str
    reason: str


class CouponReinstated(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon of the member that was void is good again."""

    coupon_id: uuid.UUID
    template: str
    reason: str


class RewardHeld(msgspec.Struct, frozen=True, kw_only=True):
    """A reward is kept for the member until then: its price, a piece of its stock.

    When nobody takes it, `hold.timed-out` with its id says so.
    """

    redemption_id: uuid.UUID
    reward: str
    wallet: str
    price: int
    held_until: dt.datetime
    program_version: int


class RewardRedeemed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A member had a reward for units. With `item` or `external` somebody has to deliver it now."""

    redemption_id: uuid.UUID
    reward: str
    wallet: str
    price: int
    program_version: int
    coupon_id: uuid.UUID | None = None
    item: str | None = None
    external: str | None = None
    store: str | None = None


class RewardHandedOver(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a reward is, is in the member's hands."""

    redemption_id: uuid.UUID
    reward: str
    operation_id: uuid.UUID
    store: str | None = None


class RewardCancelled(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A redemption was undone. `given_back`: units that went back; 0: they were only held."""

    redemption_id: uuid.UUID
    reward: str
    operation_id: uuid.UUID
    wallet: str
    given_back: int
    reason: str
    coupon_id: uuid.UUID | None = None


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
    | MemberErased
    | PurchaseRecorded
    | PurchaseReturned
    | PurchaseReassigned
    | PointsEarned
    | PointsReleased
    | PointsExpired
    | PointsReversed
    | PointsAdjusted
    | PointsRedeemed
    | PointsGivenBack
    | PointsHeld
    | HoldExtended
    | HoldReleased
    | HoldTimedOut
    | CouponIssued
    | CouponVoided
    | CouponReinstated
    | RewardHeld
    | RewardRedeemed
    | RewardHandedOver
    | RewardCancelled
    | TierChanged
    | GiftCardEvent
    | OperationUndone
    | MergingEvent
    | SharingEvent
    | SegmentEvent
    | ClubStayEvent
    | ClubEvent
    | ApprovalEvent
    | ActivityEvent
    | OccasionEvent
    | EndpointEvent
    | SecurityEvent
    | ConsentEvent
    | AuditEvent
)

TYPES: Final[dict[type[Event], str]] = {
    MemberEnrolled: "regulars.member.enrolled.v1",
    MemberChanged: "regulars.member.changed.v1",
    MemberErased: "regulars.member.erased.v1",
    PurchaseRecorded: "regulars.purchase.recorded.v1",
    PurchaseReturned: "regulars.purchase.returned.v1",
    PurchaseReassigned: "regulars.purchase.reassigned.v1",
    PointsEarned: "regulars.points.earned.v1",
    PointsReleased: "regulars.points.released.v1",
    PointsExpired: "regulars.points.expired.v1",
    PointsReversed: "regulars.points.reversed.v1",
    PointsAdjusted: "regulars.points.adjusted.v1",
    PointsRedeemed: "regulars.points.redeemed.v1",
    PointsGivenBack: "regulars.points.given-back.v1",
    PointsHeld: "regulars.points.held.v1",
    HoldExtended: "regulars.hold.extended.v1",
    HoldReleased: "regulars.hold.released.v1",
    HoldTimedOut: "regulars.hold.timed-out.v1",
    CouponIssued: "regulars.coupon.issued.v1",
    CouponVoided: "regulars.coupon.voided.v1",
    CouponReinstated: "regulars.coupon.reinstated.v1",
    RewardHeld: "regulars.reward.held.v1",
    RewardRedeemed: "regulars.reward.redeemed.v1",
    RewardHandedOver: "regulars.reward.handed-over.v1",
    RewardCancelled: "regulars.reward.cancelled.v1",
    TierChanged: "regulars.tier.changed.v1",
    **GIFT_CARD_TYPES,
    **OPERATION_TYPES,
    **MERGING_TYPES,
    **SHARING_TYPES,
    **SEGMENT_TYPES,
    **CLUB_STAY_TYPES,
    **CLUB_TYPES,
    **APPROVAL_TYPES,
    **ACTIVITY_TYPES,
    **OCCASION_TYPES,
    **ENDPOINT_TYPES,
    **SECURITY_TYPES,
    **CONSENT_TYPES,
    **AUDIT_TYPES,
}
