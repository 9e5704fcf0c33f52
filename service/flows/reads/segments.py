"""Segments: how many belong to each, who does, and how many would by a program to come."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from service.domain.holders import store as holders
from service.domain.programs.types import SegmentPlan
from service.domain.segments import lists
from service.domain.segments.errors import SegmentNotFound
from service.domain.segments.types import SegmentList, SegmentMemberPage, SegmentView
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.reconsidering.surveying import survey
from service.infra import cursors
from service.infra.db import Tx
from service.kernel.texts import Languages, told
from service.rules.compile import Program, compile_program
from service.rules.document import Document
from service.rules.plan import segments_changed

ALL_BELOW: Final = 200_000  # with no more members than that, all of them are looked at
SAMPLE: Final = 100_000
PART: Final = 1_000  # members looked at by the statements of one round
_KIND: Final = "segment"


async def segments(ctx: Context, languages: Languages) -> SegmentList:
    """All segments of the program in force with their sizes; NoProgram."""
    async with ctx.db.transaction(repeatable=True) as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        program = ctx.programs.at(tx.now or EARLIEST)
        sizes = await lists.sizes(tx, program.segments_by_number)
    shown = [
        told(SegmentView(id=one.id, members=sizes.get(one.number, 0)), one.segment, languages)
        for one in program.segments.values()
    ]
    return SegmentList(items=tuple(shown))


async def members(
    ctx: Context, segment_id: str, cursor: str | None, limit: int
) -> SegmentMemberPage:
    """A page of a segment's members, in the order of ids; SegmentNotFound, CursorInvalid."""
    after = lists.LOWEST
    if cursor is not None:
        kind, segment, after = cursors.unseal(ctx.secret, cursor, tuple[str, str, uuid.UUID])
        if (kind, segment) != (_KIND, segment_id):
            raise cursors.CursorInvalid
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        known = ctx.programs.at(tx.now or EARLIEST).segments.get(segment_id)
        if known is None:
            raise SegmentNotFound
        found = await lists.page(tx, known.number, after, limit + 1)
    shown = found[:limit]
    more = None
    if len(found) > limit:
        more = cursors.seal(ctx.secret, (_KIND, segment_id, shown[-1].member_id))
    return SegmentMemberPage(items=tuple(shown), next=more)


async def planned(
    tx: Tx, ctx: Context, old: Document | None, new: Document, now: dt.datetime
) -> tuple[SegmentPlan, ...]:
    """How many members each new or changed segment would have now.

    Of more than `ALL_BELOW` members a sample by hash is looked at, and the answer says how large
    it was; what it found is counted up to all.
    """
    wanted = segments_changed(old, new)
    if not wanted:
        return ()
    program = compile_program(new, ctx.programs.newest + 1, now)
    total = await lists.count(tx)
    below = lists.EVERYBODY if total <= ALL_BELOW else lists.EVERYBODY * SAMPLE // total
    looked, found = await _counted(tx, ctx, program, wanted, below, now)
    sizes = await lists.sizes(tx, [program.segments[one].number for one in wanted])
    known = {one.id for one in old.segments} if old else set()
    return tuple(
        SegmentPlan(
            id=one,
            members=found[one] if total <= ALL_BELOW else _scaled(found[one], total, looked),
            members_now=sizes.get(program.segments[one].number, 0) if one in known else None,
            sample=None if total <= ALL_BELOW else looked,
        )
        for one in wanted
    )


async def _counted(
    tx: Tx, ctx: Context, program: Program, wanted: Sequence[str], below: int, now: dt.datetime
) -> tuple[int, dict[str, int]]:
    """How many members were looked at, and how many of them belong to each segment."""
    looked, found = 0, dict.fromkeys(wanted, 0)
    after = lists.LOWEST
    while part := await lists.sampled(tx, after, below, PART):
        for facts in (await survey(tx, ctx, program, part, now)).values():
            for one in wanted:
                found[one] += program.segments[one].holds(facts)
        looked += len(part)
        after = part[-1]
    return looked, found


def _scaled(found: int, total: int, looked: int) -> int:
    """Of all, when so many were found among those looked at; halves are rounded up."""
    return (2 * found * total + looked) // (2 * looked) if looked else 0
