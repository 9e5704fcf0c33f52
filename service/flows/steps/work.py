"""The work on one holder inside a batch: its row, its books, what is to be written and emitted."""

import datetime as dt

from service.domain.events.catalog import Event, PointsExpired, PointsReleased
from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder, Kind
from service.domain.programs.live import Programs
from service.domain.wallets.book import Book
from service.domain.wallets.store import Written
from service.kernel.actor import Actor
from service.kernel.values import Balance, WalletChange


class Work:
    """One locked holder. `at` is the instant up to which it is settled by this batch."""

    __slots__ = ("_marks", "_taken", "at", "books", "holder", "now", "outbox", "written")

    def __init__(self, holder: Holder, at: dt.datetime, now: dt.datetime, outbox: Outbox) -> None:
        self.holder = holder
        self.at = max(at, holder.settled_at)
        self.now = holder.record(now)
        self.outbox = outbox
        self.books: dict[int, Book] = {}
        self.written: list[Written] = []
        self._taken: dict[int, int] = {}
        self._marks: dict[int, tuple[int, int, int]] = {}

    @property
    def is_member(self) -> bool:
        """Only members hold units."""
        return self.holder.kind is Kind.MEMBER

    def emit(self, event: Event, at: dt.datetime) -> None:
        """The holder's next event."""
        self.outbox.emit(
            event,
            holder_id=self.holder.holder_id,
            version=self.holder.next_version(),
            at=at,
            recorded_at=self.now,
        )

    def mark(self) -> None:
        """Remember the balances: `changes` tells what moved since."""
        self._marks = {n: (b.posted, b.pending, b.debt) for n, b in self.books.items()}

    def changes(self, programs: Programs) -> tuple[WalletChange, ...]:
        """What moved since the mark, per wallet."""
        moved = []
        for number, book in self.books.items():
            posted, pending, debt = self._marks.get(number, (0, 0, 0))
            change = (book.posted - posted, book.pending - pending, book.debt - debt)
            if any(change):
                moved.append(
                    WalletChange(
                        wallet=programs.wallet_id(number),
                        amount=change[0],
                        pending=change[1],
                        debt=change[2],
                    )
                )
        return tuple(moved)

    def collect(self, actor: Actor, store: str | None) -> None:
        """Entries made since the last call are this actor's."""
        for number, book in self.books.items():
            start = self._taken.get(number, 0)
            for entry in book.entries[start:]:
                self.written.append((book, entry, actor, store, self.now))
            self._taken[number] = len(book.entries)

    def balances(self, programs: Programs) -> dict[str, Balance]:
        """Balances as they stand, by wallet id."""
        return {programs.wallet_id(n): self.books[n].balance() for n in sorted(self.books)}

    def settle_books(self, programs: Programs) -> None:
        """Post what the loaded lots say is due up to `at`, each at its own instant."""
        moments: list[tuple[dt.datetime, int, int, int]] = []
        for number, book in self.books.items():
            moments.extend((t, kind, number, lot) for t, kind, lot in book.due(self.at))
        moments.sort()
        position = 0
        while position < len(moments):
            instant, kind = moments[position][:2]
            self.mark()
            while position < len(moments) and moments[position][:2] == (instant, kind):
                _, _, number, lot_no = moments[position]
                if kind == 0:
                    self.books[number].release(lot_no, instant)
                else:
                    self.books[number].expire(lot_no)
                position += 1
            changes = self.changes(programs)
            if changes:
                event = PointsReleased if kind == 0 else PointsExpired
                self.emit(event(changes=changes), instant)

    def settled(self) -> None:
        """Everything due up to `at` is posted: the holder and the books stand there now."""
        self.holder.settled_at = self.at
        for book in self.books.values():
            book.settled_at = self.at


def open_books(works: list[Work]) -> list[Book]:
    """All books of a batch."""
    return [book for work in works for book in work.books.values()]


def all_written(works: list[Work]) -> list[Written]:
    """All entries of a batch, each book's in order."""
    return [row for work in works for row in work.written]
