"""A basket on its way to a decision: of a quote, a hold or a purchase. The same for all three."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from service.domain.coupons.types import CouponRow
from service.domain.gift_cards.types import CardRow
from service.domain.holds.types import Hold, OpenHold
from service.domain.purchases.basket import Basket
from service.domain.purchases.types import Mode, RecordPurchase
from service.flows.steps.budgets import Decided
from service.flows.steps.checkout.presenting import Code
from service.flows.steps.checkout.proving import Proof
from service.flows.steps.checkout.quoted import Quoted
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.kernel.actor import Actor
from service.kernel.errors import ExpectedError
from service.rules.cart import Cart
from service.rules.compile import Program
from service.rules.decision import Decision, Discounted
from service.rules.facts import Card, Facts, Presented


class Checkout:
    """What was asked, by which program; matched and locked (`work`), decided (`decided`).

    `holder_id`: whose it is when it names no member, but a hold or a checkout. `codes`: what was
    presented; `coupons`: its rows, and whether no use of them was left. `cards`: the gift cards it
    presents, None: unknown, or its PIN was not proven by `proofs`; `card_works`: the work on those
    that are locked with it. `hold`: the open hold it stands on, `kept_cards` the gift cards of it,
    `parts` what it has of them; `pinned_by`: the hold whose facts decide, for the basket is the
    same (it may have ended). `quote`: what it was quoted. `frozen`: discounts of the quote, or from
    before a claim, taken as they are; `presented`, `had` and `cards_then`: the coupons then, what
    budgets gave them, and the gift cards.
    `short`: positions of codes that were not there any more, though they may have been given.
    `guest_id`: nobody known, whose hold is named by a basket that says who it is; `guest`: the work
    on that holder. `refused`: nothing may be written of it.
    """

    __slots__ = (
        "actor", "at", "body", "card_works", "cards", "cards_then", "cart", "codes", "coupons",
        "decided", "frozen", "guest", "guest_id", "had", "hold", "holder_id", "kept_cards", "n",
        "occurred_at", "parts", "pinned_by", "presented", "program", "proofs", "quote", "refused",
        "short", "standings", "work",
    )  # fmt: skip

    work: Work
    decided: Decided

    def __init__(
        self,
        n: int,
        actor: Actor,
        body: Basket,
        at: dt.datetime | None,
        occurred_at: dt.datetime,
        program: Program,
        cart: Cart,
    ) -> None:
        self.n = n
        self.actor = actor
        self.body = body
        self.at = at
        self.occurred_at = occurred_at
        self.program = program
        self.cart = cart
        self.codes: tuple[Code, ...] = ()
        self.coupons: Sequence[tuple[CouponRow | None, bool]] = ()
        self.standings: dict[str, Standing] = {}
        self.proofs: Sequence[Proof] = ()
        self.cards: Sequence[CardRow | None] = ()
        self.cards_then: tuple[Card, ...] | None = None
        self.card_works: Mapping[uuid.UUID, Work] = {}
        self.kept_cards: frozenset[uuid.UUID] = frozenset()
        self.parts: Mapping[uuid.UUID, OpenHold] = {}
        self.holder_id: uuid.UUID | None = None
        self.guest_id: uuid.UUID | None = None
        self.guest: Work | None = None
        self.hold: Hold | None = None
        self.pinned_by: Hold | None = None
        self.frozen: tuple[Discounted, ...] | None = None
        self.presented: tuple[Presented, ...] | None = None
        self.had: dict[str, int] = {}
        self.quote: Quoted | None = None
        self.short: frozenset[int] = frozenset()
        self.refused: ExpectedError | None = None

    @property
    def card_ids(self) -> set[uuid.UUID]:
        """The gift cards that have to be locked with it: active ones it presents, or has held."""
        active = {row.holder_id for row in self.cards if row is not None and row.is_sold}
        return active | self.kept_cards

    @property
    def others(self) -> set[uuid.UUID]:
        """All that has to be locked with its own holder."""
        return self.card_ids if self.guest_id is None else {*self.card_ids, self.guest_id}

    @property
    def works(self) -> list[Work]:
        """The work on its holder, then on what is locked with it."""
        works = [self.work, *self.card_works.values()]
        return works if self.guest is None else [*works, self.guest]

    @property
    def pins(self) -> bool:
        """A hold has decided already."""
        return self.pinned_by is not None

    @property
    def member_id(self) -> uuid.UUID | None:
        """Whose it is; None: nobody is known."""
        return self.work.holder.holder_id if self.work.is_member else None

    @property
    def is_late(self) -> bool:
        """It happened before what is settled for its holder already."""
        return self.occurred_at < self.work.holder.old_settled_at

    @property
    def has_taken(self) -> bool:
        """Something was written for it: a budget gave it units, or its hold was given up."""
        given_up = self.hold is not None and not self.pins
        return given_up or any(self.taken.values())

    @property
    def has_written(self) -> bool:
        """The same, or the holder it needs may have been made for it."""
        return self.has_taken or self.work.holder.is_new

    @property
    def has_happened(self) -> bool:
        """Goods and money have changed hands: what is scarce is granted as far as it is there."""
        return isinstance(self.body, RecordPurchase) and self.body.mode is Mode.RECORD

    @property
    def taken(self) -> dict[str, int]:
        """What budgets gave it in this transaction."""
        return self.decided.taken if self.is_decided else {}

    @property
    def is_decided(self) -> bool:
        """There is a decision, whatever became of it."""
        return hasattr(self, "decided")

    def decide_with(self, facts: Facts, decision: Decision) -> None:
        """Keep the decision with what it was made from."""
        self.decided = Decided(self.program, self.cart, facts, decision, self.had)
