"""What a purchase brings about besides what it earns: badges, offers, and all that follows of them.

A tier it lifts, a club it opens are decided in its transaction (occasions/chain.py). The receipt
and the event say what was given for them, and show wallets and tiers after all of it.
"""

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from service.domain.events.catalog import PurchaseRecorded
from service.domain.purchases import store as purchases
from service.domain.purchases.stored import applied, effects, given, movements, redeemed
from service.flows.steps import tiers
from service.flows.steps.checkout.purchase import Item
from service.flows.steps.context import Context
from service.flows.steps.occasions import chain, giving
from service.flows.steps.occasions.giving import Gift
from service.flows.steps.occasions.run import Run
from service.infra.db import Tx
from service.rules.decision import Decision


def may_follow(ctx: Context, item: Item) -> bool:
    """Its event waits until all is known; else nothing can change what it says."""
    decision = item.decided.decision
    gives = decision.badges or decision.invites or decision.told
    return bool(ctx.programs.triggers or item.program.has_belonging or gives)


async def follow(
    tx: Tx,
    ctx: Context,
    items: Sequence[Item],
    remaining: Mapping[uuid.UUID, Decision],
    *,
    claimed: bool = False,
) -> list[Run]:
    """Give and decide all that follows; the purchases, whose rows are written, show it.

    `remaining`: of those of which something came back already, what they still give.
    """
    runs = [Run(item.work, item.standings, item.purchase_id) for item in items]
    gifts = [
        Gift(
            run,
            item.earned_by,
            item.program,
            remaining.get(item.purchase_id, item.decided.decision),
            item.work.at,
        )
        for item, run in zip(items, runs, strict=True)
        if item.number is not None
    ]
    await giving.give(tx, ctx, gifts)
    await chain.run(tx, ctx, runs)
    changed = [pair for pair in zip(items, runs, strict=True) if pair[1].is_changed]
    for item, run in changed:
        _show(ctx, item, run)
    if changed:
        await purchases.update_outcomes(tx, [item.purchase for item, _ in changed])
    for item in items:
        if item.number is not None:
            tell(item, claimed=claimed)
    return runs


def _show(ctx: Context, item: Item, run: Run) -> None:
    item.purchase = msgspec.structs.replace(
        item.purchase,
        outcome=msgspec.structs.replace(
            item.purchase.outcome,
            wallets=item.work.balances(ctx.programs),
            tier=tiers.shown(item.standings, item.work.at),
            also=tuple(run.also),
            badges=tuple(run.badges),
            clubs=run.clubs,
        ),
    )


def tell(item: Item, *, claimed: bool = False) -> None:
    """The event of the purchase, under the number that was kept for it."""
    work, purchase = item.work, item.purchase
    work.emit(
        PurchaseRecorded(
            purchase_id=purchase.purchase_id,
            member_id=work.holder.holder_id if work.is_member else None,
            channel=purchase.channel,
            external_id=purchase.external_id,
            store=purchase.store,
            occurred_at=purchase.occurred_at,
            currency=purchase.cart.currency,
            subtotal=purchase.cart.subtotal(),
            total=sum(line.paid() for line in purchase.priced().lines),
            program_version=purchase.program_version,
            earned=movements(purchase.decision),
            effects=effects(purchase.decision),
            redeemed=redeemed(purchase.decision),
            gift_cards=purchase.decision.by_cards(),
            coupons=applied(purchase.decision, purchase.facts),
            issued=given(purchase.earned_by, purchase.decision),
            also=purchase.outcome.also,
            badges=purchase.outcome.badges,
            clubs=purchase.outcome.clubs,
            overruns=item.overruns.told(),
            wallets=purchase.outcome.wallets,
            progress={name: s.progress(work.at) for name, s in item.standings.items()},
            claimed=claimed,
        ),
        purchase.occurred_at,
        item.number,
    )
