"""Ola's books, written and read with few words."""

import datetime as dt
import uuid

from service.domain.wallets import store
from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.lots import Lot
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
