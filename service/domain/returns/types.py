"""Requests and answers about returns."""

import datetime as dt
import enum
import uuid
from typing import Annotated

import msgspec

from service.kernel.text import LINES_MAX, Instant, Key
from service.kernel.values import Balance, Movement, TierNow

Quantity = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,7}(\.[0-9]{1,3})?$")]
WholeQuantity = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
LineNumber = Annotated[int, msgspec.Meta(ge=1, le=LINES_MAX)]


class PurchaseRef(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The purchase, by its id or by its natural key (`channel` and `external_id` together)."""

    id: uuid.UUID | None = None
    channel: Key | None = None
    external_id: Key | None = None


class ReturnLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`line`: number of the purchase's line, from 1. `quantity` absent: all that is left of it."""

    line: LineNumber
    quantity: WholeQuantity | Quantity | None = None


class RecordReturn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Items given back, recorded once under a natural key of its own.

    Without `lines` everything that is left goes back, but shipping and fees, which must be named.
    """

    channel: Key
    external_id: Key
    purchase: PurchaseRef
    store: Key | None = None
    occurred_at: Instant | None = None
    lines: (
        Annotated[tuple[ReturnLine, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)] | None
    ) = None


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """What to hand back, minor units, per tender."""

    total: int
    points: int = 0
    gift_cards: int = 0
    other_tender: int = 0


class ReturnedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a return: quantity as decimal text, money the units carried."""

    line: int
    sku: str
    quantity: str
    total: int


class ReturnStatus(enum.StrEnum):
    """applied: done; parked: waits for its purchase."""

    APPLIED = "applied"
    PARKED = "parked"


class ReturnReceipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a return. `reversed`: units taken back (negative: given back again)."""

    id: uuid.UUID | None = None  # None while parked
    status: ReturnStatus
    channel: str
    external_id: str
    purchase_id: uuid.UUID | None = None
    member_id: uuid.UUID | None = None
    occurred_at: dt.datetime | None = None
    recorded_at: dt.datetime | None = None
    refund: Refund | None = None
    lines: tuple[ReturnedLine, ...] = ()
    reversed: tuple[Movement, ...] = ()
    tier: dict[str, TierNow] = {}
    wallets: dict[str, Balance] = {}
    cut: bool = False  # a parked return asked for more than was bought and got what was there
