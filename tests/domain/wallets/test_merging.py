"""Units and debt that go from one member to another, and what they count."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from service.domain.wallets import merging
from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.lots import Lot
from service.domain.wallets.merging import Pouring
from service.domain.wallets.types import Reason
from tests.domain.wallets.books import OLA, POINTS, START, day

JAN, EVE = uuid.UUID(int=7), uuid.UUID(int=8)


def book(holder: uuid.UUID, *lots: tuple[int, float, float | None]) -> Book:
    """A wallet settled to the start, with lots of (units, released on, lapses on)."""
    found = Book(holder, POINTS, 0, 0, 0, 0, 0, START, fresh=True)
    for number, (units, released, ends) in enumerate(lots, 1):
        found.earn(
            Op(uuid.UUID(int=number)),
            units,
            reason=Reason.EARNED,
            occurred_at=day(-number),
            earned_at=day(-number),
            available_at=day(released),
            expires_at=None if ends is None else day(ends),
            origin_holder=holder,
            origin_op=uuid.UUID(int=number),
        )
    return found


def pouring(giver: Book, taker: Book, *, counts: bool = False) -> Pouring:
    op = uuid.UUID(int=99)
    return Pouring(giver, taker, (Op(op), Op(op)), START, counts)


def test_lots_arrive_with_all_they_had_pending_ones_too() -> None:
    giver, taker = book(JAN, (10, -1, 40), (5, 3, None)), book(OLA)

    moved = merging.pour(
        pouring(giver, taker), [(lot, EVE if lot.lot_no == 1 else None) for lot in lots(giver)]
    )

    assert moved == [(day(-1), 10), (day(-2), 5)]
    assert (giver.posted, giver.pending, taker.posted, taker.pending) == (0, 0, 15, 5)
    assert [(e.amount, e.occurred_at) for e in giver.entries[2:]] == [(-15, START)]
    assert [
        (one.remaining, one.earned_at, one.available_at, one.expires_at, one.home, one.came_at)
        for one in lots(taker)
    ] == [(10, day(-1), day(-1), day(40), EVE, START), (5, day(-2), day(3), None, None, START)]
    assert {one.origin_holder for one in lots(taker)} == {JAN}


def test_what_counts_for_tiers_leaves_and_arrives_when_it_was_earned() -> None:
    giver, taker = book(JAN, (10, -1, None), (5, -1, None)), book(OLA)

    merging.pour(pouring(giver, taker, counts=True), [(lot, JAN) for lot in lots(giver)])

    assert [(e.amount, e.occurred_at) for e in giver.entries[2:]] == [(-10, day(-1)), (-5, day(-2))]
    assert [(e.amount, e.occurred_at) for e in taker.entries] == [(10, day(-1)), (5, day(-2))]


def test_debt_passes_and_is_paid_at_once_with_what_is_there() -> None:
    giver, taker = book(JAN), book(OLA, (10, -1, None))
    giver.redeem(Op(uuid.UUID(int=50)), 12, at=START, overrun=True)

    owed = merging.pass_debt(pouring(giver, taker))

    assert (owed, giver.debt, taker.debt, taker.posted) == (12, 0, 2, 0)
    assert [(e.reason, e.amount, e.debt_change) for e in taker.entries[1:]] == [
        (Reason.MERGED_IN, 0, 12),
        (Reason.DEBT_PAID, -10, -10),
    ]
    assert merging.pass_debt(pouring(giver, taker)) == 0


def test_what_comes_pays_debt_first() -> None:
    giver, taker = book(JAN, (10, -1, None)), book(OLA)
    taker.redeem(Op(uuid.UUID(int=50)), 4, at=START, overrun=True)

    merging.pour(pouring(giver, taker), [(lot, JAN) for lot in lots(giver)])

    assert (taker.posted, taker.debt) == (6, 0)


def test_an_empty_lot_makes_no_entry() -> None:
    giver, taker = book(JAN, (10, -1, None)), book(OLA)
    giver.spend(Op(uuid.UUID(int=60)), 10, reason=Reason.ADJUSTED, at=START)

    assert merging.pour(pouring(giver, taker), [(lot, JAN) for lot in lots(giver)]) == []
    assert (len(giver.entries), taker.entries) == (2, [])


LOTS = st.lists(
    st.tuples(st.integers(1, 50), st.sampled_from([-3, 0, 2]), st.sampled_from([None, 1, 30])),
    max_size=5,
)


@given(LOTS, LOTS, st.integers(0, 60), st.integers(0, 60), st.booleans())
def test_nothing_is_lost_or_made(
    ours: list[tuple[int, float, float | None]],
    theirs: list[tuple[int, float, float | None]],
    spent: int,
    owed: int,
    counts: bool,
) -> None:
    giver, taker = book(JAN, *theirs), book(OLA, *ours)
    giver.redeem(Op(uuid.UUID(int=70)), spent, at=START, overrun=True)
    taker.redeem(Op(uuid.UUID(int=71)), owed, at=START, overrun=True)
    worth = giver.posted - giver.debt + taker.posted - taker.debt
    pending = giver.pending + taker.pending
    one = pouring(giver, taker, counts=counts)

    merging.pour(one, [(lot, JAN) for lot in lots(giver)])
    merging.pass_debt(one)

    assert (giver.posted, giver.pending, giver.debt) == (0, 0, 0)
    assert taker.posted - taker.debt == worth
    assert taker.pending == pending
    assert taker.debt == 0 or taker.available == 0
    for side in (giver, taker):
        assert side.posted == sum(lot.remaining for lot in side.lots.values())
        assert side.posted == sum(entry.amount for entry in side.entries)
        assert side.debt == sum(entry.debt_change for entry in side.entries)


def lots(of: Book) -> list[Lot]:
    """In the order they came."""
    return [of.lots[number] for number in sorted(of.lots)]
