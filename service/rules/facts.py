"""Facts: everything a decision depends on besides the program and the cart; stored with it."""

import datetime as dt
import enum
import uuid

import msgspec

from service.rules.decision import Discounted
from service.rules.triggers import Occasion
from service.rules.values import Scalar


class MemberFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The member as known when the purchase is recorded; no personal data, so it may be kept.

    `clubs`: those he belongs to at the instant, in order; `clubs_while`: those he belongs to only
    as long as their own rule is true of these facts.
    """

    fields: dict[str, Scalar] = {}  # declared member fields
    tiers: dict[str, str] = {}  # ladder id -> tier id at the purchase's instant, before it
    is_birthday: bool = False
    is_birthday_month: bool = False
    enrolled_days: int = 0
    clubs: tuple[str, ...] = ()
    clubs_while: tuple[str, ...] = ()


class Past(msgspec.Struct, frozen=True, array_like=True):
    """What a history window holds: minor units, count, thousandths."""

    spend: int = 0
    purchases: int = 0
    quantity: int = 0


class Unusable(enum.StrEnum):
    """Why a presented coupon cannot be used, whatever is in the cart."""

    UNKNOWN = "unknown"  # also: not meant for this member, void, not a code at all
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    USED_UP = "used_up"
    MEMBER_LIMIT = "member_limit"
    NEEDS_MEMBER = "needs_member"
    NEEDS_HOLD = "needs_hold"  # somebody's open hold has the last use
    NOT_ACTIVE = "not_active"  # a gift card that was never sold
    BLOCKED = "blocked"  # a gift card


class Presented(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A coupon as presented, in the order of the request; `template` None: unknown.

    `shown` is how answers name it: the shared code, or the last characters of another. `forced`: it
    has been granted at a till already, so nothing but its effect is asked.
    """

    shown: str
    template: str | None = None
    why: Unusable | None = None
    forced: bool = False


class Paying(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units of a wallet to pay with. `available`: before this purchase, in units.

    `forced`: the till has taken them as money already; nothing is refused.
    """

    wallet: str
    units: int
    available: int = 0
    forced: bool = False


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A gift card as presented, in the order of the request; `card` (its id) None: unknown.

    `shown` is how answers name it. `amount` None: as much as it has and the cart takes.
    `available`: minor units on it before this purchase. `forced`: the till has taken it as money
    already.
    """

    shown: str
    card: uuid.UUID | None = None
    amount: int | None = None
    available: int = 0
    why: Unusable | None = None
    forced: bool = False


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`member` None: unmatched, nothing is awarded.

    history: `Window.key()` -> Past. uses: id of a limited rule -> uses already in its period.
    grants: campaign id -> what its budget granted (in the budget's unit); a campaign that is not
    there was not asked for. None: budgets not asked yet, everything wanted is taken as granted.
    The uses of a shared code stand there by `CouponTemplate.cap`. frozen: discounts as they were
    given, by a quote, a hold or before a claim; they are taken as they are and nothing is searched.
    """

    at: dt.datetime
    member: MemberFacts | None = None
    history: dict[str, Past] = {}
    uses: dict[str, int] = {}
    grants: dict[str, int] | None = None
    coupons: tuple[Presented, ...] = ()
    redeem: tuple[Paying, ...] = ()
    gift_cards: tuple[Card, ...] = ()
    frozen: tuple[Discounted, ...] | None = None
    activities: dict[str, int] = {}
    occasion: Occasion | None = None
