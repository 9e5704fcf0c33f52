"""Gift cards: money in a wallet of its own that belongs to whoever has the code."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from tests.oracle import days
from tests.oracle.ledger import WalletBook
from tests.oracle.offers import CardKind
from tests.oracle.world import Refused


@dataclass
class Card:
    """`sold`: it was activated once; `blocked`: it pays nothing until it is unblocked."""

    book: WalletBook
    sold: bool = False
    blocked: bool = False

    def why_not(self) -> str | None:
        """Why it pays nothing, however much is on it."""
        if self.blocked:
            return "blocked"
        return None if self.sold else "not_active"

    def state(self) -> str:
        """As it is shown."""
        return {None: "active", "not_active": "issued"}.get(self.why_not(), "blocked")


class Cards:
    """All cards of one kind by their names."""

    def __init__(self, kind: CardKind | None, zone: zoneinfo.ZoneInfo) -> None:
        self.kind = kind
        self.zone = zone
        self.all: dict[str, Card] = {}

    def settle(self, now: dt.datetime) -> None:
        """What is due on them happens."""
        for card in self.all.values():
            card.book.settle(now)

    def lapses(self, now: dt.datetime) -> dt.datetime:
        """Until when money lives that is put on a card now."""
        assert self.kind is not None
        return days.plus(now, self.kind.lasts, self.zone)

    def issue(self, name: str, now: dt.datetime, amount: int | None) -> None:
        """A new card, sold at once when there is an amount."""
        card = Card(WalletBook(now))
        if amount is not None:
            self._load(card, amount, now)
            card.sold = True
        self.all[name] = card

    def activate(self, name: str, amount: int, now: dt.datetime) -> None:
        """It is sold."""
        card = self.all[name]
        if card.blocked:
            raise Refused("gift-card-is-blocked")
        if card.sold:
            raise Refused("gift-card-active")
        self._load(card, amount, now)
        card.sold = True

    def top_up(self, name: str, amount: int, now: dt.datetime) -> None:
        """More money for one that was sold."""
        card = self.all[name]
        if card.blocked:
            raise Refused("gift-card-is-blocked")
        if not card.sold:
            raise Refused("gift-card-not-active")
        self._load(card, amount, now)

    def _load(self, card: Card, amount: int, now: dt.datetime) -> None:
        assert self.kind is not None
        if not self.kind.least <= amount <= self.kind.most:
            raise Refused("gift-card-amount-refused")
        card.book.settle(now)
        if amount > self.kind.most - card.book.posted():
            raise Refused("gift-card-full")
        card.book.add(amount, None, now, self.lapses(now), now)
