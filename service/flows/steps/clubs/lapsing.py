"""Terms that ran out: written down once, at the instants they ended."""

import uuid
from collections.abc import Mapping
from typing import Final

from service.domain.clubs import membership, seats, spans
from service.domain.holders import store as holders
from service.flows.steps.clubs import admitting, advancing, knowing
from service.flows.steps.clubs.leaving import Dismissal
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.work import Work
from service.infra.db import Tx

PART: Final = 200  # members in one transaction


async def lapse(ctx: Context) -> int:
    """One round over members with a term that is over; answers how many were written down.

    Who is locked elsewhere is looked at in the next round.
    """
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        members = await spans.overdue(tx, tx.now or EARLIEST, PART)
        works = await advancing.locked(tx, ctx, sorted(members))
        gone = await _over(tx, ctx, works)
        if not gone:
            return 0
        with_seats = {one.club.number for one in gone if one.club.seats is not None}
        await seats.lock(tx, with_seats, tx.now or EARLIEST)
        await admitting.dismiss(tx, ctx, gone)
        await knowing.write(tx, works)
    return len(gone)


async def _over(tx: Tx, ctx: Context, works: Mapping[uuid.UUID, Work]) -> list[Dismissal]:
    """One for each member and club, as they are under the lock."""
    theirs = await tx.ask(spans.ask_spans(list(works)))
    found: list[Dismissal] = []
    for holder_id, work in works.items():
        of_member = theirs.get(holder_id, [])
        for number in sorted({one.club for one in of_member}):
            over = membership.overdue(of_member, number, work.at)
            if over:
                found.append(admitting.lapse(work, knowing.club_numbered(ctx, number), over))
    return found
