"""Requests and answers about belonging to clubs: leaving, pausing, bans, applications, payments."""

import datetime as dt
import enum
import uuid
from typing import Annotated

import msgspec

from service.domain.clubs.types import ClubOfferView
from service.kernel.text import Currency, Instant, Key, Name, Short, Text, Units
from service.kernel.values import Balance, Client, Recipient

WORDS_MAX = 1000
Words = Annotated[str, msgspec.Meta(max_length=WORDS_MAX)]
Why = Annotated[str, msgspec.Meta(min_length=3, max_length=512)]


class PauseMembership(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The member stays away until then; absent: until told otherwise (callers who manage clubs)."""

    member: uuid.UUID
    until: Instant | None = None


class BanMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may not come in (any more), or may again, and why."""

    member: Recipient
    note: Why


class ApplyToClub(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member who asks to be let in; `words`: what they say for themselves.

    `code`: of a link or an invitation to apply; a hidden club that they do not know takes no other
    applications.
    """

    member: uuid.UUID
    words: Words = ""
    code: Short | None = None
    client: Client | None = None


class Decided(enum.StrEnum):
    """What becomes of an application."""

    APPROVED = "approved"
    REJECTED = "rejected"


class DecideApplication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`by`: the club's owner; absent: the caller decides, who needs clubs:approve."""

    decision: Decided
    by: uuid.UUID | None = None
    note: Text | None = None


class PayForClub(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A term that was paid for, somewhere else; `reference`: the payment's own, kept for ever.

    `amount` in minor units. `paid_at` absent: now.
    """

    member: Recipient
    reference: Key
    amount: Units
    currency: Currency
    paid_at: Instant | None = None


class ReversePayment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A payment that was taken back."""

    reference: Key
    note: Why


class ChangeOwner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`member`: who is to own the club; null: nobody.

    `by`: the present owner; absent: the caller changes it, who needs clubs:manage.
    """

    member: uuid.UUID | None
    by: uuid.UUID | None = None


class MoveClubUnits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units that a member gives to the club's pool, or draws from it."""

    member: uuid.UUID
    wallet: Name
    amount: Units


# ---------------------------------------------------------------- answers


class StandingState(enum.StrEnum):
    """How a member stands with a club."""

    MEMBER = "member"
    PAUSED = "paused"
    BANNED = "banned"
    OUTSIDE = "outside"


class ClubStanding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a member stands with a club now.

    `until`: when the membership ends by itself; absent: it does not. `renews` false: it was
    cancelled. `paused_until` absent: not paused, or until told otherwise.
    """

    club: str
    member_id: uuid.UUID
    state: StandingState
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    renews: bool = True
    paused_until: dt.datetime | None = None


class ApplicationView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An application; `state`: open, approved, rejected or withdrawn; `code_id`: the code shown."""

    id: uuid.UUID
    club: str
    member_id: uuid.UUID
    state: str
    words: str = ""
    asked_at: dt.datetime
    decided_at: dt.datetime | None = None
    note: str | None = None
    code_id: uuid.UUID | None = None


class PaymentReceipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A paid term: from `since` until `until`; `reversed_at`: it was taken back then."""

    id: uuid.UUID
    club: str
    member_id: uuid.UUID
    reference: str
    amount: int
    currency: str
    paid_at: dt.datetime
    since: dt.datetime
    until: dt.datetime
    reversed_at: dt.datetime | None = None


class PaymentPlace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A seat that is kept while somebody pays (`offer`), else how many wait longer for one."""

    club: str
    member_id: uuid.UUID
    offer: ClubOfferView | None = None
    ahead: int | None = None


class OwnerView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who owns the club now; null: nobody does."""

    club: str
    owner_id: uuid.UUID | None


class ClubPoolReceipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units given to the pool or drawn from it; `left`: what the member may draw this month still.

    `left` null: any number.
    """

    id: uuid.UUID
    club: str
    member_id: uuid.UUID
    wallet: str
    amount: int
    recorded_at: dt.datetime
    pool: Balance
    balance: Balance
    left: int | None = None
