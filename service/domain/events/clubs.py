"""Events of getting into clubs: ids only, each with the member it is about.

`club` is the program's name of it. Joining and leaving are in club_stays.py.
"""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec


class ClubInvited(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody invited the member; `inviter_id` null: nobody who is a member did.

    `seat_kept` false: all seats are taken, and who takes it goes to the waiting list.
    """

    club: str
    offer_id: uuid.UUID
    inviter_id: uuid.UUID | None
    until: dt.datetime
    seat_kept: bool


class ClubOffered(msgspec.Struct, frozen=True, kw_only=True):
    """The member is offered a place: `why` says rule, waiting_list, approval or payment."""

    club: str
    offer_id: uuid.UUID
    why: str
    until: dt.datetime
    seat_kept: bool


class ClubOfferWithdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """The offer was taken back."""

    club: str
    offer_id: uuid.UUID


class ClubOfferDeclined(msgspec.Struct, frozen=True, kw_only=True):
    """The member does not want it."""

    club: str
    offer_id: uuid.UUID


class ClubOfferLapsed(msgspec.Struct, frozen=True, kw_only=True):
    """The member did not take the offer in time."""

    club: str
    offer_id: uuid.UUID


class ClubWaitingJoined(msgspec.Struct, frozen=True, kw_only=True):
    """The member waits for a seat; `ahead`: how many wait longer."""

    club: str
    ahead: int


class ClubWaitingLeft(msgspec.Struct, frozen=True, kw_only=True):
    """The member waits for a seat no more, and was offered none."""

    club: str


class ClubCodeMade(msgspec.Struct, frozen=True, kw_only=True):
    """The member made a code that lets others in, or (`lets` says apply) ask for it."""

    club: str
    code_id: uuid.UUID
    lets: str
    uses_max: int
    until: dt.datetime


class ClubCodeVoided(msgspec.Struct, frozen=True, kw_only=True):
    """A code of the member lets nobody in any more."""

    club: str
    code_id: uuid.UUID


ClubEvent = (
    ClubInvited
    | ClubOffered
    | ClubOfferWithdrawn
    | ClubOfferDeclined
    | ClubOfferLapsed
    | ClubWaitingJoined
    | ClubWaitingLeft
    | ClubCodeMade
    | ClubCodeVoided
)

CLUB_TYPES: Final[dict[type[Any], str]] = {
    ClubInvited: "regulars.club.invited.v1",
    ClubOffered: "regulars.club.offered.v1",
    ClubOfferWithdrawn: "regulars.club.offer-withdrawn.v1",
    ClubOfferDeclined: "regulars.club.offer-declined.v1",
    ClubOfferLapsed: "regulars.club.offer-lapsed.v1",
    ClubWaitingJoined: "regulars.club.waiting-joined.v1",
    ClubWaitingLeft: "regulars.club.waiting-left.v1",
    ClubCodeMade: "regulars.club.code-made.v1",
    ClubCodeVoided: "regulars.club.code-voided.v1",
}
