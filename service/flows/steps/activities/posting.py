"""From locked activities to rows: natural keys, activities, what rules make of them, events."""

from collections.abc import Sequence

from service.domain.activities import store as activities
from service.domain.events.outbox import Outbox
from service.flows.steps import tiers, wallets
from service.flows.steps.activities.item import Item
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import Context
from service.flows.steps.occasions import chain
from service.flows.steps.occasions.run import Run
from service.flows.steps.settling import settle
from service.flows.steps.standing import Standings
from service.infra.db import Tx


async def post(tx: Tx, ctx: Context, items: Sequence[Item]) -> None:
    """Write the batch; RunAgain when somebody else was first with one of the natural keys."""
    if not items:
        return
    works = [item.work for item in items]
    standings = await settle(tx, ctx, works)
    for item in items:
        item.make()
    await activities.insert(tx, [(item.activity, item.actor) for item in items])
    runs = [_run(item, standings) for item in items]
    await chain.run(tx, ctx, runs)  # budgets before natural keys: the one order of locks
    await _claim(tx, items)
    await tiers.write(tx, standings | chain.standings_of(runs))
    await wallets.write(tx, works)
    await Outbox.of(work.outbox for work in works).write(tx)


def _run(item: Item, standings: Standings) -> Run:
    return Run(item.work, standings.get(item.work.holder.holder_id, {}), item.activity_id)


async def _claim(tx: Tx, items: Sequence[Item]) -> None:
    won = await activities.claim_keys(
        tx,
        [
            ((i.body.source, i.body.external_id), i.activity_id, i.work.holder.holder_id, i.fp)
            for i in items
        ],
    )
    if len(won) < len(items):
        raise RunAgain
