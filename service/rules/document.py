"""The canonical program: what `check` makes of the file, what is stored, compiled and compared.

All text is parsed: money is integer minor units, quantities thousandths, durations and expiries
Structs, local dates instants. Titles are texts per language.
"""

import datetime as dt
import enum

import msgspec

from service.kernel.calendar import Duration, Period
from service.kernel.texts import Described
from service.rules.badges import Badge
from service.rules.clubs import Club, EarlyAccess
from service.rules.conditions.lines import Where
from service.rules.conditions.logic import Condition
from service.rules.effects import Discount, Effect, Multiply, Points
from service.rules.expiry import Expiry
from service.rules.gift_cards import GiftCardKind
from service.rules.receipts import Receipts
from service.rules.segments import Segment
from service.rules.sharing import Households, Transfer
from service.rules.staff import AS_USUAL, AdjustAlone, Staff
from service.rules.triggers import PURCHASE, Trigger

Texts = dict[str, str]  # language -> text


class Taxed(enum.StrEnum):
    """Whether amounts count with (gross) or without (net) tax."""

    GROSS = "gross"
    NET = "net"


class DiscountCap(msgspec.Struct, frozen=True, omit_defaults=True):
    """Our discounts on the matching lines together are at most this fraction of their price."""

    where: Where
    share: tuple[int, int]


class Head(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The `program:` section."""

    id: str
    title: Texts = {}
    timezone: str
    currency: str  # ISO 4217
    prices: Taxed = Taxed.GROSS  # what `amount` of a line is
    earns_on: Taxed = Taxed.GROSS  # what awards are counted on
    no_earning: tuple[Where, ...] = ()  # a line that matches any of them does not earn
    discount_caps: tuple[DiscountCap, ...] = ()  # each applies to what it matches, the first first
    backdate_max: Duration
    claim_max: Duration


class Store(msgspec.Struct, frozen=True, omit_defaults=True):
    """One store and the groups it belongs to."""

    groups: tuple[str, ...] = ()


class FieldKind(enum.StrEnum):
    """Types a line or member field may have."""

    TEXT = "text"
    BOOL = "bool"
    NUMBER = "number"
    CHOICE = "choice"


class Field(msgspec.Struct, frozen=True, omit_defaults=True):
    """A declared field; `values` for a choice."""

    kind: FieldKind
    values: tuple[str, ...] = ()


class Shortfall(enum.StrEnum):
    """What becomes of a clawback that finds too little: debt, or dropped."""

    DEBT = "debt"
    CLAMP = "clamp"


class RedeemAs(enum.StrEnum):
    """A discount lowers what earns; a tender does not, unless the rule says so."""

    TENDER = "tender"
    DISCOUNT = "discount"


class Redeem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How units pay at checkout: `units` are worth `minor` minor units, rounded down.

    `least`, `most`, `step` in units; `share_max`: of the goods after discounts, without shipping
    and lines that do not earn. `grace`: how long units live at least that a return gives back
    after their lot has lapsed.
    """

    units: int
    minor: int
    least: int = 1
    most: int | None = None
    step: int = 1
    share_max: tuple[int, int] | None = None
    paid_as: RedeemAs = RedeemAs.TENDER
    where: Where = ()
    grace: Duration

    def worth(self, units: int) -> int:
        """Minor units."""
        return units * self.minor // self.units


class Wallet(Described, frozen=True, kw_only=True, omit_defaults=True):
    """One kind of units. `number` is given at publish and never reused.

    `expires_by_tier`: (ladder, tier) -> expiry that wins over `expires` for members there. `redeem`
    None: its units do not pay. `transfer` None: no member may give them to another. `adjust` None:
    staff correct it by hand with the approval of a second person alone.
    """

    id: str
    number: int = 0
    qualifying: bool = False
    scale: int = 0
    pending: Duration | None = None
    expires: Expiry = Expiry()
    expires_by_tier: tuple[tuple[str, str, Expiry], ...] = ()
    shortfall: Shortfall = Shortfall.DEBT
    redeem: Redeem | None = None
    transfer: Transfer | None = None
    adjust: AdjustAlone | None = None


class QualifyBy(enum.StrEnum):
    """What counts towards a tier."""

    WALLET = "wallet"
    SPEND = "spend"
    VISITS = "visits"


class WithinKind(enum.StrEnum):
    """Over which period it counts."""

    ROLLING = "rolling"
    CALENDAR = "calendar"
    ANNIVERSARY = "anniversary"
    LIFETIME = "lifetime"


class Qualify(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a ladder's total is counted.

    rolling: `window`; calendar: `period`; anniversary: years since enrolment.
    """

    by: QualifyBy
    wallet: str | None = None
    within: WithinKind
    window: Duration | None = None
    period: Period | None = None


class DowngradeWhen(enum.StrEnum):
    """When a tier that is not re-qualified ends."""

    AT_ONCE = "at_once"
    PERIOD_END = "period_end"


class Downgrade(msgspec.Struct, frozen=True, omit_defaults=True):
    """What becomes of a tier that is not re-qualified.

    `one_step`: down one tier at a time; else to the tier the total reaches. `grace`: time after the
    end in which the tier still holds and may be re-qualified.
    """

    when: DowngradeWhen = DowngradeWhen.PERIOD_END
    one_step: bool = False
    grace: Duration | None = None


class Tier(Described, frozen=True, kw_only=True, omit_defaults=True):
    """One level; `threshold` in units of the qualifying wallet, minor units or visits."""

    id: str
    threshold: int


class Ladder(Described, frozen=True, kw_only=True, omit_defaults=True):
    """All levels in order; the first has threshold 0 and is everybody's."""

    id: str
    number: int = 0
    qualify: Qualify
    downgrade: Downgrade = Downgrade()
    tiers: tuple[Tier, ...]

    def rank(self, tier_id: str) -> int:
        """Position of the tier, 0 the lowest; a tier the ladder does not know counts as lowest."""
        for n, tier in enumerate(self.tiers):
            if tier.id == tier_id:
                return n
        return 0


class BudgetUnit(enum.StrEnum):
    """What a budget counts."""

    POINTS = "points"
    USES = "uses"
    MONEY = "money"


class WhenOut(enum.StrEnum):
    """What happens to a want the budget cannot cover: cut to what is left, or nothing."""

    TRIM = "trim"
    REJECT = "reject"


class Budget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cap shared by all members, over the life of the campaign.

    points: units of `wallet` credited to the campaign's rules; uses: times one of its rules fired;
    money: minor units its rules' discounts took off.
    """

    unit: BudgetUnit
    amount: int
    when_out: WhenOut = WhenOut.TRIM
    wallet: str | None = None


class Limit(msgspec.Struct, frozen=True, omit_defaults=True):
    """At most `times` per member, in a rolling window, a calendar period, or ever."""

    times: int
    rolling: Duration | None = None
    period: Period | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """when + then. `id` is unique in the program; order is (priority, id)."""

    at: str
    id: str
    title: Texts = {}
    priority: int = 0
    trigger: Trigger = PURCHASE
    when: Condition | None = None
    limit: Limit | None = None
    then: tuple[Effect, ...]


class Campaign(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A dated set of rules: decides purchases with from_at <= occurred_at < until_at."""

    at: str
    id: str
    title: Texts = {}
    from_at: dt.datetime | None = None
    until_at: dt.datetime | None = None
    budget: Budget | None = None
    early_access: EarlyAccess | None = None
    rules: tuple[Rule, ...] = ()


class ComesBack(enum.StrEnum):
    """When a coupon used on a purchase can be used again after returns."""

    NEVER = "never"
    WHOLE = "whole"  # when no line it discounted is left
    ANY = "any"  # when anything of a line it discounted came back


class Recover(enum.StrEnum):
    """What is taken for a coupon that was used and would not be issued any more."""

    NOTHING = "nothing"
    POINTS = "points"  # what its discount was worth, as debt of the first wallet that pays


class Validity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a coupon can be used: `lasts` from its issue, and between two instants."""

    lasts: Duration | None = None
    from_at: dt.datetime | None = None
    until_at: dt.datetime | None = None


class CouponTemplate(Described, frozen=True, kw_only=True, omit_defaults=True):
    """What a coupon gives: exactly one of `discount`, `multiply`, `points`.

    `code` (normalised; `code_shown` as written): one shared code; `personal`: issued into members'
    lists; neither: unique codes, made in batches. `uses`: of the shared code over all members
    (None: any number), or of each unique or personal code (1 unless said). `per_member`: uses by
    one member.
    """

    at: str
    id: str
    priority: int = 0
    code: str | None = None
    code_shown: str | None = None
    personal: bool = False
    when: Condition | None = None
    valid: Validity = Validity()
    uses: int | None = None
    per_member: Limit | None = None
    comes_back: ComesBack = ComesBack.WHOLE
    recover: Recover = Recover.NOTHING
    discount: Discount | None = None
    multiply: Multiply | None = None
    points: Points | None = None
    early_access: EarlyAccess | None = None

    @property
    def cap(self) -> str | None:
        """The name of the shared code's budget of uses; None: it has none."""
        return f"coupon:{self.id}" if self.code is not None and self.uses is not None else None


class Reward(Described, frozen=True, kw_only=True, omit_defaults=True):
    """What a member may have for units; exactly one of `coupon`, `item`, `external`.

    `price` in units of `wallet`; `prices`: (ladder, tier) -> price that wins for members there and
    above, up to the next tier that has one. `coupon`: a personal template; `item`: staff hand it
    over; `external`: somebody else delivers it. `stock`: so many in all (None: any number).
    `limit`: of one member. `when` asks nothing about a purchase.
    """

    at: str
    id: str
    wallet: str
    price: int
    prices: tuple[tuple[str, str, int], ...] = ()
    coupon: str | None = None
    item: str | None = None
    external: str | None = None
    stock: int | None = None
    when: Condition | None = None
    from_at: dt.datetime | None = None
    until_at: dt.datetime | None = None
    limit: Limit | None = None
    early_access: EarlyAccess | None = None

    @property
    def cap(self) -> str | None:
        """The name of the stock's budget of uses; None: there is no end of it."""
        return None if self.stock is None else stock_name(self.id)


def stock_name(reward: str) -> str:
    """The name of the budget that a reward's stock is."""
    return f"reward:{reward}"


SCHEMA = 1  # the form of the Structs of this file; raised when stored ones need another reading


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole program. `numbers_used` keeps wallet and ladder numbers of earlier versions.

    `schema` is written out always: 0 is a document made in memory by hand.
    """

    schema: int = 0
    program: Head
    channels: tuple[str, ...]
    stores: dict[str, Store] = {}
    identifiers: tuple[str, ...]  # kinds, in order of matching
    line_fields: dict[str, Field] = {}  # "category", "brand", "attributes.roast"
    member_fields: dict[str, Field] = {}
    wallets: tuple[Wallet, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    coupons: tuple[CouponTemplate, ...] = ()
    gift_cards: tuple[GiftCardKind, ...] = ()
    rewards: tuple[Reward, ...] = ()
    households: Households | None = None
    clubs: tuple[Club, ...] = ()
    segments: tuple[Segment, ...] = ()
    badges: tuple[Badge, ...] = ()
    staff: Staff = AS_USUAL
    receipts: Receipts | None = None
    numbers_used: dict[str, int] = {}  # "wallet:points" -> 1, "ladder:main" -> 1, "club:x"
