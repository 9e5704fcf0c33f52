"""An adjustment undone: what it gave is taken back, what it took goes back to its lots.

It makes no debt: what is not there any more is told, and put right by hand. Of a qualifying wallet
the counter-entry takes effect when the adjustment did, so that a tier which stood on it goes.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from service.domain.events.operations import OperationUndone
from service.domain.holders.types import Holder
from service.domain.operations.errors import CannotBeUndone
from service.domain.operations.store import Kind
from service.domain.operations.undos import Done
from service.domain.wallets import store as wallet_store
from service.domain.wallets.entries import Op
from service.domain.wallets.store import Moved
from service.domain.wallets.types import Reason
from service.flows.steps import wallets
from service.flows.steps.context import Context
from service.flows.steps.sharing.passing import Passing
from service.flows.steps.undoing.undoing import Undoing, Undone, UndoReceipt, wallets_of
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.calendar import shift
from service.rules.document import QualifyBy


async def undo(
    tx: Tx,
    ctx: Context,
    undoing: Undoing,
    done: Sequence[Done],
    locked: Mapping[uuid.UUID, Holder],
) -> UndoReceipt:
    """CannotBeUndone when not all that it gave is there."""
    both = await Passing.settled(tx, ctx, locked, replay=True)
    work = both.works[done[0].holder_id]
    lines = await wallet_store.of_operation(tx, [work.holder.holder_id], undoing.undoes)
    (line,) = (one for one in lines if one.reason == Reason.ADJUSTED)
    work.mark()
    if line.amount > 0:
        await _take(tx, ctx, work, undoing, line)
    else:
        await _give(tx, ctx, work, undoing, line)
    work.collect(undoing.actor, undoing.store)
    _count(ctx, both, work, line)
    moved = undoing.moved(ctx, work)
    event = OperationUndone(
        operation_id=undoing.op_id,
        undoes=undoing.undoes,
        kind=Undone.ADJUSTMENT,
        changes=work.changes(ctx.programs),
    )
    work.emit(event, work.at)
    receipt = UndoReceipt(
        id=undoing.op_id,
        undoes=undoing.undoes,
        kind=Undone.ADJUSTMENT,
        recorded_at=work.now,
        moved=moved,
        wallets=wallets_of(ctx, work),
    )
    await undoing.write(tx, receipt, Kind.UNDO, work)
    await both.write(tx)
    return receipt


async def _take(tx: Tx, ctx: Context, work: Work, undoing: Undoing, line: Moved) -> None:
    """From its own lot first. What lapsed of it is gone, and nothing else is taken in its place."""
    await wallets.load_lots(tx, [work], [undoing.undoes], [line.wallet])
    lapsed = await wallets.lapsed(tx, [work], [undoing.undoes])
    gone = lapsed.get((undoing.undoes, line.wallet), 0)
    book = work.books[line.wallet]
    missing = gone + max(0, line.amount - gone - book.available)
    if missing:
        wallet = ctx.programs.wallet_id(line.wallet)
        raise CannotBeUndone(why="units_missing", wallet=wallet, missing=missing)
    own = {lot.lot_no for lot in book.lots.values() if lot.origin_op == undoing.undoes}
    reason, at = Reason.ADJUSTMENT_UNDONE, _effective(ctx, work, line)
    book.spend(Op(undoing.op_id), line.amount, reason=reason, at=at, first=own)


async def _give(tx: Tx, ctx: Context, work: Work, undoing: Undoing, line: Moved) -> None:
    """What lapsed meanwhile lives for the grace that the wallet gives returns, if it gives one."""
    taken = await wallets.load_taken(
        tx, [work], {undoing.undoes: work.holder.holder_id}, Reason.ADJUSTED
    )
    paying = ctx.programs.wallet(line.wallet, work.at).redeem
    until = work.at if paying is None else shift(work.at, paying.grace, ctx.programs.tz)
    work.books[line.wallet].give_back(
        Op(undoing.op_id),
        taken[undoing.undoes, line.wallet],
        -line.amount,
        at=_effective(ctx, work, line),
        grace_until=until,
        reason=Reason.ADJUSTMENT_UNDONE,
    )


def _effective(ctx: Context, work: Work, line: Moved) -> dt.datetime:
    wallet = ctx.programs.wallet(line.wallet, work.at)
    return line.occurred_at if wallet.qualifying else work.at


def _count(ctx: Context, both: Passing, work: Work, line: Moved) -> None:
    """The ladders count it no more."""
    wallet = ctx.programs.wallet_id(line.wallet)
    for standing in both.standings.get(work.holder.holder_id, {}).values():
        qualify = standing.ladder.qualify
        if qualify.by is QualifyBy.WALLET and qualify.wallet == wallet:
            standing.contribute(line.occurred_at, -line.amount, work.at)
