"""Events of what rules give beyond purchases, and of badges."""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec

from service.kernel.values import CouponGiven, EffectShown, Movement
from service.rules.values import Scalar


class TriggerFired(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something happened to a member, and rules gave something for it.

    `trigger` is what it was, as `tier_change:main`; `operation_id` names what was given, in
    `points.earned` too; `cause_id` the purchase or other operation it came of, absent: time.
    """

    operation_id: uuid.UUID
    trigger: str
    program_version: int
    occurred_at: dt.datetime
    cause_id: uuid.UUID | None = None
    earned: tuple[Movement, ...] = ()
    effects: tuple[EffectShown, ...] = ()
    issued: tuple[CouponGiven, ...] = ()


class TriggerUndone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What it was given for is no longer so, after the return of a purchase.

    `coupons_void` are good no more; of used ones nothing is taken.
    """

    operation_id: uuid.UUID
    trigger: str
    by: uuid.UUID
    reversed: tuple[Movement, ...] = ()
    coupons_void: tuple[uuid.UUID, ...] = ()
    coupons_used: tuple[uuid.UUID, ...] = ()


class BadgeAwarded(msgspec.Struct, frozen=True, kw_only=True):
    """A member has a badge now."""

    badge: str
    operation_id: uuid.UUID
    campaign: str
    rule: str


class BadgeTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What a badge was given for came back."""

    badge: str
    operation_id: uuid.UUID
    by: uuid.UUID


class CampaignAnnounced(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule tells other systems something: `name` and `data` are the program's own words."""

    name: str
    campaign: str
    rule: str
    operation_id: uuid.UUID
    data: dict[str, Scalar] = {}


OccasionEvent = TriggerFired | TriggerUndone | BadgeAwarded | BadgeTaken | CampaignAnnounced

OCCASION_TYPES: Final[dict[type[Any], str]] = {
    TriggerFired: "regulars.trigger.fired.v1",
    TriggerUndone: "regulars.trigger.undone.v1",
    BadgeAwarded: "regulars.badge.awarded.v1",
    BadgeTaken: "regulars.badge.taken.v1",
    CampaignAnnounced: "regulars.campaign.announced.v1",
}
