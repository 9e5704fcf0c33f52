"""Loading the wallets and holds of a batch, settling what is due, writing all of it back."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from service.domain.coupons import store as coupons
from service.domain.holders import store as holders
from service.domain.holds import store as holds
from service.domain.occasions import store as occasions
from service.domain.segments import store as segments
from service.domain.wallets import store as wallets
from service.domain.wallets import taken
from service.domain.wallets.book import Book
from service.domain.wallets.lots import Lot
from service.domain.wallets.redeemed import Redeemed
from service.domain.wallets.types import Reason
from service.flows.steps.context import SETTLEMENT, Context
from service.flows.steps.work import Work, all_written, open_books
from service.infra.db import Tx
from service.infra.together import Ask
from service.rules.gift_cards import GIFT_CARD_WALLET

CARDS_OWN: Final = (GIFT_CARD_WALLET,)


async def load(
    tx: Tx, ctx: Context, works: Sequence[Work], books: Ask[wallets.Books] | None = None
) -> None:
    """Books of all who hold units, with what was due up to each work's `at` posted.

    `books`: asked already, by `ask`.
    """
    holding = [work for work in works if work.holds_units]
    found: wallets.Books = {}
    for work in works:
        work.asked = ctx.programs.triggers
        is_there = work.is_member and not work.holder.is_erased
        work.looks_again = ctx.programs.has_belonging and is_there
    if holding:
        found = books.answer if books is not None else await tx.ask(ask(ctx, holding))
        _open(ctx, holding, found)
    due = [work for work in works if work.holder.is_due(work.at)]
    if due:
        await _settle(tx, ctx, due, found)
    for work in works:
        work.settled()
        work.collect(SETTLEMENT, None)


def ask(ctx: Context, works: Sequence[Work]) -> Ask[wallets.Books]:
    """The books of those among the works who hold units, as stored."""
    holding = [work for work in works if work.holds_units]
    settled = {work.holder.holder_id: work.holder.settled_at for work in holding}
    cards = {work.holder.holder_id: CARDS_OWN for work in holding if work.is_card}
    return wallets.ask_books(settled, ctx.programs.wallets, cards)


def _numbers(ctx: Context, work: Work) -> Collection[int]:
    """The wallets it has: a gift card its own, a member those of all program versions."""
    return CARDS_OWN if work.is_card else ctx.programs.wallets


def _open(ctx: Context, holding: Sequence[Work], found: wallets.Books) -> None:
    for work in holding:
        holder_id = work.holder.holder_id
        work.books = {n: found[holder_id, n] for n in _numbers(ctx, work)}
        for book in work.books.values() if work.holder.kin else ():
            book.kin = work.holder.kin


async def _settle(tx: Tx, ctx: Context, due: Sequence[Work], found: wallets.Books) -> None:
    settled = {work.holder.holder_id: work.holder.settled_at for work in due}
    until = {work.holder.holder_id: work.at for work in due}
    lots = wallets.ask_due_lots(found, settled, until)
    following = wallets.ask_next_dues(until)
    open_holds = holds.ask_open(settled)
    await tx.ask_all([lots, following, open_holds])
    for work in due:
        holder = work.holder
        work.holds = open_holds.answer.get(holder.holder_id, [])
        work.settle_books(ctx.programs)
        holder.next_due = following.answer.get(holder.holder_id)
        if work.holds and (holder.next_due is None or work.holds[0].due_at < holder.next_due):
            holder.next_due = work.holds[0].due_at
        holder.due_settled = True


async def load_lots(
    tx: Tx,
    works: Sequence[Work],
    operations: Sequence[uuid.UUID],
    numbers: Collection[int] | None = None,
) -> None:
    """Open lots of the works' books (all, or some wallets'), and the operations' own.

    For clawbacks and spending. Lots that settling has touched already stay as they are in memory.
    """
    found = _books(works)
    wanted = {number for _, number in found} if numbers is None else numbers
    holder_ids = [work.holder.holder_id for work in works]
    await wallets.load_open_lots(tx, found, holder_ids, operations, wanted)


def _books(works: Sequence[Work]) -> wallets.Books:
    return {
        (work.holder.holder_id, number): book
        for work in works
        for number, book in work.books.items()
    }


def kin_of(works: Sequence[Work]) -> taken.Kin:
    """Of those who were ever merged."""
    return {work.holder.holder_id: work.holder.kin for work in works if work.holder.kin}


async def load_redeemed(
    tx: Tx, works: Sequence[Work], whose: Mapping[uuid.UUID, uuid.UUID]
) -> taken.Redemptions:
    """What purchases redeemed, with their lots in the books: (purchase, wallet number) -> that.

    `whose`: purchase -> holder, one of the works'.
    """
    return await taken.load_redeemed(tx, _books(works), whose, kin_of(works))


async def load_taken(
    tx: Tx,
    works: Sequence[Work],
    whose: Mapping[uuid.UUID, uuid.UUID],
    reason: Reason = Reason.REDEEMED,
) -> taken.Redemptions:
    """What rewards, or others, took, with its lots in the books: (operation, wallet number).

    `whose`: operation -> holder, one of the works'.
    """
    return await taken.load_taken(tx, _books(works), whose, kin_of(works), reason)


async def load_taken_of(
    tx: Tx, works: Sequence[Work], operations: Sequence[uuid.UUID]
) -> dict[tuple[uuid.UUID, uuid.UUID], Redeemed]:
    """The same of operations that take of several holders: (holder, operation) -> that."""
    holder_ids = [work.holder.holder_id for work in works]
    return await taken.load_taken_of(tx, _books(works), holder_ids, operations)


async def touch_inactivity(tx: Tx, active: Sequence[tuple[Work, dict[int, dt.datetime]]]) -> None:
    """A purchase prolongs the open lots of inactivity wallets: number -> new earliest expiry."""
    numbers = {number for _, until in active for number in until}
    await load_lots(tx, [work for work, _ in active], [], numbers)
    for work, until in active:
        for number, expires_at in until.items():
            work.books[number].touch_activity(expires_at)


def note_dues(work: Work) -> None:
    """The holder's next due moment takes in what lots bring that are new, or are filled again."""
    for book in work.books.values():
        for lot in book.lots.values():
            if (lot.fresh or lot.touched) and lot.remaining:
                _note(work, lot)


def _note(work: Work, lot: Lot) -> None:
    work.holder.falls_due(lot.available_at)
    work.holder.falls_due(lot.expires_at)


async def write(tx: Tx, works: list[Work]) -> None:
    """Write books, timed-out holds and holders, the holders once, last.

    Of a timed-out hold's share of a budget nothing is written: it is overdue, so whoever is short
    takes it back (no slot is locked here, where natural keys are locked already).
    """
    for work in works:
        note_dues(work)
    await write_timed_out(tx, works)
    books: list[Book] = open_books(works)
    await wallets.write(tx, books, all_written(works))
    await leave_occasions(tx, works)
    await _mark(tx, works)
    await holders.update(tx, [work.holder for work in works])


async def _mark(tx: Tx, works: Sequence[Work]) -> None:
    """Members who were not looked at here are to be, as of now."""
    left = [work for work in works if work.looks_again and not work.reconsidered]
    if left:
        now = max(work.now for work in left)
        await segments.mark(tx, [work.holder.holder_id for work in left], now)


async def leave_occasions(tx: Tx, works: Sequence[Work]) -> None:
    """What happened to members here, and was not decided here, is left to the job.

    Of what some version of the program has rules for: which one is in force then, it will see. Who
    was erased is given nothing any more.
    """
    for work in works:
        if work.holder.is_erased:
            work.occasions = []
        if not work.occasions:
            continue
        if work.asked is None:
            raise AssertionError("something happened to a member whose books were not loaded")
        holder_id = work.holder.holder_id
        left = [(holder_id, one) for one in work.occasions if one.key() in work.asked]
        await occasions.leave(tx, left, work.now)
        work.occasions = []


async def write_timed_out(tx: Tx, works: Sequence[Work]) -> None:
    """The holds that settling ended; `write` does it, unless who makes new ones has to before."""
    ended = [closing for work in works for closing in work.timed_out]
    if not ended:
        return
    await holds.close(tx, ended)
    await coupons.unhold(
        tx,
        [
            (item.digest, closing.hold.hold_id)
            for closing in ended
            for item in closing.hold.items
            if item.digest is not None
        ],
    )
    for work in works:
        work.timed_out = []


async def lapsed(
    tx: Tx, works: Sequence[Work], operations: Sequence[uuid.UUID]
) -> dict[tuple[uuid.UUID, int], int]:
    """(operation, wallet) -> units of its own lots that expired, just settled ones included."""
    holder_ids = [work.holder.holder_id for work in works]
    found = await taken.lapsed(tx, holder_ids, operations, kin_of(works))
    for work in works:
        for number, book in work.books.items():
            for operation in operations:
                units = book.lapsed_of(operation)
                if units:
                    found[operation, number] = found.get((operation, number), 0) + units
    return found


async def load_whole(tx: Tx, ctx: Context, works: Sequence[Work]) -> None:
    """Books of those who hold units, with all their open lots, nothing settled: for reads."""
    having = [work for work in works if work.holds_units]
    numbers = {number for work in having for number in _numbers(ctx, work)}
    if not numbers:
        return
    _open(ctx, having, await tx.ask(ask(ctx, having)))
    found = {(w.holder.holder_id, n): book for w in having for n, book in w.books.items()}
    holder_ids = [work.holder.holder_id for work in having]
    lots = wallets.ask_open_lots(found, holder_ids, [], numbers)
    holding = {holder_id for (holder_id, _), book in found.items() if book.held}
    if not holding:
        await tx.ask(lots)
        return
    open_holds = holds.ask_open(holding)
    await tx.ask_all([lots, open_holds])
    for work in having:
        work.holds = open_holds.answer.get(work.holder.holder_id, [])
