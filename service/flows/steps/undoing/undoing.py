"""Undoing what was just done: what is asked and answered, and who may when."""

import datetime as dt
import enum
import uuid
from typing import Annotated

import msgspec

from service.domain.gift_cards.types import CardState
from service.domain.holders.types import Kind as HolderKind
from service.domain.operations import undos
from service.domain.operations.errors import OutsideUndoWindow
from service.domain.operations.store import Kind
from service.domain.returns.types import ReturnReceipt
from service.domain.rewards.types import RedemptionState
from service.flows.steps.business_day import same_day
from service.flows.steps.context import Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.ids import new_id
from service.kernel.text import Key
from service.kernel.values import Balance, WalletChange


class UndoOperation(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What was done is to be as if it had not been, and why; `store`: where that is asked."""

    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]
    store: Key | None = None


class Undone(enum.StrEnum):
    """What the id named."""

    PURCHASE = "purchase"
    REDEMPTION = "redemption"
    ADJUSTMENT = "adjustment"
    COUPON = "coupon"
    GIFT_CARD = "gift_card"
    TRANSFER = "transfer"
    HAND_OVER = "hand_over"


class HolderChange(msgspec.Struct, frozen=True, kw_only=True):
    """What an undo moved of one holder: a member, a gift card or the pool of a household."""

    holder_id: uuid.UUID
    changes: tuple[WalletChange, ...]


class CardAfter(msgspec.Struct, frozen=True, kw_only=True):
    """The gift card after money was taken off it again: `balance` minor units are left."""

    id: uuid.UUID
    card: str
    state: CardState
    balance: int


class RedemptionAfter(msgspec.Struct, frozen=True, kw_only=True):
    """The redemption after it: cancelled, or granted and to be handed over still."""

    id: uuid.UUID
    state: RedemptionState


class UndoReceipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of what was done; `id` names the undo, `undoes` what it undid.

    `moved`: units and money, holder by holder. `coupon_void`: the coupon that is good no more.
    `void`: of a purchase, with what to hand back. `wallets`: balances after it, of the member it
    was done for; of a transfer, of the one who had given.
    """

    id: uuid.UUID
    undoes: uuid.UUID
    kind: Undone
    recorded_at: dt.datetime
    moved: tuple[HolderChange, ...] = ()
    coupon_void: uuid.UUID | None = None
    card: CardAfter | None = None
    redemption: RedemptionAfter | None = None
    void: ReturnReceipt | None = None
    wallets: dict[str, Balance] = {}


_receipt = msgspec.json.Decoder(UndoReceipt)


class Undoing(msgspec.Struct, frozen=True):
    """An undo on its way, under an id of its own."""

    actor: Actor
    undoes: uuid.UUID
    body: UndoOperation
    op_id: uuid.UUID = msgspec.field(default_factory=new_id)

    @property
    def store(self) -> str | None:
        """Where it is undone."""
        return self.body.store or self.actor.store

    def moved(self, ctx: Context, *works: Work) -> tuple[HolderChange, ...]:
        """What moved since the mark, of those of whom something did."""
        found = [(work.holder.holder_id, work.changes(ctx.programs)) for work in works]
        return tuple(HolderChange(holder_id=one, changes=some) for one, some in found if some)

    async def write(self, tx: Tx, receipt: UndoReceipt, kind: Kind, *works: Work) -> None:
        """The operation at each holder, with the answer for whoever asks again."""
        undo = undos.Undo(
            self.op_id, self.undoes, kind, self.body.reason, msgspec.json.encode(receipt)
        )
        holder_ids = [work.holder.holder_id for work in works]
        await undos.insert(tx, undo, holder_ids, self.actor, self.store, receipt.recorded_at)


def stored(receipt: bytes) -> UndoReceipt:
    """The answer that was given."""
    return _receipt.decode(receipt)


def check_window(ctx: Context, undoing: Undoing, done: undos.Done, now: dt.datetime) -> None:
    """OutsideUndoWindow, unless the actor may undo anything.

    What was done at a store is undone there; what was done at none, by the same API client.
    """
    actor = undoing.actor
    if actor.may("operations:undo-any"):
        return
    if done.store is not None:
        here = done.store == undoing.store
    elif done.client_id is not None:
        here = done.client_id == actor.client_id
    else:
        here = (done.actor_kind, done.actor_id) == (actor.kind, actor.id)
    if not here or not same_day(ctx.programs.tz, done.recorded_at, now):
        raise OutsideUndoWindow


def wallets_of(ctx: Context, work: Work) -> dict[str, Balance]:
    """The balances of a member; those of a gift card or a pool are no wallets of his."""
    return work.balances(ctx.programs) if work.holder.kind is HolderKind.MEMBER else {}
