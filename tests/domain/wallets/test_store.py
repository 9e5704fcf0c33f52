"""Books written and read back; and what the database refuses although the code were wrong."""

import datetime as dt
import uuid

import asyncpg
import pytest

from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.wallets import store
from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.lots import Lot
from service.domain.wallets.store import EntryRow
from service.domain.wallets.types import Reason
from service.infra.db import Tx
from service.kernel.actor import Actor, ActorKind

START = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
OLA = uuid.UUID(int=1)
POINTS, STARS = 1, 2
TILL = Actor(kind=ActorKind.PARTNER, id="till", client_id=uuid.UUID(int=9))


def day(number: float) -> dt.datetime:
    return START + dt.timedelta(days=number)


def op(number: int) -> Op:
    return Op(uuid.UUID(int=1000 + number))


@pytest.fixture(autouse=True)
async def _holder(tx: Tx) -> None:
    await holders.insert(tx, [OLA], Kind.MEMBER, [START], START)


async def load(tx: Tx, settled: float = 0) -> Book:
    """Ola's points with all their lots."""
    books = await tx.ask(store.ask_books({OLA: day(settled)}, [POINTS]))
    await store.load_open_lots(tx, books, [OLA], [], [POINTS])
    return books[OLA, POINTS]


def earn(
    book: Book, amount: int, number: int, *, on: float = 0, available: float = 0,
    expires: float | None = None, line: int = 0,
) -> Lot:  # fmt: skip
    """What purchase `number` of a day earns; `line`: how many entries it has already."""
    operation = op(number)
    operation.line = line
    return book.earn(
        operation,
        amount,
        reason=Reason.EARNED,
        occurred_at=day(on),
        earned_at=day(on),
        available_at=day(available),
        expires_at=None if expires is None else day(expires),
        origin_holder=OLA,
        origin_op=op(number).op_id,
    )


async def write(tx: Tx, *books: Book, recorded: float = 0) -> None:
    rows = [(b, e, TILL, "waw-01", day(recorded)) for b in books for e in b.entries]
    await store.write(tx, books, rows)
    await tx.flush()


async def due(tx: Tx, books: store.Books, until: float) -> dict[uuid.UUID, dt.datetime | None]:
    """Put Ola's due lots into the books; when the next one falls due."""
    following = store.ask_next_dues({OLA: day(until)})
    await tx.ask_all([store.ask_due_lots(books, {OLA: START}, {OLA: day(until)}), following])
    return following.answer


def lots(book: Book) -> list[tuple[int, int, int]]:
    """(number, granted, remaining)."""
    return [(lot.lot_no, lot.granted, lot.remaining) for lot in sorted(
        book.lots.values(), key=lambda lot: lot.lot_no
    )]  # fmt: skip


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


async def test_nothing_left_is_nothing_due(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 4, 1, expires=7)
    book.spend(op(2), 4, reason=Reason.ADJUSTED, at=day(1))
    await write(tx, book)
    books = await tx.ask(store.ask_books({OLA: START}, [POINTS]))

    assert await due(tx, books, 10) == {}
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


async def test_lapsed_units_are_counted_by_what_earned_them(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 4, 1, expires=7)
    earn(book, 6, 1, expires=8, line=1)
    earn(book, 9, 2, expires=7)
    book.spend(op(3), 1, reason=Reason.ADJUSTED, at=day(1))  # of the first
    book.expire(1)
    book.expire(2)
    await write(tx, book)

    found = await store.lapsed(tx, [OLA], [op(1).op_id, op(2).op_id])

    assert found == {(op(1).op_id, POINTS): 9}


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


# ------------------------------------------------------------------ what the database refuses


async def refused(tx: Tx, constraint: str, statement: str, *values: object) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refusal:
        async with tx.connection.transaction():
            await tx.connection.execute(statement, *values)
    assert refusal.value.constraint_name == constraint


async def test_a_lot_lapses_once(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 10, 1, expires=7)
    await write(tx, book)
    one, other = await load(tx), await load(tx)
    one.expire(1)
    await write(tx, one)
    other.entry_seq, other.posted = one.entry_seq, 10
    other.expire(1)

    await store._write_entries(tx, [(other, other.entries[0], TILL, None, START)])

    with pytest.raises(asyncpg.UniqueViolationError, match="entry_once"):
        await tx.flush()


ENTRY = """
insert into entry (holder_id, wallet, seq, prev_seq, before, after, amount, reason, contra, op_id,
  op_line, actor_kind, actor_id, occurred_at, recorded_at)
values ($1, 1, $2, $3, $4, $5, $6, 1, 1, gen_random_uuid(), 1, 1, 'x', $7, $7)
"""


@pytest.mark.parametrize(
    ("constraint", "seq", "prev", "before", "after", "amount"),
    [
        ("entry_chain", 3, 2, 25, 30, 5),  # history says 30 before
        ("entry_chain", 9, 8, 30, 35, 5),  # a number left out
        ("entry_pkey", 2, 1, 10, 15, 5),  # a fork
        ("entry_seq", 4, 2, 30, 35, 5),
        ("entry_sum", 3, 2, 30, 34, 5),  # 30 + 5 is not 34
        ("entry_sum", 3, 2, 30, -10, -40),  # spent twice
        ("entry_amount", 3, 2, 30, 30, 0),
    ],
)
async def test_a_history_that_does_not_follow_is_refused(
    tx: Tx, constraint: str, seq: int, prev: int, before: int, after: int, amount: int
) -> None:
    book = await load(tx)
    earn(book, 10, 1)
    earn(book, 20, 2)
    await write(tx, book)

    await refused(tx, constraint, ENTRY, OLA, seq, prev, before, after, amount, START)

    assert [e.seq for e in await store.entries(tx, OLA, POINTS, 100, 9)] == [2, 1]


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("wallet_parts", "pending = 31"),
        ("wallet_parts", "held = -1"),
        ("wallet_debt", "debt = 5"),  # while units are available
        ("wallet_debt", "debt = -1, pending = 30"),
        ("wallet_posted", "posted = 9007199254740992"),
    ],
)
async def test_a_wallet_that_cannot_be_is_refused(tx: Tx, constraint: str, change: str) -> None:
    book = await load(tx)
    earn(book, 30, 1)
    await write(tx, book)

    await refused(tx, constraint, f"update wallet set {change}")


@pytest.mark.parametrize("change", ["remaining = 31", "remaining = -1", "held = 31", "held = -1"])
async def test_a_lot_that_cannot_be_is_refused(tx: Tx, change: str) -> None:
    book = await load(tx)
    earn(book, 30, 1)
    await write(tx, book)

    await refused(tx, "lot_bounds", f"update lot set {change}")


@pytest.mark.parametrize(
    "statement",
    [
        "update entry set amount = 1",
        "delete from entry",
        "update entry_lot set amount = 1",
        "delete from entry_lot",
        "delete from lot",
        "delete from wallet",
    ],
)
async def test_the_service_may_not_rewrite_history(tx: Tx, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with tx.connection.transaction():
            await tx.connection.execute(statement)


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
