"""Paying with gift cards: money, so whatever is bought, but for other gift cards.

They come last, on what units that pay as a tender have left, in the order they were presented.
"""

from typing import Final

from service.kernel.allocation import allocate
from service.rules.cart import LineKind
from service.rules.case import Case
from service.rules.decision import NotApplied, Paid, Refused
from service.rules.facts import Card, Facts
from service.rules.gift_cards import GIFT_CARD

_GIFT_CARD: Final = LineKind.GIFT_CARD  # a name of the module is read faster than one of an enum


class ByCard:
    """What the gift cards of one basket pay (`paid`), and which of them pay nothing (`refused`).

    `priced`: the case at its prices, with the tenders that came before.
    """

    __slots__ = ("_left", "_lines", "paid", "refused")

    def __init__(self, priced: Case, facts: Facts) -> None:
        self.paid: list[Paid] = []
        self.refused: list[NotApplied] = []
        if not facts.gift_cards:
            return
        left = priced.paid.copy()
        for tender in priced.tenders:
            for n, minor, _ in tender.lines:
                left[n] -= minor
        self._lines = [n for n, line in enumerate(priced.lines) if line.kind is not _GIFT_CARD]
        self._left = [max(0, left[n]) for n in self._lines]
        for position, card in enumerate(facts.gift_cards):
            self._pay(position, card)

    def _pay(self, position: int, card: Card) -> None:
        room = sum(self._left)
        reason = None if card.forced else _why_not(card, room)
        wanted = card.available if card.amount is None else card.amount
        value = min(wanted, room)
        if reason is None and value > 0:
            self._take(position, value, short=max(0, value - card.available))
            return
        most = None if reason in {Refused.UNKNOWN, Refused.NOT_ACTIVE, Refused.BLOCKED} else min(
            card.available, room
        )  # fmt: skip
        self.refused.append(
            NotApplied(reason=reason or Refused.NO_EFFECT, card=position, most=most)
        )

    def _take(self, position: int, value: int, *, short: int) -> None:
        """Over the lines by what is left of them."""
        values = allocate(value, self._left)
        lines = [(n, minor) for n, minor in zip(self._lines, values, strict=True) if minor]
        self._left = [left - minor for left, minor in zip(self._left, values, strict=True)]
        self.paid.append(
            Paid(
                wallet=GIFT_CARD,
                card=position,
                short=short,
                units=value,
                value=value,
                lines=tuple((n, minor, minor) for n, minor in lines),
            )
        )


def _why_not(card: Card, room: int) -> Refused | None:
    """Why it cannot pay what it is asked for; None: it can, or it is asked for what it has."""
    if card.why is not None:
        return Refused(card.why)
    if card.amount is None:
        return None
    if card.amount > card.available:
        return Refused.NOT_ENOUGH
    return Refused.ABOVE_MAX if card.amount > room else None
