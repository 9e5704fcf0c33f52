"""The arithmetic of one wallet, by hand."""

import uuid

from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.types import Reason
from service.kernel.values import Balance
from tests.domain.wallets.by_hand import HOLDER, day, earn, settle


def book(*, settled: int = 0) -> Book:
    return Book(HOLDER, 1, 0, 0, 0, 0, 0, day(settled))


def take_back(wallet: Book, amount: int, op: int, *, lapsed: int = 0, clamp: bool = False) -> int:
    return wallet.claw_back(
        Op(uuid.UUID(int=1000 + op)),
        amount,
        origin_op=uuid.UUID(int=op),
        lapsed_left=lapsed,
        at=day(1),
        clamp=clamp,
    )


def test_earn_50_claw_back_80_earn_100_leaves_70_available() -> None:
    wallet = book()
    earn(wallet, 50, 1)
    take_back(wallet, 80, 1)
    assert wallet.balance() == Balance(available=0, pending=0, held=0, debt=30)

    earn(wallet, 100, 2)

    assert wallet.balance() == Balance(available=70, pending=0, held=0, debt=0)


def test_pending_units_pay_debt_when_they_are_released_not_before() -> None:
    wallet = book()
    earn(wallet, 50, 1)
    take_back(wallet, 80, 1)

    earn(wallet, 100, 2, available=14)
    assert wallet.balance() == Balance(available=0, pending=100, held=0, debt=30)
    settle(wallet, 14)

    assert wallet.balance() == Balance(available=70, pending=0, held=0, debt=0)


def test_clawback_takes_own_pending_then_own_then_lapsed_then_others_then_debt() -> None:
    wallet = book()
    earn(wallet, 10, 1, available=20)  # own, pending
    earn(wallet, 20, 1)  # own, available
    earn(wallet, 40, 2)  # another purchase's

    lapsed = take_back(wallet, 100, 1, lapsed=5)

    # 10 + 20 of its own, 5 lapsed count, 40 of the other's, 25 missing
    assert lapsed == 5
    assert wallet.balance() == Balance(available=0, pending=0, held=0, debt=25)
    assert wallet.entries[-1].amount == -70
    assert wallet.entries[-1].debt_change == 25


def test_clawback_leaves_pending_units_of_other_purchases_alone() -> None:
    wallet = book()
    earn(wallet, 10, 1)
    earn(wallet, 40, 2, available=20)

    take_back(wallet, 30, 1)

    assert wallet.balance() == Balance(available=0, pending=40, held=0, debt=20)


def test_clamped_wallet_drops_what_a_clawback_does_not_find() -> None:
    wallet = book()
    earn(wallet, 50, 1)

    take_back(wallet, 80, 1, clamp=True)

    assert wallet.balance() == Balance(available=0, pending=0, held=0, debt=0)


def test_what_lapses_first_is_spent_first_and_never_lapsing_units_last() -> None:
    wallet = book()
    earn(wallet, 10, 1)
    earn(wallet, 10, 2, expires=90)
    earn(wallet, 10, 3, expires=30)

    wallet.spend(Op(uuid.UUID(int=9)), 15, reason=Reason.ADJUSTED, at=day(1))

    assert [lot.remaining for lot in wallet.lots.values()] == [10, 5, 0]


def test_entries_form_one_chain() -> None:
    wallet = book()
    earn(wallet, 10, 1)
    earn(wallet, 20, 2)
    take_back(wallet, 5, 1)

    assert [(e.seq, e.before, e.amount) for e in wallet.entries] == [
        (1, 0, 10),
        (2, 10, 20),
        (3, 30, -5),
    ]


def test_activity_prolongs_open_lots_and_never_shortens_them() -> None:
    wallet = book()
    soon = earn(wallet, 10, 1, expires=30)
    later = earn(wallet, 10, 2, expires=90)
    never = earn(wallet, 10, 3)

    wallet.touch_activity(day(60))

    assert (soon.expires_at, later.expires_at, never.expires_at) == (day(60), day(90), None)


def test_the_lots_named_are_spent_first_then_what_lapses_first() -> None:
    """10 + 20 + 30, of which 35 go: all of the last, and 5 of what lapses first."""
    wallet = book()
    earn(wallet, 10, 1, expires=30)
    earn(wallet, 20, 2, expires=40)
    own = earn(wallet, 30, 3, expires=50)

    wallet.spend(
        Op(uuid.UUID(int=9)), 35, reason=Reason.ADJUSTMENT_UNDONE, at=day(1), first=[own.lot_no]
    )

    assert [lot.remaining for lot in wallet.lots.values()] == [5, 20, 0]
    assert wallet.entries[-1].takes == ((own.lot_no, -30), (1, -5))


def test_units_come_back_for_the_reason_given_to_lots_and_in_place_of_those_that_lapsed() -> None:
    """30 taken: 10 of a lot that is over by day 31, 20 of one that is not."""
    wallet = book()
    earn(wallet, 10, 1, expires=30)
    earn(wallet, 20, 2, expires=40)
    taken = wallet.redeem(Op(uuid.UUID(int=8)), 30, at=day(1))
    settle(wallet, 31)

    wallet.give_back(
        Op(uuid.UUID(int=9)),
        taken,
        30,
        at=day(31),
        grace_until=day(31),
        reason=Reason.ADJUSTMENT_UNDONE,
    )

    told = [(e.reason, e.amount) for e in wallet.entries[-3:]]
    assert told == [
        (Reason.ADJUSTMENT_UNDONE, 20),
        (Reason.ADJUSTMENT_UNDONE, 10),
        (Reason.EXPIRED, -10),  # there is no grace
    ]
    assert wallet.lots[5].replaces == 1
    assert wallet.balance() == Balance(available=20, pending=0, held=0, debt=0)
