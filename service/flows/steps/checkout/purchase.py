"""One purchase on its way through a batch."""

import datetime as dt
import uuid
from collections.abc import Sequence

from service.domain.gift_cards.types import Payment
from service.domain.purchases.overruns import Overruns
from service.domain.purchases.stored import Flag, Purchase
from service.domain.purchases.types import RecordPurchase
from service.domain.returns.types import RecordReturn
from service.domain.wallets.redeemed import Redeemed
from service.flows.steps.checkout.checkout import Checkout
from service.kernel.actor import Actor
from service.kernel.ids import new_id
from service.rules.cart import Cart
from service.rules.compile import Program
from service.rules.priced import priced


class RunAgain(Exception):
    """What was read before the lock is no longer so; the batch is rolled back and run again."""


class Item(Checkout):
    """A purchase: asked, matched and locked, decided, posted (`purchase`)."""

    __slots__ = (
        "awaited", "captured", "card_captured", "charged_differs", "fp", "home",
        "identifier_conflict", "later", "moved_by", "net", "number", "overruns", "parked",
        "payments", "purchase", "purchase_id", "redeemed", "redeemed_cards",
    )  # fmt: skip

    body: RecordPurchase
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
        super().__init__(n, actor, body, at, occurred_at, program, cart)
        self.fp = fp
        self.purchase_id: uuid.UUID = new_id()
        self.moved_by: uuid.UUID | None = None  # the operation that brings it from another member
        self.net: int | None = None  # what counts as spend, when something came back already
        self.number: int | None = None  # of its event, while that waits
        self.awaited = False  # a return waits for this purchase
        self.parked: list[tuple[RecordReturn, Actor]] = []
        self.charged_differs = False
        self.identifier_conflict = False
        self.home: uuid.UUID | None = None  # the member that was named, who is another one now
        self.captured: dict[int, tuple[int, ...]] = {}  # wallet number -> used of its held lots
        self.redeemed: dict[int, Redeemed] = {}  # wallet number -> units it was paid with
        self.payments: list[Payment] = []  # what gift cards paid
        self.card_captured: dict[uuid.UUID, tuple[int, ...]] = {}  # card -> as `captured`
        self.redeemed_cards: dict[uuid.UUID, Redeemed] = {}
        self.overruns = Overruns()  # what had less than was given
        self.later: Sequence[dt.datetime] = ()  # the holder's purchases that followed in time

    @property
    def earned_by(self) -> uuid.UUID:
        """As `Purchase.earned_by`."""
        return self.moved_by or self.purchase_id

    def net_now(self) -> int:
        """What counts as spend: paid, less what came back before it was claimed, no shipping."""
        return priced(self.cart, self.decided.decision).total() if self.net is None else self.net

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
        if self.overruns:
            flags |= Flag.OVERRUN
        return flags
