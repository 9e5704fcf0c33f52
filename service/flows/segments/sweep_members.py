"""sweep_members: after a program version with other segments or club rules everybody is looked at.

Here they are only marked for it, in the order of their ids; a stopped sweep goes on where it was.
"""

from typing import Final

from service.domain.holders import store as holders
from service.domain.segments import store
from service.flows.steps.context import EARLIEST, Context
from service.rules.compile import Program

PART: Final = 20_000  # members marked in one transaction


async def sweep_members(ctx: Context) -> int:
    """One part of the oldest sweep that is not done; answers how many were marked."""
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        done = await store.swept(tx)
        for before, program in _pairs(ctx):
            if program.version in done or program.effective_from > now:
                continue
            if _belongings(before) != _belongings(program):
                at = max(program.effective_from, EARLIEST)
                return await store.sweep(tx, program.version, at, now, PART)
    return 0


def _pairs(ctx: Context) -> list[tuple[Program | None, Program]]:
    compiled = ctx.programs.compiled
    return list(zip([None, *compiled], compiled, strict=False))


def _belongings(program: Program | None) -> object:
    """What of a version decides who belongs to what, besides what segments and clubs are called."""
    if program is None:
        return ((), ())
    document = program.document
    return (
        tuple(sorted((one.number, repr(one.when)) for one in document.segments)),
        tuple(
            sorted((one.number, repr(rule)) for one in document.clubs if (rule := one.by_rule()))
        ),
    )
