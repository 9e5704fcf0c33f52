"""From decided occasions to rows: lots, floors, coupons, badges, offers, uses, runs and events."""

from collections.abc import Sequence
from typing import Final

from service.domain.coupons import store as coupons
from service.domain.events.catalog import PointsEarned
from service.domain.events.occasions import TriggerFired
from service.domain.occasions import store as occasions
from service.domain.occasions.types import TriggerRun
from service.domain.purchases import store as purchases
from service.domain.purchases.stored import effects, given, movements
from service.domain.tiers.types import FloorRow
from service.domain.wallets.entries import Op
from service.domain.wallets.types import Reason
from service.flows.steps import tiers
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.occasions import giving
from service.flows.steps.occasions.giving import Gift
from service.flows.steps.occasions.run import RULES, Asking
from service.flows.steps.returns.undeserved import new_coupon
from service.infra.db import Tx
from service.kernel.values import AlsoGiven
from service.rules.decision import ENGINE, Decision

NOTHING: Final = Decision()


async def post(tx: Tx, ctx: Context, decided: Sequence[Asking]) -> None:
    """Give what was decided, in the books and standings of the runs, and write down that it was."""
    for one in decided:
        _earn(ctx, one)
    await occasions.insert(tx, [_row(one) for one in decided])
    uses = [
        (one.run.work.holder.holder_id, rule, one.facts.at, one.op_id)
        for one in decided
        for rule in one.decision.uses
    ]
    if uses:
        await purchases.add_uses(tx, uses)
    issued = [
        new_coupon(one.run.work.holder.holder_id, one.op_id, n, coupon, one.program)
        for one in decided
        for n, coupon in enumerate(one.decision.issued)
    ]
    if issued:
        await coupons.issue(tx, ctx.secret, issued, tx.now or EARLIEST)
    gifts = [Gift(o.run, o.op_id, o.program, o.decision, o.facts.at) for o in decided]
    await giving.give(tx, ctx, gifts)


def _earn(ctx: Context, one: Asking) -> None:
    """Units, tiers, and the events; nothing is told of an occasion that gave nothing."""
    work, decision, at = one.run.work, one.decision, one.facts.at
    if not gives(decision):
        return
    work.mark()
    op = Op(one.op_id)
    for award in decision.awards:
        work.books[one.program.wallets[award.wallet].number].earn(
            op,
            award.points,
            reason=Reason.GRANTED,
            occurred_at=at,
            earned_at=at,
            available_at=award.available_at,
            expires_at=award.expires_at,
            origin_holder=work.holder.holder_id,
            origin_op=one.op_id,
        )
    work.collect(RULES, None)
    _climb(one)
    _tell(ctx, one)


def gives(decision: Decision) -> bool:
    """Some rule had an effect."""
    return decision != NOTHING


def _climb(one: Asking) -> None:
    decision, at = one.decision, one.facts.at
    earned = decision.earned()
    for ladder_id, standing in one.run.standings.items():
        for floor in decision.floors:
            if floor.ladder == ladder_id:
                row = FloorRow(one.op_id, floor.rule, at, floor.until_at, floor.tier)
                standing.add_floor(row)
        amount = tiers.contribution(standing, earned, 0)
        if amount:
            standing.contribute(at, amount, one.run.work.at)


def _tell(ctx: Context, one: Asking) -> None:
    work, decision = one.run.work, one.decision
    also = AlsoGiven(
        operation_id=one.op_id,
        trigger=one.occasion.key(),
        earned=movements(decision),
        effects=effects(decision),
        issued=given(one.op_id, decision),
    )
    one.run.also.append(also)
    work.emit(
        TriggerFired(
            operation_id=one.op_id,
            trigger=also.trigger,
            program_version=one.program.version,
            occurred_at=one.occasion.at,
            cause_id=one.cause,
            earned=also.earned,
            effects=also.effects,
            issued=also.issued,
        ),
        one.facts.at,
    )
    changes = work.changes(ctx.programs)
    if changes:
        event = PointsEarned(operation_id=one.op_id, changes=changes, lots=also.earned)
        work.emit(event, one.facts.at)


def _row(one: Asking) -> TriggerRun:
    holder_id, trigger, ref = one.key
    return TriggerRun(
        holder_id=holder_id,
        trigger=trigger,
        ref=ref,
        op_id=one.op_id,
        program_version=one.program.version,
        engine=ENGINE,
        occurred_at=one.occasion.at,
        recorded_at=one.run.work.now,
        cause=one.cause,
        facts=one.facts,
        decision=one.decision,
    )
