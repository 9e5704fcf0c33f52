"""A purchase goes from one member to another: what the old one had of it is taken back.

As by a return of all of it, but that it stays as it was sold: its prices, the public coupons used
on it and what budgets paid for both are not touched. What it gave the old member and was used
meanwhile stays used, and is told with its worth.
"""

import uuid
from collections.abc import Sequence

import msgspec

from service.domain.budgets import store as budgets
from service.domain.coupons import store as coupons
from service.domain.events.catalog import PointsReversed, PurchaseReassigned
from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder
from service.domain.operations import store as operation_rows
from service.domain.purchases import moves
from service.domain.purchases import store as purchases
from service.domain.purchases.errors import PurchaseBound
from service.domain.purchases.moves import Move
from service.domain.purchases.stored import Flag, Purchase
from service.domain.purchases.types import MovedFrom
from service.domain.returns import store as returns
from service.domain.returns.content import all_left
from service.domain.wallets.entries import Op
from service.flows.steps import (
    facts,
    tiers,
    wallets,
)
from service.flows.steps.budgets import used
from service.flows.steps.checkout.purchase import Item
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.facts import Asked
from service.flows.steps.purchases import crediting
from service.flows.steps.purchases.crediting import Credited
from service.flows.steps.reconsidering.reconsider import reconsider
from service.flows.steps.returns import (
    hindsight,
    restoring,
    return_rows,
    returning,
    undeserved,
    unfounded,
)
from service.flows.steps.returns.restoring import Restored, Scarce
from service.flows.steps.returns.undeserved import Change
from service.flows.steps.returns.unfounded import Brought, Undone
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.ids import new_id
from service.kernel.values import Movement
from service.rules.compile import Program
from service.rules.decision import Decision
from service.rules.document import Shortfall


class Leaving(msgspec.Struct):
    """A purchase on its way from its old member, whose work it is.

    `before`: what was kept of it; `kept`: wallet number -> that in units; `expired`: wallet number
    -> units of its own lots that expired. `taken`: what is taken back.
    """

    work: Work
    program: Program
    purchase: Purchase
    move: Move
    standings: dict[str, Standing]
    before: Decision
    kept: dict[int, returns.Kept]
    expired: dict[int, int]
    scarce: Scarce
    restored: Restored = msgspec.field(default_factory=Restored)
    taken: tuple[Movement, ...] = ()
    brought: Brought = msgspec.field(default_factory=Brought)
    undone: Sequence[Undone] = ()


def check(ctx: Context, purchase: Purchase) -> None:
    """PurchaseBound when something of it is its member's own and cannot become another's."""
    program = ctx.programs.version(purchase.program_version)
    presented = purchase.facts.coupons
    templates = [presented[n].template or "" for n in purchase.decision.coupons]
    if purchase.decision.paid:
        raise PurchaseBound(reason="paid_with_units")
    if any(program.coupons[template].template.personal for template in templates):
        raise PurchaseBound(reason="personal_coupon")
    if purchase.hold_id is not None:
        raise PurchaseBound(reason="captured_hold")


async def move(
    tx: Tx, ctx: Context, old: Holder, new: Holder, purchase: Purchase, actor: Actor, note: str
) -> MovedFrom:
    """Move it between members that are locked, by the rules of its own day for the new one."""
    now, outbox = tx.now or EARLIEST, Outbox()
    leaving = await _load(tx, ctx, Work(old, now, now, outbox), purchase, new.holder_id)
    told = _reassigned(leaving)
    leaving.work.emit(told, leaving.work.at)
    _take_back(ctx, leaving, actor)
    await _give_budgets_back(tx, ctx, leaving)
    item = _item(ctx, leaving, Work(new, now, now, outbox), actor)
    item.work.emit(told, item.work.at)
    credited = await crediting.credit(
        tx, ctx, item, purchase, leaving.before, purchase.flags & Flag.CLAIMED
    )
    await _write(tx, ctx, leaving, credited, actor)
    await crediting.write(tx, ctx, credited)
    if leaving.brought.baseless:
        await reconsider(tx, ctx, [leaving.work], {old.holder_id: leaving.standings})
    await _keep_record(tx, leaving, item, actor, note)
    await wallets.write(tx, [leaving.work, item.work])
    await outbox.write(tx)
    return MovedFrom(
        member_id=old.holder_id,
        reversed=leaving.taken,
        coupons_void=told.coupons_void,
        unrecovered=told.unrecovered,
    )


async def _load(
    tx: Tx, ctx: Context, work: Work, purchase: Purchase, to_holder: uuid.UUID
) -> Leaving:
    """Its coupons are locked here: after the holders, before any slot."""
    program = ctx.programs.version(purchase.program_version)
    holder_id, at = work.holder.holder_id, purchase.occurred_at
    await wallets.load(tx, ctx, [work])
    runs = await unfounded.runs_of(tx, ctx, [(work, purchase)])
    operations = [purchase.earned_by, *(run.op_id for own in runs.values() for run in own)]
    await wallets.load_lots(tx, [work], operations)
    people = await facts.load_members(tx, ctx, [Asked(work, program, at)])
    standings = await tiers.load(tx, ctx, [(work, at)], people, replay=True)
    scarce = await restoring.load(tx, ctx, [(work, purchase)])
    kept = await returns.kept(tx, [holder_id], [purchase.purchase_id])
    lapsed = await wallets.lapsed(tx, [work], operations)
    brought = await unfounded.load(tx, ctx, [(work, purchase)], runs, lapsed)
    leaving = Leaving(
        work=work,
        program=program,
        purchase=purchase,
        move=Move(
            holder_id=holder_id,
            op_id=new_id(),
            purchase_id=purchase.purchase_id,
            earned_by=purchase.earned_by,
            to_holder=to_holder,
            to_op=new_id(),
        ),
        standings=standings.get(holder_id, {}),
        before=crediting.kept_of(ctx, purchase),
        kept={number: units for (_, number), units in kept.items()},
        expired={n: units for (op, n), units in lapsed.items() if op == purchase.earned_by},
        scarce=scarce[purchase.purchase_id],
        brought=brought[purchase.purchase_id],
    )
    stays = Decision(coupons=leaving.before.coupons)  # those used on it go along
    whole = [asked + back for asked, back in zip(
        all_left(purchase.cart, purchase.returned), purchase.returned, strict=True
    )]  # fmt: skip
    await hindsight.look_back(tx, ctx, work, purchase, whole, leaving.brought, standings)
    leaving.restored = restoring.plan(
        ctx, purchase, leaving.scarce, (leaving.before, stays), _change(leaving)
    )
    return leaving


def _change(leaving: Leaving) -> Change:
    return Change(leaving.move.op_id, leaving.work, leaving.program, leaving.work.at)


def _reassigned(leaving: Leaving) -> PurchaseReassigned:
    taken = leaving.restored.gifts.taken
    return PurchaseReassigned(
        purchase_id=leaving.purchase.purchase_id,
        member_id=leaving.move.to_holder,
        from_member_id=leaving.move.holder_id,
        coupons_void=tuple(one.id for one in taken if one.recovered),
        unrecovered={str(one.id): one.value for one in taken if not one.recovered},
    )


def _take_back(ctx: Context, leaving: Leaving, actor: Actor) -> None:
    """What is still kept of each wallet, as by a return of all of it."""
    work, purchase, op = leaving.work, leaving.purchase, Op(leaving.move.op_id)
    work.mark()
    taken = []
    for wallet_id, earned in purchase.decision.earned().items():
        wallet = leaving.program.wallets[wallet_id]
        now = leaving.kept.get(wallet.number, returns.Kept(earned, earned, 0))
        if not now.kept:
            continue
        work.books[wallet.number].claw_back(
            op,
            now.kept,
            origin_op=purchase.earned_by,
            lapsed_left=max(0, leaving.expired.get(wallet.number, 0) - now.lapsed),
            at=purchase.occurred_at if wallet.qualifying else work.at,
            exact=wallet.qualifying,
            clamp=wallet.shortfall is Shortfall.CLAMP,
        )
        taken.append(Movement(wallet=wallet_id, amount=now.kept))
    leaving.taken = tuple(taken)
    undeserved.recover(leaving.scarce.given, leaving.restored.gifts, _change(leaving))
    work.collect(actor, actor.store)
    returning.uncount(leaving.standings, purchase, leaving.before, Decision(), work.at, net=0)
    changes = work.changes(ctx.programs)
    if changes:
        event = PointsReversed(
            operation_id=leaving.move.op_id, purchase_id=purchase.purchase_id, changes=changes
        )
        work.emit(event, work.at)
    leaving.undone = unfounded.undo(ctx, leaving.brought, _unfounded(leaving, actor))
    unfounded.tell(leaving.undone, purchase.purchase_id, _unfounded(leaving, actor))
    tiers.emit_changes(leaving.standings)


def _unfounded(leaving: Leaving, actor: Actor) -> unfounded.Change:
    work, by = leaving.work, leaving.move.op_id
    return unfounded.Change(by, work, leaving.standings, work.at, actor, actor.store)


async def _give_budgets_back(tx: Tx, ctx: Context, leaving: Leaving) -> None:
    """What the old member's units and coupons took; the new one's are asked anew."""
    runs = [one.run for one in leaving.undone]
    taken = [(ctx.programs.version(run.program_version), run.decision) for run in runs]
    await return_rows.give_budget_back(tx, [(*one, Decision()) for one in taken])
    stays = crediting.had_of(leaving.program, leaving.purchase.decision, leaving.purchase.facts)
    for name, units in sorted(used(leaving.program, leaving.before).items()):
        if name not in stays:
            await budgets.give_back(tx, name, units)


def _item(ctx: Context, leaving: Leaving, work: Work, actor: Actor) -> Item:
    item = crediting.item_of(ctx, work, leaving.purchase, actor)
    item.moved_by = leaving.move.to_op
    return item


async def _write(tx: Tx, ctx: Context, leaving: Leaving, credited: Credited, actor: Actor) -> None:
    """What the old member has of it no more; before it is the new one's."""
    purchase, work = leaving.purchase, leaving.work
    await restoring.write(tx, [(work, leaving.restored, actor)])
    change = _unfounded(leaving, actor)
    await unfounded.write(tx, ctx, change, leaving.brought, leaving.undone, purchase, Decision())
    lost = set(leaving.before.coupons) - set(credited.rest.coupons)
    without_effect = [use for n, use in leaving.scarce.used.items() if n in lost]
    await coupons.give_back(tx, without_effect, work.now)
    uses = [
        (work.holder.holder_id, rule, purchase.occurred_at, purchase.purchase_id)
        for rule in leaving.before.uses
    ]
    if uses:
        await purchases.remove_uses(tx, uses)
    await returns.forget_kept(tx, work.holder.holder_id, purchase.purchase_id)
    await tiers.write(tx, {work.holder.holder_id: leaving.standings} if leaving.standings else {})


async def _keep_record(tx: Tx, leaving: Leaving, item: Item, actor: Actor, note: str) -> None:
    """An operation with each of the two, and which entries of the old one were the purchase's."""
    one = leaving.move
    both = [(one.holder_id, one.op_id), (one.to_holder, one.to_op)]
    now = max(leaving.work.now, item.work.now)
    await operation_rows.insert_many(tx, both, note, actor, now, operation_rows.Kind.MOVED)
    await moves.insert(tx, one)
