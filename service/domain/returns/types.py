"""Requests and answers about returns."""

import datetime as dt
import enum
import uuid
from typing import Annotated, Final

import msgspec

from service.kernel.text import LINES_MAX, Instant, Key
from service.kernel.values import Balance, Movement, TierNow

Quantity = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,7}(\.[0-9]{1,3})?$(?!\n)")]
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


VOID_CHANNEL: Final = "(void)"  # of the natural keys of voids: no program can declare it


class VoidPurchase(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A purchase that is to be as if it had not been, and why."""

    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]
    store: Key | None = None


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """What to hand back, minor units, per tender: `points` is what the units given back paid.

    `gift_cards` is on the cards again already. `uncovered`: what a till once took of gift cards
    though it was not on them; nobody paid it, so nobody gets it.
    """

    total: int
    points: int = 0
    gift_cards: int = 0
    uncovered: int = 0
    other_tender: int = 0


class CardBack(msgspec.Struct, frozen=True, kw_only=True):
    """Money that is on a gift card again; `position` among those the purchase presented."""

    position: int
    gift_card: str
    amount: int
    balance: int


class ReturnedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a return: quantity as decimal text, money the units carried."""

    line: int
    sku: str
    quantity: str
    total: int


class CouponBack(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A coupon used on the purchase that can be used again; `position` among those presented.

    `void`: it cannot, what had given it came back; then `points` of `wallet` are there again if
    they had been taken because it was used.
    """

    position: int
    coupon: str
    template: str
    void: bool = False
    wallet: str | None = None
    points: int = 0


class CouponTaken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A coupon the purchase gave that the rest of it would not give.

    `recovered`: it was not used, and is void; else it took `value` minor units off something, and
    by the policy of its template `points` of `wallet` were taken for that.
    """

    id: uuid.UUID
    template: str
    recovered: bool
    value: int = 0
    wallet: str | None = None
    points: int = 0


class CouponAgain(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A coupon the purchase gave, taken by an earlier return, that the rest of it gives after all.

    `points` of `wallet` are there again if they had been taken because it was used.
    """

    id: uuid.UUID
    template: str
    wallet: str | None = None
    points: int = 0


class ReturnStatus(enum.StrEnum):
    """applied: done; parked: waits for its purchase."""

    APPLIED = "applied"
    PARKED = "parked"


class ReturnReceipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a return. `reversed`: units taken back (negative: given back again).

    `given_back`: units the purchase was paid with. `coupons_back`: coupons it used that can be used
    again. `coupons_taken`: coupons it gave that are void now, or were used already;
    `coupons_again`: those of them that are good again. `reason`: why the purchase was voided; a
    return says none.
    """

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
    given_back: tuple[Movement, ...] = ()
    gift_cards: tuple[CardBack, ...] = ()
    coupons_back: tuple[CouponBack, ...] = ()
    coupons_taken: tuple[CouponTaken, ...] = ()
    coupons_again: tuple[CouponAgain, ...] = ()
    tier: dict[str, TierNow] = {}
    wallets: dict[str, Balance] = {}
    cut: bool = False  # a parked return asked for more than was bought and got what was there
    reason: str | None = None
    texts: tuple[str, ...] = ()  # lines for printer, till and app
