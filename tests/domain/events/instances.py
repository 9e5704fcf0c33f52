"""An instance of each event of the catalog."""

import datetime as dt
import uuid
from typing import Any

from service.domain.events.activities import ActivityReassigned, ActivityRecorded
from service.domain.events.approvals import ApprovalApproved, ApprovalAsked, ApprovalRefused
from service.domain.events.audit import AuditClosed
from service.domain.events.catalog import (
    CouponIssued,
    CouponReinstated,
    CouponVoided,
    Event,
    HoldExtended,
    HoldReleased,
    HoldTimedOut,
    MemberChanged,
    MemberEnrolled,
    MemberErased,
    PointsAdjusted,
    PointsEarned,
    PointsExpired,
    PointsGivenBack,
    PointsHeld,
    PointsRedeemed,
    PointsReleased,
    PointsReversed,
    PurchaseReassigned,
    PurchaseRecorded,
    PurchaseReturned,
    RewardCancelled,
    RewardHandedOver,
    RewardHeld,
    RewardRedeemed,
    TierChanged,
)
from service.domain.events.club_stays import (
    ClubApplicationDecided,
    ClubApplied,
    ClubBanned,
    ClubCancellationTakenBack,
    ClubCancelled,
    ClubGroundEnded,
    ClubJoined,
    ClubLeft,
    ClubMembershipExtended,
    ClubOwnerChanged,
    ClubPaid,
    ClubPaused,
    ClubPaymentReversed,
    ClubResumed,
    ClubUnbanned,
)
from service.domain.events.clubs import (
    ClubCodeMade,
    ClubCodeVoided,
    ClubInvited,
    ClubOfferDeclined,
    ClubOffered,
    ClubOfferLapsed,
    ClubOfferWithdrawn,
    ClubWaitingJoined,
    ClubWaitingLeft,
)
from service.domain.events.consents import ConsentChanged
from service.domain.events.endpoints import EndpointDisabled
from service.domain.events.gift_cards import (
    GiftCardActivated,
    GiftCardBlocked,
    GiftCardIssued,
    GiftCardRedeemed,
    GiftCardRefunded,
    GiftCardToppedUp,
    GiftCardUnblocked,
)
from service.domain.events.merging import MemberMerged, MemberUnmerged
from service.domain.events.occasions import (
    BadgeAwarded,
    BadgeTaken,
    CampaignAnnounced,
    TriggerFired,
    TriggerUndone,
)
from service.domain.events.operations import OperationUndone
from service.domain.events.security import CodeGuessing
from service.domain.events.segments import SegmentEntered, SegmentLeft
from service.domain.events.sharing import (
    HouseholdDissolved,
    HouseholdFormed,
    HouseholdInvited,
    HouseholdJoined,
    HouseholdLeft,
    HouseholdPersonChanged,
    PointsTransferred,
)
from service.kernel.values import Balance, EffectShown, Movement, Progress, WalletChange

HAPPENED = dt.datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=dt.UTC)
WRITTEN = dt.datetime(2026, 3, 2, 10, 0, 0, 1, tzinfo=dt.UTC)
HOLDER = uuid.UUID("01920000-0000-7000-8000-000000000047")  # 0x47 = 71 = 64 + 7
OPERATION = uuid.UUID(int=2)
MOVED = (WalletChange(wallet="points", amount=-5, pending=0, debt=3),)
LOT = Movement(wallet="points", amount=5, available_at=WRITTEN, expires_at=None)
LOADED: dict[str, Any] = {
    "card_id": HOLDER,
    "kind": "default",
    "operation_id": OPERATION,
    "amount": 5,
    "currency": "EUR",
    "expires_at": None,
    "changes": MOVED,
}
SPENT: dict[str, Any] = {
    "card_id": HOLDER,
    "operation_id": OPERATION,
    "purchase_id": OPERATION,
    "amount": 5,
    "currency": "EUR",
    "changes": MOVED,
}
BELONGS: dict[str, Any] = {"household_id": HOLDER, "member_id": OPERATION}
REWARD: dict[str, Any] = {
    "redemption_id": OPERATION,
    "reward": "mug",
    "wallet": "points",
    "price": 5,
    "program_version": 1,
}
EVENTS: list[Event] = [
    MemberEnrolled(member_id=HOLDER, enrolled_at=HAPPENED, identifier_kinds=("card", "phone")),
    MemberChanged(member_id=HOLDER, changed=("profile",)),
    MemberErased(member_id=HOLDER),
    PurchaseRecorded(
        purchase_id=OPERATION,
        member_id=None,
        channel="web",
        external_id="1001",
        store=None,
        occurred_at=HAPPENED,
        currency="EUR",
        subtotal=1000,
        total=900,
        program_version=1,
        earned=(LOT,),
        effects=(EffectShown(campaign="c", rule="r", type="points", wallet="points", amount=5),),
        wallets={"points": Balance(available=0, pending=5, held=0, debt=0)},
        progress={
            "main": Progress(tier="bronze", total=9, next="silver", missing=91, valid_until=None)
        },
        claimed=True,
    ),
    PurchaseReturned(
        purchase_id=OPERATION,
        return_id=uuid.UUID(int=3),
        member_id=HOLDER,
        channel="web",
        external_id="r",
        store="waw-01",
        occurred_at=HAPPENED,
        total=100,
        reversed=(LOT,),
    ),
    PurchaseReassigned(purchase_id=OPERATION, member_id=HOLDER),
    PointsEarned(operation_id=OPERATION, changes=MOVED, lots=(LOT,)),
    PointsReleased(changes=MOVED),
    PointsExpired(changes=MOVED),
    PointsReversed(operation_id=uuid.UUID(int=3), purchase_id=OPERATION, changes=MOVED),
    PointsAdjusted(operation_id=OPERATION, changes=MOVED),
    PointsRedeemed(operation_id=OPERATION, changes=MOVED),
    PointsGivenBack(operation_id=uuid.UUID(int=3), purchase_id=OPERATION, changes=MOVED),
    PointsHeld(hold_id=OPERATION, changes=MOVED),
    HoldExtended(hold_id=OPERATION, due_at=WRITTEN),
    HoldReleased(hold_id=OPERATION, changes=MOVED),
    HoldTimedOut(hold_id=OPERATION, changes=MOVED),
    CouponIssued(coupon_id=OPERATION, template="TEN", operation_id=OPERATION),
    CouponVoided(coupon_id=OPERATION, template="TEN", reason="leaked"),
    CouponReinstated(coupon_id=OPERATION, template="TEN", reason="found"),
    RewardHeld(held_until=WRITTEN, **REWARD),
    RewardRedeemed(item="mug", **REWARD),
    RewardHandedOver(redemption_id=OPERATION, reward="mug", operation_id=OPERATION),
    RewardCancelled(
        redemption_id=OPERATION,
        reward="mug",
        operation_id=OPERATION,
        wallet="points",
        given_back=5,
        reason="broken",
    ),
    GiftCardIssued(card_id=HOLDER, kind="default"),
    GiftCardActivated(**LOADED),
    GiftCardToppedUp(**LOADED),
    GiftCardRedeemed(**SPENT),
    GiftCardRefunded(**SPENT, return_id=OPERATION),
    GiftCardBlocked(card_id=HOLDER, kind="default", reason="lost"),
    GiftCardUnblocked(card_id=HOLDER, kind="default", reason="found"),
    TierChanged(ladder="main", was="bronze", now="gold", at=HAPPENED, valid_until=None),
    OperationUndone(
        operation_id=OPERATION,
        undoes=HOLDER,
        kind="hand_over",
        changes=MOVED,
        other_id=HOLDER,
        coupon_id=HOLDER,
        redemption_id=HOLDER,
        card_state="issued",
    ),
    PointsTransferred(operation_id=OPERATION, other_id=HOLDER, kind="given", changes=MOVED),
    MemberMerged(
        operation_id=OPERATION, member_id=HOLDER, into_id=HOLDER, filled=("profile.name",)
    ),
    MemberUnmerged(operation_id=OPERATION, undoes=HOLDER, member_id=HOLDER, from_id=HOLDER),
    HouseholdFormed(**BELONGS),
    HouseholdInvited(**BELONGS, until=HAPPENED),
    HouseholdJoined(**BELONGS),
    HouseholdLeft(**BELONGS, removed=True),
    HouseholdPersonChanged(**BELONGS, role="person", draw_max={"points": 5}),
    HouseholdDissolved(**BELONGS),
    ConsentChanged(
        member_id=HOLDER, consent="email", given=False, said_at=WRITTEN, source="web-footer"
    ),
    EndpointDisabled(endpoint_id=OPERATION, name="crm", why="gone", failing_since=WRITTEN),
    CodeGuessing(client_id=OPERATION, since=WRITTEN, tried=100),
    AuditClosed(day=WRITTEN.date(), acts=1, root="0" * 64, previous=None, head="f" * 64),
    ApprovalAsked(approval_id=OPERATION, kind="adjustment", due_at=WRITTEN),
    ApprovalApproved(approval_id=OPERATION, kind="adjustment", operation_id=OPERATION),
    ApprovalRefused(approval_id=OPERATION, kind="adjustment"),
    ActivityRecorded(
        activity_id=OPERATION,
        member_id=None,
        name="review-written",
        source="shop",
        external_id="r",
        occurred_at=HAPPENED,
        claimed=True,
    ),
    ActivityReassigned(activity_id=OPERATION, member_id=HOLDER),
    TriggerFired(operation_id=OPERATION, trigger="enrol", program_version=1, occurred_at=HAPPENED),
    TriggerUndone(operation_id=OPERATION, trigger="tier_change:main", by=OPERATION),
    BadgeAwarded(badge="explorer", operation_id=OPERATION, campaign="base", rule="reading"),
    BadgeTaken(badge="explorer", operation_id=OPERATION, by=OPERATION),
    CampaignAnnounced(
        name="winback", campaign="base", rule="miss", operation_id=OPERATION, data={"n": 1}
    ),
    ClubInvited(
        club="roasters", offer_id=OPERATION, inviter_id=None, until=WRITTEN, seat_kept=True
    ),
    ClubOffered(
        club="roasters", offer_id=OPERATION, why="waiting_list", until=WRITTEN, seat_kept=True
    ),
    ClubOfferWithdrawn(club="roasters", offer_id=OPERATION),
    ClubOfferDeclined(club="roasters", offer_id=OPERATION),
    ClubOfferLapsed(club="roasters", offer_id=OPERATION),
    ClubWaitingJoined(club="roasters", ahead=3),
    ClubWaitingLeft(club="roasters"),
    ClubCodeMade(club="roasters", code_id=OPERATION, lets="join", uses_max=2, until=WRITTEN),
    ClubCodeVoided(club="roasters", code_id=OPERATION),
    ClubJoined(club="roasters", ground="paid", until=WRITTEN),
    SegmentEntered(segment="big-spenders"),
    SegmentLeft(segment="drifting"),
    ClubMembershipExtended(club="roasters", ground="staff", until=None),
    ClubGroundEnded(club="roasters", why="lapsed", until=None),
    ClubLeft(club="roasters", why="left"),
    ClubCancelled(club="roasters", until=WRITTEN),
    ClubCancellationTakenBack(club="roasters", until=WRITTEN),
    ClubPaused(club="roasters", until=None),
    ClubResumed(club="roasters"),
    ClubBanned(club="roasters"),
    ClubUnbanned(club="roasters"),
    ClubApplied(club="roasters", application_id=OPERATION),
    ClubApplicationDecided(club="roasters", application_id=OPERATION, decision="approved"),
    ClubPaid(
        club="roasters",
        payment_id=OPERATION,
        amount=2_900,
        currency="EUR",
        since=HAPPENED,
        until=WRITTEN,
    ),
    ClubPaymentReversed(club="roasters", payment_id=OPERATION),
    ClubOwnerChanged(club="roasters", owns=True),
]
