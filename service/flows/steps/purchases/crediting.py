"""A purchase that is told to be a member's only after it was recorded: credited by its own day.

One of nobody known that is claimed or attached, and one that moves from another member. Its prices
are not decided again, nor what had been scarce for them; what it earns is. What came back of it
meanwhile is left out.
"""

import datetime as dt
from typing import Final, NamedTuple

import msgspec

from service.domain.budgets import store as budgets
from service.domain.coupons import store as coupons
from service.domain.events.catalog import PointsReversed, PurchaseReassigned
from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder
from service.domain.operations import store as operations
from service.domain.purchases import overruns
from service.domain.purchases import store as purchases
from service.domain.purchases.stored import Flag, Purchase
from service.domain.purchases.types import RecordPurchase
from service.domain.returns import store as returns
from service.domain.wallets.entries import Op
from service.flows.steps import (
    tiers,
    wallets,
)
from service.flows.steps.budgets import used
from service.flows.steps.checkout import (
    activity,
    deciding,
    presenting_cards,
)
from service.flows.steps.checkout.purchase import Item
from service.flows.steps.context import Context
from service.flows.steps.purchases import (
    following,
    posting,
    spending,
)
from service.flows.steps.returns import returning
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.ids import derived_id
from service.rules.compile import Program
from service.rules.decide import decide
from service.rules.decision import Decision
from service.rules.document import Budget, BudgetUnit, Shortfall
from service.rules.facts import Facts, Unusable
from service.rules.kept import kept

NOTE: Final = "returned before it was claimed"
_STAYS: Final = Flag.OVERRUN | Flag.IDENTIFIER_CONFLICT | Flag.CLAIMED  # of the sale itself


class Credited(NamedTuple):
    """A purchase as it was, as it is for the member, and what of that is kept after returns."""

    item: Item
    old: Purchase
    new: Purchase
    rest: Decision


async def credit_one(
    tx: Tx,
    ctx: Context,
    member: Holder,
    unclaimed: Holder,
    old: Purchase,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Credit one purchase of an unclaimed holder to a member, by the rules of its day."""
    item = item_of(ctx, Work(member, now, now, Outbox()), old, actor)
    credited = await credit(tx, ctx, item, old, kept_of(ctx, old), Flag.CLAIMED)
    await write(tx, ctx, credited)
    gone = Work(unclaimed, now, now, item.work.outbox)
    gone.emit(PurchaseReassigned(purchase_id=old.purchase_id, member_id=member.holder_id), gone.now)
    await wallets.write(tx, [item.work, gone])
    await item.work.outbox.write(tx)
    member.old_settled_at = member.settled_at  # what was announced is not announced again


def kept_of(ctx: Context, purchase: Purchase) -> Decision:
    """What its holder keeps of it after what came back."""
    program = ctx.programs.version(purchase.program_version)
    return kept(program, purchase.cart, purchase.returned, purchase.facts, purchase.decision)


def item_of(ctx: Context, work: Work, old: Purchase, actor: Actor) -> Item:
    """The purchase on its way to the member of the work."""
    body = RecordPurchase(
        channel=old.channel,
        external_id=old.external_id,
        store=old.store,
        currency=old.cart.currency,
        lines=(),
    )
    program = ctx.programs.at(old.occurred_at)
    item = Item(0, actor, body, b"", None, old.occurred_at, program, old.cart)
    item.purchase_id = old.purchase_id
    item.awaited = any(old.returned)
    item.net = old.net
    item.charged_differs = Flag.CHARGED_DIFFERS in old.flags
    item.work = work
    item.frozen = old.decision.discounts
    item.presented = tuple(
        one if n in old.decision.coupons else msgspec.structs.replace(one, why=Unusable.UNKNOWN)
        for n, one in enumerate(old.facts.coupons)
    )
    item.cards_then = presenting_cards.as_paid(old.facts, old.decision)
    item.had = had_of(ctx.programs.version(old.program_version), old.decision, old.facts)
    return item


def had_of(program: Program, decision: Decision, facts: Facts) -> dict[str, int]:
    """What budgets gave for the prices, which are not decided again: name -> that.

    A budget of uses too, when some of them were discounts: its other rules get what is left of it.
    """
    presented = [facts.coupons[n].template or "" for n in decision.coupons]
    caps = {program.coupons[template].cap for template in presented}
    saving = {one.campaign for one in decision.discounts}
    saving = {n for n in saving & program.budgets.keys() if _counts_prices(program.budgets[n])}
    took = used(program, decision)
    return {name: took.get(name, 0) for name in (*caps, *saving) if name is not None}


def _counts_prices(budget: Budget) -> bool:
    return budget.unit is not BudgetUnit.POINTS


async def credit(
    tx: Tx, ctx: Context, item: Item, old: Purchase, before: Decision, flags: Flag
) -> Credited:
    """Decide it for the member and post it in memory; `before`: what was kept of it until now.

    The budgets have given what it takes: what `item.had` of them it had already.
    """
    await deciding.decide_all(tx, ctx, [item])
    _keep_to_had(item)
    await activity.prolong(tx, [item])
    posting.post_one(ctx, item, claimed=True)
    new = msgspec.structs.replace(
        item.purchase,
        flags=item.purchase.flags | old.flags & _STAYS | flags,
        net=old.net,
        quantity=old.quantity,
        returned=old.returned,
        outcome=msgspec.structs.replace(item.purchase.outcome, cards=old.outcome.cards),
    )
    rest = await _leave_out_returned(tx, ctx, item, new)
    credited = Credited(item, old, new, rest)
    await _settle_budgets(tx, ctx, credited, before)
    return credited


def _keep_to_had(item: Item) -> None:
    """Of a budget that paid for the prices there is no more than it gave for them."""
    decided = item.decided
    wants = decided.decision.demands
    if any(wants.get(name, 0) > units for name, units in item.had.items()):
        decided.decision = decide(item.program, item.cart, decided.facts)


async def _leave_out_returned(tx: Tx, ctx: Context, item: Item, new: Purchase) -> Decision:
    """Take back what the returned part would have earned; answers what is kept."""
    if not any(new.returned):
        return new.decision
    rest = kept(item.program, new.cart, new.returned, new.facts, new.decision)
    op = Op(derived_id(new.earned_by, NOTE))
    item.work.mark()
    keeps, rows = rest.earned(), []
    for wallet_id, earned in new.decision.earned().items():
        wallet = item.program.wallets[wallet_id]
        left = keeps.get(wallet_id, 0)
        book = item.work.books[wallet.number]
        at = new.occurred_at if wallet.qualifying else item.work.at
        expired = book.lapsed_of(new.earned_by)
        lapsed = book.claw_back(
            op, earned - left, origin_op=new.earned_by, lapsed_left=expired, at=at,
            exact=wallet.qualifying, clamp=wallet.shortfall is Shortfall.CLAMP,
        ) if earned > left else 0  # fmt: skip
        rows.append(
            (new.holder_id, new.purchase_id, wallet.number, returns.Kept(earned, left, lapsed))
        )
    item.work.collect(item.actor, new.store)
    changes = item.work.changes(ctx.programs)
    if changes:
        item.work.emit(
            PointsReversed(operation_id=op.op_id, purchase_id=new.purchase_id, changes=changes),
            item.work.at,
        )
    returning.uncount(item.standings, new, new.decision, rest, item.work.at)
    if op.line:
        await operations.insert(
            tx, new.holder_id, op.op_id, NOTE, item.actor, item.work.now, operations.Kind.CLAIM
        )
    await returns.write_kept(tx, rows)
    return rest


async def _settle_budgets(tx: Tx, ctx: Context, credited: Credited, before: Decision) -> None:
    """Budgets get back what they gave now and the returned part does not keep.

    Of what they had given before, only what is not kept any more: the rest came back with returns.
    """
    item, old = credited.item, credited.old
    had = used(ctx.programs.version(old.program_version), before)
    taken = {n: units for n, units in had.items() if n in item.had}
    taken.update(item.taken)
    keeps = used(item.program, credited.rest)
    for name in sorted(taken.keys() | keeps.keys()):
        less = taken.get(name, 0) - keeps.get(name, 0)
        if less:
            await budgets.give_back(tx, name, less)


async def write(tx: Tx, ctx: Context, credited: Credited) -> None:
    """The purchase is the member's, with all that goes along; but for wallets and events."""
    item, old, new, rest = credited
    holder_id = new.holder_id
    await purchases.reassign(tx, old, new)
    await overruns.move(tx, old.holder_id, old.purchase_id, holder_id)
    await coupons.move_uses(tx, old.holder_id, old.purchase_id, holder_id)
    await spending.issue(tx, ctx, item, rest)
    await purchases.move_keys(tx, [(old.channel, old.external_id)], holder_id)
    uses = [(holder_id, rule, old.occurred_at, old.purchase_id) for rule in rest.uses]
    if uses:
        await purchases.add_uses(tx, uses)
    item.purchase = new
    await following.follow(tx, ctx, [item], {item.purchase_id: rest}, claimed=True)
    tiers.emit_changes(item.standings)
    await tiers.write(tx, {holder_id: item.standings} if item.standings else {})
