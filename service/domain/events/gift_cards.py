"""Events of gift cards: they stand with the card, never with whoever has it in hand.

No event tells a code or a PIN.
"""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec

from service.kernel.values import WalletChange


class GiftCardIssued(msgspec.Struct, frozen=True, kw_only=True):
    """A gift card was made by itself; it has no money before it is activated.

    No event tells a code or a PIN. Cards made in batches have no events before they are activated.
    """

    card_id: uuid.UUID
    kind: str


class GiftCardActivated(msgspec.Struct, frozen=True, kw_only=True):
    """A gift card was sold: it has money, `amount` in minor units, and can pay."""

    card_id: uuid.UUID
    kind: str
    operation_id: uuid.UUID
    amount: int
    currency: str
    expires_at: dt.datetime | None
    changes: tuple[WalletChange, ...]


class GiftCardToppedUp(msgspec.Struct, frozen=True, kw_only=True):
    """More money was put on a gift card."""

    card_id: uuid.UUID
    kind: str
    operation_id: uuid.UUID
    amount: int
    currency: str
    expires_at: dt.datetime | None
    changes: tuple[WalletChange, ...]


class GiftCardBlocked(msgspec.Struct, frozen=True, kw_only=True):
    """A gift card pays no more; its money stays on it."""

    card_id: uuid.UUID
    kind: str
    reason: str


class GiftCardUnblocked(msgspec.Struct, frozen=True, kw_only=True):
    """A gift card that was blocked is what it was before."""

    card_id: uuid.UUID
    kind: str
    reason: str


class GiftCardRedeemed(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase was paid with money of the gift card, `amount` in minor units."""

    card_id: uuid.UUID
    operation_id: uuid.UUID
    purchase_id: uuid.UUID
    amount: int
    currency: str
    changes: tuple[WalletChange, ...]


class GiftCardRefunded(msgspec.Struct, frozen=True, kw_only=True):
    """Money came back to the gift card by a return of what it had paid for."""

    card_id: uuid.UUID
    operation_id: uuid.UUID
    purchase_id: uuid.UUID
    return_id: uuid.UUID
    amount: int
    currency: str
    changes: tuple[WalletChange, ...]


GiftCardEvent = (
    GiftCardIssued
    | GiftCardActivated
    | GiftCardToppedUp
    | GiftCardBlocked
    | GiftCardUnblocked
    | GiftCardRedeemed
    | GiftCardRefunded
)

GIFT_CARD_TYPES: Final[dict[type[Any], str]] = {
    GiftCardIssued: "regulars.gift-card.issued.v1",
    GiftCardActivated: "regulars.gift-card.activated.v1",
    GiftCardToppedUp: "regulars.gift-card.topped-up.v1",
    GiftCardBlocked: "regulars.gift-card.blocked.v1",
    GiftCardUnblocked: "regulars.gift-card.unblocked.v1",
    GiftCardRedeemed: "regulars.gift-card.redeemed.v1",
    GiftCardRefunded: "regulars.gift-card.refunded.v1",
}
