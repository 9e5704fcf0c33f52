"""undo_operation: what was just done at a till or a desk is as if it had not been.

By the id that its answer told: a purchase is void, a redemption cancelled, an adjustment, a coupon
given by hand, money put on a gift card, a transfer and a hand-over are taken back. Only where all
of it is there still: an undo makes no debt and takes nothing from others. Asked again, by whomever,
it answers what it answered; an undo is not undone, the thing is done anew.
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from service.domain.holders import store as holders
from service.domain.holders.types import Holder
from service.domain.members.errors import MergedAway
from service.domain.operations import undos
from service.domain.operations.errors import CannotBeUndone, NotUndoable, OperationNotFound
from service.domain.operations.store import Kind
from service.domain.operations.undos import Done
from service.domain.purchases import store as purchases
from service.domain.purchases.errors import UnknownStore
from service.domain.returns import store as returns
from service.domain.returns.types import ReturnReceipt
from service.domain.rewards import store as rewards
from service.flows.steps import own
from service.flows.steps.checkout import apart
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.undoing import (
    undoing_adjustments,
    undoing_coupons,
    undoing_gift_cards,
    undoing_rewards,
    undoing_transfers,
)
from service.flows.steps.undoing.undoing import (
    Undoing,
    Undone,
    UndoOperation,
    UndoReceipt,
    check_window,
    stored,
)
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer

Undo = Callable[
    [Tx, Context, Undoing, Sequence[Done], Mapping[uuid.UUID, Holder]], Awaitable[UndoReceipt]
]
UNDO: Final[Mapping[Kind, Undo]] = {
    Kind.ADJUSTMENT: undoing_adjustments.undo,
    Kind.COUPON: undoing_coupons.undo,
    Kind.GIFT_CARD: undoing_gift_cards.undo,
    Kind.TRANSFER: undoing_transfers.undo,
    Kind.HAND_OVER: undoing_rewards.undo_hand_over,
}
INSTEAD: Final[Mapping[Kind, str]] = {
    Kind.OPENING: "it was brought along by an import; correct the wallet by hand",
    Kind.CLAIM: "it follows from a purchase that was claimed; void or move that purchase",
    Kind.RECOVERY: "it follows from a return; correct the wallet by hand",
    Kind.CANCELLATION: "let the member have the reward again",
    Kind.UNDO: "do anew what was undone",
    Kind.TO_GIFT_CARD: "it follows from a return; let the card pay again",
    Kind.MERGED: "unmerge the member",
    Kind.UNMERGED: "merge the members again",
    Kind.MOVED: "move the purchase back, or void it",
    Kind.ERASURE: "the person was forgotten for good; let them enrol again",
    Kind.OCCASION_UNDONE: "it follows from a return; correct the wallet by hand",
    Kind.ATTACHED: "move the purchase to whose it is, or void it",
}


class Command(msgspec.Struct, frozen=True):
    """Something to be undone that is no purchase."""

    actor: Actor
    op_id: uuid.UUID
    body: UndoOperation


def gate_key(op_id: uuid.UUID) -> tuple[str, str]:
    """One undo of an operation at a time."""
    return ("operation", str(op_id))


async def names_purchase(ctx: Context, actor: Actor, op_id: uuid.UUID) -> bool:
    """It is to be voided then; OwnWallet."""
    async with ctx.db.reading() as tx:
        found = await purchases.holders_of(tx, [op_id])
    if op_id not in found:
        return False
    own.refuse_own(actor, found[op_id][0])
    return True


def of_purchase(purchase_id: uuid.UUID, void: Answer[ReturnReceipt]) -> Answer[UndoReceipt]:
    """The answer of a void as that of an undo."""
    given = void.body
    if given.id is None or given.recorded_at is None:
        raise AssertionError("a void was parked")
    receipt = UndoReceipt(
        id=given.id,
        undoes=purchase_id,
        kind=Undone.PURCHASE,
        recorded_at=given.recorded_at,
        void=given,
        wallets=given.wallets,
    )
    return Answer(receipt, replayed=void.replayed)


async def undo_operations(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[UndoReceipt], an ExpectedError, or BUSY."""

    async def one(tx: Tx, command: Command) -> Any:
        return await _one(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, one)


async def _one(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[UndoReceipt]:
    await holders.clock(tx, ctx.db.clock_offset)
    undoing = Undoing(command.actor, command.op_id, command.body)
    _check_store(tx, ctx, undoing)
    done = await undos.find(tx, command.op_id)
    if not done:
        return await _no_operation(tx, ctx, undoing, wait=wait)
    own.refuse_own(command.actor, *(one.holder_id for one in done))
    first = done[0]
    if first.undone is not None:
        return Answer(stored(first.undone), replayed=True)
    if first.kind not in UNDO:
        raise NotUndoable(kind=first.kind.name.lower(), instead=INSTEAD[first.kind])
    check_window(ctx, undoing, first, tx.now or EARLIEST)
    locked = await _lock(tx, ctx, done, wait=wait)
    again = (await undos.find(tx, command.op_id))[0].undone
    if again is not None:
        return Answer(stored(again), replayed=True)
    return Answer(await UNDO[first.kind](tx, ctx, undoing, done, locked))


async def _lock(
    tx: Tx, ctx: Context, done: Sequence[Done], *, wait: bool
) -> Mapping[uuid.UUID, Holder]:
    """All it was done to; CannotBeUndone when one of them is another member now.

    What was given has passed on with all the rest, in other lots: it is not there to be taken back.
    """
    try:
        return await apart.lock_all(tx, ctx, [one.holder_id for one in done], wait=wait)
    except MergedAway as merged:
        raise CannotBeUndone(why="member_merged") from merged


def _check_store(tx: Tx, ctx: Context, undoing: Undoing) -> None:
    """UnknownStore."""
    stores, store = ctx.programs.at(tx.now or EARLIEST).document.stores, undoing.body.store
    if store is not None and stores and store not in stores:
        raise UnknownStore(store=store)


async def _no_operation(
    tx: Tx, ctx: Context, undoing: Undoing, *, wait: bool
) -> Answer[UndoReceipt]:
    """A redemption is cancelled; NotUndoable for a return, OperationNotFound."""
    redemption = await rewards.find(tx, undoing.undoes)
    if redemption is not None:
        own.refuse_own(undoing.actor, redemption.holder_id)
        return await undoing_rewards.undo_redemption(tx, ctx, undoing, wait=wait)
    if await returns.receipts(tx, [undoing.undoes]):
        instead = "record what was not given back as a purchase"
        raise NotUndoable(kind="return", instead=instead)
    raise OperationNotFound
