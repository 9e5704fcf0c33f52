"""Requests and answers about wallets; the numbers stored in entries."""

import datetime as dt
import enum
import uuid
from typing import Annotated

import msgspec

from service.kernel.text import Name, Signed
from service.kernel.values import Balance, WalletView


class Reason(enum.IntEnum):
    """Why units moved; numbers are stored, never reused."""

    EARNED = 1
    REVERSED = 2  # taken back by a return, or given back when less is taken back
    EXPIRED = 3
    ADJUSTED = 4
    DEBT_PAID = 5
    OPENING = 6  # brought along by an import
    REDEEMED = 7  # paid with at a checkout
    GIVEN_BACK = 8  # what had been paid with, by a return
    SOLD = 9  # money that a gift card was activated with
    TOPPED_UP = 10  # money put on a gift card later
    TRANSFERRED_OUT = 11  # to another holder: a member, or the pool of a household
    TRANSFERRED_IN = 12  # from another holder, with expiry and origin kept
    ADJUSTMENT_UNDONE = 13
    SALE_UNDONE = 14  # money that was put on a gift card, taken off again
    TRANSFER_UNDONE = 15  # at both holders: what was given is its giver's again
    RECOVERY_UNDONE = 16  # what was taken for a used coupon, which is deserved or unused after all
    GRANTED = 17  # by a rule, for something that happened to a member and is no purchase
    MERGED_OUT = 19  # to the member that this one was merged into, or back from it
    MERGED_IN = 20  # from the member that was merged into this one, or back to it
    ERASED = 21  # nobody's any more, as the person was forgotten; debt is written off with it


class Contra(enum.IntEnum):
    """The house account on the other side of an entry."""

    ISSUANCE = 1
    BREAKAGE = 2
    ADJUSTMENT = 3
    DEBT = 4
    MIGRATION = 5
    REDEMPTION = 6
    SALE = 7  # of gift cards
    TRANSFER = 8  # between holders: over all of them it is 0


CONTRA_OF = {
    Reason.EARNED: Contra.ISSUANCE,
    Reason.REVERSED: Contra.ISSUANCE,
    Reason.EXPIRED: Contra.BREAKAGE,
    Reason.ADJUSTED: Contra.ADJUSTMENT,
    Reason.DEBT_PAID: Contra.DEBT,
    Reason.OPENING: Contra.MIGRATION,
    Reason.REDEEMED: Contra.REDEMPTION,
    Reason.GIVEN_BACK: Contra.REDEMPTION,
    Reason.SOLD: Contra.SALE,
    Reason.TOPPED_UP: Contra.SALE,
    Reason.TRANSFERRED_OUT: Contra.TRANSFER,
    Reason.TRANSFERRED_IN: Contra.TRANSFER,
    Reason.ADJUSTMENT_UNDONE: Contra.ADJUSTMENT,
    Reason.SALE_UNDONE: Contra.SALE,
    Reason.TRANSFER_UNDONE: Contra.TRANSFER,
    Reason.RECOVERY_UNDONE: Contra.ISSUANCE,
    Reason.GRANTED: Contra.ISSUANCE,
    Reason.MERGED_OUT: Contra.TRANSFER,
    Reason.MERGED_IN: Contra.TRANSFER,
    Reason.ERASED: Contra.BREAKAGE,
}


class Adjust(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A correction by hand: positive gives a lot, negative takes what is available.

    `code`: one of the reasons the program has for the wallet; where it has some, staff name one.
    """

    wallet: Name
    amount: Annotated[Signed, msgspec.Meta()]
    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=512)]
    code: Name | None = None


class WalletsView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All wallets of a member; `at` and `known_at` as asked for, absent: now."""

    member_id: uuid.UUID
    wallets: dict[str, WalletView]
    at: dt.datetime | None = None
    known_at: dt.datetime | None = None


class EntryView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One signed line of a wallet."""

    seq: int
    amount: int
    balance: int
    debt_change: int = 0
    reason: str
    operation_id: uuid.UUID
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    actor: str
    store: str | None = None


class EntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first; `next` is the cursor of the next page, null on the last."""

    items: tuple[EntryView, ...]
    next: str | None


class AdjustmentReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an adjustment."""

    id: uuid.UUID
    member_id: uuid.UUID
    wallet: str
    amount: int
    recorded_at: dt.datetime
    wallets: dict[str, Balance]
