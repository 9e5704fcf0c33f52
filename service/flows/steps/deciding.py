"""From locked purchases to decisions: load what the rules need, decide, ask the budgets."""

from collections.abc import Sequence

from service.flows.steps import budgets, facts, tiers, wallets
from service.flows.steps.context import Context
from service.flows.steps.facts import Asked
from service.flows.steps.purchase import Item
from service.infra.db import Tx
from service.rules.decide import decide


async def decide_all(tx: Tx, ctx: Context, items: Sequence[Item]) -> None:
    """Settle and load all holders, then decide each purchase in order of arrival."""
    if not items:
        return
    works = [item.work for item in items]
    asked = [Asked(item.work, item.program, item.occurred_at) for item in items]
    books, questions = wallets.ask(ctx, works), facts.Questions(ctx, asked)
    awaiting = [item.work for item in items if item.awaited and item.work.is_member]
    instants = [(item.work, item.occurred_at) for item in items]
    stored = tiers.Stored(ctx, instants, replay=bool(awaiting))
    await tx.ask_all([books, *stored.questions, *questions.all])
    await wallets.load(tx, ctx, works, books)
    if awaiting:  # their returns will take lots
        await wallets.load_lots(tx, awaiting, [])
    standings = await tiers.load(
        tx, ctx, instants, questions.people, replay=bool(awaiting), stored=stored
    )
    for item, of_one in zip(items, questions.facts(standings), strict=True):
        item.standings = standings.get(item.work.holder.holder_id, {})
        item.decide_with(of_one, decide(item.program, item.cart, of_one))
    await budgets.grant(tx, [item.decided for item in items])
