"""One wallet of one holder, worked on under the lock: entries, lots, holds, debt. Pure.

What is due is posted by `release` and `expire`; what is earned, held, redeemed, taken back or spent
by the verbs below. Each makes entries (rows that are only ever added) and changes lots; the flow
writes them once.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence

from service.domain.wallets.entries import Entry, Op
from service.domain.wallets.lots import Due, Lot, redemption_order
from service.domain.wallets.redeemed import Redeemed
from service.domain.wallets.types import Reason
from service.kernel.ids import derived_id
from service.kernel.values import Balance


class Book:
    """A wallet as loaded; `entries`, fresh and touched lots are what the flow has to write.

    `lots` holds those the work needs: what is due or held for settling, all open ones to hold,
    redeem and spend, a purchase's own to claw back, those it redeemed to give back.
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
        came_at: dt.datetime | None = None,
        replaces: int | None = None,
    ) -> Lot:
        """A new lot. Already available: it pays debt first; already past its expiry: it lapses."""
        lot_no = self._enter(op, amount, reason, occurred_at)
        lot = Lot(
            lot_no, amount, amount, 0, origin_holder, origin_op, earned_at, available_at,
            expires_at, came_at, replaces=replaces, fresh=True,
        )  # fmt: skip
        self.lots[lot_no] = lot
        if lot.is_pending(self.settled_at):
            self.pending += amount
            return lot
        self._pay_debt(lot, op, max(occurred_at, self.settled_at))  # debt may be younger than it
        if lot.is_over(self.settled_at):
            self.expire(lot_no)
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

    def _expire(self, lot: Lot, op_id: uuid.UUID, at: dt.datetime) -> int:
        lapsed = lot.free
        if lapsed:
            takes = (self._take(lot, lapsed),)
            self._enter(Op(op_id), -lapsed, Reason.EXPIRED, at, takes=takes)
        return lapsed

    def due(self, until: dt.datetime) -> list[tuple[dt.datetime, Due, int]]:
        """Loaded lots' releases in (settled_at, until] and expiries by `until`, with the lot_no.

        A lot past its expiry with held units is among them: a time-out before it frees them.
        """
        moments: list[tuple[dt.datetime, Due, int]] = []
        for lot in self.lots.values():
            if lot.remaining == 0:
                continue
            if lot.available_at is not None and self.settled_at < lot.available_at <= until:
                moments.append((lot.available_at, Due.RELEASE, lot.lot_no))
            if lot.expires_at is not None and lot.expires_at <= until:
                moments.append((lot.expires_at, Due.EXPIRY, lot.lot_no))
        return sorted(moments)

    def release(self, lot_no: int, at: dt.datetime) -> int:
        """A pending lot becomes usable and pays debt first; answers the units released."""
        lot = self.lots[lot_no]
        released = lot.remaining
        self.pending -= released
        self._pay_debt(lot, Op(self._of_lot(lot, "released")), at)
        return released

    def expire(self, lot_no: int) -> int:
        """A lot lapses at its own instant; answers the units lapsed."""
        lot = self.lots[lot_no]
        if lot.expires_at is None:
            raise AssertionError("a lot without an end lapsed")
        return self._expire(lot, self._of_lot(lot, "expired"), lot.expires_at)

    def _of_lot(self, lot: Lot, what: str) -> uuid.UUID:
        return derived_id(self.holder_id, self.wallet, lot.lot_no, what)

    def spend(
        self,
        op: Op,
        amount: int,
        *,
        reason: Reason,
        at: dt.datetime,
        first: Collection[int] = (),
    ) -> None:
        """Take available units, of the lots `first`, then in redemption order; they are there."""
        lots = sorted(self._usable(), key=lambda lot: lot.lot_no not in first)
        taken, takes = self._gather(lots, amount)
        if taken != amount:
            raise AssertionError("spent more than is available")
        self._enter(op, -amount, reason, at, takes=tuple(takes))

    def send(self, op: Op, amount: int, *, at: dt.datetime) -> list[tuple[Lot, int]]:
        """Available units leave in redemption order: the lots, and what of each (passing.py)."""
        lots = self._usable()
        taken, takes = self._gather(lots, amount)
        if taken != amount:
            raise AssertionError("sent more than is available")
        self._enter(op, -amount, Reason.TRANSFERRED_OUT, at, takes=tuple(takes))
        return [(self.lots[lot_no], -units) for lot_no, units in takes]

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

    def hold(self, amount: int) -> list[tuple[int, int]]:
        """Set available units apart in redemption order: (lot_no, units); the caller checks it."""
        items, left = [], amount
        for lot in self._usable():
            units = min(lot.free, left)
            if units:
                items.append((lot.lot_no, units))
                left -= units
        if left:
            raise AssertionError("held more than is available")
        self.set_held(items)
        return items

    def set_held(self, items: Iterable[tuple[int, int]]) -> None:
        """These units are set apart, at most what is left of their lots."""
        for lot_no, units in items:
            lot = self.lots[lot_no]
            held = min(units, lot.free)
            lot.held += held
            lot.touched = True
            self.held += held

    def release_hold(
        self, hold_id: uuid.UUID, items: Iterable[tuple[int, int]], at: dt.datetime
    ) -> None:
        """Held units are free again: they pay debt first; of lots past their time they lapse.

        Once for a lot of a hold: what is posted has ids derived from both.
        """
        for lot_no, units in items:
            lot = self.lots[lot_no]
            self._unhold(lot, min(units, lot.held))
            of_lot = (hold_id, self.wallet, lot_no)
            self._pay_debt(lot, Op(derived_id(*of_lot, "released")), at)
            if lot.is_over(at):
                self._expire(lot, derived_id(*of_lot, "expired"), at)

    def _unhold(self, lot: Lot, units: int) -> None:
        lot.held -= units
        lot.touched = True
        self.held -= units

    def redeem(
        self,
        op: Op,
        amount: int,
        *,
        at: dt.datetime,
        held: Sequence[tuple[int, int]] = (),
        overrun: bool = False,
    ) -> Redeemed:
        """Pay with units: held ones first, then available ones; what is missing becomes debt.

        Without `overrun` the caller has checked that nothing is. Held units that are not needed
        stay held.
        """
        parts: list[tuple[int, int]] = []
        captured: list[int] = []
        for lot_no, units in held:
            part = min(units, amount - sum(captured))
            captured.append(part)
            if part:
                self._unhold(self.lots[lot_no], part)
                parts.append(self._take(self.lots[lot_no], part))
        parts += self._gather(self._usable(), amount - sum(captured))[1]
        takes: dict[int, int] = {}
        for lot_no, change in parts:  # of one lot some may have been held and some not
            takes[lot_no] = takes.get(lot_no, 0) - change
        missing = amount - sum(takes.values())
        if missing and not overrun:
            raise AssertionError("redeemed more than is available")
        # nothing is taken before it was there, so that the wallet adds up at any instant
        at = max([at, *(self.lots[lot_no].there_since for lot_no in takes)])
        if amount:
            taken = tuple((lot_no, -units) for lot_no, units in takes.items())
            self._enter(op, missing - amount, Reason.REDEEMED, at, debt_change=missing, takes=taken)
        return Redeemed(op.op_id, at, takes, missing, tuple(captured))

    def give_back(
        self,
        op: Op,
        redeemed: Redeemed,
        units: int,
        *,
        at: dt.datetime,
        grace_until: dt.datetime | None,
        reason: Reason = Reason.GIVEN_BACK,
    ) -> None:
        """Units redeemed come back, last taken first: to their lots, and debt is paid first.

        Those of a lot that has lapsed make a new one that lives until `grace_until`, None: for
        ever; so do units that had been owed and were paid since.
        """
        at = max(at, redeemed.at)
        parts, owed = redeemed.take_last(units)
        forgiven = min(owed, self.debt)
        living = [(n, u) for n, u in parts if not self.lots[n].is_over(self.settled_at)]
        for lot_no, part in living:
            self.lots[lot_no].remaining += part
            self.lots[lot_no].touched = True
        if living or forgiven:
            amount = sum(part for _, part in living)
            self._enter(op, amount, reason, at, debt_change=-forgiven, takes=tuple(living))
        for lot_no, _ in living:
            self._pay_debt(self.lots[lot_no], op, max(at, self.settled_at))
        for lot_no, part in parts:
            lot = self.lots[lot_no]
            if lot.is_over(self.settled_at):
                self.earn(
                    op, part, reason=reason, occurred_at=at, earned_at=at, available_at=at,
                    expires_at=grace_until, origin_holder=lot.origin_holder,
                    origin_op=lot.origin_op, replaces=lot_no,
                )  # fmt: skip
        if owed > forgiven:
            self.earn(
                op, owed - forgiven, reason=reason, occurred_at=at, earned_at=at, available_at=at,
                expires_at=grace_until, origin_holder=self.holder_id, origin_op=redeemed.op_id,
            )  # fmt: skip

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
        more, more_takes = self._gather(self._usable(), amount - taken - lapsed)
        # nothing is taken before it was there, so that the wallet adds up at any instant
        if not exact:
            found = (*takes, *more_takes)
            at = max([at, *(self.lots[lot_no].there_since for lot_no, _ in found)])
        missing = amount - taken - lapsed - more
        debt = 0 if clamp else missing
        if taken + more or debt:
            self._enter(
                op, -(taken + more), Reason.REVERSED, at,
                debt_change=debt, takes=(*takes, *more_takes),
            )  # fmt: skip
        return lapsed

    def lapsed_of(self, origin_op: uuid.UUID) -> int:
        """Units of a purchase's own lots that expired in this work, where it was made."""
        return -sum(
            units
            for entry in self.entries
            if entry.reason is Reason.EXPIRED
            for lot_no, units in entry.takes
            if self.lots[lot_no].origin_op == origin_op
            and self.lots[lot_no].origin_holder == self.holder_id
        )

    def touch_activity(self, expires_at: dt.datetime) -> None:
        """An inactivity wallet: every open lot lives on at least until then."""
        for lot in self.lots.values():
            lot.prolong(expires_at, self.settled_at)
