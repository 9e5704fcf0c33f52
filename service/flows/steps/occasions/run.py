"""One member's part of a chain, and one occasion of it on its way."""

import uuid
from typing import Final

import msgspec

from service.domain.occasions.types import Key, key_of, run_id
from service.flows.steps.budgets import Decided
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id
from service.kernel.values import AlsoGiven, ClubNews
from service.rules.decide_occasion import decide_occasion
from service.rules.triggers import Occasion

RULES: Final = Actor(kind=ActorKind.JOB, id="rules", client_id=derived_id("job", "rules"))


class Run(msgspec.Struct):
    """A member whose books are loaded and settled; `standings` may be empty: they are loaded then.

    `cause`: the purchase or other operation that all of it comes of. What rules gave is in `also`,
    `badges` and `clubs`; `is_changed`: something is otherwise than it was before the chain.
    """

    work: Work
    standings: dict[str, Standing]
    cause: uuid.UUID | None = None
    also: list[AlsoGiven] = []
    badges: list[str] = []
    clubs: dict[str, ClubNews] = {}

    @property
    def is_changed(self) -> bool:
        """Rules gave something."""
        return bool(self.also or self.badges or self.clubs)


class Asking(Decided, kw_only=True):
    """An occasion with its decision, which has no cart."""

    run: Run
    occasion: Occasion

    @property
    def key(self) -> Key:
        """By what it is decided once."""
        return key_of(self.run.work.holder.holder_id, self.occasion)

    @property
    def op_id(self) -> uuid.UUID:
        """The operation by which it gives."""
        return run_id(self.key)

    @property
    def cause(self) -> uuid.UUID | None:
        """The operation that it came of; None: time."""
        return None if self.occasion.cause is None else uuid.UUID(self.occasion.cause)

    def decide(self) -> None:
        """As the purchases' one, of an occasion."""
        self.decision = decide_occasion(self.program, self.occasion, self.facts)
