"""Requests and answers about getting into clubs; rows and the numbers stored."""

import datetime as dt
import enum
import uuid
from typing import Annotated

import msgspec

from service.kernel.text import Instant, Short, Text
from service.kernel.values import Client, Recipient

USES_MAX = 10_000


class Ground(enum.IntEnum):
    """What a membership rests on: `kind` of `club_span` and `club_offer`; never reused."""

    INVITATION = 1
    RULE = 2
    APPROVAL = 3
    PAID = 4
    STAFF = 5


class OfferState(enum.IntEnum):
    """Numbers stored in `club_offer.state`. An open one that is overdue counts no more."""

    OPEN = 0
    TAKEN = 1
    DECLINED = 2
    WITHDRAWN = 3
    LAPSED = 4


class LeftHow(enum.IntEnum):
    """Numbers stored in `club_waiting.how`."""

    OFFERED = 1  # it was their turn
    WENT = 2
    BANNED = 3  # they may not come in any more
    LET_IN = 4  # over the list, or by another ground


class CodeLets(enum.StrEnum):
    """What a code lets people do with the club: come in, or ask to be let in."""

    JOIN = "join"
    APPLY = "apply"


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `club_offer`: a place in the club, theirs if they take it before `due_at`.

    `has_seat`: a seat is kept for it. `place`: theirs on the list it came from. `term_until`: when
    the membership it makes ends; None: as the program says of this kind.
    """

    holder_id: uuid.UUID
    offer_id: uuid.UUID
    club: int
    kind: Ground
    state: OfferState
    has_seat: bool
    made_at: dt.datetime
    due_at: dt.datetime
    closed_at: dt.datetime | None = None
    inviter: uuid.UUID | None = None
    source: uuid.UUID | None = None
    rule: str | None = None
    note: str | None = None
    place: int | None = None
    term_until: dt.datetime | None = None
    actor_kind: int
    actor_id: str

    def stands(self, at: dt.datetime) -> bool:
        """It can be taken at the instant."""
        return self.state is OfferState.OPEN and self.due_at > at

    def state_at(self, at: dt.datetime) -> OfferState:
        """As it counts, whatever has been written down so far."""
        overdue = self.state is OfferState.OPEN and self.due_at <= at
        return OfferState.LAPSED if overdue else self.state


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `club_waiting`: somebody with a right to come in, and no seat yet.

    `entry`: the right; `inviter`, `source`, `note`, `term_until`: as of the offer it will be.
    """

    club: int
    place: int
    holder_id: uuid.UUID
    since_at: dt.datetime
    left_at: dt.datetime | None = None
    how: LeftHow | None = None
    entry: Ground
    term_until: dt.datetime | None = None
    inviter: uuid.UUID | None = None
    source: uuid.UUID | None = None
    note: str | None = None
    actor_kind: int
    actor_id: str


class CodeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `club_code`; `tail`: what people may see of it; `applies`: one applies with it."""

    digest: bytes
    code_id: uuid.UUID
    club: int
    tail: str
    inviter: uuid.UUID | None
    uses_max: int
    used: int = 0
    made_at: dt.datetime
    due_at: dt.datetime
    voided_at: dt.datetime | None = None
    note: str | None = None
    actor_kind: int
    actor_id: str
    applies: bool = False

    @property
    def lets(self) -> CodeLets:
        """What it is good for."""
        return CodeLets.APPLY if self.applies else CodeLets.JOIN

    def stands(self, at: dt.datetime) -> bool:
        """It is good for somebody at the instant."""
        return self.voided_at is None and self.due_at > at and self.used < self.uses_max


# ---------------------------------------------------------------- requests


class InviteToClub(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invitation for a member, named by id or identifiers.

    `by`: the member or owner of the club who invites; absent: the caller does, who needs
    clubs:manage.
    """

    member: Recipient
    by: uuid.UUID | None = None
    note: Text | None = None


class ByWhom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who takes something back; absent: the caller does, who needs clubs:manage."""

    by: uuid.UUID | None = None
    note: Text | None = None


class MakeClubCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code for `uses_max` people until the instant (absent: as long as offers stand).

    `lets`: they join with it, or apply with it, also to a hidden club they do not know yet.
    """

    by: uuid.UUID | None = None
    lets: CodeLets = CodeLets.JOIN
    uses_max: Annotated[int, msgspec.Meta(ge=1, le=USES_MAX)] = 1
    until: Instant | None = None
    note: Text | None = None


class JoinClub(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member who takes an open offer, or shows a code."""

    member: uuid.UUID
    code: Short | None = None
    client: Client | None = None


class OfMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The member who declines an offer, or leaves the waiting list."""

    member: uuid.UUID


class LetIntoClub(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Staff let a member in at once; `until` absent: for good.

    `note` says why; whoever passes others over on the waiting list has to say it.
    """

    member: Recipient
    until: Instant | None = None
    note: Text | None = None


# ---------------------------------------------------------------- answers


class ClubOfferView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An offer of a place; `state`: open, taken, declined, withdrawn or lapsed.

    `seat_kept` false: all seats are taken; who takes it goes to the waiting list.
    """

    id: uuid.UUID
    club: str
    member_id: uuid.UUID
    kind: str
    state: str
    made_at: dt.datetime
    until: dt.datetime
    inviter_id: uuid.UUID | None = None
    seat_kept: bool = True


class ClubCodeView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A code; `code` is shown to whoever made it, nobody else. `lets` absent: one joins with it."""

    id: uuid.UUID
    club: str
    lets: CodeLets = CodeLets.JOIN
    code: str | None = None
    shown: str
    uses_max: int
    used: int = 0
    made_at: dt.datetime
    until: dt.datetime
    inviter_id: uuid.UUID | None = None
    voided_at: dt.datetime | None = None


class Entered(enum.StrEnum):
    """How a member stands with a club after asking."""

    MEMBER = "member"
    WAITING = "waiting"
    OUTSIDE = "outside"


class ClubEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a member stands with a club now.

    `until`: when the membership ends by itself, absent: it does not. `ahead`: how many wait longer.
    """

    club: str
    member_id: uuid.UUID
    state: Entered
    until: dt.datetime | None = None
    ahead: int | None = None
