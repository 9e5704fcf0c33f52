"""settle_holders: what has fallen due is posted, so that events come in time.

Nothing depends on it: what is due counts the moment it is due, at read time and before each write.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

import structlog

from service.domain.budgets import store as budgets
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.flows.steps import settling, tiers, wallets
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.work import Work
from service.infra.outages import AGAIN, LOST
from service.kernel.errors import ExpectedError

log = structlog.get_logger("settle")

ROWS_MAX = 200


async def settle_holders(ctx: Context, holder_ids: Sequence[uuid.UUID]) -> int:
    """Settle those that are free up to now; answers how many."""
    async with ctx.db.transaction() as tx:
        locked, newest = await holders.lock(
            tx, holder_ids, wait=False, clock_offset=ctx.db.clock_offset
        )
        if not locked or newest > ctx.programs.newest:
            return 0
        now, outbox = tx.now or EARLIEST, Outbox()
        works = [Work(holder, now, now, outbox) for holder in locked.values()]
        await tiers.write(tx, await settling.settle(tx, ctx, works))
        await wallets.write(tx, works)
        await outbox.write(tx)
        return len(works)


async def settle_due(ctx: Context, at: dt.datetime | None = None) -> int:
    """One pass over what is due; answers how many holders were settled."""
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        due = await holders.list_due(tx, at or tx.now or EARLIEST, ROWS_MAX)
    settled = await _settle_apart(ctx, due) if due else 0
    await _collect(ctx)  # after them: a hold that is over has ended before its share is taken
    return settled


async def _collect(ctx: Context) -> None:
    """What holds have let go of goes back to its budgets, which nobody may be short of."""
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        await budgets.collect(tx)


async def _settle_apart(ctx: Context, holder_ids: Sequence[uuid.UUID]) -> int:
    """Settle together; when that raises, in halves: one that cannot be settled stops no other."""
    try:
        return await settle_holders(ctx, holder_ids)
    except (*AGAIN, *LOST, ExpectedError):
        raise
    except Exception:
        if len(holder_ids) == 1:
            log.exception("holder not settled", holder_id=str(holder_ids[0]))
            return 0
    middle = len(holder_ids) // 2
    first = await _settle_apart(ctx, holder_ids[:middle])
    return first + await _settle_apart(ctx, holder_ids[middle:])
