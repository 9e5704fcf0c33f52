"""Units that are nobody's any more, as the person was forgotten. Pure."""

import datetime as dt

from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.types import Reason


def empty(book: Book, op: Op, at: dt.datetime) -> int:
    """All that is left goes by one entry, available or pending, and what is owed is written off.

    Answers by how much less the wallet counts after it. Its open lots are loaded, none is held. By
    `at` everything was there; what came later, as a clock went back, goes when it came.
    """
    if book.held:
        raise AssertionError("units are held of who is erased")
    lots = [lot for lot in book.lots.values() if lot.remaining and lot.foreign is None]
    left, owed = sum(lot.remaining for lot in lots), book.debt
    if left != book.posted:
        raise AssertionError("not all lots are loaded")
    if not left and not owed:
        return 0
    at = max([at, *(lot.there_since for lot in lots)])
    takes = tuple(book.take(lot, lot.remaining) for lot in lots)
    book.pending = 0
    book.enter(op, -left, Reason.ERASED, at, debt_change=-owed, takes=takes)
    return left - owed
