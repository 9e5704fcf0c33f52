import datetime as dt

import pytest

from service.domain.wallets.book import Book
from service.domain.wallets.emptying import empty
from service.domain.wallets.entries import Op
from service.domain.wallets.types import Reason
from service.kernel.ids import new_id

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
MEMBER, OP = new_id(), new_id()


def book() -> Book:
    """An empty wallet, settled up to noon."""
    return Book(MEMBER, 1, 0, 0, 0, 0, 0, NOON)


def earn(into: Book, units: int, available_at: dt.datetime = NOON - DAY) -> None:
    """A lot that lapses in ten days."""
    op = Op(new_id())
    into.earn(
        op, units, reason=Reason.EARNED, occurred_at=NOON - DAY, earned_at=NOON - DAY,
        available_at=available_at, expires_at=NOON + 10 * DAY, origin_holder=MEMBER,
        origin_op=op.op_id,
    )  # fmt: skip


def test_available_and_pending_units_go_by_one_entry() -> None:
    wallet = book()
    earn(wallet, 30)
    earn(wallet, 12, NOON + DAY)
    assert empty(wallet, Op(OP), NOON) == 42
    assert (wallet.posted, wallet.pending, wallet.debt) == (0, 0, 0)
    entry = wallet.entries[-1]
    assert (entry.reason, entry.amount, entry.debt_change, entry.op_id) == (
        Reason.ERASED, -42, 0, OP,
    )  # fmt: skip
    assert entry.takes == ((1, -30), (2, -12))
    assert [lot.remaining for lot in wallet.lots.values()] == [0, 0]


def test_debt_is_written_off_while_pending_units_go() -> None:
    wallet = Book(MEMBER, 1, 0, 0, 0, 25, 0, NOON)
    earn(wallet, 12, NOON + DAY)
    assert empty(wallet, Op(OP), NOON) == 12 - 25
    entry = wallet.entries[-1]
    assert (entry.amount, entry.debt_change, wallet.debt) == (-12, -25, 0)


def test_a_wallet_with_nothing_in_it_has_no_entry() -> None:
    wallet = book()
    assert empty(wallet, Op(OP), NOON) == 0
    assert wallet.entries == []


def test_units_that_came_later_than_it_happens_go_when_they_came() -> None:
    wallet = book()
    earn(wallet, 30)
    empty(wallet, Op(OP), NOON - 2 * DAY)
    assert wallet.entries[-1].occurred_at == NOON - DAY


def test_what_is_held_has_to_be_let_go_before() -> None:
    wallet = book()
    earn(wallet, 30)
    wallet.hold(10)
    with pytest.raises(AssertionError, match="held"):
        empty(wallet, Op(OP), NOON)


def test_units_whose_lots_are_not_loaded_are_a_bug() -> None:
    wallet = Book(MEMBER, 1, 5, 0, 0, 0, 1, NOON)
    with pytest.raises(AssertionError, match="not all lots"):
        empty(wallet, Op(OP), NOON)
