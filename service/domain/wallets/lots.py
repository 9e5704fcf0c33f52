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

    `came_at`: when a transfer or a merge brought them, None: they were earned here. `home`: the
    member whose it is when nobody is merged, None: the holder's own. `replaces`: the lot whose
    units these are, given back: one that has lapsed, or one that is another's of the family.
    `foreign`: it is such a one, its holder and number there.
    """

    __slots__ = (
        "available_at", "came_at", "earned_at", "expires_at", "foreign", "fresh", "granted", "held",
        "home", "lot_no", "origin_holder", "origin_op", "remaining", "replaces", "replaces_holder",
        "touched",
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
        home: uuid.UUID | None = None,
        *,
        replaces: int | None = None,
        replaces_holder: uuid.UUID | None = None,
        foreign: tuple[uuid.UUID, int] | None = None,
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
        self.home = home
        self.replaces = replaces
        self.replaces_holder = replaces_holder
        self.foreign = foreign
        self.fresh = fresh
        self.touched = False

    def looked_at(self, holder_id: uuid.UUID) -> "Lot":
        """As a kin's book has it: nothing of it is there to be used."""
        return Lot(
            self.lot_no, self.granted, 0, 0, self.origin_holder, self.origin_op, self.earned_at,
            self.available_at, self.expires_at, self.came_at, self.home,
            foreign=(holder_id, self.lot_no),
        )  # fmt: skip

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


class Lots(dict[int, Lot]):
    """The lots of a book by number; negative numbers: those of others of the family, looked at."""

    def __init__(self, holder_id: uuid.UUID) -> None:
        super().__init__()
        self.holder_id = holder_id

    def put(self, holder_id: uuid.UUID, lot: Lot) -> int:
        """A stored lot, and with whom it is; answers its number here. One that is known stays."""
        number = self.place_of(holder_id, lot.lot_no)
        if number not in self:
            self[number] = lot if number > 0 else lot.looked_at(holder_id)
        return number

    def place_of(self, holder_id: uuid.UUID, lot_no: int) -> int:
        """Its number here, or the one it would get."""
        if holder_id == self.holder_id:
            return lot_no
        known = (n for n, lot in self.items() if lot.foreign == (holder_id, lot_no))
        return next(known, min(0, 0, *self) - 1)


def redemption_order(lot: Lot) -> tuple[bool, dt.datetime | None, dt.datetime | None, int]:
    """What lapses first goes first; never-lapsing lots last."""
    return (lot.expires_at is None, lot.expires_at, lot.available_at, lot.lot_no)
