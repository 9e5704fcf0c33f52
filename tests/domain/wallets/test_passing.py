"""Units that pass from one book to another, by hand and against the plain ledger of the oracle."""

import datetime as dt
import uuid
from typing import Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.lots import Due
from service.domain.wallets.passing import pass_on
from service.domain.wallets.types import Reason
from service.kernel.values import Balance
from tests.oracle.ledger import WalletBook

START: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
OLA: Final = uuid.UUID(int=1)
JAN: Final = uuid.UUID(int=2)


def day(number: int) -> dt.datetime:
    return START + dt.timedelta(days=number)


def op_id(name: str) -> uuid.UUID:
    return uuid.uuid5(OLA, name)


def book(holder: uuid.UUID) -> Book:
    return Book(holder, 1, 0, 0, 0, 0, 0, START)


def earn(wallet: Book, amount: int, name: str, lives: int | None = None, *, waits: int = 0) -> None:
    wallet.earn(
        Op(op_id(name)),
        amount,
        reason=Reason.EARNED,
        occurred_at=wallet.settled_at,
        earned_at=wallet.settled_at,
        available_at=wallet.settled_at + dt.timedelta(days=waits),
        expires_at=None if lives is None else wallet.settled_at + dt.timedelta(days=lives),
        origin_holder=wallet.holder_id,
        origin_op=op_id(name),
    )


def give(giver: Book, taker: Book, amount: int, name: str = "t") -> None:
    giver.settled_at = taker.settled_at = max(giver.settled_at, taker.settled_at)
    ops = (Op(op_id(name)), Op(op_id(name)))
    pass_on(giver, taker, ops, amount, at=giver.settled_at)


def test_each_lot_keeps_its_earning_its_expiry_and_its_origin() -> None:
    ola, jan = book(OLA), book(JAN)
    earn(ola, 10, "a", 90)
    ola.settled_at = day(1)
    earn(ola, 20, "b", 30)
    jan.settled_at = day(2)

    give(ola, jan, 25)

    assert [
        (lot.remaining, lot.earned_at, lot.expires_at, lot.origin_holder, lot.origin_op)
        for lot in jan.lots.values()
    ] == [
        (20, day(1), day(31), OLA, op_id("b")),
        (5, day(0), day(90), OLA, op_id("a")),
    ]
    assert {(lot.came_at, lot.available_at) for lot in jan.lots.values()} == {(day(2), day(2))}
    assert {entry.reason for entry in jan.entries} == {Reason.TRANSFERRED_IN}
    assert ola.entries[-1].reason is Reason.TRANSFERRED_OUT
    assert sum(e.amount for e in (*ola.entries, *jan.entries) if e.op_id == op_id("t")) == 0
    assert (ola.available, jan.available) == (5, 25)


def test_pending_and_held_units_are_not_sent() -> None:
    ola, jan = book(OLA), book(JAN)
    earn(ola, 10, "a")
    earn(ola, 20, "b", waits=5)
    ola.hold(4)

    give(ola, jan, 6)

    assert ola.balance() == Balance(available=0, pending=20, held=4, debt=0)
    with pytest.raises(AssertionError, match="more than is available"):
        give(ola, jan, 1)


def test_what_arrives_pays_debt_lot_by_lot() -> None:
    ola, jan = book(OLA), book(JAN)
    earn(jan, 15, "c")
    jan.claw_back(Op(op_id("r")), 15, origin_op=op_id("c"), lapsed_left=0, at=day(0))
    earn(jan, 5, "d")
    jan.claw_back(Op(op_id("s")), 17, origin_op=op_id("d"), lapsed_left=0, at=day(0))  # 12 owed
    earn(ola, 10, "a", 10)
    earn(ola, 10, "b", 20)

    give(ola, jan, 20)

    assert jan.balance() == Balance(available=8, pending=0, held=0, debt=0)
    assert [(e.amount, e.debt_change) for e in jan.entries[-4:]] == [
        *((10, 0), (-10, -10), (10, 0), (-2, -2)),
    ]


def test_a_clawback_finds_its_own_again_only_where_it_was_earned() -> None:
    ola, jan = book(OLA), book(JAN)
    earn(ola, 30, "a", 10)
    give(ola, jan, 30)
    give(jan, ola, 10, "back")
    for wallet in (ola, jan):
        wallet.settled_at = day(10)
        for _, kind, lot_no in wallet.due(day(10)):
            assert kind is Due.EXPIRY
            wallet.expire(lot_no)

    assert ola.lapsed_of(op_id("a")) == 10
    assert jan.lapsed_of(op_id("a")) == 0  # nobody's purchase is taken back from who was given


class Gifts(RuleBasedStateMachine):
    """Two members who buy, give to each other, bring back, wait; each against the plain ledger."""

    @initialize()
    def begin(self) -> None:
        self.now = START
        self.books = (book(OLA), book(JAN))
        self.plain = (WalletBook(START), WalletBook(START))
        self.earned: dict[tuple[int, str], int] = {}
        self.counted: dict[str, int] = {}
        self.bought_at: dict[str, dt.datetime] = {}
        self.count = 0

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    @rule(who=st.integers(0, 1), units=st.integers(1, 60), waits=st.integers(0, 3),
          lives=st.integers(1, 20) | st.none())  # fmt: skip
    def buy(self, who: int, units: int, waits: int, lives: int | None) -> None:
        name = self.name()
        available = self.now + dt.timedelta(days=waits)
        expires = None if lives is None else self.now + dt.timedelta(days=waits + lives)
        self.plain[who].add(units, name, available, expires, self.now)
        self.books[who].earn(
            Op(op_id(name)), units, reason=Reason.EARNED, occurred_at=self.now, earned_at=self.now,
            available_at=available, expires_at=expires, origin_op=op_id(name),
            origin_holder=self.books[who].holder_id,
        )  # fmt: skip
        self.earned[who, name] = units
        self.bought_at[name] = self.now

    @rule(who=st.integers(0, 1), units=st.integers(1, 60))
    def give(self, who: int, units: int) -> None:
        sent = self.plain[who].send(units, self.now)
        if sent is None:
            assert self.books[who].available < units
            return
        self.plain[1 - who].receive(sent, self.now)
        give(self.books[who], self.books[1 - who], units, self.name())

    @rule(data=st.data(), units=st.integers(1, 60), days_ago=st.integers(0, 5))
    def bring_back(self, data: st.DataObject, units: int, days_ago: int) -> None:
        open_ = sorted(key for key, left in self.earned.items() if left)
        if not open_:
            return
        who, name = data.draw(st.sampled_from(open_))
        units = min(units, self.earned[who, name])
        self.earned[who, name] -= units
        at = max(self.bought_at[name], self.now - dt.timedelta(days=days_ago))
        self.plain[who].claw_back(name, units, at)
        wallet, counted = self.books[who], self.counted.get(name, 0)
        self.counted[name] = counted + wallet.claw_back(
            Op(op_id(self.name())), units, origin_op=op_id(name),
            lapsed_left=wallet.lapsed_of(op_id(name)) - counted, at=at,
        )  # fmt: skip

    @rule(days=st.integers(1, 8))
    def wait(self, days: int) -> None:
        self.now += dt.timedelta(days=days)
        for plain, wallet in zip(self.plain, self.books, strict=True):
            plain.settle(self.now)
            for at, kind, lot_no in wallet.due(self.now):
                if kind is Due.RELEASE:
                    wallet.release(lot_no, at)
                else:
                    wallet.expire(lot_no)
            wallet.settled_at = self.now

    @invariant()
    def figures_lots_and_entries_agree(self) -> None:
        for plain, wallet in zip(self.plain, self.books, strict=True):
            assert (wallet.available, wallet.pending, wallet.debt) == (
                *(plain.available(), plain.pending(), plain.debt),
            )
            assert sorted(
                (lot.remaining, lot.expires_at or day(9999)) for lot in wallet.lots.values()
            ) == sorted((lot.remaining, lot.expires_at or day(9999)) for lot in plain.lots)
            assert [(e.amount, e.debt_change, e.occurred_at) for e in wallet.entries] == [
                (e.amount, e.debt_change, e.occurred_at) for e in plain.entries
            ]

    @invariant()
    def nothing_is_made_or_lost_on_the_way(self) -> None:
        moved = (Reason.TRANSFERRED_OUT, Reason.TRANSFERRED_IN)
        entries = [e for wallet in self.books for e in wallet.entries if e.reason in moved]
        assert sum(entry.amount for entry in entries) == 0

    @invariant()
    def no_balance_of_any_instant_is_negative(self) -> None:
        for wallet in self.books:
            total = 0
            for entry in sorted(wallet.entries, key=lambda e: (e.occurred_at, e.seq)):
                total += entry.amount
                assert total >= 0


TestGifts = Gifts.TestCase
TestGifts.settings = settings(
    max_examples=150, stateful_step_count=30, derandomize=True, deadline=None, database=None
)
