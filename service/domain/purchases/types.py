"""Requests and answers about purchases."""

import datetime as dt
import enum
import uuid
from typing import Annotated, Any

import msgspec

from service.kernel.text import BATCH_MAX, LINES_MAX, Amount, Currency, Instant, Key, Short
from service.kernel.values import Balance, EffectShown, Identifier, Movement, TierNow
from service.rules.cart import LineKind

Quantity = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,7}(\.[0-9]{1,3})?$")]
WholeQuantity = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Rate = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,4})?$")]


class Mode(enum.StrEnum):
    """authorise: before payment, may be refused; record: it has happened, never refused."""

    AUTHORISE = "authorise"
    RECORD = "record"


class Tax(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Tax of a line: `rate` in percent as text ("23"), `amount` in minor units. One is enough."""

    rate: Rate | None = None
    amount: Amount | None = None


class LineIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A line of a receipt. `amount` (the whole line, minor units) or `unit_price` is given."""

    sku: Short
    quantity: WholeQuantity | Quantity = 1
    amount: Amount | None = None
    unit_price: Amount | None = None
    kind: LineKind = LineKind.GOODS
    category: Short | None = None
    brand: Short | None = None
    attributes: Annotated[dict[Short, Short], msgspec.Meta(max_length=20)] = {}
    tax: Tax | None = None
    discount_given: Amount = 0


class ChargedIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What the customer really paid: `total` of all lines, `discounts` per line (minor units).

    Without `discounts` the difference to the lines is allocated to them by amount.
    """

    total: Amount
    discounts: Annotated[tuple[Amount, ...], msgspec.Meta(max_length=LINES_MAX)] | None = None


class MemberRef(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member named by id."""

    id: uuid.UUID


class RecordPurchase(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A purchase, recorded once under its natural key (channel, external_id).

    `member` is a list of identifiers, the first that matches wins, or an id, or absent.
    """

    mode: Mode = Mode.AUTHORISE
    channel: Key
    external_id: Key
    store: Key | None = None
    occurred_at: Instant | None = None
    currency: Currency
    member: (
        Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=1, max_length=10)]
        | MemberRef
        | None
    ) = None
    lines: Annotated[tuple[LineIn, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]
    charged: ChargedIn | None = None


class PurchaseBatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up to 500 purchases; each has its own result, items of one member run in their order."""

    items: Annotated[tuple[RecordPurchase, ...], msgspec.Meta(min_length=1, max_length=BATCH_MAX)]


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line as decided, minor units."""

    sku: str
    subtotal: int
    discount: int
    total: int


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a purchase; stored facts render it again for a replay."""

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
    tier: dict[str, TierNow] = {}
    wallets: dict[str, Balance] = {}
    identifier_conflict: bool = False
    charged_differs: bool = False
    late: bool = False
    returns_applied: tuple[uuid.UUID, ...] = ()


class ExplanationView(msgspec.Struct, frozen=True, kw_only=True):
    """Why a purchase was decided so, recomputed from its stored facts and program version.

    `same`: the recomputed decision equals the recorded one. `rules`: per rule whether it fired, its
    conditions with what they wanted and got, and what it gave (cut to what the reader may see).
    """

    purchase_id: uuid.UUID
    program_version: int
    engine: int
    decided_at: dt.datetime
    same: bool
    rules: tuple[dict[str, Any], ...]
