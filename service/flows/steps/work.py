"""The work on one holder inside a batch: its row, its books, what is to be written and emitted."""

import datetime as dt
import itertools
from operator import itemgetter
from typing import Final

from service.domain.events.catalog import Event, HoldTimedOut, PointsExpired, PointsReleased
from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder, Kind
from service.domain.holds.types import Closing, OpenHold, State, units_of
from service.domain.programs.live import Programs
from service.domain.wallets.book import Book
from service.domain.wallets.lots import Due
from service.domain.wallets.store import Written
from service.kernel.actor import Actor
from service.kernel.values import Balance, WalletChange
from service.rules.triggers import Occasion

_SOURCES: Final = {Kind.GIFT_CARD: "gift-cards", Kind.HOUSEHOLD: "households", Kind.CLUB: "clubs"}


class Work:
    """One locked holder. `at` is the instant up to which it is settled by this batch.

    `holds`: the open ones, loaded when something is due; `timed_out`: those that
    ended by settling, to be written. `occasions`: what happened to a member here that rules may be
    asked about; `asked`: for which kinds of that some version of the program has rules (known with
    the books; None: not yet). `looks_again`: there are segments, so that the member is to be looked
    at after what is written here, unless it was `reconsidered` here.
    """

    __slots__ = (
        "_marks", "_taken", "asked", "at", "books", "holder", "holds", "looks_again", "now",
        "occasions", "outbox", "reconsidered", "timed_out", "written",
    )  # fmt: skip

    def __init__(self, holder: Holder, at: dt.datetime, now: dt.datetime, outbox: Outbox) -> None:
        self.holder = holder
        self.at = max(at, holder.settled_at)
        self.now = holder.record(now)
        self.outbox = outbox
        self.books: dict[int, Book] = {}
        self.holds: list[OpenHold] = []
        self.timed_out: list[Closing] = []
        self.written: list[Written] = []
        self.occasions: list[Occasion] = []
        self.asked: frozenset[str] | None = None
        self.looks_again = False
        self.reconsidered = False
        self._taken: dict[int, int] = {}
        self._marks: dict[int, tuple[int, int, int, int]] = {}

    @property
    def is_member(self) -> bool:
        """Somebody who takes part: has tiers, facts, coupons."""
        return self.holder.kind is Kind.MEMBER

    @property
    def is_card(self) -> bool:
        """A gift card: it has one wallet, money."""
        return self.holder.kind is Kind.GIFT_CARD

    @property
    def holds_units(self) -> bool:
        """Its books are loaded: of a member, a gift card or a household."""
        return self.holder.kind.holds_units

    def reserve(self) -> int:
        """The number of the holder's next event, which is emitted only when all is known."""
        return self.holder.next_version()

    def emit(self, event: Event, at: dt.datetime, number: int | None = None) -> None:
        """The holder's next event, or the one whose number was reserved."""
        self.outbox.emit(
            event,
            holder_id=self.holder.holder_id,
            version=self.holder.next_version() if number is None else number,
            at=at,
            recorded_at=self.now,
            source=_SOURCES.get(self.holder.kind, "members"),
        )

    def mark(self) -> None:
        """Remember the balances: `changes` tells what moved since."""
        self._marks = {n: (b.posted, b.pending, b.held, b.debt) for n, b in self.books.items()}

    def changes(self, programs: Programs) -> tuple[WalletChange, ...]:
        """What moved since the mark, per wallet."""
        moved = []
        for number, book in self.books.items():
            posted, pending, held, debt = self._marks.get(number, (0, 0, 0, 0))
            change = WalletChange(
                wallet=programs.wallet_id(number),
                amount=book.posted - posted,
                pending=book.pending - pending,
                held=book.held - held,
                debt=book.debt - debt,
            )
            if change.amount or change.pending or change.held or change.debt:
                moved.append(change)
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

    def hold_again(self, held: list[OpenHold]) -> None:
        """Holds as they stood, over books as they stood: what each has of the loaded lots."""
        self.holds = held
        for hold in held:
            for number, units in units_of(hold.items).items():
                self.books[number].set_held(units)

    def settle_books(self, programs: Programs) -> None:
        """Post what the loaded lots and holds say is due up to `at`, each at its own instant."""
        moments: list[tuple[dt.datetime, Due, int, int]] = [
            (hold.due_at, Due.TIME_OUT, place, 0)
            for place, hold in enumerate(self.holds)
            if hold.due_at <= self.at
        ]
        for number, book in self.books.items():
            moments.extend((t, kind, number, lot) for t, kind, lot in book.due(self.at))
        for (instant, kind), group in itertools.groupby(sorted(moments), key=itemgetter(0, 1)):
            if kind is Due.TIME_OUT:
                for _, _, place, _ in group:
                    self._time_out(programs, self.holds[place])
            else:
                self._settle(programs, instant, kind, [moment[2:] for moment in group])
        self.holds = [hold for hold in self.holds if hold.due_at > self.at]

    def _settle(
        self, programs: Programs, instant: dt.datetime, kind: Due, lots: list[tuple[int, int]]
    ) -> None:
        self.mark()
        for number, lot_no in lots:
            if kind is Due.RELEASE:
                self.books[number].release(lot_no, instant)
            else:
                self.books[number].expire(lot_no)
        changes = self.changes(programs)
        if changes:
            event = PointsReleased if kind is Due.RELEASE else PointsExpired
            self.emit(event(changes=changes), instant)

    def _time_out(self, programs: Programs, hold: OpenHold) -> None:
        self.mark()
        for number, units in units_of(hold.items).items():
            self.books[number].release_hold(hold.hold_id, units, hold.due_at)
        self.timed_out.append(Closing(hold=hold, state=State.TIMED_OUT, at=hold.due_at))
        event = HoldTimedOut(hold_id=hold.hold_id, changes=self.changes(programs))
        self.emit(event, hold.due_at)

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
