"""The gift cards a basket presents: found before its holder is locked, and what the rules see.

A code that does not exist and a card whose PIN was not proven are the same: unknown.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.gift_cards import store
from service.domain.gift_cards.errors import TooManyPins
from service.domain.gift_cards.types import CardRow, State
from service.domain.purchases.basket import GiftCardIn
from service.flows.steps.checkout import gift_cards
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.infra.together import Ask
from service.kernel.codes import masked
from service.rules.decision import Decision
from service.rules.facts import Card, Facts, Unusable
from service.rules.gift_cards import GIFT_CARD_WALLET


async def look(tx: Tx, ctx: Context, items: Sequence[Checkout]) -> None:
    """Find the cards that are presented, as they are without a lock."""
    digests = {gift_cards.digest_of(ctx, one.code) for i in items for one in i.body.gift_cards}
    if not digests:
        return
    found = await store.find(tx, digests)
    for item in items:
        item.cards = tuple(
            found.get(gift_cards.digest_of(ctx, one.code)) if _is_known(item, n) else None
            for n, one in enumerate(item.body.gift_cards)
        )


def _is_known(item: Checkout, n: int) -> bool:
    return n < len(item.proofs) and item.proofs[n].known


def locked(item: Checkout) -> TooManyPins | None:
    """One of its cards takes no PIN for a while."""
    seconds = max((proof.locked_seconds for proof in item.proofs), default=0)
    return TooManyPins(retry_after_seconds=seconds) if seconds else None


class Again:
    """The cards once more, when their holders are locked: `questions`, then `answer`."""

    __slots__ = ("_ask", "questions")

    def __init__(self, items: Sequence[Checkout]) -> None:
        digests = {row.digest for item in items for row in item.cards if row is not None}
        self._ask = store.ask_cards(digests)
        self.questions: list[Ask[Any]] = [self._ask] if digests else []

    def answer(self, items: Sequence[Checkout]) -> None:
        """Give each basket its cards as they are now: one may have been blocked meanwhile."""
        if self.questions:
            now = self._ask.answer
            for item in items:
                item.cards = tuple(row and now.get(row.digest) for row in item.cards)


def facts(item: Checkout) -> tuple[Card, ...]:
    """What the rules see of them, with what is on them now."""
    if item.cards_then is not None:
        return item.cards_then
    return tuple(
        _fact(item, one, item.cards[n] if n < len(item.cards) else None)
        for n, one in enumerate(item.body.gift_cards)
    )


def _fact(item: Checkout, asked: GiftCardIn, row: CardRow | None) -> Card:
    if row is None:
        why, shown = Unusable.UNKNOWN, masked(asked.code)
        return Card(shown=shown, amount=asked.amount, why=why, forced=item.has_happened)
    why_not = _why_not(row)
    return Card(
        shown=row.shown,
        card=row.holder_id if row.is_sold else None,
        amount=asked.amount,
        available=0 if why_not else available(item, row),
        why=why_not,
        forced=item.has_happened,
    )


def _why_not(row: CardRow) -> Unusable | None:
    if row.state is State.ACTIVE:
        return None
    return Unusable.BLOCKED if row.state is State.BLOCKED else Unusable.NOT_ACTIVE


def available(item: Checkout, row: CardRow) -> int:
    """Minor units on a card that the basket may use; none on one that is not locked with it."""
    work = item.card_works.get(row.holder_id)
    return 0 if work is None else work.books[GIFT_CARD_WALLET].available


def of_hold_that_is_over(item: Checkout, facts: Facts, decision: Decision) -> tuple[Card, ...]:
    """A till has taken by now what a hold had promised of the cards, whatever is on them."""
    return tuple(
        msgspec.structs.replace(card, available=_left(item, card)) if card.forced else card
        for card in as_paid(facts, decision)
    )


def _left(item: Checkout, card: Card) -> int:
    work = None if card.card is None else item.card_works.get(card.card)
    return 0 if work is None else work.books[GIFT_CARD_WALLET].available


def as_paid(facts: Facts, decision: Decision) -> tuple[Card, ...]:
    """The cards as they paid once: deciding by these comes to the same again."""
    paid = {one.card: one for one in decision.cards}
    return tuple(
        msgspec.structs.replace(
            card, amount=paid[n].value, available=paid[n].value - paid[n].short, forced=True
        )
        if n in paid
        else msgspec.structs.replace(card, amount=None, available=0, forced=False)
        for n, card in enumerate(facts.gift_cards)
    )
