"""After an import members are settled to now: what fell due since their last purchase."""

from collections.abc import Callable

from service.domain.holders import store as holders
from service.flows.members.settle_holders import settle_holders
from service.flows.occasions.run_occasions import run_occasions
from service.flows.segments.look_again import look_again
from service.flows.steps.context import EARLIEST, Context

HOLDERS_MAX = 200  # in one transaction
LISTED_MAX = 1_000_000


async def settle_all(ctx: Context, report: Callable[[int, int], None]) -> int:
    """Settle whoever has something due and is free; answers how many."""
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        due = await holders.list_due(tx, tx.now or EARLIEST, LISTED_MAX)
    settled = 0
    for start in range(0, len(due), HOLDERS_MAX):
        settled += await settle_holders(ctx, due[start : start + HOLDERS_MAX])
        report(min(start + HOLDERS_MAX, len(due)), len(due))
    await _look_around(ctx)
    return settled


async def _look_around(ctx: Context) -> None:
    """Segments and clubs as of now, and what rules give for what happened; nothing is left."""
    while await look_again(ctx) or await run_occasions(ctx):
        pass
