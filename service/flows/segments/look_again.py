"""look_again: members of whom something may be otherwise by now are looked at, many at a time.

Late is right: what time changed is looked at as of the instant at which it did. By several workers
never twice: each has rows of its own, and what is found is written under the member's lock.
"""

import uuid
from collections.abc import Sequence
from typing import Final

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.segments import store
from service.flows.steps import settling, tiers, wallets
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.facts import Asked, load_members
from service.flows.steps.occasions import chain
from service.flows.steps.occasions.run import Run
from service.flows.steps.reconsidering.reconsider import concerns, reconsider
from service.flows.steps.standing import Standings
from service.flows.steps.work import Work
from service.infra.db import Tx

PART: Final = 2_000  # members in one transaction


async def look_again(ctx: Context) -> int:
    """One round; answers how many were looked at."""
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        if not concerns(ctx, now):
            return 0
        due = await store.lock_due(tx, now, PART)
        works = await _locked(tx, ctx, due)
        if not works:
            return 0
        standings = await _standings(tx, ctx, works)
        await reconsider(tx, ctx, works, standings, quiet=True)
        await _write(tx, ctx, works, standings)
    return len(works)


async def _locked(tx: Tx, ctx: Context, holder_ids: Sequence[uuid.UUID]) -> list[Work]:
    """Those who are free; a member who is busy is looked at in the next round."""
    if not holder_ids:
        return []
    locked, newest = await holders.lock(
        tx, holder_ids, wait=False, clock_offset=ctx.db.clock_offset
    )
    if newest > ctx.programs.newest:
        return []
    now, outbox = tx.now or EARLIEST, Outbox()
    there = [one for one in locked.values() if one.merged_into is None and not one.is_erased]
    ids = {one.holder_id for one in there}
    await store.forget(tx, [holder_id for holder_id in locked if holder_id not in ids])
    return [Work(one, now, now, outbox) for one in there]


async def _standings(tx: Tx, ctx: Context, works: Sequence[Work]) -> Standings:
    """Where all of them stand; what has fallen due is posted first."""
    due = [work for work in works if work.holder.is_due(work.at)]
    standings = await settling.settle(tx, ctx, due) if due else {}
    rest = [work for work in works if work.holder.holder_id not in standings]
    asked = [Asked(work, ctx.programs.at(work.at), work.at, after=True) for work in rest]
    people = await load_members(tx, ctx, asked)
    instants = [(work, work.at) for work in rest]
    return standings | await tiers.load(tx, ctx, instants, people)


async def _write(tx: Tx, ctx: Context, works: Sequence[Work], standings: Standings) -> None:
    """Only of those of whom something changed; rules that were waiting for it are asked."""
    told = {row[0] for work in works[:1] for row in work.outbox.rows}  # one outbox for all
    changed = [work for work in works if work.holder.holder_id in told or work.books]
    asked = [work for work in changed if work.occasions]
    await wallets.load(tx, ctx, [work for work in asked if not work.books])
    runs = [Run(work, standings.get(work.holder.holder_id, {})) for work in asked]
    await chain.run(tx, ctx, runs)
    moved = {one.work.holder.holder_id: one.standings for one in runs if one.standings}
    for of_holder in moved.values():
        tiers.emit_changes(of_holder)
    settled = {work.holder.holder_id for work in changed if work.books}
    await tiers.write(tx, {key: one for key, one in (standings | moved).items() if key in settled})
    await wallets.write(tx, changed)
    await works[0].outbox.write(tx)
