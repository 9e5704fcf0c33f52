"""Lots, their order, and what becomes of them in time."""

import datetime as dt
import enum
import uuid


class Due(enum.IntEnum):
    """What falls due; at one instant in this order."""

    RELEASE = 0  # pending units become usable
    TIME_OUT = 1  # held units are free again
    EXPIRY = 2


class Lot:
    """Units that came together and lapse together. `fresh`: not in the database yet.

    `came_at`: when a transfer brought them, None: they were earned here. `replaces`: the lapsed lot
    whose units these are, given back.
    """

    __slots__ = (
        "available_at", "came_at", "earned_at", "expires_at", "fresh", "granted", "held", "lot_no",
        "origin_holder", "origin_op", "remaining", "replaces", "touched",
    )  # fmt: skip

    def __init__(
        self,
        lot_no: int,
        granted: int,
        remaining: int,
        held: int,
        origin_holder: uuid.UUID,
        origin_op: uuid.UUID,
        earned_at: dt.datetime,
        available_at: dt.datetime | None,
        expires_at: dt.datetime | None,
        came_at: dt.datetime | None = None,
        *,
        replaces: int | None = None,
        fresh: bool = False,
    ) -> None:
        self.lot_no = lot_no
        self.granted = granted
        self.remaining = remaining
        self.held = held
        self.origin_holder = origin_holder
        self.origin_op = origin_op
        self.earned_at = earned_at
        self.available_at = available_at
        self.expires_at = expires_at
        self.came_at = came_at
        self.replaces = replaces
        self.fresh = fresh
        self.touched = False

    @property
    def there_since(self) -> dt.datetime:
        """From when on the units are in this wallet: a transfer keeps when they were earned."""
        return self.came_at or self.earned_at

    @property
    def free(self) -> int:
        """Units not held."""
        return self.remaining - self.held

    def is_pending(self, at: dt.datetime) -> bool:
        """Not usable yet at the instant."""
        return self.available_at is None or self.available_at > at

    def is_over(self, at: dt.datetime) -> bool:
        """Past its expiry at the instant: what is not held is gone."""
        return self.expires_at is not None and self.expires_at <= at

    def prolong(self, until: dt.datetime, now: dt.datetime) -> None:
        """An open lot lives on at least until then.

        Not one whose time has come by `now`, though some of it is held: the rest has lapsed.
        """
        if not self.remaining or self.expires_at is None or self.is_over(now):
            return
        if self.expires_at < until:
            self.expires_at = until
            self.touched = True


def redemption_order(lot: Lot) -> tuple[bool, dt.datetime | None, dt.datetime | None, int]:
    """What lapses first goes first; never-lapsing lots last."""
    return (lot.expires_at is None, lot.expires_at, lot.available_at, lot.lot_no)
