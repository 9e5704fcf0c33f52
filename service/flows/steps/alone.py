"""Whether one of the staff may do something alone.

API keys of systems are no persons: what they may do is said by their scopes alone.
"""

from service.domain.approvals import store
from service.domain.approvals.errors import ReasonCodeNeeded, UnknownReasonCode
from service.domain.approvals.types import Why
from service.domain.wallets.types import Adjust
from service.flows.steps.context import Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor, ActorKind
from service.kernel.calendar import local
from service.rules.staff import AdjustAlone


async def why_not(
    tx: Tx, ctx: Context, work: Work, number: int, body: Adjust, actor: Actor
) -> Why | None:
    """Why the actor may not adjust alone; None: it may, and from now on its day counts it.

    By the program in force when it is recorded. ReasonCodeNeeded, UnknownReasonCode.
    """
    caps = _caps(ctx, work, number)
    _check_code(caps, body, actor)
    if actor.kind is not ActorKind.STAFF:
        return None
    if caps is None:
        return Why.NO_CAPS
    units = abs(body.amount)
    if units > caps.most:
        return Why.ABOVE_MAX
    day = local(work.now, ctx.programs.tz).date()
    counted = await store.take_alone(tx, actor.id, day, number, units, caps.per_day)
    return None if counted else Why.ABOVE_DAY_MAX


def _caps(ctx: Context, work: Work, number: int) -> AdjustAlone | None:
    wallet = ctx.programs.at(work.now).wallets_by_number.get(number)
    return None if wallet is None else wallet.adjust


def _check_code(caps: AdjustAlone | None, body: Adjust, actor: Actor) -> None:
    allowed = () if caps is None else caps.reasons
    if body.code is not None and body.code not in allowed:
        raise UnknownReasonCode(reason_code=body.code, allowed=allowed)
    if body.code is None and allowed and actor.kind is ActorKind.STAFF:
        raise ReasonCodeNeeded(allowed=allowed)
