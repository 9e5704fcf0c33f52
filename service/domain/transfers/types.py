"""Requests and answers about transfers between members; the numbers stored."""

import datetime as dt
import enum
import uuid
from typing import Annotated

import msgspec

from service.kernel.text import Name, Units
from service.kernel.values import Balance, Recipient

Note = Annotated[str, msgspec.Meta(min_length=3, max_length=512)]


class Kind(enum.IntEnum):
    """What it was for; numbers stored in `transfer.kind`."""

    GIVEN = 1  # by a member to another
    POOLED = 2  # by a member into the pool of a household
    DRAWN = 3  # by a member out of it
    DISSOLVED = 4  # what was left in it, to the head
    CLUB_GIVEN = 5  # by a member into the pool of a club
    CLUB_DRAWN = 6  # by a member out of it


class Row(msgspec.Struct, frozen=True):
    """One side of a transfer: units that came from another holder, or (negative) went there."""

    holder_id: uuid.UUID
    transfer_id: uuid.UUID
    wallet: int
    other_id: uuid.UUID
    kind: Kind
    amount: int
    occurred_at: dt.datetime


class TransferUnits(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Units for another member, named by id or by identifiers of which the first that matches wins.

    They keep their expiry, and pay the debt of who gets them first.
    """

    to: Recipient
    wallet: Name
    amount: Units
    reason: Note


class TransferReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a transfer; `wallets` are the giver's."""

    id: uuid.UUID
    member_id: uuid.UUID
    to_member_id: uuid.UUID
    wallet: str
    amount: int
    recorded_at: dt.datetime
    wallets: dict[str, Balance]
