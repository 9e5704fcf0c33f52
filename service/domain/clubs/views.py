"""Clubs as they are shown: to everybody, to a member, and to those who manage them."""

import datetime as dt
import enum
import uuid
from typing import Annotated, Final, Literal

import msgspec

from service.domain.clubs.types import ClubCodeView, ClubOfferView
from service.kernel.text import Key

PAGE_MAX: Final = 200
_Cursor = Annotated[
    str, msgspec.Meta(min_length=1, max_length=512, description="`next` of the page before.")
]
_Limit = Annotated[int, msgspec.Meta(ge=1, le=PAGE_MAX, description="Items on a page.")]
_Asker = Annotated[
    uuid.UUID | None, msgspec.Meta(description="The member for whom it is asked, if any.")
]


# ---------------------------------------------------------------- requests


class ClubsFor(msgspec.Struct, frozen=True, kw_only=True):
    """For whom; absent: for nobody in particular."""

    member_id: _Asker = None


class ClubsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Which page."""

    cursor: _Cursor | None = None
    limit: _Limit = 50


class ApplicationState(enum.StrEnum):
    """What became of an application."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ApplicationsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of which applications; the oldest come first."""

    state: Annotated[
        ApplicationState, msgspec.Meta(description="What became of them; by default nothing yet.")
    ] = ApplicationState.OPEN
    cursor: _Cursor | None = None
    limit: _Limit = 50


class MembersClubsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How much."""

    history: Annotated[
        Literal["true", "false"],
        msgspec.Meta(description="`true`: memberships that are over, too."),
    ] = "false"


# ---------------------------------------------------------------- answers


class EntryShown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A way in: `by` invitation, application or paid.

    `price` in minor units, for a `term` such as `12 months`. Whoever is let in by a rule is offered
    a place; that is not a way somebody can go.
    """

    by: str
    price: int | None = None
    currency: str | None = None
    term: str | None = None


class ClubView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A club. `seats` absent: any number. `seats_left`, `waiting`: as they are now.

    `invitations`: how many others a member may let in. `wallets`: those its members may put
    together. `state`: how the member who was asked for stands with it, absent when nobody was.
    """

    id: str
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}
    visible: bool = False
    entries: tuple[EntryShown, ...] = ()
    seats: int | None = None
    seats_left: int | None = None
    waiting_list: bool = False
    waiting: int | None = None
    invitations: int = 0
    pause_max: str | None = None
    wallets: tuple[str, ...] = ()
    state: str | None = None


class Clubs(msgspec.Struct, frozen=True, kw_only=True):
    """All clubs that whoever asks may know of."""

    items: tuple[ClubView, ...]


class MembershipView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A club the member belongs to now, `since` when, on which grounds; `paused_until`: stays away.

    `until`: when it ends by itself, absent: it does not. `renews` false: it was cancelled, and
    ends with its term. `invitations_left`: how many others the member may still let in, absent:
    as many as they like, as its owner. `invited`: the newest, and `codes` by their last
    characters.
    """

    club: str
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}
    since: dt.datetime
    until: dt.datetime | None = None
    grounds: tuple[str, ...]
    renews: bool = True
    paused_until: dt.datetime | None = None
    paused: bool = False
    seat: int | None = None
    owner: bool = False
    invitations_left: int | None = None
    invited: tuple[ClubOfferView, ...] = ()
    codes: tuple[ClubCodeView, ...] = ()


class ClubAtAGlance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A club the member belongs to now: since and until when, on which grounds; see MembershipView.

    What others can change is not in it.
    """

    club: str
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}
    since: dt.datetime
    until: dt.datetime | None = None
    grounds: tuple[str, ...]
    renews: bool = True
    paused: bool = False
    paused_until: dt.datetime | None = None


class OfferToMember(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place the member can take now: `kind` invitation, rule, approval, paid or staff.

    `by`: member, staff, rule or list, whoever or whatever made it. Of a paid one `price` in minor
    units is what its `term` costs. `seat_kept` false: who takes it goes to the waiting list.
    """

    id: uuid.UUID
    club: str
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}
    kind: str
    by: str
    made_at: dt.datetime
    until: dt.datetime
    seat_kept: bool = True
    price: int | None = None
    currency: str | None = None
    term: str | None = None


class MembersApplication(msgspec.Struct, frozen=True, kw_only=True):
    """An application that nobody has answered yet."""

    id: uuid.UUID
    club: str
    asked_at: dt.datetime


class PlaceOnList(msgspec.Struct, frozen=True, kw_only=True):
    """A place on a waiting list; `ahead`: how many wait longer."""

    club: str
    since: dt.datetime
    ahead: int


class PastMembership(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ground that is over, and `why`: left, banned, rule, returned, reversed, lapsed, …."""

    club: str
    ground: str
    since: dt.datetime
    until: dt.datetime
    why: str


class MembersClubs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All about a member and clubs; `past` is there when it was asked for."""

    member_id: uuid.UUID
    clubs: tuple[MembershipView, ...] = ()
    offers: tuple[OfferToMember, ...] = ()
    applications: tuple[MembersApplication, ...] = ()
    waiting: tuple[PlaceOnList, ...] = ()
    past: tuple[PastMembership, ...] = ()


class MemberOfClub(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A member of a club."""

    member_id: uuid.UUID
    since: dt.datetime
    until: dt.datetime | None = None
    grounds: tuple[str, ...]
    renews: bool = True
    paused: bool = False
    paused_until: dt.datetime | None = None
    invited_by: uuid.UUID | None = None


class ClubMembersPage(msgspec.Struct, frozen=True, kw_only=True):
    """Members, by id; `next` null: these are the last ones."""

    items: tuple[MemberOfClub, ...]
    next: str | None


class ClubStepView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened between a club and a member: who did it (`actor`), and why.

    `by_member`: the member who asked for it. `overtook`: how many who waited longer were passed
    over. `source`: the offer, code, application, payment or purchase behind it.
    """

    id: uuid.UUID
    member_id: uuid.UUID
    what: str
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    actor: str
    by_member: uuid.UUID | None = None
    source: uuid.UUID | None = None
    note: str | None = None
    overtook: int | None = None
    store: Key | None = None


class ClubHistoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """The history of a club, newest first; `next` null: it began there."""

    items: tuple[ClubStepView, ...]
    next: str | None


class WaitingView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who waits for a seat: `entry` is what the membership will rest on."""

    member_id: uuid.UUID
    place: int
    since: dt.datetime
    entry: str
    inviter_id: uuid.UUID | None = None
    note: str | None = None


class WaitingPage(msgspec.Struct, frozen=True, kw_only=True):
    """The waiting list, whoever is next first; `next` null: nobody else waits."""

    items: tuple[WaitingView, ...]
    next: str | None


class AskedToJoin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An application to a club; `code_id`: of the code that was shown with it."""

    id: uuid.UUID
    member_id: uuid.UUID
    state: ApplicationState
    words: str
    asked_at: dt.datetime
    decided_at: dt.datetime | None = None
    note: str | None = None
    code_id: uuid.UUID | None = None


class ApplicationsOfClub(msgspec.Struct, frozen=True, kw_only=True):
    """Applications, the oldest first; `next` null: these are the last ones."""

    items: tuple[AskedToJoin, ...]
    next: str | None
