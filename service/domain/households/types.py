"""Requests and answers about households; the numbers stored."""

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from typing import Annotated

import msgspec

from service.kernel.text import Name, Units
from service.kernel.values import Balance, Recipient, WalletView

DrawMax = Annotated[dict[Name, Annotated[int, msgspec.Meta(ge=0)]], msgspec.Meta(max_length=100)]


class Role(enum.IntEnum):
    """Numbers stored in `household_member.role`."""

    HEAD = 1
    PERSON = 2


class Household(msgspec.Struct, frozen=True):
    """A household as stored."""

    holder_id: uuid.UUID
    formed_at: dt.datetime
    dissolved_at: dt.datetime | None


class Membership(msgspec.Struct, frozen=True):
    """A member's time in a household; `draw_max`: units a month, None: as the program says."""

    holder_id: uuid.UUID
    membership_id: uuid.UUID
    household_id: uuid.UUID
    from_at: dt.datetime
    until_at: dt.datetime | None
    role: int
    draw_max: dict[str, int] | None

    def may_draw(self, of_program: Mapping[str, int]) -> dict[str, int]:
        """wallet -> units a month: the program's limit, or the head's where that is lower."""
        found = dict(of_program)
        for wallet, units in (self.draw_max or {}).items():
            found[wallet] = min(units, found.get(wallet, units))
        return found


class Invitation(msgspec.Struct, frozen=True):
    """An invitation as stored."""

    holder_id: uuid.UUID
    member_id: uuid.UUID
    offered_at: dt.datetime
    due_at: dt.datetime


# ---------------------------------------------------------------- requests


class FormHousehold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new household; `head`: the member who forms it."""

    head: uuid.UUID


class InvitePerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invitation `by` the head, for a member named by id or identifiers."""

    by: uuid.UUID
    member: Recipient


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The member who takes an invitation, or who leaves."""

    member: uuid.UUID


class RemovePerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The head removes a member."""

    by: uuid.UUID
    member: uuid.UUID


class ByHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What only the head may ask for."""

    by: uuid.UUID


class NewRole(enum.StrEnum):
    """What the head can make of a person."""

    HEAD = "head"


class ChangePerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The head sets what a person may draw in a month, or passes the head's place on.

    `draw_max`: wallet -> units, a limit below the program's; null: the program's alone; absent:
    unchanged.
    """

    by: uuid.UUID
    draw_max: DrawMax | msgspec.UnsetType | None = msgspec.UNSET
    role: NewRole | msgspec.UnsetType = msgspec.UNSET


class MovePooled(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units that a member gives to the pool, or draws from it."""

    member: uuid.UUID
    wallet: Name
    amount: Units


# ---------------------------------------------------------------- answers


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    """An open invitation."""

    household_id: uuid.UUID
    member_id: uuid.UUID
    until: dt.datetime


class BelongingView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who belongs to a household; `draw_max` absent: they may draw what the program says."""

    member_id: uuid.UUID
    role: str
    since: dt.datetime
    draw_max: dict[str, int] | None = None


class HouseholdStanding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A household after a change: who belongs to it, who is invited."""

    id: uuid.UUID
    formed_at: dt.datetime
    dissolved_at: dt.datetime | None = None
    people: tuple[BelongingView, ...] = ()
    invitations: tuple[InvitationView, ...] = ()


class PersonView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A member of a household (`until` set: a former one), and what they gave and drew, by wallet.

    `draw_max`: what they may draw in this calendar month, `drawn` of it. `rest`: what the head got
    when it was dissolved.
    """

    member_id: uuid.UUID
    role: str
    since: dt.datetime
    until: dt.datetime | None = None
    gave: dict[str, int] = {}
    drew: dict[str, int] = {}
    rest: dict[str, int] = {}
    drawn: dict[str, int] = {}
    draw_max: dict[str, int] = {}


class HouseholdView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A household: what people are told of it, its people, its open invitations, its pool."""

    id: uuid.UUID
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}
    formed_at: dt.datetime
    dissolved_at: dt.datetime | None = None
    people: tuple[PersonView, ...]
    invitations: tuple[InvitationView, ...] = ()
    pool: dict[str, WalletView] = {}


class MembersHousehold(msgspec.Struct, frozen=True, kw_only=True):
    """Where a member belongs (null: nowhere), and where they are invited to."""

    household: HouseholdView | None
    invitations: tuple[InvitationView, ...]


class PoolReceipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units given to the pool or drawn from it; `left`: what the member may draw this month still.

    `left` null: any number.
    """

    id: uuid.UUID
    household_id: uuid.UUID
    member_id: uuid.UUID
    wallet: str
    amount: int
    recorded_at: dt.datetime
    pool: Balance
    balance: Balance
    left: int | None = None
