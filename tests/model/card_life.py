"""A life with gift cards: issued, sold, loaded, blocked; money that lapses."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from tests.model.compare import same
from tests.model.fair_life import FairLife
from tests.model.life import Past, answer_or_refusal
from tests.model.market_life import SLOWEST
from tests.model.till import Till
from tests.oracle.gift_cards import Card


class CardLife(FairLife):
    """What anybody does with a card in his hands. `holders`: gift card -> id."""

    def __init__(self, driver: Till, now: dt.datetime) -> None:
        super().__init__(driver, now)
        self.holders: dict[str, uuid.UUID] = {}

    def issue(self, amount: int | None) -> None:
        """A new card."""
        name, now = self.key("card"), self.now
        answer = self._loads(
            lambda: self.driver.issue(amount, name),
            lambda: self.world.cards.issue(name, now, amount),
            name,
        )
        if answer is not None:
            self.texts_of_cards[name] = answer.body.code
            self.holders[name] = answer.body.id
        self.wait()

    def load(self, name: str, amount: int, *, sells: bool) -> None:
        """Money onto a card."""
        key, code, now = self.key("load"), self.texts_of_cards[name], self.now
        load = self.world.cards.activate if sells else self.world.cards.top_up
        self._loads(
            lambda: self.driver.load(code, amount, key, sells=sells),
            lambda: load(name, amount, now),
            name,
        )
        self.wait()

    def _loads(
        self, ask: Callable[[], Answer[Any]], call: Callable[[], None], name: str
    ) -> Answer[Any] | None:
        """Both do it, and agree on when it lapses within the milliseconds of the call."""
        answer = answer_or_refusal(ask)
        if isinstance(answer, ExpectedError):
            self._refused(answer, call)
            return None
        call()
        lots = self.world.cards.all[name].book.lots
        if answer.body.expires_at is not None:
            assert lots[-1].expires_at is not None
            assert abs((answer.body.expires_at - lots[-1].expires_at).total_seconds()) < SLOWEST
            lots[-1].expires_at = answer.body.expires_at
        self.calls.append(Past(ask, answer.body))
        return answer

    def block(self, name: str, *, block: bool) -> None:
        """A card pays no more, or again."""
        self.driver.block(self.texts_of_cards[name], block=block)
        self.world.cards.all[name].blocked = block
        self.wait()

    def check_cards(self) -> None:
        """Every card as it stands."""
        self.world.pass_time(self.now)
        for name, code in self.texts_of_cards.items():
            card: Card = self.world.cards.all[name]
            view = self.driver.check(code)
            same(
                (view.state.value, view.balance, view.held),
                (card.state(), card.book.available(), card.book.held()),
                name,
            )
            groups = {group.expires_at: group.amount for group in view.expiring}
            same(groups, card.book.expiring(), name, "expiring")

    def check_liability(self) -> None:
        """All the money on gift cards, once what is due has been posted."""
        self.driver.settle()
        self.world.pass_time(self.now)
        total = sum(card.book.posted() for card in self.world.cards.all.values())
        same(self.driver.liability(), total, "money on gift cards")
