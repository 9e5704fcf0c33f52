"""What a purchase takes of what is scarce: units, uses of coupons, shares of budgets it had held.

Units are redeemed in memory before anything is earned: nobody pays with what the purchase earns.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from service.domain.budgets import store as budgets
from service.domain.coupons import store as coupons
from service.domain.coupons.types import NewCoupon, Use
from service.domain.events.catalog import PointsRedeemed
from service.domain.holds import store as holds
from service.domain.holds.types import units_of
from service.domain.purchases import overruns
from service.domain.purchases.overruns import OverrunKind
from service.domain.wallets.entries import Op
from service.domain.wallets.redeemed import redemption_id
from service.flows.steps.checkout import (
    holding,
    paying_by_card,
)
from service.flows.steps.checkout.purchase import Item, RunAgain
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.returns.restoring import Scarce
from service.flows.steps.returns.undeserved import Given, new_coupon
from service.infra.db import Tx
from service.rules.coupons import PREFIX
from service.rules.decision import Decision
from service.rules.grants import used


async def take_shares(tx: Tx, items: Sequence[Item]) -> None:
    """Shares of budgets that holds had, and what was given away beyond: before any natural key.

    RunAgain: somebody found a hold overdue this moment, and has what was kept.
    """
    for item in items:
        for template, times in Counter(_short(item)).items():
            item.overruns.add(OverrunKind.COUPON, template, times)
    pinning = [item for item in items if item.hold is not None and item.pins]
    if any(_lost_a_code(item) for item in pinning):
        raise RunAgain
    await holding.use_up(tx, [item.hold for item in pinning if item.hold is not None])
    beyond = sorted(
        (name, n, units)
        for n, item in enumerate(items)
        for name, units in _given_already(item).items()
    )
    for name, n, units in beyond:
        short = await budgets.take_anyway(tx, name, units)
        if short:
            kind = OverrunKind.COUPON if name.startswith(PREFIX) else OverrunKind.BUDGET
            items[n].overruns.add(kind, name.removeprefix(PREFIX), short)


def _lost_a_code(item: Item) -> bool:
    """A code that was kept for it has no use left: its open hold would count as one more."""
    return any(item.coupons[position][1] for position in item.decided.decision.coupons)


def _short(item: Item) -> Iterator[str]:
    """Templates of coupons that were not there any more, one by one."""
    if item.hold is not None and item.pins:
        return  # they were kept for it
    decision, facts = item.decided.decision, item.decided.facts
    for position in decision.coupons:
        template = item.program.coupons[facts.coupons[position].template or ""].template
        if position in item.short or (
            template.cap is not None and template.cap not in decision.caps
        ):
            yield template.id


def _given_already(item: Item) -> dict[str, int]:
    """What a hold that is over had been granted, and others may have by now: name -> units."""
    if item.hold is not None and item.pins:
        return {}
    return used(item.program, item.decided.decision) if item.pins else {}


def redeem(ctx: Context, item: Item) -> None:
    """Take the units of the decision, those held for it first, and tell it in an event."""
    work = item.work
    held = units_of(item.hold.items) if item.hold is not None and item.pins else {}
    op = Op(redemption_id(item.purchase_id))
    work.mark()
    for paid in item.decided.decision.paid:
        number = item.program.wallets[paid.wallet].number
        done = work.books[number].redeem(
            op,
            paid.units,
            at=item.occurred_at,
            held=held.get(number, ()),
            overrun=item.has_happened,
        )
        item.captured[number] = done.captured
        item.redeemed[number] = done
        if done.owed:
            item.overruns.add(OverrunKind.POINTS, paid.wallet, done.owed)
    work.collect(item.actor, item.body.store)
    changes = work.changes(ctx.programs)
    if changes:
        work.emit(PointsRedeemed(operation_id=op.op_id, changes=changes), item.occurred_at)


def scarce(item: Item) -> Scarce:
    """The same for returns that waited for the purchase: what it gave nobody has used yet."""
    used = {use.position: use for use in _uses(item)}
    return Scarce(redeemed=item.redeemed, used=used, given=Given(fresh=True))


async def write(tx: Tx, ctx: Context, items: Sequence[Item]) -> None:
    """Uses of coupons, coupons issued, and how the holds ended."""
    uses = [use for item in items for use in _uses(item)]
    counted = [use.digest for use in uses if use.digest is not None and not use.overrun]
    if counted:
        await coupons.use(tx, counted)
    if uses:
        await coupons.record_uses(tx, uses)
    issued = [one for item in items for one in _issued(item, item.decided.decision)]
    if issued:
        await coupons.issue(tx, ctx.secret, issued, tx.now or EARLIEST)
    closings = [one for item in items if (one := holding.captured(item, item.captured))]
    closings += [one for item in items for one in paying_by_card.captured(item)]
    if closings:
        await holds.close(tx, closings)
    await paying_by_card.write(tx, items)
    await overruns.insert(tx, [(i.purchase, one) for i in items for one in i.overruns.all()])


def _uses(item: Item) -> Iterator[Use]:
    decision, facts = item.decided.decision, item.decided.facts
    for position in decision.coupons:
        template = facts.coupons[position].template
        row, beyond = item.coupons[position]
        if template is None:
            raise AssertionError("an unknown coupon was applied")
        cap = item.program.coupons[template].template.cap
        yield Use(
            holder_id=item.work.holder.holder_id,
            template=template,
            occurred_at=item.occurred_at,
            purchase_id=item.purchase_id,
            position=position,
            digest=row.digest if row is not None else None,
            overrun=beyond or (cap is not None and cap not in decision.caps),
        )


async def issue(tx: Tx, ctx: Context, item: Item, kept: Decision) -> None:
    """The coupons of a purchase that is claimed: those it keeps after what came back before."""
    issued = list(_issued(item, kept))
    if issued:
        await coupons.issue(tx, ctx.secret, issued, tx.now or EARLIEST)


def _issued(item: Item, kept: Decision) -> Iterator[NewCoupon]:
    """By their place in the decision; of equal ones the first are kept."""
    left = list(kept.issued)
    for n, one in enumerate(item.decided.decision.issued):
        if one not in left:
            continue
        left.remove(one)
        yield new_coupon(item.work.holder.holder_id, item.earned_by, n, one, item.program)
