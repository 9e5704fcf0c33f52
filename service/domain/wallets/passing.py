"""Units that pass from one holder to another, each lot with its earning, expiry and origin. Pure.

What a purchase earned is taken back from whom it belongs to, wherever its units are by then: from
the rest of that wallet, then as debt. So nobody loses what was given to them in good faith.
"""

import datetime as dt
from collections.abc import Iterable

from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.lots import Lot
from service.domain.wallets.types import Reason

Parts = list[tuple[Lot, int]]  # lots of the giver, and how many units of each


def pass_on(giver: Book, taker: Book, ops: tuple[Op, Op], amount: int, *, at: dt.datetime) -> None:
    """Available units of one book go to another, both settled up to `at`.

    `ops`: the one operation, once for the lines of each side.
    """
    sent, received = ops
    receive(taker, received, giver.send(sent, amount, at=at), at=at)


def receive(book: Book, op: Op, parts: Iterable[tuple[Lot, int]], *, at: dt.datetime) -> None:
    """They can be used at once, this book being settled up to `at`; debt is paid first."""
    for lot, units in parts:
        book.earn(
            op,
            units,
            reason=Reason.TRANSFERRED_IN,
            occurred_at=at,
            earned_at=lot.earned_at,
            available_at=at,
            expires_at=lot.expires_at,
            origin_holder=lot.origin_holder,
            origin_op=lot.origin_op,
            came_at=at,
        )
