"""Requests and answers about members."""

import datetime as dt
import uuid
from typing import Annotated

import msgspec

from service.kernel.text import SAFE_INT_MAX, Name, Text
from service.kernel.values import Balance, Identifier, TierNow

Identifiers = Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=1, max_length=10)]
Whole = Annotated[int, msgspec.Meta(ge=-SAFE_INT_MAX, le=SAFE_INT_MAX)]
FieldValue = bool | Whole | Text
Fields = Annotated[dict[Name, FieldValue], msgspec.Meta(max_length=50)]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$(?!\n)")]
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$(?!\n)")]


class Profile(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The person. Kept apart from the ledger and destroyed on erasure."""

    name: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    birth_date: dt.date | None = None
    language: Language | None = None
    country: Country | None = None


class Enrol(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A new member. Identifiers that hold unmatched purchases bring them along, when verified."""

    identifiers: Identifiers
    profile: Profile = Profile()
    fields: Fields = {}


class ProfilePatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Absent: unchanged; null: removed."""

    name: Text | msgspec.UnsetType | None = msgspec.UNSET
    first_name: Text | msgspec.UnsetType | None = msgspec.UNSET
    last_name: Text | msgspec.UnsetType | None = msgspec.UNSET
    birth_date: dt.date | msgspec.UnsetType | None = msgspec.UNSET
    language: Language | msgspec.UnsetType | None = msgspec.UNSET
    country: Country | msgspec.UnsetType | None = msgspec.UNSET


class PatchMember(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Changes to a member: `add` claims identifiers, `remove` gives them up from now on."""

    add: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=10)] = ()
    remove: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=10)] = ()
    profile: ProfilePatch = ProfilePatch()
    fields: Annotated[dict[Name, FieldValue | None], msgspec.Meta(max_length=50)] = {}


class Lookup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Find a member without personal data in the URL; the first identifier that matches wins."""

    identifiers: Identifiers


class MemberView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A member as shown to whoever may read the person."""

    id: uuid.UUID
    identifiers: tuple[Identifier, ...]
    profile: Profile
    fields: dict[str, bool | int | str] = {}
    enrolled_at: dt.datetime
    tier: dict[str, TierNow] = {}
    wallets: dict[str, Balance] = {}
    claimed: int = 0  # purchases credited by this call
