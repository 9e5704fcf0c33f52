"""Rows of coupons; requests and answers about them."""

import datetime as dt
import enum
import uuid
from typing import Annotated, Final

import msgspec

from service.kernel.text import Text
from service.kernel.values import Client, Identifier

Moment = dt.datetime | None  # of a span: None is open

BATCH_SIZE_MAX: Final = 1_000_000
IMPORT_MAX: Final = 50_000  # as many codes as a body of 1 MB holds

# ------------------------------------------------------------------ rows


class CouponRow(msgspec.Struct, frozen=True, gc=False):
    """A unique or personal code. `holder_id` None: whoever has the code.

    `from_at`, `until_at`: its own span, given when it was issued; the template's comes on top.
    `origin_op`: the purchase or operation that gave it, `rule` which rule of it. `taken_by`: the
    return or move after which that purchase would not give it.
    """

    digest: bytes
    coupon_id: uuid.UUID
    template: str
    batch_id: uuid.UUID | None
    tail: str
    holder_id: uuid.UUID | None
    origin_op: uuid.UUID | None
    rule: str | None
    from_at: Moment
    until_at: Moment
    uses_max: int
    used: int
    voided_at: Moment
    issued_at: dt.datetime
    taken_by: uuid.UUID | None = None


class NewCoupon(msgspec.Struct, frozen=True, kw_only=True):
    """A personal coupon to be written; its code is derived from its id."""

    coupon_id: uuid.UUID
    template: str
    holder_id: uuid.UUID
    origin_op: uuid.UUID
    rule: str | None = None
    from_at: Moment = None
    until_at: Moment = None
    uses_max: int = 1


class Use(msgspec.Struct, frozen=True, gc=False):
    """A coupon was used on a purchase. `position` among those presented; `digest` None: shared.

    `overrun`: it had no use left, and the till reported it after the fact. `recovery`: the
    operation by which units are taken for it.
    """

    holder_id: uuid.UUID
    template: str
    occurred_at: dt.datetime
    purchase_id: uuid.UUID
    position: int
    digest: bytes | None = None
    overrun: bool = False
    given_back_at: Moment = None
    recovery: uuid.UUID | None = None


class BatchRow(msgspec.Struct, frozen=True):
    """A batch of unique codes; `done` of `size` are there."""

    batch_id: uuid.UUID
    template: str
    size: int
    seed: bytes
    imported: bool
    done: int
    note: str
    recorded_at: dt.datetime


# ------------------------------------------------------------------ requests

Template = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$(?!\n)")]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Reason = Annotated[str, msgspec.Meta(min_length=3, max_length=200)]
Identifiers = Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=1, max_length=10)]


class MakeBatch(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Unique codes to be made, each good for what the template says."""

    template: Template
    size: Annotated[int, msgspec.Meta(ge=1, le=BATCH_SIZE_MAX)]
    note: Text = ""


class ImportCodes(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Codes that are out already, printed or sent by another system, however they are written."""

    template: Template
    codes: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=IMPORT_MAX)]
    note: Text = ""


class MemberId(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member named by id."""

    id: uuid.UUID


class CheckCoupon(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A code as it was typed or scanned, and who shows it."""

    code: Code
    member: Identifiers | MemberId | None = None
    client: Client | None = None


class NameCoupon(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A unique or personal coupon, by its code or its id, and why."""

    code: Code | None = None
    coupon_id: uuid.UUID | None = None
    reason: Reason


class IssueCoupon(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A personal coupon for a member, by hand; the reason is kept."""

    template: Template
    reason: Reason


# ------------------------------------------------------------------ answers


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """A batch of unique codes. While `done` is less than `size` it is being made, or was cut off.

    Then the same request under the same Idempotency-Key goes on with it.
    """

    id: uuid.UUID
    template: str
    size: int
    done: int
    imported: bool
    note: str
    created_at: dt.datetime


class CodeRefused(enum.StrEnum):
    """Why a code was not taken in."""

    MALFORMED = "malformed"  # not 6 to 32 characters of 0-9 and A-Z
    SHARED = "shared"  # the program has a shared code that reads the same
    TAKEN = "taken"  # it is a coupon of another template


class RefusedCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was not taken in; `position` in the request, from 0."""

    position: int
    reason: CodeRefused


class ImportReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the codes: each was `taken`, was `known` before, or is among `refused`.

    `batch` null: there was none to take.
    """

    batch: BatchView | None
    taken: int
    known: int
    refused: tuple[RefusedCode, ...]


class CouponCheck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a code is, and whether it can be used now, whatever is in the cart.

    `reason` says why not: unknown (also one that is void, another member's or no code at all; then
    nothing else is told), not_started, expired, used_up, member_limit, needs_member, needs_hold
    (somebody's open checkout has the last use). `coupon`: as receipts name it.
    """

    usable: bool
    reason: str | None = None
    coupon: str | None = None
    template: str | None = None
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}
    valid_from: dt.datetime | None = None
    valid_until: dt.datetime | None = None


class CouponState(enum.StrEnum):
    """What a coupon is worth to its owner at an instant."""

    USABLE = "usable"
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    USED_UP = "used_up"
    MEMBER_LIMIT = "member_limit"  # the member used the template as often as one may
    HELD = "held"  # an open checkout has its last use
    VOID = "void"


class CouponView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A coupon in a member's list."""

    id: uuid.UUID
    template: str
    code: str
    state: CouponState
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}
    valid_from: dt.datetime | None = None
    valid_until: dt.datetime | None = None
    uses: int
    uses_max: int
    issued_at: dt.datetime


class CouponPage(msgspec.Struct, frozen=True, kw_only=True):
    """Coupons of a member, newest first; `next` null: that was all."""

    items: tuple[CouponView, ...]
    next: str | None


class IssuedCoupon(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon that was put into a member's list; it is taken back by undoing its operation."""

    id: uuid.UUID
    member_id: uuid.UUID
    template: str
    code: str
    valid_from: dt.datetime | None
    valid_until: dt.datetime | None
    uses_max: int
    issued_at: dt.datetime
    operation_id: uuid.UUID | None = None  # null: an answer kept from before this was told


class CouponStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon after it was voided or reinstated. `voided_at` null: it is good."""

    id: uuid.UUID
    template: str
    coupon: str
    member_id: uuid.UUID | None
    voided_at: dt.datetime | None
    uses: int
    uses_max: int
