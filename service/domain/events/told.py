"""What a member's own stream tells: which events, to whom, and the rows after a version.

Told is what the member can read through the other routes anyhow, and only to callers that may: each
type stands with the scope of the route where it is read. So nobody learns from a stream what the
same key is refused elsewhere.

Not told is what is about a member but not for them. Segments and what entered them, approvals and
what a rule says to other systems are a retailer's own words on people ("at-risk"), and a trigger
names them. Bans are told to nobody who is banned: to them the club is none that exists. What events
tell of hidden clubs is left out, too (flows/reads/telling.py). Gift cards, endpoints and the audit
have events of their own, and are no members.
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from service.domain.events import (
    activities,
    approvals,
    audit,
    catalog,
    club_stays,
    clubs,
    consents,
    endpoints,
    gift_cards,
    merging,
    occasions,
    operations,
    security,
    segments,
    sharing,
)
from service.domain.events.catalog import TYPES, Event
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("events")

Kinds = tuple[type[Event], ...]

_TOLD: Final[dict[str, Kinds]] = {
    "members:read": (
        catalog.MemberEnrolled,
        catalog.MemberChanged,
        catalog.MemberErased,
        merging.MemberMerged,
        merging.MemberUnmerged,
        catalog.TierChanged,
        catalog.PointsEarned,
        catalog.PointsReleased,
        catalog.PointsExpired,
        catalog.PointsReversed,
        catalog.PointsAdjusted,
        catalog.PointsRedeemed,
        catalog.PointsGivenBack,
        catalog.PointsHeld,
        catalog.HoldExtended,
        catalog.HoldReleased,
        catalog.HoldTimedOut,
        sharing.PointsTransferred,
        operations.OperationUndone,
        occasions.BadgeAwarded,
        occasions.BadgeTaken,
    ),
    "purchases:read": (
        catalog.PurchaseRecorded,
        catalog.PurchaseReturned,
        catalog.PurchaseReassigned,
    ),
    "activities:read": (activities.ActivityRecorded, activities.ActivityReassigned),
    "consents:read": (consents.ConsentChanged,),
    "coupons:read": (catalog.CouponIssued, catalog.CouponVoided, catalog.CouponReinstated),
    "rewards:read": (
        catalog.RewardHeld,
        catalog.RewardRedeemed,
        catalog.RewardHandedOver,
        catalog.RewardCancelled,
    ),
    "households:read": (
        sharing.HouseholdFormed,
        sharing.HouseholdInvited,
        sharing.HouseholdJoined,
        sharing.HouseholdLeft,
        sharing.HouseholdPersonChanged,
        sharing.HouseholdDissolved,
    ),
    "clubs:read": (
        *(club_stays.ClubJoined, club_stays.ClubMembershipExtended, club_stays.ClubGroundEnded),
        *(club_stays.ClubLeft, club_stays.ClubCancelled, club_stays.ClubCancellationTakenBack),
        *(club_stays.ClubPaused, club_stays.ClubResumed),
        *(club_stays.ClubApplied, club_stays.ClubApplicationDecided),
        *(club_stays.ClubPaid, club_stays.ClubPaymentReversed, club_stays.ClubOwnerChanged),
        *(clubs.ClubInvited, clubs.ClubOffered, clubs.ClubOfferWithdrawn),
        *(clubs.ClubOfferDeclined, clubs.ClubOfferLapsed),
        *(clubs.ClubWaitingJoined, clubs.ClubWaitingLeft),
        *(clubs.ClubCodeMade, clubs.ClubCodeVoided),
    ),
}
NOT_TOLD: Final[frozenset[type[Event]]] = frozenset(
    (
        occasions.TriggerFired,
        occasions.TriggerUndone,
        occasions.CampaignAnnounced,
        segments.SegmentEntered,
        segments.SegmentLeft,
        approvals.ApprovalAsked,
        approvals.ApprovalApproved,
        approvals.ApprovalRefused,
        club_stays.ClubBanned,
        club_stays.ClubUnbanned,
        *gift_cards.GIFT_CARD_TYPES,
        *audit.AUDIT_TYPES,
        *endpoints.ENDPOINT_TYPES,
        *security.SECURITY_TYPES,
    )
)
TOLD: Final[dict[type[Event], str]] = {
    kind: scope for scope, kinds in _TOLD.items() for kind in kinds
}
SCOPES: Final[dict[str, str]] = {TYPES[kind]: scope for kind, scope in TOLD.items()}
OF_CLUBS: Final = frozenset(TYPES[kind] for kind in _TOLD["clubs:read"])


# What stands in events for other systems and in no answer to a member: words that staff wrote, and
# which other member it was; told as if there were none.
HUSHED: Final[dict[type[Event], dict[str, str | None]]] = {
    catalog.CouponVoided: {"reason": ""},
    catalog.CouponReinstated: {"reason": ""},
    catalog.RewardCancelled: {"reason": ""},
    clubs.ClubInvited: {"inviter_id": None},
}
_HUSHED: Final = {TYPES[kind]: fields for kind, fields in HUSHED.items()}


Place = tuple[uuid.UUID, int]  # a holder and a version


class Row(NamedTuple):
    """An event as it was written; `body` is the CloudEvent."""

    holder_id: uuid.UUID
    version: int
    type: str
    body: bytes


def hushed(row: Row) -> Row:
    """The event as a member is told it."""
    fields = _HUSHED.get(row.type)
    if fields is None:
        return row
    event = msgspec.json.decode(row.body)
    event["data"] |= fields
    return row._replace(body=msgspec.json.encode(event))


async def after(tx: Tx, positions: Iterable[Place], limit: int) -> dict[Place, Sequence[Row]]:
    """All events, told or not, after each (holder, version), in order, at most `limit` of each."""
    wanted = list(positions)
    rows = await tx.rows(
        SQL["list_after"],
        holders=[holder_id for holder_id, _ in wanted],
        versions=[version for _, version in wanted],
        limit=limit,
    )
    found: dict[Place, list[Row]] = {place: [] for place in wanted}
    for holder_id, before, version, kind, body in rows:
        found[holder_id, before].append(Row(holder_id, version, kind, body))
    return dict(found)
