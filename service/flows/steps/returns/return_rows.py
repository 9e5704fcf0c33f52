"""Rows of returns that were applied: what they change but the wallets, which go last."""

from collections.abc import Sequence

from service.domain.budgets import store as budgets
from service.domain.purchases import store as purchases
from service.domain.returns import store as returns
from service.flows.steps.budgets import used
from service.flows.steps.context import Context
from service.flows.steps.returns import refunding, restoring, unfounded
from service.flows.steps.returns.returning import Returning
from service.infra.db import Tx
from service.rules.compile import Program
from service.rules.decision import Decision
from service.rules.kept import remainder


async def write(tx: Tx, ctx: Context, done: Sequence[Returning], *, parked: bool) -> None:
    """Write the returns and what they change but the wallets; slots before other rows."""
    await restoring.write(tx, [(r.work, r.restored, r.actor) for r in done])
    await refunding.write(tx, [(r.cards, r.refund, r.actor) for r in done])
    changed_budgets = [(r.program, r.before, r.remaining) for r in done]
    changed_budgets += [
        (ctx.programs.version(one.run.program_version), one.run.decision, Decision())
        for r in done
        for one in r.undone
    ]
    await give_budget_back(tx, changed_budgets)
    for r in done:
        await unfounded.write(tx, ctx, r.unfounded, r.brought, r.undone, r.purchase, r.remaining)
    last = {r.purchase.purchase_id: r for r in done}  # a purchase's last return has it all
    await purchases.update_returned(
        tx,
        [(r.purchase, remainder(r.purchase.priced(), r.purchase.returned), r.purchase.returned)
         for r in last.values()],
    )  # fmt: skip
    rows = [r.row for r in done if r.row is not None]
    await returns.insert(tx, rows)
    if parked:
        keys = [((r.body.channel, r.body.external_id), r.return_id, r.work.holder.holder_id)
                for r in done]  # fmt: skip
        await returns.settle_keys(tx, keys)
    changed = [
        (r.work.holder.holder_id, purchase_id, number, kept)
        for r in last.values()
        for (purchase_id, number), kept in r.kept.items()
        if purchase_id == r.purchase.purchase_id
    ]
    if changed:
        await returns.write_kept(tx, changed)
    await _write_uses(tx, done)


async def give_budget_back(tx: Tx, changed: Sequence[tuple[Program, Decision, Decision]]) -> None:
    """Budgets get what was granted before and is not kept after, campaigns in order."""
    back: dict[str, int] = {}
    for program, kept_before, kept_after in changed:
        before, after = used(program, kept_before), used(program, kept_after)
        for campaign in before.keys() | after.keys():
            less = before.get(campaign, 0) - after.get(campaign, 0)
            back[campaign] = back.get(campaign, 0) + less
    for campaign, units in sorted(back.items()):
        if units:
            await budgets.give_back(tx, campaign, units)


async def _write_uses(tx: Tx, done: Sequence[Returning]) -> None:
    given_back: list[purchases.Use] = []
    again: list[purchases.Use] = []
    for r in done:
        before, after = set(r.before.uses), set(r.remaining.uses)
        use = (r.work.holder.holder_id, r.purchase.occurred_at, r.purchase.purchase_id)
        given_back += [(use[0], rule, use[1], use[2]) for rule in sorted(before - after)]
        again += [(use[0], rule, use[1], use[2]) for rule in sorted(after - before)]
    if given_back:
        await purchases.remove_uses(tx, given_back)
    if again:
        await purchases.add_uses(tx, again)
