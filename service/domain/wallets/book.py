"""One wallet of one holder, worked on under the lock: entries, lots, debt. Pure.

What is due is posted by `settle`; what is earned, taken back or spent by the verbs below. Each
makes entries (rows that are only ever added) and changes lots; the flow writes them once.
"""

import datetime as dt
import uuid
from collections.abc import Iterable

from service.domain.wallets.types import Reason
from service.kernel.ids import derived_id
from service.kernel.values import Balance


class Lot:
    """Units that came together and lapse together. `fresh`: not in the database yet."""

    __slots__ = (
        "available_at", "earned_at", "expires_at", "fresh", "granted", "held", "lot_no",
        "origin_holder", "origin_op", "remaining", "touched",
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
        *,
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
        self.fresh = fresh
        self.touched = False

    @property
    def free(self) -> int:
        """Units not held."""
        return self.remaining - self.held

    def is_pending(self, at: dt.datetime) -> bool:
        """Not usable yet at the instant."""
        return self.available_at is None or self.available_at > at


class Entry:
    """One signed line; `takes` are the lots it took from: (lot_no, negative units)."""

    __slots__ = (
        "amount", "before", "debt_change", "occurred_at", "op_id", "op_line", "reason", "seq",
        "takes",
    )  # fmt: skip

    def __init__(
        self,
        seq: int,
        before: int,
        amount: int,
        debt_change: int,
        reason: Reason,
        op_id: uuid.UUID,
        op_line: int,
        occurred_at: dt.datetime,
        takes: tuple[tuple[int, int], ...],
    ) -> None:
        self.seq = seq
        self.before = before
        self.amount = amount
        self.debt_change = debt_change
        self.reason = reason
        self.op_id = op_id
        self.op_line = op_line
        self.occurred_at = occurred_at
        self.takes = takes


class Op:
    """What the entries belong to; numbers their lines within the operation."""

    __slots__ = ("line", "op_id")

    def __init__(self, op_id: uuid.UUID) -> None:
        self.op_id = op_id
        self.line = 0

    def next_line(self) -> int:
        """The next line number, from 1."""
        self.line += 1
        return self.line


def redemption_order(lot: Lot) -> tuple[bool, dt.datetime | None, dt.datetime | None, int]:
    """What lapses first goes first; never-lapsing lots last."""
    return (lot.expires_at is None, lot.expires_at, lot.available_at, lot.lot_no)


class Book:
    """A wallet as loaded; `entries`, fresh and touched lots are what the flow has to write.

    `lots` holds those the work needs: what is due for `settle`, all open ones and the purchase's
    own for `claw_back` and `spend`.
    """

    __slots__ = (
        "debt", "entries", "entry_seq", "fresh", "held", "holder_id", "lots", "old",
        "pending", "posted", "settled_at", "wallet",
    )  # fmt: skip

    def __init__(
        self,
        holder_id: uuid.UUID,
        wallet: int,
        posted: int,
        pending: int,
        held: int,
        debt: int,
        entry_seq: int,
        settled_at: dt.datetime,
        *,
        fresh: bool = False,
    ) -> None:
        self.holder_id = holder_id
        self.wallet = wallet
        self.posted = posted
        self.pending = pending
        self.held = held
        self.debt = debt
        self.entry_seq = entry_seq
        self.settled_at = settled_at
        self.fresh = fresh  # no row yet
        self.old = (posted, pending, held, debt, entry_seq)
        self.lots: dict[int, Lot] = {}
        self.entries: list[Entry] = []

    @property
    def available(self) -> int:
        """Usable now."""
        return self.posted - self.pending - self.held

    @property
    def changed(self) -> bool:
        """The wallet's row has to be written."""
        return self.old != (self.posted, self.pending, self.held, self.debt, self.entry_seq)

    def balance(self) -> Balance:
        """The balance as it stands in memory."""
        return Balance(
            available=self.available, pending=self.pending, held=self.held, debt=self.debt
        )

    def _enter(
        self,
        op: Op,
        amount: int,
        reason: Reason,
        occurred_at: dt.datetime,
        *,
        debt_change: int = 0,
        takes: tuple[tuple[int, int], ...] = (),
    ) -> int:
        self.entry_seq += 1
        self.entries.append(
            Entry(
                self.entry_seq, self.posted, amount, debt_change, reason, op.op_id,
                op.next_line(), occurred_at, takes,
            )
        )  # fmt: skip
        self.posted += amount
        self.debt += debt_change
        return self.entry_seq

    def earn(
        self,
        op: Op,
        amount: int,
        *,
        reason: Reason,
        occurred_at: dt.datetime,
        earned_at: dt.datetime,
        available_at: dt.datetime,
        expires_at: dt.datetime | None,
        origin_holder: uuid.UUID,
        origin_op: uuid.UUID,
    ) -> Lot:
        """A new lot. Already available: it pays debt first; already past its expiry: it lapses."""
        lot_no = self._enter(op, amount, reason, occurred_at)
        lot = Lot(
            lot_no, amount, amount, 0, origin_holder, origin_op, earned_at, available_at,
            expires_at, fresh=True,
        )  # fmt: skip
        self.lots[lot_no] = lot
        if lot.is_pending(self.settled_at):
            self.pending += amount
            return lot
        self._pay_debt(lot, op, max(occurred_at, self.settled_at))  # debt may be younger than it
        if expires_at is not None and expires_at <= self.settled_at:
            self._expire(lot)
        return lot

    def _take(self, lot: Lot, amount: int) -> tuple[int, int]:
        lot.remaining -= amount
        lot.touched = True
        return (lot.lot_no, -amount)

    def _pay_debt(self, lot: Lot, op: Op, at: dt.datetime) -> None:
        paid = min(self.debt, lot.free)
        if paid:
            takes = (self._take(lot, paid),)
            self._enter(op, -paid, Reason.DEBT_PAID, at, debt_change=-paid, takes=takes)

    def _expire(self, lot: Lot) -> int:
        lapsed = lot.free
        if lapsed and lot.expires_at is not None:
            op = Op(derived_id(self.holder_id, self.wallet, lot.lot_no, "expired"))
            takes = (self._take(lot, lapsed),)
            self._enter(op, -lapsed, Reason.EXPIRED, lot.expires_at, takes=takes)
        return lapsed

    def due(self, until: dt.datetime) -> list[tuple[dt.datetime, int, int]]:
        """Loaded lots' moments in (settled_at, until]: (instant, 0 release | 1 expiry, lot_no)."""
        moments: list[tuple[dt.datetime, int, int]] = []
        for lot in self.lots.values():
            if lot.remaining == 0:
                continue
            if lot.available_at is not None and self.settled_at < lot.available_at <= until:
                moments.append((lot.available_at, 0, lot.lot_no))
            if lot.expires_at is not None and lot.expires_at <= until:
                moments.append((lot.expires_at, 1, lot.lot_no))
        return sorted(moments)

    def release(self, lot_no: int, at: dt.datetime) -> int:
        """A pending lot becomes usable and pays debt first; answers the units released."""
        lot = self.lots[lot_no]
        released = lot.remaining
        self.pending -= released
        self._pay_debt(lot, Op(derived_id(self.holder_id, self.wallet, lot_no, "released")), at)
        return released

    def expire(self, lot_no: int) -> int:
        """A lot lapses at its own instant; answers the units lapsed."""
        return self._expire(self.lots[lot_no])

    def spend(self, op: Op, amount: int, *, reason: Reason, at: dt.datetime) -> None:
        """Take available units in redemption order; the caller has checked that they are there."""
        taken, takes = self._gather(self._usable(), amount)
        if taken != amount:
            raise AssertionError("spent more than is available")
        self._enter(op, -amount, reason, at, takes=tuple(takes))

    def _usable(self) -> list[Lot]:
        usable = (
            lot
            for lot in self.lots.values()
            if lot.free > 0 and not lot.is_pending(self.settled_at)
        )
        return sorted(usable, key=redemption_order)

    def _gather(self, lots: Iterable[Lot], amount: int) -> tuple[int, list[tuple[int, int]]]:
        taken, takes = 0, []
        for lot in lots:
            units = min(lot.free, amount - taken)
            if units > 0:
                takes.append(self._take(lot, units))
                taken += units
        return taken, takes

    def claw_back(
        self,
        op: Op,
        amount: int,
        *,
        origin_op: uuid.UUID,
        lapsed_left: int,
        at: dt.datetime,
        exact: bool = False,
        clamp: bool = False,
    ) -> int:
        """Take back what a purchase earned; answers how many lapsed units counted as taken.

        First its pending units, then what is left of its own lots, then `lapsed_left` units of its
        own that expired meanwhile count as taken, then other available lots, then debt. `exact`:
        effective at `at` whatever it takes, as qualifying units count where they were earned.
        `clamp`: what is not found is dropped instead of becoming debt.
        """
        own = sorted(
            (lot for lot in self.lots.values() if lot.origin_op == origin_op and lot.free > 0),
            key=lambda lot: (not lot.is_pending(self.settled_at), redemption_order(lot)),
        )
        pending_before = sum(lot.remaining for lot in own if lot.is_pending(self.settled_at))
        taken, takes = self._gather(own, amount)
        pending_after = sum(lot.remaining for lot in own if lot.is_pending(self.settled_at))
        self.pending -= pending_before - pending_after
        lapsed = min(lapsed_left, amount - taken)
        others = self._usable()
        more, more_takes = self._gather(others, amount - taken - lapsed)
        # nothing is taken before it was there, so that the wallet adds up at any instant
        if not exact:
            at = max([at, *(lot.earned_at for lot, _ in zip(others, more_takes, strict=False))])
        missing = amount - taken - lapsed - more
        debt = 0 if clamp else missing
        if taken + more or debt:
            self._enter(
                op, -(taken + more), Reason.REVERSED, at,
                debt_change=debt, takes=(*takes, *more_takes),
            )  # fmt: skip
        return lapsed

    def lapsed_of(self, origin_op: uuid.UUID) -> int:
        """Units of a purchase's own lots that expired in this work."""
        return -sum(
            units
            for entry in self.entries
            if entry.reason is Reason.EXPIRED
            for lot_no, units in entry.takes
            if self.lots[lot_no].origin_op == origin_op
        )

    def touch_activity(self, expires_at: dt.datetime) -> None:
        """An inactivity wallet: every open lot lives on at least until then."""
        for lot in self.lots.values():
            if lot.remaining and lot.expires_at is not None and lot.expires_at < expires_at:
                lot.expires_at = expires_at
                lot.touched = True
