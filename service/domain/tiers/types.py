"""Intervals, floors and the answer about tiers."""

import datetime as dt
import uuid

import msgspec

from service.kernel.values import LadderView, Step

__all__ = ["FloorRow", "LadderView", "Step", "TierView"]


class FloorRow(msgspec.Struct, frozen=True):
    """At least `tier` in [from_at, until_at), because of a rule on a purchase."""

    purchase_id: uuid.UUID
    rule: str
    from_at: dt.datetime
    until_at: dt.datetime | None
    tier: str


class TierView(msgspec.Struct, frozen=True, kw_only=True):
    """All ladders of a member at an instant."""

    member_id: uuid.UUID
    at: dt.datetime
    ladders: dict[str, LadderView]
