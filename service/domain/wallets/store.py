"""Wallets in the database: loading for a batch, writing a batch with one statement per table."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import msgspec

from service.domain.wallets.book import Book
from service.domain.wallets.entries import Entry
from service.domain.wallets.lots import Lot
from service.domain.wallets.types import CONTRA_OF, Contra
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask
from service.kernel.actor import Actor

SQL: Final = load("wallets")

Books = dict[tuple[uuid.UUID, int], Book]


def ask_books(
    settled: Mapping[uuid.UUID, dt.datetime],
    wallets: Collection[int],
    own: Mapping[uuid.UUID, Collection[int]] = MappingProxyType({}),
) -> Ask[Books]:
    """A Book for each holder and wallet number, with a row or without one yet.

    `own`: the numbers of holders who have others than the rest.
    """

    def read(rows: Sequence[Any]) -> Books:
        found: Books = {}
        for holder_id, wallet, posted, pending, held, debt, entry_seq in rows:
            found[holder_id, wallet] = Book(
                holder_id, wallet, posted, pending, held, debt, entry_seq, settled[holder_id]
            )
        for holder_id, settled_at in settled.items():
            for wallet in own.get(holder_id, wallets):
                if (holder_id, wallet) not in found:
                    empty = (holder_id, wallet, 0, 0, 0, 0, 0, settled_at)
                    found[holder_id, wallet] = Book(*empty, fresh=True)
        return found

    return Ask(SQL["list_wallets"], read, holders=list(settled))


def _add_lots(found: Books, rows: Iterable[Any]) -> None:
    for row in rows:
        book = found[row[0], row[1]]
        if row[2] not in book.lots:
            book.lots[row[2]] = Lot(*row[2:])


def ask_due_lots(
    found: Books,
    settled: Mapping[uuid.UUID, dt.datetime],
    until: Mapping[uuid.UUID, dt.datetime],
) -> Ask[None]:
    """Puts what fell due for each holder, and what holds hold, into the books."""
    return Ask(
        SQL["list_due_lots"],
        lambda rows: _add_lots(found, rows),
        holders=list(settled),
        settled=list(settled.values()),
        until=[until[holder_id] for holder_id in settled],
    )


def ask_next_dues(
    until: Mapping[uuid.UUID, dt.datetime],
) -> Ask[dict[uuid.UUID, dt.datetime | None]]:
    """When each holder's next lot falls due after that; None: nothing will."""
    return Ask(
        SQL["list_next_dues"],
        lambda rows: {row[0]: row[1] for row in rows},
        holders=list(until),
        until=list(until.values()),
    )


def ask_open_lots(
    found: Books,
    holders: Sequence[uuid.UUID],
    operations: Sequence[uuid.UUID],
    wallets: Collection[int],
) -> Ask[None]:
    """Puts the open lots of some wallets, and the operations' own lots there, into the books."""
    return Ask(
        SQL["list_open_lots"],
        lambda rows: _add_lots(found, rows),
        holders=list(holders),
        operations=list(operations),
        wallets=list(wallets),
    )


async def load_open_lots(
    tx: Tx,
    found: Books,
    holders: Sequence[uuid.UUID],
    operations: Sequence[uuid.UUID],
    wallets: Collection[int],
) -> None:
    """The same, asked alone."""
    await tx.ask(ask_open_lots(found, holders, operations, wallets))


Written = tuple[Book, Entry, Actor, str | None, dt.datetime]


async def write(tx: Tx, changed: Sequence[Book], entries: Sequence[Written]) -> None:
    """Write the books of a batch: wallets, entries, lots and what they were taken from."""
    await _write_wallets(tx, [book for book in changed if book.changed])
    if entries:
        await _write_entries(tx, entries)
    await _write_lots(tx, changed)


async def _write_wallets(tx: Tx, changed: Sequence[Book]) -> None:
    fresh = [book for book in changed if book.fresh]
    stored = [book for book in changed if not book.fresh]
    if fresh:
        await tx.later(SQL["insert_wallets"], len(fresh), **_columns(fresh))
    if stored:
        await tx.later(
            SQL["update_wallets"],
            len(stored),
            "a wallet changed under its holder's lock",
            **_columns(stored),
            old_seqs=[b.old[4] for b in stored],
            old_posted=[b.old[0] for b in stored],
        )


def _columns(books: Sequence[Book]) -> dict[str, Any]:
    return {
        "holders": [b.holder_id for b in books],
        "wallets": [b.wallet for b in books],
        "posted": [b.posted for b in books],
        "pending": [b.pending for b in books],
        "held": [b.held for b in books],
        "debt": [b.debt for b in books],
        "seqs": [b.entry_seq for b in books],
    }


async def _write_entries(tx: Tx, entries: Sequence[Written]) -> None:
    await tx.later(
        SQL["insert_entries"],
        len(entries),
        holders=[b.holder_id for b, *_ in entries],
        wallets=[b.wallet for b, *_ in entries],
        seqs=[e.seq for _, e, *_ in entries],
        befores=[e.before for _, e, *_ in entries],
        amounts=[e.amount for _, e, *_ in entries],
        debts=[e.debt_change for _, e, *_ in entries],
        reasons=[int(e.reason) for _, e, *_ in entries],
        contras=[int(CONTRA_OF[e.reason]) for _, e, *_ in entries],
        ops=[e.op_id for _, e, *_ in entries],
        op_lines=[e.op_line for _, e, *_ in entries],
        actor_kinds=[int(actor.kind) for _, _, actor, *_ in entries],
        actors=[actor.id for _, _, actor, *_ in entries],
        stores=[store for _, _, _, store, _ in entries],
        occurred=[e.occurred_at for _, e, *_ in entries],
        recorded=[recorded for *_, recorded in entries],
    )
    takes = [(b, e.seq, lot_no, units) for b, e, *_ in entries for lot_no, units in e.takes]
    if takes:
        await tx.later(
            SQL["insert_entry_lots"],
            len(takes),
            holders=[b.holder_id for b, *_ in takes],
            wallets=[b.wallet for b, *_ in takes],
            seqs=[seq for _, seq, *_ in takes],
            lot_nos=[lot_no for _, _, lot_no, _ in takes],
            amounts=[units for *_, units in takes],
        )


async def _write_lots(tx: Tx, changed: Sequence[Book]) -> None:
    fresh = [(b, lot) for b in changed for lot in b.lots.values() if lot.fresh]
    if fresh:
        await tx.later(
            SQL["insert_lots"],
            len(fresh),
            holders=[b.holder_id for b, _ in fresh],
            wallets=[b.wallet for b, _ in fresh],
            lot_nos=[lot.lot_no for _, lot in fresh],
            granted=[lot.granted for _, lot in fresh],
            remaining=[lot.remaining for _, lot in fresh],
            held=[lot.held for _, lot in fresh],
            origins=[lot.origin_holder for _, lot in fresh],
            origin_ops=[lot.origin_op for _, lot in fresh],
            earned=[lot.earned_at for _, lot in fresh],
            available=[lot.available_at for _, lot in fresh],
            expires=[lot.expires_at for _, lot in fresh],
            came=[lot.came_at for _, lot in fresh],
            replaces=[lot.replaces for _, lot in fresh],
            homes=[lot.home for _, lot in fresh],
            replaces_holders=[lot.replaces_holder for _, lot in fresh],
        )
    touched = [
        (b, lot) for b in changed for lot in b.lots.values() if lot.touched and not lot.fresh
    ]
    if touched:
        await tx.later(
            SQL["update_lots"],
            len(touched),
            holders=[b.holder_id for b, _ in touched],
            wallets=[b.wallet for b, _ in touched],
            lot_nos=[lot.lot_no for _, lot in touched],
            remaining=[lot.remaining for _, lot in touched],
            held=[lot.held for _, lot in touched],
            expires=[lot.expires_at for _, lot in touched],
        )


async def books_at(
    tx: Tx, holder_id: uuid.UUID, wallets: Collection[int], at: dt.datetime, known_at: dt.datetime
) -> dict[int, Book]:
    """Books as they stood at an instant as known at another: none settled or held, all pending."""
    beginning = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    given = {"holder": holder_id, "at": at, "known_at": known_at}
    sums = {row[0]: row for row in await tx.rows(SQL["list_balances_at"], **given)}
    found = {n: Book(holder_id, n, 0, 0, 0, 0, 0, beginning) for n in wallets}
    for number, (_, posted, debt) in sums.items():
        found[number].posted = posted
        found[number].debt = debt
    for row in await tx.rows(SQL["list_lots_at"], **given):
        lot = Lot(*row[1:])
        found[row[0]].lots[lot.lot_no] = lot
        found[row[0]].pending += lot.remaining
    return found


class Moved(msgspec.Struct, frozen=True):
    """An entry of an operation; where it gave units, `seq` is the number of the lot."""

    holder_id: uuid.UUID
    wallet: int
    seq: int
    amount: int
    reason: int
    occurred_at: dt.datetime


async def of_operation(tx: Tx, holders: Sequence[uuid.UUID], op_id: uuid.UUID) -> list[Moved]:
    """What an operation moved at these holders, in its order."""
    return await tx.all(SQL["list_of_operation"], Moved, holders=list(holders), op=op_id)


async def by_contra(tx: Tx, holder_id: uuid.UUID, wallet: int) -> dict[Contra, int]:
    """What each house account gave to a wallet, less what it took, by what is written."""
    rows = await tx.rows(SQL["list_contras"], holder=holder_id, wallet=wallet)
    return {Contra(row[0]): row[1] for row in rows}


class EntryRow(msgspec.Struct, frozen=True):
    """An entry as stored."""

    seq: int
    amount: int
    balance: int
    debt_change: int
    reason: int
    op_id: uuid.UUID
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    actor_kind: int
    actor_id: str
    store_id: str | None


async def entries(
    tx: Tx, holder_id: uuid.UUID, wallet: int, below: int, limit: int
) -> list[EntryRow]:
    """Entries with a lower number, newest first."""
    return await tx.all(
        SQL["list_entries"], EntryRow, holder=holder_id, wallet=wallet, below=below, limit=limit
    )
