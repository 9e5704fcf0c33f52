"""Events of what was undone; each stands with every holder it is about."""

import uuid
from typing import Any, Final

import msgspec

from service.kernel.values import WalletChange


class OperationUndone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an operation had done is as if it had not been.

    `kind`: adjustment, coupon, gift_card, transfer or hand_over. A purchase undone is void and has
    `purchase.returned` instead, a redemption undone is cancelled and has `reward.cancelled`.
    """

    operation_id: uuid.UUID
    undoes: uuid.UUID
    kind: str
    changes: tuple[WalletChange, ...]
    other_id: uuid.UUID | None = None  # of a transfer: who gave it, or had got it
    coupon_id: uuid.UUID | None = None  # it is void
    redemption_id: uuid.UUID | None = None  # it is granted again, and can be handed over
    card_state: str | None = None  # of a gift card, after it


OPERATION_TYPES: Final[dict[type[Any], str]] = {
    OperationUndone: "regulars.operation.undone.v1",
}
