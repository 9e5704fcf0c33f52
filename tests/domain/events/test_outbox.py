"""Each event of the catalog as the official CloudEvents library reads it."""

import datetime as dt
import json
import uuid
from typing import Any, get_args

import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from service.domain.events.activities import ActivityReassigned, ActivityRecorded
from service.domain.events.approvals import ApprovalApproved, ApprovalAsked, ApprovalRefused
from service.domain.events.catalog import (
    TYPES,
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
from service.domain.events.outbox import SHARDS, Outbox, shard_of
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
from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.infra.db import Tx
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


def body_of(event: Event, version: int = 1) -> bytes:
    outbox = Outbox()
    outbox.emit(event, holder_id=HOLDER, version=version, at=HAPPENED, recorded_at=WRITTEN)
    return outbox.rows[0][5]


def read(body: bytes) -> BaseCloudEvent:
    """What the official library makes of it; it refuses what is no CloudEvent."""
    return JSONFormat().read(CloudEvent, body)


def test_every_event_of_the_catalog_is_tried_here() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(Event)) == set(TYPES)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_the_body_is_a_cloudevent(event: Event) -> None:
    found = read(body_of(event, version=12))

    assert found.get_specversion() == "1.0"
    assert found.get_type() == TYPES[type(event)]
    assert found.get_source() == f"/members/{HOLDER}"
    assert found.get_subject() == str(HOLDER)
    assert found.get_time() == HAPPENED
    assert found.get_datacontenttype() == "application/json"
    assert found.get_extension("sequence") == "0000000000000000012"
    assert found.get_extension("partitionkey") == str(HOLDER)
    assert found.get_extension("recordedtime") == "2026-03-02T10:00:00.000001Z"
    assert found.get_extension("timestamp") == "2026-03-01T23:59:59.999999Z"
    assert isinstance(found.get_data(), dict)


def test_the_source_says_what_sort_of_holder_it_is() -> None:
    outbox = Outbox()
    event = GiftCardIssued(card_id=HOLDER, kind="default")
    times = {"at": HAPPENED, "recorded_at": WRITTEN}

    outbox.emit(event, holder_id=HOLDER, version=1, **times, source="gift-cards")

    assert read(outbox.rows[0][5]).get_source() == f"/gift-cards/{HOLDER}"


def test_the_data_is_the_event() -> None:
    data = read(body_of(TierChanged(
        ladder="main", was="bronze", now="gold", at=HAPPENED, valid_until=None
    ))).get_data()  # fmt: skip

    assert data == {
        "ladder": "main",
        "was": "bronze",
        "now": "gold",
        "at": "2026-03-01T23:59:59.999999Z",
        "valid_until": None,
    }


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_context_attribute_is_a_string_with_a_short_lower_case_name(event: Event) -> None:
    body: dict[str, Any] = json.loads(body_of(event))
    del body["data"]

    assert all(isinstance(value, str) for value in body.values())
    assert all(name.isalnum() and name.islower() and len(name) <= 20 for name in body)


def test_the_sequence_sorts_as_text() -> None:
    numbers = [1, 9, 10, 99, 100, 9_007_199_254_740_991]

    texts = [read(body_of(EVENTS[0], n)).get_extension("sequence") for n in numbers]

    assert texts == sorted(texts)
    assert {len(text) for text in texts} == {19}


def test_each_event_has_an_id_of_its_own() -> None:
    assert len({read(body_of(EVENTS[0])).get_id() for _ in range(100)}) == 100


def test_a_holder_stays_in_its_shard() -> None:
    assert SHARDS == 64
    assert shard_of(HOLDER) == 7
    assert {shard_of(uuid.UUID(int=n)) for n in range(64)} == set(range(64))


async def test_the_rows_are_what_was_emitted(tx: Tx) -> None:
    await holders.insert(tx, [HOLDER], Kind.MEMBER, [WRITTEN], WRITTEN)
    outbox = Outbox()
    for version, event in enumerate(EVENTS, 1):
        outbox.emit(event, holder_id=HOLDER, version=version, at=HAPPENED, recorded_at=WRITTEN)

    await outbox.write(tx)
    await tx.flush()

    rows = await tx.connection.fetch("select * from outbox order by version")
    assert [row["type"] for row in rows] == [TYPES[type(event)] for event in EVENTS]
    assert [row["version"] for row in rows] == list(range(1, len(EVENTS) + 1))
    for row in rows:
        assert row["event_id"] == uuid.UUID(read(row["body"]).get_id())
        assert (row["shard"], row["pub_seq"]) == (7, None)
        assert (row["occurred_at"], row["recorded_at"]) == (HAPPENED, WRITTEN)


async def test_an_empty_outbox_writes_nothing(tx: Tx) -> None:
    await Outbox().write(tx)

    assert await tx.connection.fetchval("select count(*) from outbox") == 0


def test_the_parts_of_a_batch_make_one_outbox_in_their_order() -> None:
    first, second = Outbox(), Outbox()
    for version, outbox in ((1, first), (2, first), (1, second)):
        outbox.emit(EVENTS[0], holder_id=HOLDER, version=version, at=HAPPENED, recorded_at=WRITTEN)

    assert Outbox.of([first, second]).rows == [*first.rows, *second.rows]
