"""A book against the plain ledger of the oracle, over whatever may happen to a wallet."""

import datetime as dt
import uuid
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
)

from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.lots import Due
from service.domain.wallets.redeemed import Redeemed
from service.domain.wallets.types import Reason
from tests.oracle.ledger import WalletBook

START: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HOLDER: Final = uuid.UUID(int=1)
UNITS: Final = st.integers(1, 60)
HOURS: Final = st.integers(1, 24 * 20)
Name = str | MultipleResults[str]  # several of none: the rule made nothing


def op_id(name: str) -> uuid.UUID:
    return uuid.uuid5(HOLDER, name)


class Wallets(RuleBasedStateMachine):
    """The same done to both. All open lots are loaded, as a flow that redeems loads them."""

    purchases = Bundle("purchases")
    holds = Bundle("holds")
    paid = Bundle("paid")

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.book = Book(HOLDER, 1, 0, 0, 0, 0, 0, START)
        self.plain = WalletBook(START)
        self.open: dict[str, tuple[dt.datetime, list[tuple[int, int]]]] = {}
        self.redeemed: dict[str, Redeemed] = {}
        self.lapsed: dict[str, int] = {}
        self.earned: dict[str, int] = {}
        self.count = 0

    def name(self, what: str) -> str:
        self.count += 1
        return f"{what}{self.count}"

    @rule(target=purchases, units=UNITS, pending=st.integers(0, 48), lives=HOURS | st.none())
    def earn(self, units: int, pending: int, lives: int | None) -> str:
        purchase = self.name("p")
        available = self.now + dt.timedelta(hours=pending)
        expires = None if lives is None else available + dt.timedelta(hours=lives)
        self.book.earn(
            Op(op_id(purchase)), units, reason=Reason.EARNED, occurred_at=self.now,
            earned_at=self.now, available_at=available, expires_at=expires, origin_holder=HOLDER,
            origin_op=op_id(purchase),
        )  # fmt: skip
        self.plain.add(units, purchase, available, expires, self.now)
        self.earned[purchase] = units
        return purchase

    @rule(hours=HOURS)
    def wait(self, hours: int) -> None:
        self.now += dt.timedelta(hours=hours)
        self.plain.settle(self.now)
        moments = [(at, kind, f"{lot_no:09}") for at, kind, lot_no in self.book.due(self.now)]
        moments += [
            (due, Due.TIME_OUT, hold) for hold, (due, _) in self.open.items() if due <= self.now
        ]
        for at, kind, what in sorted(moments):
            if kind is Due.TIME_OUT:
                self.book.release_hold(op_id(what), self.open.pop(what)[1], at)
            elif kind is Due.RELEASE:
                self.book.release(int(what), at)
            else:
                self.book.expire(int(what))
        self.book.settled_at = self.now

    @rule(target=holds, units=UNITS, hours=HOURS)
    def hold(self, units: int, hours: int) -> Name:
        hold, due = self.name("h"), self.now + dt.timedelta(hours=hours)
        if not self.plain.hold(hold, units, due):
            return multiple()
        self.open[hold] = (due, self.book.hold(units))
        return hold

    @rule(hold=holds)
    def release(self, hold: str) -> None:
        if hold in self.open:
            self.plain.release_hold(hold, self.now)
            self.book.release_hold(op_id(hold), self.open.pop(hold)[1], self.now)

    @rule(target=paid, units=UNITS, anyway=st.booleans())
    def redeem(self, units: int, anyway: bool) -> Name:
        return self._redeem("", units, anyway=anyway)

    @rule(target=paid, hold=holds, units=UNITS, anyway=st.booleans())
    def capture(self, hold: str, units: int, anyway: bool) -> Name:
        return self._redeem(hold, units, anyway=anyway) if hold in self.open else multiple()

    def _redeem(self, hold: str, units: int, *, anyway: bool) -> Name:
        purchase = self.name("q")
        if not self.plain.redeem(purchase, units, self.now, hold, anyway=anyway):
            return multiple()
        _, items = self.open.pop(hold, (self.now, []))
        done = self.book.redeem(Op(op_id(purchase)), units, at=self.now, held=items, overrun=anyway)
        self.redeemed[purchase] = done
        rest = [
            (lot_no, kept - used)
            for (lot_no, kept), used in zip(items, done.captured, strict=True)
            if kept > used
        ]
        self.book.release_hold(op_id(hold), rest, self.now)
        return purchase

    @rule(purchase=paid, units=UNITS, grace=HOURS)
    def give_back(self, purchase: str, units: int, grace: int) -> None:
        units = min(units, self.redeemed[purchase].units)
        until = self.now + dt.timedelta(hours=grace)
        if units:
            self.plain.give_back_redeemed(purchase, units, self.now, until)
            self.book.give_back(
                Op(op_id(self.name("r"))), self.redeemed[purchase], units, at=self.now,
                grace_until=until,
            )  # fmt: skip

    @rule(purchase=purchases, units=UNITS)
    def claw_back(self, purchase: str, units: int) -> None:
        units = min(units, self.earned[purchase])
        self.earned[purchase] -= units
        if units:
            self.plain.claw_back(purchase, units, self.now)
            counted = self.lapsed.get(purchase, 0)
            self.lapsed[purchase] = counted + self.book.claw_back(
                Op(op_id(self.name("r"))), units, origin_op=op_id(purchase),
                lapsed_left=self.book.lapsed_of(op_id(purchase)) - counted, at=self.now,
            )  # fmt: skip

    @invariant()
    def figures_agree(self) -> None:
        book, plain = self.book, self.plain
        assert (book.available, book.pending, book.held, book.debt) == (
            *(plain.available(), plain.pending(), plain.held(), plain.debt),
        )

    @invariant()
    def lots_and_entries_agree(self) -> None:
        assert sorted((lot.remaining, lot.held) for lot in self.book.lots.values()) == sorted(
            (lot.remaining, lot.remaining - lot.free) for lot in self.plain.lots
        )
        assert [(e.amount, e.debt_change, e.occurred_at) for e in self.book.entries] == [
            (e.amount, e.debt_change, e.occurred_at) for e in self.plain.entries
        ]

    @invariant()
    def the_book_adds_up(self) -> None:
        """I1 of the ledger, and the constraints of its tables."""
        book, lots = self.book, list(self.book.lots.values())
        assert book.posted == sum(lot.remaining for lot in lots)
        assert book.posted == sum(entry.amount for entry in book.entries)
        assert book.held == sum(lot.held for lot in lots)
        assert book.debt == sum(entry.debt_change for entry in book.entries)
        assert book.available == 0 if book.debt else book.available >= 0
        assert all(0 <= lot.held <= lot.remaining <= lot.granted for lot in lots)
        ids = [(entry.op_id, entry.op_line) for entry in book.entries]
        assert len(set(ids)) == len(ids)


TestWallets = Wallets.TestCase
TestWallets.settings = settings(
    max_examples=150, stateful_step_count=40, derandomize=True, deadline=None, database=None
)
