"""Units of one member go to another one with whom it is merged, or back. Pure.

Each lot arrives with its earning, release, expiry, origin and home. What leaves is effective when
it leaves; of a wallet that counts towards tiers when it was earned: windows count over both.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec

from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.lots import Lot
from service.domain.wallets.types import Reason


class Pouring(msgspec.Struct, frozen=True):
    """From one book to the other, both settled up to `at`.

    `ops`: the one operation, once for the lines of each side. `counts`: the wallet counts towards
    tiers.
    """

    giver: Book
    taker: Book
    ops: tuple[Op, Op]
    at: dt.datetime
    counts: bool


Part = tuple[Lot, uuid.UUID | None]  # a lot of the giver, and its home at the taker


def pour(p: Pouring, parts: Sequence[Part]) -> list[tuple[dt.datetime, int]]:
    """Move what is free of these lots; answers (earned at, units) of each that had some."""
    parts = [part for part in parts if part[0].free]
    units = [lot.free for lot, _ in parts]
    moved = [(lot.earned_at, amount) for (lot, _), amount in zip(parts, units, strict=True)]
    if p.counts:
        for lot, _ in parts:
            _send(p, [lot], lot.earned_at)
    elif parts:
        _send(p, [lot for lot, _ in parts], p.at)
    for (lot, home), amount in zip(parts, units, strict=True):
        _receive(p, lot, amount, home)
    return moved


def _send(p: Pouring, lots: Sequence[Lot], at: dt.datetime) -> None:
    """In one entry, pending units too."""
    book = p.giver
    pending = sum(lot.free for lot in lots if lot.is_pending(book.settled_at))
    takes = tuple(book.take(lot, lot.free) for lot in lots)
    book.pending -= pending
    book.enter(p.ops[0], sum(u for _, u in takes), Reason.MERGED_OUT, at, takes=takes)


def _receive(p: Pouring, lot: Lot, units: int, home: uuid.UUID | None) -> None:
    """A wallet's debt is paid first, as by all that comes."""
    p.taker.earn(
        p.ops[1],
        units,
        reason=Reason.MERGED_IN,
        occurred_at=lot.earned_at if p.counts else p.at,
        earned_at=lot.earned_at,
        available_at=lot.available_at,
        expires_at=lot.expires_at,
        origin_holder=lot.origin_holder,
        origin_op=lot.origin_op,
        came_at=p.at,
        home=home,
    )


def pass_debt(p: Pouring) -> int:
    """What the giver owes is owed by the taker, and paid with what is there; answers how much."""
    debt = p.giver.debt
    if not debt:
        return 0
    p.giver.enter(p.ops[0], 0, Reason.MERGED_OUT, p.at, debt_change=-debt)
    p.taker.enter(p.ops[1], 0, Reason.MERGED_IN, p.at, debt_change=debt)
    for lot in p.taker.usable():
        p.taker.pay_debt(lot, p.ops[1], p.at)
    return debt
