"""A wallet as loaded, worked on under the lock: its counters, its lots, what falls due. Pure.

Whatever moves units comes down to what stands here: an entry (a row that is only ever added), a new
lot, units of a lot, debt that is paid with them. `book.py` has what is done with a wallet.
"""

import datetime as dt
import uuid
from collections.abc import Iterable

from service.domain.wallets.entries import Entry, Op
from service.domain.wallets.lots import Due, Lot, Lots, redemption_order
from service.domain.wallets.types import Reason
from service.kernel.ids import derived_id
from service.kernel.values import Balance


class LotBook:
    """A wallet as loaded; `entries`, fresh and touched lots are what the flow has to write.

    `lots` holds those the work needs: what is due or held for settling, all open ones to hold,
    redeem and spend, a purchase's own to claw back, those it redeemed to give back.
    """

    __slots__ = (
        "debt", "entries", "entry_seq", "fresh", "held", "holder_id", "kin", "lots", "old",
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
        self.lots = Lots(holder_id)
        self.kin: tuple[uuid.UUID, ...] = ()  # all its holder was ever merged with
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

    def enter(
        self,
        op: Op,
        amount: int,
        reason: Reason,
        occurred_at: dt.datetime,
        *,
        debt_change: int = 0,
        takes: tuple[tuple[int, int], ...] = (),
    ) -> int:
        """A new entry; answers its number. The caller has changed the lots."""
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
        available_at: dt.datetime | None,
        expires_at: dt.datetime | None,
        origin_holder: uuid.UUID,
        origin_op: uuid.UUID,
        came_at: dt.datetime | None = None,
        home: uuid.UUID | None = None,
        replaces: int | None = None,
        replaces_holder: uuid.UUID | None = None,
    ) -> Lot:
        """A new lot. Already available: it pays debt first; already past its expiry: it lapses."""
        lot_no = self.enter(op, amount, reason, occurred_at)
        lot = Lot(
            lot_no, amount, amount, 0, origin_holder, origin_op, earned_at, available_at,
            expires_at, came_at, home, replaces=replaces, replaces_holder=replaces_holder,
            fresh=True,
        )  # fmt: skip
        self.lots[lot_no] = lot
        if lot.is_pending(self.settled_at):
            self.pending += amount
            return lot
        self.pay_debt(lot, op, max(occurred_at, self.settled_at))  # debt may be younger than it
        if lot.is_over(self.settled_at):
            self.expire(lot_no)
        return lot

    def take(self, lot: Lot, amount: int) -> tuple[int, int]:
        """Units of a lot, as an entry has them."""
        lot.remaining -= amount
        lot.touched = True
        return (lot.lot_no, -amount)

    def pay_debt(self, lot: Lot, op: Op, at: dt.datetime) -> None:
        """With what is free of a lot."""
        if paid := min(self.debt, lot.free):
            takes = (self.take(lot, paid),)
            self.enter(op, -paid, Reason.DEBT_PAID, at, debt_change=-paid, takes=takes)

    def _expire(self, lot: Lot, op_id: uuid.UUID, at: dt.datetime) -> int:
        if lapsed := lot.free:
            takes = (self.take(lot, lapsed),)
            self.enter(Op(op_id), -lapsed, Reason.EXPIRED, at, takes=takes)
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
        self.pending -= (released := lot.remaining)
        self.pay_debt(lot, Op(self._of_lot(lot, "released")), at)
        return released

    def expire(self, lot_no: int) -> int:
        """A lot lapses at its own instant; answers the units lapsed."""
        lot = self.lots[lot_no]
        if lot.expires_at is None:
            raise AssertionError("a lot without an end lapsed")
        return self._expire(lot, self._of_lot(lot, "expired"), lot.expires_at)

    def _of_lot(self, lot: Lot, what: str) -> uuid.UUID:
        return derived_id(self.holder_id, self.wallet, lot.lot_no, what)

    def usable(self) -> list[Lot]:
        """Lots with available units, in redemption order."""
        free = (lot for lot in self.lots.values() if lot.free > 0)
        usable = (lot for lot in free if not lot.is_pending(self.settled_at))
        return sorted(usable, key=redemption_order)

    def _gather(self, lots: Iterable[Lot], amount: int) -> tuple[int, list[tuple[int, int]]]:
        taken, takes = 0, []
        for lot in lots:
            units = min(lot.free, amount - taken)
            if units > 0:
                takes.append(self.take(lot, units))
                taken += units
        return taken, takes
