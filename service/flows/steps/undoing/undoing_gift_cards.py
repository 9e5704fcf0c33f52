"""Money put on a gift card is taken off again, as long as all of it is there.

A card that was sold is not sold then: it goes back to issued, and can be activated anew. That is
refused once anything else has happened with its money.
"""

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from service.domain.events.operations import OperationUndone
from service.domain.gift_cards import store
from service.domain.gift_cards.types import CardRow, CardState, State
from service.domain.holders.types import Holder
from service.domain.operations.errors import CannotBeUndone
from service.domain.operations.store import Kind
from service.domain.operations.undos import Done
from service.domain.wallets import store as wallet_store
from service.domain.wallets.entries import Op
from service.domain.wallets.store import Moved
from service.domain.wallets.types import Contra, Reason
from service.flows.steps import wallets
from service.flows.steps.checkout import gift_cards
from service.flows.steps.context import Context
from service.flows.steps.sharing.passing import Passing
from service.flows.steps.undoing.undoing import CardAfter, Undoing, Undone, UndoReceipt
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.rules.gift_cards import GIFT_CARD_WALLET


async def undo(
    tx: Tx,
    ctx: Context,
    undoing: Undoing,
    done: Sequence[Done],
    locked: Mapping[uuid.UUID, Holder],
) -> UndoReceipt:
    """CannotBeUndone when not all of the money is there, or a sold card was used otherwise."""
    card_id = done[0].holder_id
    named = await gift_cards.named(tx, ctx, None, card_id)
    both = await Passing.settled(tx, ctx, locked)
    work = both.works[card_id]
    row = (await store.lock(tx, {named.digest: named}))[named.digest]
    lines = await wallet_store.of_operation(tx, [card_id], undoing.undoes)
    (line,) = (one for one in lines if one.reason in (Reason.SOLD, Reason.TOPPED_UP))
    await wallets.load_lots(tx, [work], [undoing.undoes], [GIFT_CARD_WALLET])
    await _check(tx, work, line)
    work.mark()
    work.books[GIFT_CARD_WALLET].spend(
        Op(undoing.op_id), line.amount, reason=Reason.SALE_UNDONE, at=work.at, first=[line.seq]
    )
    work.collect(undoing.actor, undoing.store)
    if line.reason == Reason.SOLD:
        row = _unsold(row)
        await store.update_state(tx, row)
    receipt = _receipt(ctx, undoing, work, row)
    _tell(ctx, undoing, work, row)
    await undoing.write(tx, receipt, Kind.UNDO, work)
    await both.write(tx)
    return receipt


async def _check(tx: Tx, work: Work, line: Moved) -> None:
    """Its lot is whole; and of a sale nothing else has come of the card, or all came back."""
    book = work.books[GIFT_CARD_WALLET]
    missing = line.amount - book.lots[line.seq].free
    if missing:
        raise CannotBeUndone(why="units_missing", missing=missing)
    if line.reason != Reason.SOLD:
        return
    gave = await wallet_store.by_contra(tx, work.holder.holder_id, GIFT_CARD_WALLET)
    if {contra: units for contra, units in gave.items() if units} != {Contra.SALE: line.amount}:
        raise CannotBeUndone(why="card_used")


def _unsold(row: CardRow) -> CardRow:
    """A blocked one stays blocked, and is as one that was never sold when that ends."""
    state = State.BLOCKED if row.state is State.BLOCKED else State.ISSUED
    return msgspec.structs.replace(row, state=state, activated_at=None)


def _receipt(ctx: Context, undoing: Undoing, work: Work, row: CardRow) -> UndoReceipt:
    return UndoReceipt(
        id=undoing.op_id,
        undoes=undoing.undoes,
        kind=Undone.GIFT_CARD,
        recorded_at=work.now,
        moved=undoing.moved(ctx, work),
        card=CardAfter(
            id=row.holder_id,
            card=row.shown,
            state=CardState(row.state.name.lower()),
            balance=work.books[GIFT_CARD_WALLET].available,
        ),
    )


def _tell(ctx: Context, undoing: Undoing, work: Work, row: CardRow) -> None:
    work.emit(
        OperationUndone(
            operation_id=undoing.op_id,
            undoes=undoing.undoes,
            kind=Undone.GIFT_CARD,
            changes=work.changes(ctx.programs),
            card_state=row.state.name.lower(),
        ),
        work.at,
    )
