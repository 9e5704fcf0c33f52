"""What was taken is found again, also where it lies with somebody of the family."""

import pytest

from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.wallets import store, taken
from service.domain.wallets.types import Reason
from service.infra.db import Tx
from tests.domain.wallets.books import OLA, POINTS, START, day, earn, load, lots, op, write


@pytest.fixture(autouse=True)
async def _holder(tx: Tx) -> None:
    await holders.insert(tx, [OLA], Kind.MEMBER, [START], START)


async def test_lapsed_units_are_counted_by_what_earned_them(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 4, 1, expires=7)
    earn(book, 6, 1, expires=8, line=1)
    earn(book, 9, 2, expires=7)
    book.spend(op(3), 1, reason=Reason.ADJUSTED, at=day(1))  # of the first
    book.expire(1)
    book.expire(2)
    await write(tx, book)

    found = await taken.lapsed(tx, [OLA], [op(1).op_id, op(2).op_id], {})

    assert found == {(op(1).op_id, POINTS): 9}


async def test_what_an_operation_took_is_found_by_its_reason(tx: Tx) -> None:
    """Of two lots, one of them empty since."""
    book = await load(tx)
    earn(book, 10, 1, expires=5)
    earn(book, 20, 2, expires=9)
    book.spend(op(3), 15, reason=Reason.ADJUSTED, at=day(1))
    await write(tx, book)
    books = await tx.ask(store.ask_books({OLA: START}, [POINTS]))

    found = await taken.load_taken(tx, books, {op(3).op_id: OLA}, {}, Reason.ADJUSTED)

    assert found[op(3).op_id, POINTS].takes == {1: 10, 2: 5}
    assert lots(books[OLA, POINTS]) == [(1, 10, 0), (2, 20, 15)]
    assert await taken.load_taken(tx, books, {op(3).op_id: OLA}, {}) == {}
