import datetime as dt

from tests.oracle.ledger import WalletBook

START = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


def day(count: int) -> dt.datetime:
    return START + dt.timedelta(days=count)


def figures(book: WalletBook) -> tuple[int, int, int]:
    return book.available(), book.pending(), book.debt


def test_earn_50_claw_back_80_earn_100_leaves_70() -> None:
    book = WalletBook(START)
    book.add(80, "old", START, None, START)
    assert book.take_available(80, START)
    book.add(50, "a", START, None, START)
    book.claw_back("old", 80, START)
    assert figures(book) == (0, 0, 30)
    book.add(100, "b", START, None, START)
    assert figures(book) == (70, 0, 0)


def test_pending_units_pay_debt_when_they_are_released() -> None:
    book = WalletBook(START, debt=30)
    book.add(100, "b", day(14), None, START)
    assert figures(book) == (0, 100, 30)
    book.settle(day(14) - dt.timedelta(microseconds=1))
    assert figures(book) == (0, 100, 30)
    book.settle(day(14))
    assert figures(book) == (70, 0, 0)
    assert [(e.amount, e.debt_change, e.occurred_at) for e in book.entries[1:]] == [
        (-30, -30, day(14))
    ]


def test_a_lot_is_gone_at_the_instant_it_expires() -> None:
    book = WalletBook(START)
    book.add(10, "a", START, day(30), START)
    book.settle(day(30))
    assert figures(book) == (0, 0, 0)
    assert (book.entries[-1].amount, book.entries[-1].occurred_at) == (-10, day(30))


def test_what_is_released_pays_before_it_expires_at_the_same_instant() -> None:
    book = WalletBook(START, debt=4)
    book.add(10, "a", day(1), day(1), START)
    book.settle(day(1))
    assert figures(book) == (0, 0, 0)
    assert [e.amount for e in book.entries] == [10, -4, -6]


def test_a_late_lot_past_its_expiry_pays_debt_and_expires_at_once() -> None:
    book = WalletBook(day(100), debt=3)
    book.add(10, "late", day(1), day(90), day(1))
    assert figures(book) == (0, 0, 0)
    assert [(e.amount, e.debt_change) for e in book.entries] == [(10, 0), (-3, -3), (-7, 0)]


def test_a_clawback_takes_own_pending_then_own_then_first_to_lapse() -> None:
    book = WalletBook(day(5))
    book.add(10, "other-late", START, day(80), START)
    book.add(10, "other-soon", START, day(40), START)
    book.add(10, "mine", START, day(90), START)
    book.add(10, "mine", day(9), day(99), day(5))
    book.add(10, "other-pending", day(9), day(20), day(5))
    remaining = [10, 10, 10, 10, 10]
    for step in ([10, 10, 10, 3, 10], [10, 10, 6, 0, 10], [10, 9, 0, 0, 10], [6, 0, 0, 0, 10]):
        taken = sum(remaining) - sum(step)
        book.claw_back("mine", taken, day(5))
        assert [lot.remaining for lot in book.lots] == step
        remaining = step
    book.claw_back("mine", 8, day(5))
    assert figures(book) == (0, 10, 2)  # pending units of other purchases are left alone


def test_units_that_expired_meanwhile_count_as_taken_once() -> None:
    book = WalletBook(START)
    book.add(10, "mine", START, day(30), START)
    assert book.take_available(4, START)
    book.settle(day(40))  # 6 expired
    book.add(20, "other", day(40), None, day(40))
    book.claw_back("mine", 5, day(40))
    assert figures(book) == (20, 0, 0)
    book.claw_back("mine", 5, day(41))  # 1 of the expired is left to count, 4 are taken
    assert figures(book) == (16, 0, 0)


def test_given_back_units_first_uncount_what_had_expired() -> None:
    book = WalletBook(START)
    book.add(10, "mine", START, day(30), START)
    book.settle(day(40))
    book.claw_back("mine", 7, day(40))
    book.give_back("mine", 5, START, day(30), day(40))
    assert figures(book) == (0, 0, 0)
    assert book.counted == {"mine": 2}
    book.claw_back("mine", 8, day(40))
    assert figures(book) == (0, 0, 0)
    assert book.counted == {"mine": 10}


def test_given_back_units_pay_debt_first() -> None:
    book = WalletBook(START)
    book.add(10, "mine", START, None, START)
    assert book.take_available(10, START)
    book.claw_back("mine", 8, START)
    assert figures(book) == (0, 0, 8)
    book.give_back("mine", 3, START, None, START)
    assert figures(book) == (0, 0, 5)


def test_a_clamped_wallet_drops_what_is_missing() -> None:
    book = WalletBook(START, clamp=True)
    book.add(10, "mine", START, None, START)
    assert book.take_available(7, START)
    book.claw_back("mine", 10, START)
    assert figures(book) == (0, 0, 0)


def test_too_little_available_takes_nothing() -> None:
    book = WalletBook(START)
    book.add(10, "a", START, None, START)
    book.add(10, "b", day(2), None, START)
    assert not book.take_available(11, START)
    assert figures(book) == (10, 10, 0)
    assert book.expiring() == {None: 20}


def held(book: WalletBook) -> tuple[int, int, int]:
    return book.available(), book.held(), book.debt


def two_lots(first_ends: int = 40) -> WalletBook:
    """30 units that end first, and 50 that never do."""
    book = WalletBook(START)
    book.add(50, "never", START, None, START)
    book.add(30, "soon", START, day(first_ends), START)
    return book


def test_a_hold_keeps_what_lapses_first_and_no_more_than_is_there() -> None:
    book = two_lots()
    assert not book.hold("h", 81, day(1))
    assert book.hold("h", 40, day(1))
    assert held(book) == (40, 40, 0)
    assert [lot.free for lot in book.lots] == [40, 0]


def test_a_hold_times_out_by_itself() -> None:
    book = two_lots()
    book.hold("h", 40, day(1))
    book.settle(day(1) - dt.timedelta(microseconds=1))
    assert held(book) == (40, 40, 0)
    book.settle(day(1))
    assert held(book) == (80, 0, 0)
    assert len(book.entries) == 2


def test_held_units_outlive_their_lot_and_go_when_they_are_free() -> None:
    book = two_lots()
    book.hold("h", 20, day(50))
    book.settle(day(40))
    assert held(book) == (50, 20, 0)
    book.settle(day(50))
    assert held(book) == (50, 0, 0)
    assert [(e.amount, e.occurred_at) for e in book.entries[2:]] == [
        (-10, day(40)),
        (-20, day(50)),
    ]


def test_held_units_pay_debt_when_they_are_free_not_before() -> None:
    book = two_lots()
    book.hold("h", 80, day(9))
    book.claw_back("soon", 30, START)
    assert held(book) == (0, 80, 30)
    book.release_hold("h", START)
    assert held(book) == (50, 0, 0)


def test_a_purchase_pays_with_its_hold_first_and_frees_the_rest() -> None:
    book = two_lots()
    book.hold("h", 40, day(9))
    assert book.redeem("p", 35, START, "h", anyway=False)
    assert held(book) == (45, 0, 0)
    assert [lot.remaining for lot in book.lots] == [45, 0]


def test_what_is_missing_is_refused_or_becomes_debt() -> None:
    book = two_lots()
    assert not book.redeem("p", 81, START, anyway=False)
    assert held(book) == (80, 0, 0)
    assert book.redeem("p", 95, START, anyway=True)
    assert held(book) == (0, 0, 15)


def test_units_come_back_to_their_lots_the_last_taken_first() -> None:
    book = two_lots()
    book.redeem("p", 70, START, anyway=False)  # 30, then 40 of the others
    book.give_back_redeemed("p", 45, START, day(99))
    assert [lot.remaining for lot in book.lots] == [50, 5]
    book.give_back_redeemed("p", 25, START, day(99))
    assert [lot.remaining for lot in book.lots] == [50, 30]


def test_units_of_a_lapsed_lot_come_back_for_a_time_of_grace() -> None:
    book = two_lots()
    book.redeem("p", 70, START, anyway=False)
    book.settle(day(60))
    book.give_back_redeemed("p", 70, day(60), day(70))
    assert held(book) == (80, 0, 0)
    assert book.expiring() == {None: 50, day(70): 30}
    assert book.lots[2].origin == "soon"


def test_what_had_become_debt_comes_back_as_less_debt_then_as_new_units() -> None:
    book = two_lots()
    book.redeem("p", 100, START, anyway=True)  # 20 of debt
    book.add(5, "later", START, None, START)
    assert held(book) == (0, 0, 15)
    book.give_back_redeemed("p", 20, START, day(30))
    assert held(book) == (5, 0, 0)
    assert book.expiring() == {day(30): 5}


def test_units_that_come_back_pay_debt() -> None:
    book = two_lots()
    book.redeem("p", 80, START, anyway=False)
    book.claw_back("never", 50, START)
    assert held(book) == (0, 0, 50)
    book.give_back_redeemed("p", 80, START, day(99))
    assert held(book) == (30, 0, 0)
