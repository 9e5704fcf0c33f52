"""Holding, redeeming and giving back by hand: which lots, which entries, which ids."""

import uuid

import pytest

from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.types import Reason
from service.kernel.ids import derived_id
from service.kernel.values import Balance
from tests.domain.wallets.by_hand import HOLDER, day, earn, settle

HOLD, OTHER_HOLD = uuid.UUID(int=91), uuid.UUID(int=92)


def op(number: int) -> Op:
    return Op(uuid.UUID(int=number))


def book() -> Book:
    """50 that never lapse, 30 that lapse on day 40."""
    made = Book(HOLDER, 1, 0, 0, 0, 0, 0, day(0))
    earn(made, 50, 1)
    earn(made, 30, 2, expires=40)
    return made


def owe(wallet: Book, units: int) -> None:
    """Take back more than is available."""
    wallet.claw_back(op(500), units, origin_op=uuid.UUID(int=3), lapsed_left=0, at=day(0))


def figures(wallet: Book) -> tuple[int, int, int]:
    """(available, held, debt)."""
    return wallet.available, wallet.held, wallet.debt


def remaining(wallet: Book) -> list[int]:
    return [lot.remaining for lot in wallet.lots.values()]


def test_a_hold_sets_units_apart_without_an_entry() -> None:
    wallet = book()

    assert wallet.hold(45) == [(2, 30), (1, 15)]

    assert wallet.balance() == Balance(available=35, pending=0, held=45, debt=0)
    assert len(wallet.entries) == 2
    assert wallet.changed
    assert [lot.touched for lot in wallet.lots.values()] == [True, True]


def test_no_more_is_held_than_is_available() -> None:
    wallet = book()
    wallet.hold(45)

    with pytest.raises(AssertionError, match="held more than is available"):
        wallet.hold(36)


def test_released_units_pay_debt_first_under_an_id_of_hold_and_lot() -> None:
    wallet = book()
    items = wallet.hold(60)
    owe(wallet, 55)  # 20 are there, 35 are owed
    assert figures(wallet) == (0, 60, 35)

    wallet.release_hold(HOLD, items, day(3))

    assert figures(wallet) == (25, 0, 0)
    paid = wallet.entries[-2:]
    assert [(e.reason, e.amount, e.debt_change, e.takes, e.occurred_at) for e in paid] == [
        (Reason.DEBT_PAID, -30, -30, ((2, -30),), day(3)),
        (Reason.DEBT_PAID, -5, -5, ((1, -5),), day(3)),
    ]
    assert [e.op_id for e in paid] == [derived_id(HOLD, 1, n, "released") for n in (2, 1)]


def test_released_units_of_a_lot_past_its_time_lapse_when_they_are_released() -> None:
    wallet = book()
    first, second = wallet.hold(10), wallet.hold(12)
    settle(wallet, 41)
    assert figures(wallet) == (50, 22, 0)

    wallet.release_hold(HOLD, first, day(42))
    wallet.release_hold(OTHER_HOLD, second, day(43))

    assert figures(wallet) == (50, 0, 0)
    lapsed = [(e.amount, e.occurred_at, e.op_id) for e in wallet.entries[2:]]
    assert lapsed == [
        (-8, day(40), derived_id(HOLDER, 1, 2, "expired")),
        (-10, day(42), derived_id(HOLD, 1, 2, "expired")),
        (-12, day(43), derived_id(OTHER_HOLD, 1, 2, "expired")),
    ]
    assert wallet.lapsed_of(uuid.UUID(int=2)) == 30


def test_a_redemption_is_one_entry_of_the_lots_that_lapse_first() -> None:
    wallet = book()

    done = wallet.redeem(op(7), 42, at=day(1))

    entry = wallet.entries[-1]
    assert (entry.reason, entry.amount, entry.debt_change) == (Reason.REDEEMED, -42, 0)
    assert (entry.op_id, entry.occurred_at) == (uuid.UUID(int=7), day(1))
    assert entry.takes == ((2, -30), (1, -12))
    assert (done.takes, done.owed, done.captured) == ({2: 30, 1: 12}, 0, ())


def test_held_units_are_used_first_and_what_is_not_needed_stays_held() -> None:
    wallet = book()
    items = [(1, 20), (2, 10)]
    wallet.set_held(items)

    done = wallet.redeem(op(7), 25, at=day(1), held=items)

    assert done.captured == (20, 5)
    assert done.takes == {1: 20, 2: 5}
    assert figures(wallet) == (50, 5, 0)


def test_what_was_held_of_a_lot_and_what_was_not_are_one_part() -> None:
    wallet = book()
    items = wallet.hold(10)

    done = wallet.redeem(op(7), 35, at=day(1), held=items)

    assert done.takes == {2: 30, 1: 5}
    assert wallet.entries[-1].takes == ((2, -30), (1, -5))


def test_others_holds_are_left_alone() -> None:
    wallet = book()
    wallet.hold(60)

    with pytest.raises(AssertionError, match="redeemed more than is available"):
        wallet.redeem(op(7), 21, at=day(1))


def test_an_overrun_takes_what_is_there_and_owes_the_rest() -> None:
    wallet = book()
    wallet.hold(60)

    done = wallet.redeem(op(7), 50, at=day(1), overrun=True)

    assert figures(wallet) == (0, 60, 30)
    assert (wallet.entries[-1].amount, wallet.entries[-1].debt_change) == (-20, 30)
    assert (done.takes, done.owed, done.units) == ({1: 20}, 30, 50)


def test_what_is_owed_as_a_whole_is_an_entry_too() -> None:
    wallet = Book(HOLDER, 1, 0, 0, 0, 0, 0, day(0))

    wallet.redeem(op(7), 5, at=day(1), overrun=True)

    assert [(e.amount, e.debt_change, e.takes) for e in wallet.entries] == [(0, 5, ())]


def test_redeeming_nothing_leaves_no_entry() -> None:
    wallet = book()

    assert wallet.redeem(op(7), 0, at=day(1)).units == 0
    assert len(wallet.entries) == 2


def test_nothing_is_redeemed_before_it_was_there() -> None:
    wallet = book()
    wallet.settled_at = day(9)
    earn(wallet, 10, 3, on=8, expires=20)

    done = wallet.redeem(op(7), 10, at=day(5))

    assert wallet.entries[-1].occurred_at == done.at == day(8)


def test_units_go_back_to_their_lots_last_taken_first() -> None:
    wallet = book()
    done = wallet.redeem(op(7), 70, at=day(1))

    wallet.give_back(op(8), done, 45, at=day(2), grace_until=day(9))

    assert remaining(wallet) == [50, 5]
    entry = wallet.entries[-1]
    assert (entry.reason, entry.amount, entry.takes) == (Reason.GIVEN_BACK, 45, ((1, 40), (2, 5)))
    wallet.give_back(op(9), done, 25, at=day(3), grace_until=day(9))
    assert remaining(wallet) == [50, 30]


def test_units_of_a_lapsed_lot_come_back_as_a_new_one_that_keeps_their_origin() -> None:
    wallet = book()
    done = wallet.redeem(op(7), 70, at=day(1))
    settle(wallet, 41)

    wallet.give_back(op(8), done, 70, at=day(41), grace_until=day(48))

    assert remaining(wallet) == [50, 0, 30]
    new = wallet.lots[5]
    assert (new.replaces, new.origin_op, new.origin_holder) == (2, uuid.UUID(int=2), HOLDER)
    assert (new.earned_at, new.expires_at) == (day(41), day(48))
    assert [(e.reason, e.amount, e.takes, e.op_line) for e in wallet.entries[3:]] == [
        (Reason.GIVEN_BACK, 40, ((1, 40),), 1),
        (Reason.GIVEN_BACK, 30, (), 2),
    ]


def test_units_that_come_back_pay_debt_first() -> None:
    wallet = book()
    done = wallet.redeem(op(7), 80, at=day(1))
    owe(wallet, 60)

    wallet.give_back(op(8), done, 80, at=day(2), grace_until=day(9))

    assert figures(wallet) == (20, 0, 0)
    assert [(e.reason, e.amount) for e in wallet.entries[-3:]] == [
        (Reason.GIVEN_BACK, 80),
        (Reason.DEBT_PAID, -50),
        (Reason.DEBT_PAID, -10),
    ]
    assert {e.op_id for e in wallet.entries[-3:]} == {uuid.UUID(int=8)}


def test_what_was_owed_comes_back_as_less_debt_and_else_as_new_units() -> None:
    wallet = book()
    done = wallet.redeem(op(7), 100, at=day(1), overrun=True)  # 20 are owed
    earn(wallet, 15, 3)
    wallet.settled_at = day(2)

    wallet.give_back(op(8), done, 20, at=day(2), grace_until=day(9))

    assert figures(wallet) == (15, 0, 0)
    assert [(e.reason, e.amount, e.debt_change) for e in wallet.entries[-2:]] == [
        (Reason.GIVEN_BACK, 0, -5),
        (Reason.GIVEN_BACK, 15, 0),
    ]
    new = wallet.lots[wallet.entry_seq]
    assert (new.replaces, new.origin_op, new.expires_at) == (None, uuid.UUID(int=7), day(9))


def test_nothing_comes_back_before_it_was_redeemed() -> None:
    wallet = book()
    done = wallet.redeem(op(7), 10, at=day(5))

    wallet.give_back(op(8), done, 10, at=day(3), grace_until=day(9))

    assert wallet.entries[-1].occurred_at == day(5)


def test_grace_that_is_over_by_now_lapses_at_once() -> None:
    wallet = book()
    done = wallet.redeem(op(7), 30, at=day(1))
    settle(wallet, 60)

    wallet.give_back(op(8), done, 30, at=day(41), grace_until=day(48))

    assert figures(wallet) == (50, 0, 0)
    assert (wallet.entries[-1].reason, wallet.entries[-1].occurred_at) == (Reason.EXPIRED, day(48))


def test_activity_does_not_revive_held_units_whose_time_has_come() -> None:
    wallet = book()
    items = wallet.hold(20)
    settle(wallet, 41)

    wallet.touch_activity(day(90))
    wallet.release_hold(HOLD, items, day(42))

    assert wallet.lots[2].expires_at == day(40)
    assert figures(wallet) == (50, 0, 0)


def test_a_clawback_leaves_held_units_alone() -> None:
    wallet = book()
    wallet.hold(30)

    wallet.claw_back(op(8), 30, origin_op=uuid.UUID(int=2), lapsed_left=0, at=day(1))

    assert figures(wallet) == (20, 30, 0)
