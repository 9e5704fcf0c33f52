"""Redemptions as stored; requests and answers about rewards."""

import datetime as dt
import enum
import uuid
from typing import Annotated, Final

import msgspec

from service.kernel.text import Name, Text
from service.kernel.values import Balance
from service.rules.facts import Facts
from service.rules.rewards import WhyNot

HOLD_SECONDS_MAX: Final = 7 * 24 * 3600

Moment = dt.datetime | None


class State(enum.IntEnum):
    """Numbers stored in `redemption.state`."""

    HELD = 0
    GRANTED = 1
    HANDED_OVER = 2
    CANCELLED = 3


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `redemption`, decoded; `price` in units of the wallet with the number `wallet`.

    `stocked`: a piece of the stock is its. `closed_op`: the operation that handed it over or
    cancelled it.
    """

    holder_id: uuid.UUID
    redemption_id: uuid.UUID
    state: State
    reward: str
    program_version: int
    facts: Facts
    wallet: int
    price: int
    stocked: bool
    coupon_id: uuid.UUID | None = None
    asked_at: dt.datetime
    held_until: Moment = None
    granted_at: Moment = None
    closed_at: Moment = None
    closed_op: uuid.UUID | None = None
    closed_store: str | None = None
    actor_kind: int
    actor_id: str
    store: str | None = None

    def timed_out(self, at: dt.datetime) -> bool:
        """It was held, and its time is over at the instant."""
        return self.state is State.HELD and self.held_until is not None and self.held_until <= at


# ------------------------------------------------------------------ requests


class RedeemReward(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A reward for units. `hold`: only keep the units and the stock, for so many seconds."""

    reward: Name
    hold: Annotated[int, msgspec.Meta(ge=1, le=HOLD_SECONDS_MAX)] | None = None


class HandOver(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The item is in the member's hands; `note` is kept, such as a serial number."""

    note: Text = ""


class CancelRedemption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A redemption is undone; the reason is kept."""

    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]


# ------------------------------------------------------------------ answers


class GivesView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a reward is: a coupon, an item that staff hand over, or what others deliver."""

    coupon: str | None = None
    item: str | None = None
    external: str | None = None


class RewardView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reward as anybody sees it.

    `prices`: by ladder and tier, for members there and above. `left`: pieces of the stock; absent:
    there is no end of it.
    """

    id: str
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}
    gives: GivesView
    wallet: str
    price: int
    prices: dict[str, dict[str, int]] = {}
    left: int | None = None
    valid_from: Moment = None
    valid_until: Moment = None


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """All rewards that are not over, in the order of the program."""

    items: tuple[RewardView, ...]


class MemberRewardView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reward as a member sees it: `price` is his own.

    `available`: he can have it now; else `why` has every reason. `affordable`: he has the units.
    """

    id: str
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}
    gives: GivesView
    wallet: str
    price: int
    affordable: bool
    available: bool
    why: tuple[WhyNot, ...] = ()
    left: int | None = None
    valid_from: Moment = None
    valid_until: Moment = None


class MemberRewards(msgspec.Struct, frozen=True, kw_only=True):
    """All rewards that are not over, in the order of the program, for one member."""

    member_id: uuid.UUID
    items: tuple[MemberRewardView, ...]


class RedemptionState(enum.StrEnum):
    """Where a redemption stands."""

    HELD = "held"
    GRANTED = "granted"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"


class CouponHad(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The coupon that came into the member's list."""

    id: uuid.UUID
    template: str
    code: str


class RedemptionView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reward that a member has had, or has kept for himself.

    `price` was or is to be taken from `wallet`. `held_until`: so long it was or is kept.
    `operation_id`: by which it was handed over or cancelled; a hand-over is undone by it.
    `wallets`: balances after it; only what changed something tells them.
    """

    id: uuid.UUID
    member_id: uuid.UUID
    reward: str
    title: dict[str, str] = {}
    gives: GivesView
    state: RedemptionState
    wallet: str
    price: int
    program_version: int
    coupon: CouponHad | None = None
    asked_at: dt.datetime
    held_until: Moment = None
    granted_at: Moment = None
    handed_over_at: Moment = None
    cancelled_at: Moment = None
    operation_id: uuid.UUID | None = None
    store: str | None = None
    handed_over_store: str | None = None
    wallets: dict[str, Balance] = {}


class RedemptionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Redemptions of a member, newest first; `next` null: that was all."""

    items: tuple[RedemptionView, ...]
    next: str | None
