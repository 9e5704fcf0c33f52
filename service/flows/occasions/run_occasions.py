"""run_occasions: what writes left to be decided, and what comes by the calendar, is decided.

Within a second or so; a member who is locked by somebody else is left for the next round. An
occasion that was decided meanwhile is not decided again.
"""

import uuid
from collections.abc import Sequence
from typing import Final

import structlog

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.occasions import store as occasions
from service.domain.occasions.types import key_of
from service.flows.steps import settling, tiers, wallets
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.occasions import chain
from service.flows.steps.occasions.run import Run
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.infra.outages import AGAIN, LOST
from service.kernel.errors import ExpectedError
from service.rules.triggers import Occasion

log = structlog.get_logger("occasions")

ROWS_MAX: Final = 200


async def run_occasions(ctx: Context) -> int:
    """One round; answers how many occasions are left to the job no more."""
    if not ctx.programs.newest:
        return 0
    async with ctx.db.reading() as tx:
        wanted = await occasions.due_holders(tx, ROWS_MAX)
    return await _run_apart(ctx, wanted) if wanted else 0


async def _run_apart(ctx: Context, holder_ids: Sequence[uuid.UUID]) -> int:
    """All together; when that raises, in halves: one that cannot be decided stops no other."""
    try:
        async with ctx.db.transaction() as tx:
            return await _run(tx, ctx, holder_ids)
    except (*AGAIN, *LOST, ExpectedError):
        raise
    except Exception:
        if len(holder_ids) == 1:
            log.exception("occasions not decided", holder_id=str(holder_ids[0]))
            return 0
    middle = len(holder_ids) // 2
    first = await _run_apart(ctx, holder_ids[:middle])
    return first + await _run_apart(ctx, holder_ids[middle:])


async def _run(tx: Tx, ctx: Context, holder_ids: Sequence[uuid.UUID]) -> int:
    locked, newest = await holders.lock(
        tx, holder_ids, wait=False, clock_offset=ctx.db.clock_offset
    )
    if not locked or newest > ctx.programs.newest:
        return 0
    due = await occasions.due(tx, locked)
    gone = [holder for holder in locked.values() if not _is_there(holder)]
    await _pass_on(tx, gone, due)
    now, outbox = tx.now or EARLIEST, Outbox()
    works = [Work(one, now, now, outbox) for one in locked.values() if _is_there(one)]
    standings = await settling.settle(tx, ctx, works)
    runs = []
    for work in works:
        work.occasions = [*due.get(work.holder.holder_id, ()), *work.occasions]
        runs.append(Run(work, standings.get(work.holder.holder_id, {})))
    await chain.run(tx, ctx, runs)
    done = []
    for work in works:
        found, left = due.get(work.holder.holder_id, []), work.occasions
        done += [key_of(work.holder.holder_id, one) for one in found if one not in left]
        work.occasions = [one for one in left if one not in found]
    await occasions.done(tx, done)
    await tiers.write(tx, standings | chain.standings_of(runs))
    await wallets.write(tx, works)
    await outbox.write(tx)
    return len(done)


def _is_there(holder: Holder) -> bool:
    is_there = holder.merged_into is None and not holder.is_erased
    return holder.kind is Kind.MEMBER and is_there


async def _pass_on(tx: Tx, gone: Sequence[Holder], due: dict[uuid.UUID, list[Occasion]]) -> None:
    """What is left of who was merged into another is the other's; of who was erased, nobody's."""
    for holder in gone:
        found = due.get(holder.holder_id, [])
        if holder.merged_into is not None and not holder.is_erased:
            left = [(holder.merged_into, one) for one in found]
            await occasions.leave(tx, left, tx.now or EARLIEST)
            await tx.flush()
        await occasions.done(tx, [key_of(holder.holder_id, one) for one in found])
