"""One wallet of one holder, worked on under the lock: what is done with its units. Pure.

What is earned, held, redeemed, taken back or spent makes entries (rows that are only ever added)
and changes lots; the flow writes them once.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence

from service.domain.wallets.entries import Op
from service.domain.wallets.lot_book import LotBook
from service.domain.wallets.lots import Lot, redemption_order
from service.domain.wallets.redeemed import Redeemed
from service.domain.wallets.types import Reason
from service.kernel.ids import derived_id


class Book(LotBook):
    """A wallet with its verbs; what is due is posted by `release` and `expire` before them."""

    __slots__ = ()

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
        lots = sorted(self.usable(), key=lambda lot: lot.lot_no not in first)
        taken, takes = self._gather(lots, amount)
        if taken != amount:
            raise AssertionError("spent more than is available")
        self.enter(op, -amount, reason, at, takes=tuple(takes))

    def send(self, op: Op, amount: int, *, at: dt.datetime) -> list[tuple[Lot, int]]:
        """Available units leave in redemption order: the lots, and what of each (passing.py)."""
        taken, takes = self._gather(self.usable(), amount)
        if taken != amount:
            raise AssertionError("sent more than is available")
        self.enter(op, -amount, Reason.TRANSFERRED_OUT, at, takes=tuple(takes))
        return [(self.lots[lot_no], -units) for lot_no, units in takes]

    def hold(self, amount: int) -> list[tuple[int, int]]:
        """Set available units apart in redemption order: (lot_no, units); the caller checks it."""
        items, left = [], amount
        for lot in self.usable():
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
            self.pay_debt(lot, Op(derived_id(*of_lot, "released")), at)
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
                parts.append(self.take(self.lots[lot_no], part))
        parts += self._gather(self.usable(), amount - sum(captured))[1]
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
            self.enter(op, missing - amount, Reason.REDEEMED, at, debt_change=missing, takes=taken)
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
        ever; so do units that had been owed and were paid since. Those of another's lot, of the
        family, make one that ends when that would have.
        """
        at = max(at, redeemed.at)
        parts, owed = redeemed.take_last(units)
        forgiven = min(owed, self.debt)
        living = [(n, u) for n, u in parts if self._lives_here(n)]
        for lot_no, part in living:
            self.take(self.lots[lot_no], -part)
        if living or forgiven:
            amount = sum(part for _, part in living)
            self.enter(op, amount, reason, at, debt_change=-forgiven, takes=tuple(living))
        for lot_no, _ in living:
            self.pay_debt(self.lots[lot_no], op, max(at, self.settled_at))
        for lot_no, part in parts:
            if not self._lives_here(lot_no):
                lot = self.lots[lot_no]
                holder, number = lot.foreign or (None, lot_no)
                ends = grace_until if lot.is_over(self.settled_at) else lot.expires_at
                self.earn(
                    op, part, reason=reason, occurred_at=at, earned_at=at, available_at=at,
                    expires_at=ends, origin_holder=lot.origin_holder, origin_op=lot.origin_op,
                    home=lot.home, replaces=number, replaces_holder=holder,
                )  # fmt: skip
        if owed > forgiven:
            self.earn(
                op, owed - forgiven, reason=reason, occurred_at=at, earned_at=at, available_at=at,
                expires_at=grace_until, origin_holder=self.holder_id, origin_op=redeemed.op_id,
            )  # fmt: skip

    def _lives_here(self, lot_no: int) -> bool:
        """Units of it can go back to it."""
        lot = self.lots[lot_no]
        return lot.foreign is None and not lot.is_over(self.settled_at)

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
        self.pending -= pending_before
        self.pending += sum(lot.remaining for lot in own if lot.is_pending(self.settled_at))
        lapsed = min(lapsed_left, amount - taken)
        more, more_takes = self._gather(self.usable(), amount - taken - lapsed)
        # nothing is taken before it was there, so that the wallet adds up at any instant
        if not exact:
            found = (*takes, *more_takes)
            at = max([at, *(self.lots[lot_no].there_since for lot_no, _ in found)])
        missing = amount - taken - lapsed - more
        debt = 0 if clamp else missing
        if taken + more or debt:
            self.enter(
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
            and self.lots[lot_no].origin_holder in {self.holder_id, *self.kin}
        )

    def touch_activity(self, expires_at: dt.datetime) -> None:
        """An inactivity wallet: every open lot lives on at least until then."""
        for lot in self.lots.values():
            lot.prolong(expires_at, self.settled_at)
