"""Small values that several nouns show in their answers and events."""

import datetime as dt
import enum
import uuid
from typing import Annotated

import msgspec

from service.kernel.text import Name, Short


class Identifier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a member is known to a shop: kind as declared by the program, value as the shop has it.

    `verified`: the partner has checked that the person owns it; only then are purchases that were
    recorded under it credited when it is claimed.
    """

    kind: Name
    value: Short
    verified: bool = True


class OtherMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member named by id."""

    id: uuid.UUID


Identifiers = Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=1, max_length=10)]
Recipient = OtherMember | Identifiers  # of identifiers the first that matches wins


class Client(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The device or the address of the person behind a request, as far as the partner tells.

    Only codes that do not exist are counted against them, as keyed hashes.
    """

    device: Short | None = None
    address: Short | None = None


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """A wallet at an instant, in units of the wallet (10^-scale). available = usable now."""

    available: int
    pending: int
    held: int
    debt: int


class Expiring(msgspec.Struct, frozen=True, kw_only=True):
    """Units that lapse together; `expires_at` null: never."""

    expires_at: dt.datetime | None
    amount: int


class TierNow(msgspec.Struct, frozen=True, kw_only=True):
    """Where a member stands on one ladder; `changed` says whether this operation moved them.

    `missing`, in what the ladder counts, to the `next` tier: both are absent at the top.
    """

    id: str
    changed: bool = False
    next: str | msgspec.UnsetType = msgspec.UNSET
    missing: int | msgspec.UnsetType = msgspec.UNSET


class Movement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units that moved in one wallet: a lot earned or taken back."""

    wallet: str
    amount: int
    available_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None


class WalletChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By how much it moved a wallet: `amount` posted, of it `pending` and `held`, and `debt`.

    The changes of all events of a member sum to the member's wallets.
    """

    wallet: str
    amount: int
    pending: int
    debt: int
    held: int = 0


class EffectShown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule or coupon that had an effect: what it gave, and wanted where a budget cut it.

    `type` discount: `amount` in minor units, taken off `on` items, order or shipping. `title`: what
    people are told it is.
    """

    campaign: str
    rule: str
    type: str
    wallet: str | None = None
    amount: int | None = None
    wanted: int | None = None
    tier: str | None = None
    on: str | None = None
    template: str | None = None
    badge: str | None = None
    club: str | None = None
    title: dict[str, str] = {}


class Redeemed(msgspec.Struct, frozen=True, kw_only=True):
    """Units paid with, and what they were worth in minor units."""

    wallet: str
    amount: int
    value: int


class CouponGiven(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A personal coupon that went into the member's list."""

    id: uuid.UUID
    template: str
    campaign: str
    rule: str
    from_at: dt.datetime
    until_at: dt.datetime | None = None
    title: dict[str, str] = {}


class ClubNews(enum.StrEnum):
    """What became of a member and a club."""

    OFFERED = "offered"
    JOINED = "joined"
    LEFT = "left"


class AlsoGiven(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What rules gave for something that a purchase brought about: a tier, a club, a segment.

    `trigger` is what that was, as `tier_change:main`.
    """

    operation_id: uuid.UUID
    trigger: str
    earned: tuple[Movement, ...] = ()
    effects: tuple[EffectShown, ...] = ()
    issued: tuple[CouponGiven, ...] = ()


class CouponApplied(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon that had an effect: `position` among those presented, and what it is called."""

    position: int
    coupon: str
    template: str


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is: `total` counted, `missing` to the `next` tier (null: at the top).

    `valid_until`: until when the tier stands if nothing more counts; null: for ever.
    """

    tier: str
    total: int
    next: str | None
    missing: int | None
    valid_until: dt.datetime | None


class WalletView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A wallet: its balance and when its units lapse; `expiring` sums to what is posted."""

    balance: Balance
    scale: int = 0
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}
    expiring: tuple[Expiring, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """An interval [from_at, until_at) at one tier; `until_at` null: open.

    `valid_until`: how long it stands unless re-qualified; `due_at`: that plus the ladder's grace.
    """

    from_at: dt.datetime
    until_at: dt.datetime | None
    tier: str
    valid_until: dt.datetime | None
    due_at: dt.datetime | None


class TierShown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tier; `threshold`: what has to be counted to reach it, in what its ladder counts."""

    id: str
    threshold: int
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}


class LadderView(msgspec.Struct, frozen=True, kw_only=True):
    """One ladder of a member: where they stand and what `keeps` it; `tiers` from the lowest."""

    title: dict[str, str]
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}
    tiers: tuple[TierShown, ...]
    progress: Progress
    since: dt.datetime | None
    history: tuple[Step, ...]
