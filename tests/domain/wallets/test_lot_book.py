"""What falls due in a wallet, by hand: lots that are released, that lapse, that pay debt."""

from service.domain.wallets.lot_book import LotBook
from service.domain.wallets.lots import Due
from service.domain.wallets.types import Reason
from service.kernel.values import Balance
from tests.domain.wallets.by_hand import HOLDER, day, earn, settle


def book(*, settled: int = 0, debt: int = 0) -> LotBook:
    return LotBook(HOLDER, 1, 0, 0, 0, debt, 0, day(settled))


def test_what_is_due_comes_in_the_order_of_time_with_its_lot() -> None:
    wallet = book()
    earn(wallet, 10, 1, available=5, expires=9)
    earn(wallet, 10, 2, available=3, expires=5)
    earn(wallet, 10, 3, expires=12)

    assert wallet.due(day(9)) == [
        (day(3), Due.RELEASE, 2),
        (day(5), Due.RELEASE, 1),
        (day(5), Due.EXPIRY, 2),
        (day(9), Due.EXPIRY, 1),
    ]


def test_a_lot_pays_debt_when_it_is_released_as_far_as_it_goes() -> None:
    wallet = book(debt=25)
    earn(wallet, 10, 1, available=5)
    earn(wallet, 20, 2, available=6)

    settle(wallet, 5)
    assert wallet.balance() == Balance(available=0, pending=20, held=0, debt=15)
    settle(wallet, 6)

    assert wallet.balance() == Balance(available=5, pending=0, held=0, debt=0)
    assert [(e.reason, e.amount, e.debt_change) for e in wallet.entries[2:]] == [
        (Reason.DEBT_PAID, -10, -10),
        (Reason.DEBT_PAID, -15, -15),
    ]


def test_lot_expires_once_at_its_own_instant() -> None:
    wallet = book()
    earn(wallet, 10, 1, expires=30)

    settle(wallet, 40)
    settle(wallet, 50)

    assert wallet.balance() == Balance(available=0, pending=0, held=0, debt=0)
    assert [(e.reason, e.amount, e.occurred_at) for e in wallet.entries] == [
        (Reason.EARNED, 10, day(0)),
        (Reason.EXPIRED, -10, day(30)),
    ]


def test_lot_is_expired_at_the_very_instant_it_expires() -> None:
    wallet = book()
    earn(wallet, 10, 1, expires=30)

    settle(wallet, 30)

    assert wallet.posted == 0


def test_late_lot_past_its_expiry_is_written_and_expired_at_once() -> None:
    wallet = book(settled=60)

    earn(wallet, 10, 1, available=14, expires=44)

    assert wallet.balance() == Balance(available=0, pending=0, held=0, debt=0)
    assert [e.amount for e in wallet.entries] == [10, -10]


def test_held_units_do_not_expire() -> None:
    wallet = book()
    lot = earn(wallet, 10, 1, expires=30)
    lot.held = wallet.held = 4

    settle(wallet, 40)

    assert wallet.posted == 4
    assert wallet.balance() == Balance(available=0, pending=0, held=4, debt=0)
