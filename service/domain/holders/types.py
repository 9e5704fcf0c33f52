"""The holder's row as a flow works on it."""

import datetime as dt
import enum
import uuid
from collections.abc import Sequence
from typing import NamedTuple


class Kind(enum.IntEnum):
    """Numbers stored in `holder.kind`."""

    MEMBER = 1
    UNCLAIMED = 2
    GIFT_CARD = 3
    HOUSEHOLD = 4
    CLUB = 5

    @property
    def holds_units(self) -> bool:
        """Its holders have wallets."""
        return self is not Kind.UNCLAIMED


class Found(NamedTuple):
    """A holder that somebody names, before the lock; what it says may be over by then."""

    holder_id: uuid.UUID
    kind: int
    merged_into: uuid.UUID | None
    version: int
    erased_at: dt.datetime | None

    @property
    def is_erased(self) -> bool:
        """The person of a member was forgotten."""
        return self.erased_at is not None


class Holder:
    """A locked holder. Mutable: a flow moves it forward and writes it back once.

    `kin`: all it was ever merged with, none for nearly everybody. What was written of its purchases
    may lie with any of them, for entries stay where they were made. `erased_at`: when the person of
    a member was forgotten.
    """

    __slots__ = (
        "due_settled",
        "erased_at",
        "holder_id",
        "kin",
        "kind",
        "merged_into",
        "next_due",
        "old_settled_at",
        "recorded_at",
        "settled_at",
        "version",
    )

    def __init__(
        self,
        holder_id: uuid.UUID,
        kind: int,
        merged_into: uuid.UUID | None,
        version: int,
        next_due: dt.datetime | None,
        settled_at: dt.datetime,
        recorded_at: dt.datetime,
        kin: Sequence[uuid.UUID] | None = None,
        erased_at: dt.datetime | None = None,
    ) -> None:
        self.holder_id = holder_id
        self.kind = Kind(kind)
        self.merged_into = merged_into
        self.version = version
        self.next_due = next_due
        self.settled_at = settled_at
        self.old_settled_at = settled_at
        self.recorded_at = recorded_at
        self.due_settled = False
        self.kin = tuple(kin or ())
        self.erased_at = erased_at

    def as_stored(self) -> "Holder":
        """The row once more, as a lock would read it now, whatever else is done with this one."""
        return Holder(
            self.holder_id, self.kind, self.merged_into, self.version, self.next_due,
            self.settled_at, self.recorded_at, self.kin, self.erased_at,
        )  # fmt: skip

    @property
    def is_erased(self) -> bool:
        """The person is gone: nothing is given to it any more, and little is told of it."""
        return self.erased_at is not None

    @property
    def is_new(self) -> bool:
        """Nothing has happened to it yet; it may have been made by this very transaction."""
        return self.version == 0

    def is_due(self, at: dt.datetime) -> bool:
        """Something may be due at or before the instant."""
        return self.next_due is not None and self.next_due <= at

    def falls_due(self, at: dt.datetime | None) -> None:
        """Something new falls due then."""
        if (
            at is not None
            and not self.is_erased
            and at > self.settled_at
            and (self.next_due is None or at < self.next_due)
        ):
            self.next_due = at

    def next_version(self) -> int:
        """The version of one more event."""
        self.version += 1
        return self.version

    def record(self, now: dt.datetime) -> dt.datetime:
        """When this write is recorded: the clock, but never before an earlier write."""
        self.recorded_at = max(self.recorded_at, now)
        return self.recorded_at
