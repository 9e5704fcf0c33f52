"""Baskets whose codes do not exist: refused while their presenter is locked, counted afterwards.

A basket is decided in a transaction that a refusal rolls back or that writes nothing, so what it
failed with is counted after that, in another.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from service.domain.coupons import attempts
from service.domain.coupons.errors import TooManyCodes
from service.domain.coupons.guesses import Subject, subjects
from service.flows.steps import guessing
from service.flows.steps.checkout import Checkout
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.infra.together import Ask
from service.rules.facts import Unusable


def presenters(ctx: Context, item: Checkout) -> tuple[Subject, ...]:
    """Against whom the basket's wrong codes count; nobody when all its codes are shared ones."""
    if all(code.template is not None for code in item.codes):
        return ()
    return subjects(ctx.secret, item.member_id, item.body.client)


class Guard:
    """Asks with the batch whether a presenter is locked: `questions`, then `refusal` of each."""

    __slots__ = ("_asked", "_ctx", "_failures", "_tx", "questions")

    def __init__(self, tx: Tx, ctx: Context, items: Sequence[Checkout]) -> None:
        self._tx = tx
        self._ctx = ctx
        self._asked = [() if item.has_happened else presenters(ctx, item) for item in items]
        everybody = {one.digest: one for of_one in self._asked for one in of_one}
        self._failures = attempts.ask_failures(list(everybody.values()), tx.now or EARLIEST)
        self.questions: list[Ask[Any]] = [self._failures] if everybody else []

    def refusal(self, n: int) -> TooManyCodes | None:
        """Of the n-th basket."""
        if not self._asked[n]:
            return None
        failures = self._failures.answer
        seconds = max(
            guessing.seconds_left(self._tx, self._ctx, one, failures[one.digest])
            for one in self._asked[n]
        )
        return TooManyCodes(retry_after_seconds=math.ceil(seconds)) if seconds > 0 else None


async def count(ctx: Context, items: Iterable[Checkout]) -> None:
    """Count the codes that were found not to exist; not inside another transaction."""
    for item in items:
        if item.codes and item.is_decided:
            facts = item.decided.facts.coupons
            failures = sum(one.why is Unusable.UNKNOWN for one in facts)
            if failures:
                await guessing.count(ctx, presenters(ctx, item), failures)
