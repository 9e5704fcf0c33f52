"""The canonical program: what `check` makes of the file, what is stored, compiled and compared.

All text is parsed: money is integer minor units, quantities thousandths, durations and expiries
Structs, local dates instants. Titles are texts per language.
"""

import datetime as dt
import enum

import msgspec

from service.kernel.calendar import Duration, Period
from service.rules.conditions.lines import Where
from service.rules.conditions.logic import Condition
from service.rules.effects import Effect
from service.rules.expiry import Expiry

Texts = dict[str, str]  # language -> text


class Taxed(enum.StrEnum):
    """Whether amounts count with (gross) or without (net) tax."""

    GROSS = "gross"
    NET = "net"


class Head(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The `program:` section."""

    id: str
    title: Texts = {}
    timezone: str
    currency: str  # ISO 4217
    prices: Taxed = Taxed.GROSS  # what `amount` of a line is
    earns_on: Taxed = Taxed.GROSS  # what awards are counted on
    no_earning: tuple[Where, ...] = ()  # a line that matches any of them does not earn
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


class Wallet(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One kind of units. `number` is given at publish and never reused.

    `expires_by_tier`: (ladder, tier) -> expiry that wins over `expires` for members there.
    """

    id: str
    number: int = 0
    title: Texts = {}
    qualifying: bool = False
    scale: int = 0
    pending: Duration | None = None
    expires: Expiry = Expiry()
    expires_by_tier: tuple[tuple[str, str, Expiry], ...] = ()
    shortfall: Shortfall = Shortfall.DEBT


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


class Tier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One level; `threshold` in units of the qualifying wallet, minor units or visits."""

    id: str
    threshold: int
    title: Texts = {}


class Ladder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All levels in order; the first has threshold 0 and is everybody's."""

    id: str
    number: int = 0
    title: Texts = {}
    qualify: Qualify
    downgrade: Downgrade = Downgrade()
    tiers: tuple[Tier, ...]

    def rank(self, tier_id: str) -> int:
        """Position of the tier, 0 the lowest; a tier the ladder does not know counts as lowest."""
        return next((n for n, tier in enumerate(self.tiers) if tier.id == tier_id), 0)


class BudgetUnit(enum.StrEnum):
    """What a budget counts."""

    POINTS = "points"
    USES = "uses"


class WhenOut(enum.StrEnum):
    """What happens to a want the budget cannot cover: cut to what is left, or nothing."""

    TRIM = "trim"
    REJECT = "reject"


class Budget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cap shared by all members, over the life of the campaign.

    points: units of `wallet` credited to the campaign's rules; uses: times one of its rules fired.
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
    rules: tuple[Rule, ...] = ()


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
    numbers_used: dict[str, int] = {}  # "wallet:points" -> 1, "ladder:main" -> 1
