"""Baskets whose codes do not exist: refused while their presenter is locked, counted afterwards.

A basket is decided in a transaction that a refusal rolls back or that writes nothing, so what it
failed with is counted after that, in another.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from service.domain.coupons import attempts
from service.domain.coupons.errors import TooManyCodes
from service.domain.coupons.guesses import Subject, subjects, tried
from service.flows.steps import alarming, guessing
from service.flows.steps.checkout import presenting_cards
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.infra.together import Ask
from service.kernel.errors import ExpectedError
from service.rules.facts import Unusable


def presenters(ctx: Context, item: Checkout) -> tuple[Subject, ...]:
    """Against whom the basket's wrong codes count; nobody when all its codes are shared ones."""
    if _are_open(item):
        return ()
    return subjects(ctx.secret, item.member_id, item.body.client)


def _are_open(item: Checkout) -> bool:
    """All its codes are shared ones, which are no secret."""
    return not item.body.gift_cards and all(code.is_open for code in item.codes)


class Guard:
    """Asks with the batch whether a presenter is locked: `questions`, then `refusal` of each."""

    __slots__ = ("_asked", "_ctx", "_failures", "_items", "_tx", "questions")

    def __init__(self, tx: Tx, ctx: Context, items: Sequence[Checkout]) -> None:
        self._tx = tx
        self._ctx = ctx
        self._items = items
        self._asked = [() if item.has_happened else presenters(ctx, item) for item in items]
        everybody = {one.digest: one for of_one in self._asked for one in of_one}
        self._failures = attempts.ask_failures(list(everybody.values()), tx.now or EARLIEST)
        self.questions: list[Ask[Any]] = [self._failures] if everybody else []

    def refusal(self, n: int) -> ExpectedError | None:
        """Of the n-th basket: TooManyPins, TooManyCodes."""
        if not self._asked[n]:
            return presenting_cards.locked(self._items[n])
        failures = self._failures.answer
        seconds = max(
            guessing.seconds_left(self._tx, self._ctx, one, failures[one.digest])
            for one in self._asked[n]
        )
        if seconds > 0:
            return TooManyCodes(retry_after_seconds=math.ceil(seconds))
        return presenting_cards.locked(self._items[n])


async def count(ctx: Context, items: Iterable[Checkout]) -> None:
    """Count the codes that were found not to exist, each once; not inside another transaction."""
    for item in items:
        if (item.codes or item.body.gift_cards) and item.is_decided:
            wrong = _wrong(ctx, item)
            await guessing.count_tried(ctx, presenters(ctx, item), wrong)
            if not _are_open(item):
                await alarming.notice(ctx, item.actor.client_id, wrong)


def _wrong(ctx: Context, item: Checkout) -> list[bytes]:
    """What is remembered of the codes of a basket that were found not to exist."""
    facts, body, who = item.decided.facts, item.body, item.member_id
    wrong = [
        tried(ctx.secret, "coupon", text, who)
        for text, fact in zip(body.coupons, facts.coupons, strict=True)
        if fact.why is Unusable.UNKNOWN
    ]
    wrong += [
        tried(ctx.secret, "gift card", one.code, who, one.pin)
        for one, fact in zip(body.gift_cards, facts.gift_cards, strict=True)
        if fact.why is Unusable.UNKNOWN
    ]
    return wrong
