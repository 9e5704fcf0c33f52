"""Requests and answers about purchases, quotes and holds."""

import datetime as dt
import enum
import uuid
from typing import Annotated, Any, Final

import msgspec

from service.domain.purchases.basket import Basket, MemberRef
from service.kernel.text import BATCH_MAX, LINES_MAX, Amount, Key
from service.kernel.values import (
    AlsoGiven,
    Balance,
    ClubNews,
    CouponApplied,
    CouponGiven,
    EffectShown,
    Identifier,
    Movement,
    Redeemed,
    TierNow,
)

QUOTE_LENGTH_MAX: Final = 65_536
HOLD_SECONDS: Final = 900
HOLD_SECONDS_MAX: Final = 7 * 24 * 3600
HoldSeconds = Annotated[int, msgspec.Meta(ge=1, le=HOLD_SECONDS_MAX)]


class Mode(enum.StrEnum):
    """authorise: before payment, may be refused; record: it has happened, never refused."""

    AUTHORISE = "authorise"
    RECORD = "record"


class ChargedIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What the customer really paid: `total` of all lines, `discounts` per line (minor units).

    Without `discounts` the difference to the lines is allocated to them by amount.
    """

    total: Amount
    discounts: Annotated[tuple[Amount, ...], msgspec.Meta(max_length=LINES_MAX)] | None = None


class RecordPurchase(Basket, frozen=True, kw_only=True, omit_defaults=True):
    """A purchase, recorded once under its natural key (channel, external_id).

    `hold_id` names the hold it captures, `quote_id` the quote whose prices it takes; the content
    that makes two requests the same purchase has neither. What was held for nobody known is had
    by whoever the purchase names, at the prices of the member.
    """

    mode: Mode = Mode.AUTHORISE
    external_id: Key
    charged: ChargedIn | None = None
    hold_id: uuid.UUID | None = None
    quote_id: Annotated[str, msgspec.Meta(min_length=1, max_length=QUOTE_LENGTH_MAX)] | None = None


class AttachPurchase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose a purchase is after all, as `member` of a purchase, and why that is believed.

    `from_member`: whose it is now, when it moves from another member; refused when that is not so.
    """

    member: Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=1, max_length=10)] | MemberRef
    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]
    from_member: uuid.UUID | None = None


class AskQuote(Basket, frozen=True, kw_only=True, omit_defaults=True):
    """A cart to be decided, with nothing written.

    `hold_id` names the checkout's own hold: what it keeps can be had. One that is over, or another
    member's, counts as none. `rewards`: tell as well which the member could have for the units that
    this cart leaves.
    """

    hold_id: uuid.UUID | None = None
    rewards: bool = False


class PlaceHold(Basket, frozen=True, kw_only=True, omit_defaults=True):
    """A cart whose points, coupons and budgets are to be kept for a checkout.

    `checkout` is the shop's own key of it: sent again, the same content answers the same hold;
    other content under the same key replaces what is held. `hold_for` in seconds.
    """

    checkout: Key
    hold_for: HoldSeconds = HOLD_SECONDS


class ExtendHold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`hold_for`: seconds from now on."""

    hold_for: HoldSeconds = HOLD_SECONDS


class PurchaseBatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up to 500 purchases; each has its own result, items of one member run in their order."""

    items: Annotated[tuple[RecordPurchase, ...], msgspec.Meta(min_length=1, max_length=BATCH_MAX)]


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line as decided, minor units."""

    sku: str
    subtotal: int
    discount: int
    total: int


class NotAppliedShown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was presented or asked for and gave nothing, with the reason.

    A coupon or a gift card: `position` among those presented, and what it is called. `by`: the rule
    or coupon template that excludes it. A wallet or card: `most` that could be paid instead.
    """

    reason: str
    position: int | None = None
    coupon: str | None = None
    wallet: str | None = None
    gift_card: str | None = None
    by: str | None = None
    most: int | None = None


class PaidByCard(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a gift card pays, minor units; `position` among those presented.

    `balance`: what it has left after it. `overrun`: of the amount, what a till has given away
    though it was not on the card.
    """

    position: int
    gift_card: str
    amount: int
    balance: int
    overrun: int = 0


class MovedFrom(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a move of a purchase cost the member it was of.

    `reversed`: units taken back. Of the coupons it had given, `coupons_void` are good no more;
    `unrecovered` had been used: id -> what it took off, minor units.
    """

    member_id: uuid.UUID
    reversed: tuple[Movement, ...] = ()
    coupons_void: tuple[uuid.UUID, ...] = ()
    unrecovered: dict[str, int] = {}


class Voided(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who voided a purchase, where and why; `id` names the void, as the answer to it did."""

    id: uuid.UUID
    reason: str | None = None  # of one from before it was kept: None
    actor: str
    store: str | None = None
    device: str | None = None
    recorded_at: dt.datetime


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a purchase; stored facts render it again for a replay.

    `also`: what rules gave for what it brought about, when it was recorded; `badges` that were new,
    and what became of the member and `clubs`. `moved` is told once, when it is moved from one
    member to another; `voided` when it is read.
    """

    id: uuid.UUID
    member_id: uuid.UUID | None
    channel: str
    external_id: str
    store: str | None = None
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    program_version: int
    currency: str
    subtotal: int
    discount: int
    total: int
    due: int
    lines: tuple[ReceiptLine, ...]
    earned: tuple[Movement, ...] = ()
    effects: tuple[EffectShown, ...] = ()
    redeemed: tuple[Redeemed, ...] = ()
    gift_cards: tuple[PaidByCard, ...] = ()
    coupons: tuple[CouponApplied, ...] = ()
    issued: tuple[CouponGiven, ...] = ()
    not_applied: tuple[NotAppliedShown, ...] = ()
    also: tuple[AlsoGiven, ...] = ()
    badges: tuple[str, ...] = ()
    clubs: dict[str, ClubNews] = {}
    tier: dict[str, TierNow] = {}
    wallets: dict[str, Balance] = {}
    hold_id: uuid.UUID | None = None
    identifier_conflict: bool = False
    charged_differs: bool = False
    overrun: bool = False  # more was redeemed at the till than was there
    late: bool = False
    void: bool = False
    voided: Voided | None = None
    returns_applied: tuple[uuid.UUID, ...] = ()
    moved: MovedFrom | None = None
    texts: tuple[str, ...] = ()  # lines for printer, till and app


class CouponUsable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A coupon of the member's list: what it would take off this cart, or why it gives nothing."""

    id: uuid.UUID
    template: str
    title: dict[str, str] = {}
    until_at: dt.datetime | None = None
    presented: bool = False
    discount: int = 0
    earns: dict[str, int] = {}
    reason: str | None = None
    by: str | None = None


class PointsUsable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many units may be paid with on this cart, at most and in which steps."""

    available: int
    least: int
    most: int
    step: int
    value: int  # of `most`, minor units
    reason: str | None = None


class RewardUsable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reward at this member's price, in units of `wallet`; `reason`: why it cannot be had now."""

    id: str
    title: dict[str, str] = {}
    wallet: str
    price: int
    reason: str | None = None


class Usable(msgspec.Struct, frozen=True, kw_only=True):
    """What the member could use on this cart. `rewards`: absent unless they were asked for."""

    coupons: tuple[CouponUsable, ...] = ()
    points: dict[str, PointsUsable] = {}
    rewards: tuple[RewardUsable, ...] | msgspec.UnsetType = msgspec.UNSET


class Quote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What recording this cart now would decide. A purchase that names `quote_id` gets its prices.

    Scarce things (points, coupons, budgets) are not kept: a hold does that.
    """

    quote_id: str
    valid_until: dt.datetime
    member_id: uuid.UUID | None
    program_version: int
    currency: str
    subtotal: int
    discount: int
    total: int
    due: int
    lines: tuple[ReceiptLine, ...]
    earned: tuple[Movement, ...] = ()
    effects: tuple[EffectShown, ...] = ()
    redeemed: tuple[Redeemed, ...] = ()
    gift_cards: tuple[PaidByCard, ...] = ()
    coupons: tuple[CouponApplied, ...] = ()
    not_applied: tuple[NotAppliedShown, ...] = ()
    usable: Usable
    tier: dict[str, TierNow] = {}
    identifier_conflict: bool = False
    texts: tuple[str, ...] = ()  # lines for printer, till and app


class HoldState(enum.StrEnum):
    """open; captured by a purchase; released; timed out."""

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"
    TIMED_OUT = "timed_out"


class HoldView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hold and the decision it pins: the purchase that names it with the same cart gets that."""

    id: uuid.UUID
    state: HoldState
    checkout: str
    channel: str
    member_id: uuid.UUID | None
    created_at: dt.datetime
    due_at: dt.datetime
    closed_at: dt.datetime | None = None
    purchase_id: uuid.UUID | None = None
    program_version: int
    currency: str
    subtotal: int
    discount: int
    total: int
    due: int
    lines: tuple[ReceiptLine, ...]
    effects: tuple[EffectShown, ...] = ()
    redeemed: tuple[Redeemed, ...] = ()
    gift_cards: tuple[PaidByCard, ...] = ()
    coupons: tuple[CouponApplied, ...] = ()
    not_applied: tuple[NotAppliedShown, ...] = ()
    wallets: dict[str, Balance] = {}
    texts: tuple[str, ...] = ()  # lines for printer, till and app


class ExplanationView(msgspec.Struct, frozen=True, kw_only=True):
    """Why a purchase was decided so, recomputed from its stored facts and program version.

    `same`: the recomputed decision equals the recorded one. `rules`: per rule whether it fired, its
    conditions with what they wanted and got, and what it gave (cut to what the reader may see).
    `coupons`: the same of each that was presented, by its `position`.
    """

    purchase_id: uuid.UUID
    program_version: int
    engine: int
    decided_at: dt.datetime
    same: bool
    rules: tuple[dict[str, Any], ...]
    coupons: tuple[dict[str, Any], ...] = ()
