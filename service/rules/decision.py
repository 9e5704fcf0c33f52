"""The decision: all that came out of one purchase. Stored, and recomputed to verify and explain."""

import datetime as dt
import enum

import msgspec

from service.rules.values import Scalar

ENGINE = 1  # raised whenever the same facts may give another result


class Credit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A rule's marginal part of one wallet's award: `points` given of `wanted`.

    `effect` is "points" or "multiply". Credits of a wallet sum to its award.
    """

    campaign: str
    rule: str
    effect: str
    wallet: str
    points: int
    wanted: int


class Award(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Units that make one lot. `available_at` None never happens here; `expires_at` None: never."""

    wallet: str
    points: int
    available_at: dt.datetime
    expires_at: dt.datetime | None = None


class Floor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A `set tier` that fired: at least `tier` until `until_at` (None: for ever)."""

    campaign: str
    rule: str
    ladder: str
    tier: str
    until_at: dt.datetime | None = None


class Target(enum.StrEnum):
    """What a discount is taken off; they are decided in this order."""

    ITEMS = "items"
    ORDER = "order"
    SHIPPING = "shipping"


class Discounted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Money off by a rule or a coupon; `lines` (position, minor units) sum to `amount`.

    rule: its `campaign` and id; coupon: `rule` is the template and `coupon` the position among
    those presented. `wanted`: before a budget cut it.
    """

    campaign: str = ""
    rule: str
    coupon: int | None = None
    on: Target
    amount: int
    wanted: int
    lines: tuple[tuple[int, int], ...]


class Paid(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Units redeemed as money: `lines` (position, minor units, units) sum to `value` and `units`.

    `off`: as a discount, which the lines' prices have in them; else a tender. Money of a gift card:
    `card` is its position among those presented, a unit is a minor unit, and `short` of them were
    given away at a till though they were not on the card.
    """

    wallet: str
    card: int | None = None
    short: int = 0
    off: bool = False
    units: int
    value: int
    lines: tuple[tuple[int, int, int], ...]


class Issued(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A personal coupon a rule gives; `from_at` and `until_at`: when it can be used."""

    campaign: str
    rule: str
    template: str
    from_at: dt.datetime
    until_at: dt.datetime | None = None


class BadgeGiven(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A badge a rule gives; who has it already keeps the one he has."""

    campaign: str
    rule: str
    badge: str


class Invited(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A rule offers a seat in a club; who belongs to it already gets no offer."""

    campaign: str
    rule: str
    club: str


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule tells other systems something."""

    campaign: str
    rule: str
    name: str
    data: dict[str, Scalar] = {}


class Refused(enum.StrEnum):
    """Why a redeemable was not applied; the first seven as in `facts.Unusable`."""

    UNKNOWN = "unknown"
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    USED_UP = "used_up"
    MEMBER_LIMIT = "member_limit"
    NEEDS_MEMBER = "needs_member"
    NEEDS_HOLD = "needs_hold"
    CONDITION_FAILED = "condition_failed"
    EXCLUDED_BY = "excluded_by"
    BUDGET_EXHAUSTED = "budget_exhausted"
    NO_EFFECT = "no_effect"
    NOT_ENOUGH = "not_enough"  # units: less is available
    BELOW_MIN = "below_min"  # units: fewer than the wallet's least
    NOT_A_STEP = "not_a_step"  # units: no multiple of the wallet's step
    ABOVE_MAX = "above_max"  # units: more than this cart takes
    NOT_ACTIVE = "not_active"  # a gift card that was never sold
    BLOCKED = "blocked"  # a gift card


class NotApplied(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A coupon, a rule's discount, a wallet or a gift card that was asked for and gave nothing.

    Coupons and gift cards by their positions. `by`: the rule or template that excluded it; `most`:
    units, or minor units of a card, that could be paid instead.
    """

    reason: Refused
    coupon: int | None = None
    rule: str | None = None
    wallet: str | None = None
    card: int | None = None
    by: str | None = None
    most: int | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """awards: (wallet in program order, then expiry); credits: in order of (priority, id).

    uses: ids of limited rules that fired with an effect. demands: campaign id -> what its budget is
    asked for, whatever was granted. discounts: in the order they were taken; coupons: positions of
    the presented ones that had an effect. caps: `CouponTemplate.cap` of the shared codes of which
    one use is taken. cards: what gift cards paid, in the order they were presented. A Decision
    without member has discounts by coupons only.
    """

    awards: tuple[Award, ...] = ()
    credits: tuple[Credit, ...] = ()
    floors: tuple[Floor, ...] = ()
    uses: tuple[str, ...] = ()
    demands: dict[str, int] = {}
    discounts: tuple[Discounted, ...] = ()
    paid: tuple[Paid, ...] = ()
    cards: tuple[Paid, ...] = ()
    coupons: tuple[int, ...] = ()
    caps: tuple[str, ...] = ()
    issued: tuple[Issued, ...] = ()
    not_applied: tuple[NotApplied, ...] = ()
    badges: tuple[BadgeGiven, ...] = ()
    invites: tuple[Invited, ...] = ()
    told: tuple[Told, ...] = ()

    def tendered(self) -> int:
        """What was paid with units as a tender and with gift cards, minor units."""
        return sum(one.value for one in self.paid if not one.off) + self.by_cards()

    def by_cards(self) -> int:
        """What was paid with gift cards, minor units."""
        return sum(one.value for one in self.cards)

    def taken_off(self) -> int:
        """What the discounts, and units paid as a discount, took off the lines, minor units."""
        off = sum(one.value for one in self.paid if one.off)
        return off + sum(one.amount for one in self.discounts)

    def earned(self) -> dict[str, int]:
        """Units per wallet id."""
        totals: dict[str, int] = {}
        for award in self.awards:
            totals[award.wallet] = totals.get(award.wallet, 0) + award.points
        return totals
