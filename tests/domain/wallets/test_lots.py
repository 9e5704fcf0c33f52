"""What a lot is at an instant, and which one is redeemed first."""

import datetime as dt
import uuid

from service.domain.wallets.lots import Due, Lot, redemption_order

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def day(n: int) -> dt.datetime:
    return START + dt.timedelta(days=n)


def lot(number: int, available: int | None, expires: int | None, *, held: int = 0) -> Lot:
    return Lot(
        number,
        10,
        10,
        held,
        uuid.UUID(int=1),
        uuid.UUID(int=2),
        START,
        None if available is None else day(available),
        None if expires is None else day(expires),
    )


def test_what_lapses_first_is_redeemed_first_then_what_was_available_first() -> None:
    lots = [lot(1, 0, None), lot(2, 5, 30), lot(3, 1, 30), lot(4, 9, 20), lot(5, 1, 30)]

    assert [one.lot_no for one in sorted(lots, key=redemption_order)] == [4, 3, 5, 2, 1]


def test_a_lot_is_usable_at_the_instant_it_becomes_available() -> None:
    assert lot(1, 3, None).is_pending(day(3) - dt.timedelta(microseconds=1))
    assert not lot(1, 3, None).is_pending(day(3))
    assert lot(1, None, None).is_pending(day(999))


def test_a_lot_is_over_at_the_instant_it_expires() -> None:
    assert not lot(1, 0, 3).is_over(day(3) - dt.timedelta(microseconds=1))
    assert lot(1, 0, 3).is_over(day(3))
    assert not lot(1, 0, None).is_over(day(999))


def test_held_units_are_not_free() -> None:
    assert lot(1, 0, None, held=4).free == 6


def test_at_one_instant_units_are_released_before_holds_time_out_before_lots_expire() -> None:
    assert sorted(Due) == [Due.RELEASE, Due.TIME_OUT, Due.EXPIRY]


def test_an_open_lot_lives_on_until_then_at_least() -> None:
    """One of them is held past its time: the rest of it has lapsed."""
    held = lot(3, 0, 10, held=10)
    empty = lot(4, 0, 30)
    empty.remaining = 0
    lots = [lot(1, 0, 30), lot(2, 0, 90), held, empty, lot(5, 0, None)]
    for one in lots:
        one.prolong(day(60), day(20))
    assert [one.expires_at for one in lots] == [day(60), day(90), day(10), day(30), None]
    assert [one.touched for one in lots] == [True, False, False, False, False]
