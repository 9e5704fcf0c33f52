"""Loading the wallets of a batch, settling what is due, writing all of it back."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from service.domain.holders import store as holders
from service.domain.wallets import store as wallets
from service.domain.wallets.book import Book, Lot
from service.flows.steps.context import SETTLEMENT, Context
from service.flows.steps.work import Work, all_written, open_books
from service.infra.db import Tx
from service.infra.together import Ask


async def load(
    tx: Tx, ctx: Context, works: Sequence[Work], books: Ask[wallets.Books] | None = None
) -> None:
    """Books of all members of the batch, with what was due up to each work's `at` posted.

    `books`: asked already, by `ask`.
    """
    members = [work for work in works if work.is_member]
    if members:
        found = books.answer if books is not None else await tx.ask(ask(ctx, members))
        await _load(tx, ctx, members, found)
    for work in works:
        work.settled()
        work.collect(SETTLEMENT, None)


def ask(ctx: Context, works: Sequence[Work]) -> Ask[wallets.Books]:
    """The books of the members among the works, as stored."""
    settled = {work.holder.holder_id: work.holder.settled_at for work in works if work.is_member}
    return wallets.ask_books(settled, ctx.programs.wallets)


def _open(ctx: Context, members: Sequence[Work], found: wallets.Books) -> None:
    for work in members:
        holder_id = work.holder.holder_id
        work.books = {n: found[holder_id, n] for n in ctx.programs.wallets}


async def _load(tx: Tx, ctx: Context, members: Sequence[Work], found: wallets.Books) -> None:
    _open(ctx, members, found)
    due = [work for work in members if work.holder.is_due(work.at)]
    if due:
        following = await wallets.load_due_lots(
            tx,
            found,
            {work.holder.holder_id: work.holder.settled_at for work in due},
            {work.holder.holder_id: work.at for work in due},
        )
        for work in due:
            work.settle_books(ctx.programs)
            work.holder.next_due = following.get(work.holder.holder_id)
            work.holder.due_settled = True


async def load_lots(
    tx: Tx,
    works: Sequence[Work],
    operations: Sequence[uuid.UUID],
    numbers: Collection[int] | None = None,
) -> None:
    """Open lots of the works' books (all, or some wallets'), and the operations' own.

    For clawbacks and spending. Lots that settling has touched already stay as they are in memory.
    """
    found = {
        (work.holder.holder_id, number): book
        for work in works
        for number, book in work.books.items()
    }
    wanted = {number for _, number in found} if numbers is None else numbers
    holder_ids = [work.holder.holder_id for work in works]
    await wallets.load_open_lots(tx, found, holder_ids, operations, wanted)


async def touch_inactivity(tx: Tx, active: Sequence[tuple[Work, dict[int, dt.datetime]]]) -> None:
    """A purchase prolongs the open lots of inactivity wallets: number -> new earliest expiry."""
    numbers = {number for _, until in active for number in until}
    await load_lots(tx, [work for work, _ in active], [], numbers)
    for work, until in active:
        for number, expires_at in until.items():
            work.books[number].touch_activity(expires_at)


def note_dues(work: Work) -> None:
    """The holder's next due moment takes in what the fresh lots bring."""
    for book in work.books.values():
        for lot in book.lots.values():
            if lot.fresh and lot.remaining:
                _note(work, lot)


def _note(work: Work, lot: Lot) -> None:
    work.holder.falls_due(lot.available_at)
    work.holder.falls_due(lot.expires_at)


async def write(tx: Tx, works: list[Work]) -> None:
    """Write books and holders, the holders once, last."""
    for work in works:
        note_dues(work)
    books: list[Book] = open_books(works)
    await wallets.write(tx, books, all_written(works))
    await holders.update(tx, [work.holder for work in works])


async def lapsed(
    tx: Tx, works: Sequence[Work], operations: Sequence[uuid.UUID]
) -> dict[tuple[uuid.UUID, int], int]:
    """(operation, wallet) -> units of its own lots that expired, just settled ones included."""
    found = await wallets.lapsed(tx, [work.holder.holder_id for work in works], operations)
    for work in works:
        for number, book in work.books.items():
            for operation in operations:
                units = book.lapsed_of(operation)
                if units:
                    found[operation, number] = found.get((operation, number), 0) + units
    return found


async def load_whole(tx: Tx, ctx: Context, works: Sequence[Work]) -> None:
    """Books of members with all their open lots, nothing settled: for reads."""
    members = [work for work in works if work.is_member]
    if not members or not ctx.programs.wallets:
        return
    _open(ctx, members, await tx.ask(ask(ctx, members)))
    await load_lots(tx, members, [])
