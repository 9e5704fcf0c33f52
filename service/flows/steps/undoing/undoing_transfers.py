"""A transfer undone: the same lots go back, as long as whoever got them has all of them still.

That is so for a member and the pool of a household too. Who gave units has them again with their
own end; where that is past and it was put off for who got them, with the end they had there.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from service.domain.events.operations import OperationUndone
from service.domain.holders.types import Holder
from service.domain.holders.types import Kind as HolderKind
from service.domain.households import store as households
from service.domain.operations.errors import CannotBeUndone, NotUndoable
from service.domain.operations.store import Kind
from service.domain.operations.undos import Done
from service.domain.transfers import store as transfers
from service.domain.transfers.types import Kind as Passed
from service.domain.transfers.types import Row
from service.domain.wallets import store as wallet_store
from service.domain.wallets.entries import Op
from service.domain.wallets.store import Moved
from service.domain.wallets.types import Reason
from service.flows.steps import wallets
from service.flows.steps.context import Context
from service.flows.steps.own import refuse_own
from service.flows.steps.sharing.passing import Passing
from service.flows.steps.undoing.undoing import Undoing, Undone, UndoReceipt, wallets_of
from service.flows.steps.work import Work
from service.infra.db import Tx

_POOL = (Passed.POOLED, Passed.DRAWN)


async def undo(
    tx: Tx,
    ctx: Context,
    undoing: Undoing,
    done: Sequence[Done],
    locked: Mapping[uuid.UUID, Holder],
) -> UndoReceipt:
    """CannotBeUndone when not all of it is there, NotUndoable for what a household left over.

    OwnWallet for staff who belong to the household whose pool it went to or came from.
    """
    sides = await transfers.sides(tx, undoing.undoes, [one.holder_id for one in done])
    await _check_kind(tx, undoing, sides, locked)
    both = await Passing.settled(tx, ctx, locked)
    giver, taker = (both.works[sides[n].holder_id] for n in (0, 1))
    lines = await wallet_store.of_operation(tx, [taker.holder.holder_id], undoing.undoes)
    came = [line for line in lines if line.reason == Reason.TRANSFERRED_IN]
    giver.mark()
    taker.mark()
    await _move(tx, ctx, undoing, (giver, taker), came)
    for work, other in ((giver, taker), (taker, giver)):
        work.collect(undoing.actor, undoing.store)
        event = OperationUndone(
            operation_id=undoing.op_id,
            undoes=undoing.undoes,
            kind=Undone.TRANSFER,
            changes=work.changes(ctx.programs),
            other_id=other.holder.holder_id,
        )
        work.emit(event, work.at)
    receipt = UndoReceipt(
        id=undoing.op_id,
        undoes=undoing.undoes,
        kind=Undone.TRANSFER,
        recorded_at=max(giver.now, taker.now),
        moved=undoing.moved(ctx, giver, taker),
        wallets=wallets_of(ctx, giver) or wallets_of(ctx, taker),
    )
    await undoing.write(tx, receipt, Kind.UNDO, giver, taker)
    await both.write(tx)
    return receipt


async def _check_kind(
    tx: Tx, undoing: Undoing, sides: Sequence[Row], locked: Mapping[uuid.UUID, Holder]
) -> None:
    kind = sides[0].kind
    if kind is Passed.DISSOLVED:
        raise NotUndoable(kind="dissolved", instead="form the household anew and give to its pool")
    if kind not in _POOL:
        return
    (pool_id,) = (one for one, holder in locked.items() if holder.kind is HolderKind.HOUSEHOLD)
    household = await households.find(tx, pool_id)
    if household is None or household.dissolved_at is not None:
        raise CannotBeUndone(why="household_dissolved")
    # whose the pool is, its holder does not say: also of those who neither gave nor drew
    people = await households.people(tx, pool_id)
    refuse_own(undoing.actor, *(one.holder_id for one in people if one.until_at is None))


async def _move(
    tx: Tx, ctx: Context, undoing: Undoing, sides: tuple[Work, Work], came: Sequence[Moved]
) -> None:
    """Lots that came are taken whole from who got them, and are again those that were given."""
    giver, taker = sides
    numbers = {line.wallet for line in came}
    await wallets.load_lots(tx, [taker], [], numbers)
    given = await wallets.load_taken(
        tx, [giver], {undoing.undoes: giver.holder.holder_id}, Reason.TRANSFERRED_OUT
    )
    ops = (Op(undoing.op_id), Op(undoing.op_id))
    for number in sorted(numbers):
        lots = {line.seq: line.amount for line in came if line.wallet == number}
        until = _still_there(ctx, taker, number, lots)
        amount, reason = sum(lots.values()), Reason.TRANSFER_UNDONE
        taker.books[number].spend(ops[1], amount, reason=reason, at=taker.at, first=lots)
        giver.books[number].give_back(
            ops[0],
            given[undoing.undoes, number],
            amount,
            at=giver.at,
            grace_until=until,
            reason=reason,
        )


def _still_there(
    ctx: Context, taker: Work, number: int, lots: Mapping[int, int]
) -> dt.datetime | None:
    """When the first of the lots ends where they are; CannotBeUndone when some of them is gone."""
    book = taker.books[number]
    there = [book.lots[lot_no] for lot_no in lots if lot_no in book.lots]
    missing = sum(lots.values()) - sum(lot.free for lot in there)
    if missing:
        wallet = ctx.programs.wallet_id(number)
        raise CannotBeUndone(why="units_missing", wallet=wallet, missing=missing)
    return min((lot.expires_at for lot in there if lot.expires_at is not None), default=None)
