"""What has fallen due is posted and told before all else: lots, holds, ends of tiers."""

from collections.abc import Sequence

from service.flows.steps import tiers, wallets
from service.flows.steps.context import Context
from service.flows.steps.facts import Asked, load_members
from service.flows.steps.standing import Standings
from service.flows.steps.work import Work
from service.infra.db import Tx


async def settle(tx: Tx, ctx: Context, works: Sequence[Work]) -> Standings:
    """Load the books and settle each work up to its `at`; where those stand who were due.

    The caller writes the wallets and, by `tiers.write`, what is answered here.
    """
    due = [work for work in works if work.holder.is_due(work.at)]
    await wallets.load(tx, ctx, works)
    if not due:
        return {}
    asked = [Asked(work, ctx.programs.at(work.at), work.at) for work in due]
    people = await load_members(tx, ctx, asked)
    standings = await tiers.load(tx, ctx, [(work, work.at) for work in due], people)
    for of_holder in standings.values():
        tiers.emit_changes(of_holder)
    return standings
