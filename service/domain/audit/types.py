"""Acts and closed days as stored, and as they are told."""

import datetime as dt
import uuid
from typing import Annotated, Final

import msgspec

from service.domain.audit.acts import About, Act
from service.kernel.text import Instant

REASON: Final = r"^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,63}$"

# ------------------------------------------------------------------ rows


class ActRow(msgspec.Struct, frozen=True, kw_only=True):
    """An act as stored. `with_id`: the member it concerned besides; `op_id` names the operation.

    `network`: of the caller's address, as CIDR. `digest`: SHA-256 of what was asked for.
    """

    act_id: uuid.UUID
    done_at: dt.datetime
    act: Act
    actor_kind: int
    actor_id: str
    client_id: uuid.UUID
    store: str | None
    device: str | None
    network: str | None
    about_kind: About
    about_id: str
    with_id: uuid.UUID | None
    op_id: uuid.UUID | None
    reason: str | None
    digest: bytes

    @property
    def day(self) -> dt.date:
        """The day in whose tree it is."""
        return self.done_at.astimezone(dt.UTC).date()


class DayRow(msgspec.Struct, frozen=True, kw_only=True):
    """A closed day; `previous` is the head of the day before, None of the first."""

    day: dt.date
    number: int
    acts: int
    root: bytes
    previous: bytes | None
    head: bytes
    closed_at: dt.datetime


class LeafRow(msgspec.Struct, frozen=True, kw_only=True):
    """What an act was when its day was closed; places count from 0."""

    day: dt.date
    place: int
    act_id: uuid.UUID
    hash: bytes


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which acts a list has; None: any. `about`: ids of what they concerned."""

    act: Act | None = None
    actor_kind: int | None = None
    actor_id: str | None = None
    about: tuple[str, ...] | None = None
    from_at: dt.datetime | None = None
    until_at: dt.datetime | None = None


# ------------------------------------------------------------------ answers


class AuditAbout(msgspec.Struct, frozen=True, kw_only=True):
    """What an act concerned; of a program the id is its version, of a key its second part."""

    kind: About
    id: str


class AuditAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An act. `member_id`: the member it concerned besides; `operation_id`: where its note is.

    `digest`: SHA-256, in hexadecimal, of what was asked for, without secrets and names of people.
    """

    id: uuid.UUID
    at: dt.datetime
    act: Act
    actor: str
    client_id: uuid.UUID
    about: AuditAbout
    digest: str
    store: str | None = None
    device: str | None = None
    network: str | None = None
    member_id: uuid.UUID | None = None
    operation_id: uuid.UUID | None = None
    reason: str | None = None


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of acts, the newest first."""

    items: tuple[AuditAct, ...]
    next: str | None


class AuditDay(msgspec.Struct, frozen=True, kw_only=True):
    """A closed day: the root over its acts, and the head over that and the head before."""

    day: dt.date
    number: int
    acts: int
    root: str
    previous: str | None
    head: str
    closed_at: dt.datetime


class AuditDayPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of closed days, the newest first."""

    items: tuple[AuditDay, ...]
    next: str | None


class AuditProof(msgspec.Struct, frozen=True, kw_only=True):
    """That an act is in its day. `content` is the leaf, to be hashed after a byte of zeros.

    `path`: the hashes beside it on the way to the root (RFC 6962 2.1.1), the nearest first.
    """

    id: uuid.UUID
    content: str
    place: int
    path: tuple[str, ...]
    day: AuditDay


# ------------------------------------------------------------------ questions

_Actor = Annotated[
    str,
    msgspec.Meta(
        max_length=160,
        pattern=r"^(partner|staff|member|job|command):.+$(?!\n)",
        description="Who did it, as acts tell it: `staff:waw-117`.",
    ),
]
_Id = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=64,
        description="The id of what it concerned. Of a member who was merged also what concerned "
        "those they are now, or were.",
    ),
]


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which acts: all when nothing is named. `from` is included, `until` is not."""

    act: Act | None = None
    actor: _Actor | None = None
    about: _Id | None = None
    from_: Instant | None = msgspec.field(name="from", default=None)
    until: Instant | None = None
    cursor: (
        Annotated[
            str,
            msgspec.Meta(min_length=1, max_length=512, description="`next` of the page before."),
        ]
        | None
    ) = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200, description="Items on a page.")] = 50
