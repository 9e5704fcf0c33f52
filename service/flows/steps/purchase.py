"""One purchase on its way through a batch."""

import datetime as dt
import uuid
from collections.abc import Sequence

from service.domain.purchases.stored import Flag, Purchase
from service.domain.purchases.types import RecordPurchase
from service.domain.returns.types import RecordReturn
from service.flows.steps.budgets import Decided
from service.flows.steps.tiers import Standing
from service.flows.steps.work import Work
from service.kernel.actor import Actor
from service.kernel.ids import new_id
from service.rules.cart import Cart
from service.rules.compile import Program
from service.rules.decision import Decision
from service.rules.facts import Facts


class RunAgain(Exception):
    """What was read before the lock is no longer so; the batch is rolled back and run again."""


class Item:
    """A purchase: asked, matched and locked (`work`), decided (`decided`), posted (`purchase`)."""

    __slots__ = (
        "actor", "at", "awaited", "body", "cart", "charged_differs", "decided", "fp",
        "identifier_conflict", "later", "n", "net", "occurred_at", "parked", "program", "purchase",
        "purchase_id", "standings", "work",
    )  # fmt: skip

    work: Work
    decided: Decided
    purchase: Purchase

    def __init__(
        self,
        n: int,
        actor: Actor,
        body: RecordPurchase,
        fp: bytes,
        at: dt.datetime | None,
        occurred_at: dt.datetime,
        program: Program,
        cart: Cart,
    ) -> None:
        self.n = n
        self.actor = actor
        self.body = body
        self.fp = fp
        self.at = at
        self.occurred_at = occurred_at
        self.program = program
        self.cart = cart
        self.purchase_id: uuid.UUID = new_id()
        self.net = cart.total()  # what counts as spend: less when something came back already
        self.awaited = False  # a return waits for this purchase
        self.parked: list[tuple[RecordReturn, Actor]] = []
        self.charged_differs = False
        self.identifier_conflict = False
        self.later: Sequence[dt.datetime] = ()  # the holder's purchases that followed in time
        self.standings: dict[str, Standing] = {}

    @property
    def is_late(self) -> bool:
        """It happened before what is settled for its holder already."""
        return self.occurred_at < self.work.holder.old_settled_at

    def flags(self) -> Flag:
        """What was particular about it."""
        flags = Flag(0)
        if self.work.is_member:
            flags |= Flag.LATE if self.is_late else Flag(0)
        else:
            flags |= Flag.UNMATCHED
        if self.charged_differs:
            flags |= Flag.CHARGED_DIFFERS
        if self.identifier_conflict:
            flags |= Flag.IDENTIFIER_CONFLICT
        return flags

    def decide_with(self, facts: Facts, decision: Decision) -> None:
        """Keep the decision with what it was made from."""
        self.decided = Decided(self.program, self.cart, facts, decision)
