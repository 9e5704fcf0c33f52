"""Intervals, floors and the answer about tiers."""

import datetime as dt
import uuid

import msgspec

from service.kernel.values import Progress


class Step(msgspec.Struct, frozen=True):
    """An interval [from_at, until_at) at one tier; `until_at` null: open.

    `valid_until`: how long it stands unless re-qualified; `due_at`: that plus the ladder's grace.
    """

    from_at: dt.datetime
    until_at: dt.datetime | None
    tier: str
    valid_until: dt.datetime | None
    due_at: dt.datetime | None


class FloorRow(msgspec.Struct, frozen=True):
    """At least `tier` in [from_at, until_at), because of a rule on a purchase."""

    purchase_id: uuid.UUID
    rule: str
    from_at: dt.datetime
    until_at: dt.datetime | None
    tier: str


class LadderView(msgspec.Struct, frozen=True, kw_only=True):
    """One ladder of a member: where they stand and what `keeps` it."""

    title: dict[str, str]
    progress: Progress
    since: dt.datetime | None
    history: tuple[Step, ...]


class TierView(msgspec.Struct, frozen=True, kw_only=True):
    """All ladders of a member at an instant."""

    member_id: uuid.UUID
    at: dt.datetime
    ladders: dict[str, LadderView]
