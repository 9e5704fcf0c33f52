"""Events of belonging to clubs: ids only, each with the member it is about.

`club` is the program's name of it. What leads up to joining stands in clubs.py.
"""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec


class ClubJoined(msgspec.Struct, frozen=True, kw_only=True):
    """The member is in the club; `until` null: the membership does not end by itself.

    `ground` says invitation, rule, approval, paid or staff.
    """

    club: str
    ground: str
    until: dt.datetime | None


class ClubMembershipExtended(msgspec.Struct, frozen=True, kw_only=True):
    """Who is in the club has one more ground: a term was renewed, or they may stay on another."""

    club: str
    ground: str
    until: dt.datetime | None


class ClubGroundEnded(msgspec.Struct, frozen=True, kw_only=True):
    """A ground ended, and the member is in the club on another one until then; `why` as of leaving.

    `until` null: the membership does not end by itself.
    """

    club: str
    why: str
    until: dt.datetime | None


class ClubLeft(msgspec.Struct, frozen=True, kw_only=True):
    """The member is in the club no more.

    `why` says left, banned, rule, returned, reversed, removed, lapsed, erased or merged.
    """

    club: str
    why: str


class ClubCancelled(msgspec.Struct, frozen=True, kw_only=True):
    """The membership ends with its term."""

    club: str
    until: dt.datetime


class ClubCancellationTakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """The membership may be renewed again."""

    club: str
    until: dt.datetime


class ClubPaused(msgspec.Struct, frozen=True, kw_only=True):
    """The member stays away from the club for a time; `until` null: until told otherwise."""

    club: str
    until: dt.datetime | None


class ClubResumed(msgspec.Struct, frozen=True, kw_only=True):
    """The pause is over before its time."""

    club: str


class ClubBanned(msgspec.Struct, frozen=True, kw_only=True):
    """The member may not come in any more."""

    club: str


class ClubUnbanned(msgspec.Struct, frozen=True, kw_only=True):
    """The member may come in again; what they had been in by does not come back."""

    club: str


class ClubApplied(msgspec.Struct, frozen=True, kw_only=True):
    """The member asked to be let in."""

    club: str
    application_id: uuid.UUID


class ClubApplicationDecided(msgspec.Struct, frozen=True, kw_only=True):
    """An application was approved, rejected or withdrawn: `decision`."""

    club: str
    application_id: uuid.UUID
    decision: str


class ClubPaid(msgspec.Struct, frozen=True, kw_only=True):
    """A term was paid for; `amount` in minor units."""

    club: str
    payment_id: uuid.UUID
    amount: int
    currency: str
    since: dt.datetime
    until: dt.datetime


class ClubPaymentReversed(msgspec.Struct, frozen=True, kw_only=True):
    """A payment was taken back; its term is over."""

    club: str
    payment_id: uuid.UUID


class ClubOwnerChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The member owns the club now (`owns`), or does so no more."""

    club: str
    owns: bool


ClubStayEvent = (
    ClubJoined
    | ClubMembershipExtended
    | ClubGroundEnded
    | ClubLeft
    | ClubCancelled
    | ClubCancellationTakenBack
    | ClubPaused
    | ClubResumed
    | ClubBanned
    | ClubUnbanned
    | ClubApplied
    | ClubApplicationDecided
    | ClubPaid
    | ClubPaymentReversed
    | ClubOwnerChanged
)

CLUB_STAY_TYPES: Final[dict[type[Any], str]] = {
    ClubJoined: "regulars.club.joined.v1",
    ClubMembershipExtended: "regulars.club.membership-extended.v1",
    ClubGroundEnded: "regulars.club.ground-ended.v1",
    ClubLeft: "regulars.club.left.v1",
    ClubCancelled: "regulars.club.cancelled.v1",
    ClubCancellationTakenBack: "regulars.club.cancellation-taken-back.v1",
    ClubPaused: "regulars.club.paused.v1",
    ClubResumed: "regulars.club.resumed.v1",
    ClubBanned: "regulars.club.banned.v1",
    ClubUnbanned: "regulars.club.unbanned.v1",
    ClubApplied: "regulars.club.applied.v1",
    ClubApplicationDecided: "regulars.club.application-decided.v1",
    ClubPaid: "regulars.club.paid.v1",
    ClubPaymentReversed: "regulars.club.payment-reversed.v1",
    ClubOwnerChanged: "regulars.club.owner-changed.v1",
}
