"""Rows of gift cards; requests and answers about them."""

import datetime as dt
import enum
import uuid
from typing import Annotated, Final

import msgspec

from service.kernel.text import Currency, Name, Text, Units
from service.kernel.values import Client, Expiring

BATCH_SIZE_MAX: Final = 1_000_000

# ------------------------------------------------------------------ rows


class State(enum.IntEnum):
    """Numbers stored in `gift_card.state`."""

    ISSUED = 0
    ACTIVE = 1
    BLOCKED = 2


class CardRow(msgspec.Struct, frozen=True, gc=False):
    """A gift card. `seed`, `batch_no` None: made by itself, of its id.

    `pin_hash` None: it has no PIN, or one that is derived. `pin_tries`: since the last right one;
    `pins_tried`: the last of them, as `codes.tried_pin`, known of a locked card only.
    """

    digest: bytes
    holder_id: uuid.UUID
    kind: str
    tail: str
    state: State
    batch_no: int | None
    seed: bytes | None
    has_pin: bool
    pin_hash: str | None
    pin_tries: int
    pin_locked_until: dt.datetime | None
    issued_at: dt.datetime
    activated_at: dt.datetime | None
    pins_tried: tuple[bytes, ...] = ()

    @property
    def derived_from(self) -> bytes:
        """The seed of its code and of a PIN that the shop did not choose."""
        return self.seed or self.holder_id.bytes

    @property
    def number(self) -> int:
        """Which of the seed."""
        return self.batch_no or 0

    @property
    def is_sold(self) -> bool:
        """It has been activated, so it is a holder with a wallet; it may be blocked now."""
        return self.activated_at is not None

    @property
    def shown(self) -> str:
        """How answers name it."""
        return f"…{self.tail}"


class Payment(msgspec.Struct, frozen=True, gc=False):
    """What a purchase took from a card, minor units, by the operation `op_id` of the card's wallet.

    `value` was paid at the till; of it `taken` was on the card; so much was `given_back` to it.
    """

    holder_id: uuid.UUID
    purchase_id: uuid.UUID
    op_id: uuid.UUID
    value: int
    taken: int
    given_back: int = 0

    @property
    def short(self) -> int:
        """What was given away at the till and was not there."""
        return self.value - self.taken


class BatchRow(msgspec.Struct, frozen=True):
    """A batch of gift cards, none of them active; `done` of `size` are there."""

    batch_id: uuid.UUID
    kind: str
    size: int
    seed: bytes
    has_pins: bool
    done: int
    note: str
    recorded_at: dt.datetime


# ------------------------------------------------------------------ requests

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Pin = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4,12}$(?!\n)")]
Reason = Annotated[str, msgspec.Meta(min_length=3, max_length=200)]


class IssueGiftCard(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A gift card; to `activate` it at once takes its `amount` in minor units.

    `pin`: for a kind whose cards have one; another is made when it is left out.
    """

    kind: Name
    activate: bool
    amount: Units | None = None
    currency: Currency | None = None
    pin: Pin | None = None
    note: Text = ""


class MakeGiftCards(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Gift cards to be made, printed, and activated one by one when they are sold."""

    kind: Name
    size: Annotated[int, msgspec.Meta(ge=1, le=BATCH_SIZE_MAX)]
    note: Text = ""


class LoadGiftCard(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Money, in minor units of the program's currency, for a card as it was typed or scanned."""

    code: Code
    amount: Units
    currency: Currency | None = None
    note: Text = ""
    client: Client | None = None


class CheckGiftCard(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A code as it was typed or scanned, the PIN that goes with it, and who types."""

    code: Code
    pin: Pin | None = None
    client: Client | None = None


class NameGiftCard(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A gift card, by its code or its id, and why."""

    code: Code | None = None
    card_id: uuid.UUID | None = None
    reason: Reason


class ListGiftCardEntries(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A gift card, by its code or its id, and which page of its entries."""

    code: Code | None = None
    card_id: uuid.UUID | None = None
    cursor: Annotated[str, msgspec.Meta(min_length=1, max_length=512)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


# ------------------------------------------------------------------ answers


class CardState(enum.StrEnum):
    """What a card is: only an active one pays."""

    ISSUED = "issued"
    ACTIVE = "active"
    BLOCKED = "blocked"


class IssuedGiftCard(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A gift card with its code; `pin`: when it was made and not chosen.

    Both are told in this answer alone, and in the same one again under the same Idempotency-Key.
    """

    id: uuid.UUID
    code: str
    pin: str | None = None
    card: str
    kind: str
    state: CardState
    currency: str
    amount: int = 0
    expires_at: dt.datetime | None = None
    operation_id: uuid.UUID | None = None
    issued_at: dt.datetime


class GiftCardReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Money that was put on a card; `expires_at` null: it never lapses. `balance`: what it pays."""

    id: uuid.UUID
    card: str
    kind: str
    operation_id: uuid.UUID
    currency: str
    amount: int
    balance: int
    expires_at: dt.datetime | None
    recorded_at: dt.datetime


class GiftCardView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A gift card as it stands. `balance`: what it pays; `held`: what open checkouts keep of it.

    `expiring` sums to both. Of a blocked card nothing can be paid, though its money is there.
    """

    id: uuid.UUID
    card: str
    kind: str
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}
    state: CardState
    currency: str
    balance: int
    held: int
    expiring: tuple[Expiring, ...] = ()
    issued_at: dt.datetime
    activated_at: dt.datetime | None = None


class GiftCardStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A gift card after it was blocked or unblocked."""

    id: uuid.UUID
    card: str
    kind: str
    state: CardState


class GiftCardBatchView(msgspec.Struct, frozen=True, kw_only=True):
    """A batch of gift cards. While `done` is less than `size` it is being made, or was cut off.

    Then the same request under the same Idempotency-Key goes on with it. `pins`: they have some.
    """

    id: uuid.UUID
    kind: str
    size: int
    done: int
    pins: bool
    note: str
    created_at: dt.datetime
