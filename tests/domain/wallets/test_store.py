"""Books written and read back."""

import uuid

import pytest

from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.wallets import store
from service.domain.wallets.book import Book
from service.domain.wallets.store import EntryRow
from service.domain.wallets.types import Contra, Reason
from service.infra.db import Tx
from tests.domain.wallets.books import (
    OLA,
    POINTS,
    STARS,
    START,
    day,
    due,
    earn,
    load,
    lots,
    op,
    write,
)


@pytest.fixture(autouse=True)
async def _holder(tx: Tx) -> None:
    await holders.insert(tx, [OLA], Kind.MEMBER, [START], START)


async def test_a_holder_without_rows_has_empty_books(tx: Tx) -> None:
    books = await tx.ask(store.ask_books({OLA: START}, [POINTS, STARS]))

    assert [(b.posted, b.fresh) for b in books.values()] == [(0, True), (0, True)]
    assert not any(book.changed for book in books.values())


async def test_a_holder_may_have_other_wallets_than_the_rest(tx: Tx) -> None:
    card = uuid.uuid5(OLA, "card")
    settled = {OLA: START, card: START}

    books = await tx.ask(store.ask_books(settled, [POINTS, STARS], {card: [0]}))

    assert set(books) == {(OLA, POINTS), (OLA, STARS), (card, 0)}


async def test_a_book_comes_back_as_it_was_written(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 10, 1, available=14, expires=90)
    earn(book, 20, 2)
    book.spend(op(3), 5, reason=Reason.ADJUSTED, at=day(1))
    await write(tx, book)

    again = await load(tx)

    assert (again.posted, again.pending, again.held, again.debt, again.entry_seq) == (
        *(25, 10, 0, 0, 3),
    )
    assert lots(again) == [(1, 10, 10), (2, 20, 15)]
    assert (again.lots[1].available_at, again.lots[1].expires_at) == (day(14), day(90))
    assert (again.lots[2].origin_op, again.lots[2].expires_at) == (op(2).op_id, None)
    assert not again.fresh


async def test_what_was_not_touched_is_not_written(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 10, 1)
    await write(tx, book)
    before = await tx.connection.fetch("select xmin::text, ctid::text from wallet")

    await write(tx, await load(tx))

    assert await tx.connection.fetch("select xmin::text, ctid::text from wallet") == before


async def test_entries_come_newest_first_below_a_number(tx: Tx) -> None:
    book = await load(tx)
    for number in (1, 2, 3, 4):
        earn(book, 10 * number, number, on=number)
    await write(tx, book, recorded=9)

    assert [e.seq for e in await store.entries(tx, OLA, POINTS, 100, 2)] == [4, 3]
    assert await store.entries(tx, OLA, POINTS, 3, 1) == [
        EntryRow(2, 20, 30, 0, 1, op(2).op_id, day(2), day(9), 1, "till", "waw-01")
    ]
    assert await store.entries(tx, OLA, STARS, 100, 2) == []


async def test_due_lots_are_those_released_or_lapsed_since(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 1, 1, available=5, expires=50)  # released
    earn(book, 2, 2, available=20, expires=50)  # not yet
    earn(book, 4, 3, expires=7)  # lapsed
    earn(book, 8, 4)
    await write(tx, book)
    books = await tx.ask(store.ask_books({OLA: START}, [POINTS]))

    following = await due(tx, books, 10)

    assert lots(books[OLA, POINTS]) == [(1, 1, 1), (3, 4, 4)]
    assert following == {OLA: day(20)}


async def test_a_lot_comes_once_whatever_is_due_of_it_and_held_ones_always(tx: Tx) -> None:
    """Lot 1 is held alone, lot 2 is held and lapsed, lot 3 was released and lapsed meanwhile."""
    book = await load(tx)
    earn(book, 1, 1, expires=50)
    earn(book, 2, 2, expires=7)
    earn(book, 4, 3, available=5, expires=8)
    earn(book, 8, 4)
    book.set_held([(1, 1), (2, 1)])
    await write(tx, book)
    books = await tx.ask(store.ask_books({OLA: START}, [POINTS]))
    rows = await tx.rows(store.SQL["list_due_lots"], holders=[OLA], settled=[START], until=[day(9)])

    following = await due(tx, books, 9)

    assert sorted(row[2] for row in rows) == [1, 2, 3]
    assert lots(books[OLA, POINTS]) == [(1, 1, 1), (2, 2, 2), (3, 4, 4)]
    assert following == {OLA: day(50)}


async def test_nothing_left_is_nothing_due(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 4, 1, expires=7)
    book.spend(op(2), 4, reason=Reason.ADJUSTED, at=day(1))
    await write(tx, book)
    books = await tx.ask(store.ask_books({OLA: START}, [POINTS]))

    assert await due(tx, books, 10) == {OLA: None}
    assert books[OLA, POINTS].lots == {}


async def test_empty_lots_come_only_when_their_purchase_is_asked_for(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 4, 1)
    earn(book, 6, 2)
    book.spend(op(3), 10, reason=Reason.ADJUSTED, at=day(1))
    await write(tx, book)
    books = await tx.ask(store.ask_books({OLA: START}, [POINTS]))

    await store.load_open_lots(tx, books, [OLA], [op(2).op_id], [POINTS])

    assert lots(books[OLA, POINTS]) == [(2, 6, 0)]


async def test_a_wallet_that_changed_under_its_lock_is_a_bug(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 10, 1)
    await write(tx, book)
    one, other = await load(tx), await load(tx)
    earn(one, 1, 2)
    await write(tx, one)
    other.pending = other.posted

    with pytest.raises(AssertionError, match="changed under its holder's lock"):
        await write(tx, other)


# ------------------------------------------------------------------ as it stood


async def test_a_wallet_as_it_stood_and_as_it_was_known(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 10, 1, on=1)
    await write(tx, book, recorded=1)
    book = await load(tx)
    earn(book, 20, 2, on=5)
    await write(tx, book, recorded=5)
    book = await load(tx)
    earn(book, 40, 3, on=2)  # late
    book.spend(op(4), 7, reason=Reason.ADJUSTED, at=day(8))  # of the first lot
    await write(tx, book, recorded=8)

    async def at(effective: float, known: float) -> tuple[int, list[tuple[int, int, int]]]:
        books = await store.books_at(tx, OLA, [POINTS, STARS], day(effective), day(known))
        assert books[STARS].posted == 0
        return books[POINTS].posted, lots(books[POINTS])

    assert await at(0.9, 99) == (0, [])
    assert await at(1, 99) == (10, [(1, 10, 10)])
    assert await at(3, 99) == (50, [(1, 10, 10), (3, 40, 40)])
    assert await at(3, 7) == (10, [(1, 10, 10)])  # the late one was not known yet
    assert await at(8, 99) == (63, [(1, 10, 3), (2, 20, 20), (3, 40, 40)])
    assert await at(99, 5) == (30, [(1, 10, 10), (2, 20, 20)])


async def test_what_is_held_of_a_lot_is_written_and_read(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 10, 1)
    book.hold(4)  # of a lot that is not written yet
    await write(tx, book)
    book = await load(tx)
    assert (book.held, book.lots[1].held) == (4, 4)

    book.hold(3)
    await write(tx, book)
    again = await load(tx)
    assert (again.held, again.lots[1].held) == (7, 7)


async def test_held_lots_come_with_those_that_are_due(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 4, 1, expires=90)
    earn(book, 8, 2)
    book.hold(2)
    await write(tx, book)
    books = await tx.ask(store.ask_books({OLA: START}, [POINTS]))

    await due(tx, books, 10)

    assert lots(books[OLA, POINTS]) == [(1, 4, 4)]


async def test_what_an_operation_moved_is_read_in_its_order(tx: Tx) -> None:
    """50 earned pay 30 of debt; another operation is left out."""
    book = Book(OLA, POINTS, 0, 0, 0, 30, 0, START, fresh=True)
    book.old = (0, 0, 0, 30, 0)
    earn(book, 50, 1)
    earn(book, 7, 2)
    await write(tx, book)

    moved = await store.of_operation(tx, [OLA], op(1).op_id)

    assert [(m.holder_id, m.wallet, m.seq, m.amount, m.reason) for m in moved] == [
        (OLA, POINTS, 1, 50, Reason.EARNED),
        (OLA, POINTS, 2, -30, Reason.DEBT_PAID),
    ]
    assert await store.of_operation(tx, [uuid.UUID(int=2)], op(1).op_id) == []


async def test_house_accounts_are_summed_up(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 50, 1)
    book.spend(op(2), 20, reason=Reason.ADJUSTED, at=day(1))
    book.spend(op(3), 5, reason=Reason.ADJUSTED, at=day(1))
    await write(tx, book)

    assert await store.by_contra(tx, OLA, POINTS) == {Contra.ISSUANCE: 50, Contra.ADJUSTMENT: -25}
    assert await store.by_contra(tx, OLA, STARS) == {}
