"""Asking for what needs a second person, and how it is shown."""

import datetime as dt
from typing import Any, Final

import msgspec

from service.domain.approvals import store
from service.domain.approvals.types import (
    Approval,
    ApprovalView,
    AskedAdjustment,
    Kind,
    State,
    Why,
)
from service.domain.events.approvals import ApprovalAsked
from service.domain.holders import store as holders
from service.flows.steps.context import Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor, ActorKind
from service.kernel.calendar import shift
from service.kernel.ids import new_id
from service.kernel.values import Balance

_KINDS: Final[dict[type[msgspec.Struct], Kind]] = {AskedAdjustment: Kind.ADJUSTMENT}
_asked_adjustment: Final = msgspec.json.Decoder(AskedAdjustment)


async def ask(
    tx: Tx, ctx: Context, work: Work, wanted: AskedAdjustment, why: Why, actor: Actor
) -> ApprovalView:
    """It waits from now on; but for the event nothing of the member changes."""
    waits = ctx.programs.at(work.now).document.staff.approve_for
    asked = Approval(
        holder_id=work.holder.holder_id,
        approval_id=new_id(),
        kind=_KINDS[type(wanted)],
        state=State.OPEN,
        body=msgspec.json.encode(wanted),
        why=why,
        actor_kind=int(actor.kind),
        actor_id=actor.id,
        client_id=actor.client_id,
        store=actor.store,
        device=actor.device,
        asked_at=work.now,
        due_at=shift(work.now, waits, ctx.programs.tz),
    )
    event = ApprovalAsked(
        approval_id=asked.approval_id, kind=asked.kind.name.lower(), due_at=asked.due_at
    )
    work.emit(event, asked.asked_at)
    await store.insert(tx, asked)
    await holders.update(tx, [work.holder])
    await work.outbox.write(tx)
    return view(asked, asked.asked_at)


def adjustment(asked: Approval) -> AskedAdjustment:
    """What is asked for, of the kind adjustment."""
    return _asked_adjustment.decode(asked.body)


def _asked(row: Approval) -> dict[str, Any]:
    match row.kind:
        case Kind.ADJUSTMENT:
            return {"adjustment": adjustment(row)}


def may_see(actor: Actor, asked: Approval) -> bool:
    """Who is bound to a store sees what was asked for there, others see everything."""
    return actor.store in {None, asked.store}


def who_asked(asked: Approval) -> Actor:
    """Whose the operation is, and where it was asked for."""
    return Actor(
        kind=ActorKind(asked.actor_kind),
        id=asked.actor_id,
        client_id=asked.client_id,
        store=asked.store,
        device=asked.device,
    )


def view(
    row: Approval, now: dt.datetime, wallets: dict[str, Balance] | None = None
) -> ApprovalView:
    """As it stands at an instant; `wallets`: balances after it was done."""
    return ApprovalView(
        id=row.approval_id,
        member_id=row.holder_id,
        kind=row.kind.name.lower(),
        state=row.standing(now),
        why=row.why.name.lower(),
        **_asked(row),
        asked_by=f"{ActorKind(row.actor_kind).name.lower()}:{row.actor_id}",
        asked_at=row.asked_at,
        due_at=row.due_at,
        store=row.store,
        device=row.device,
        decided_by=None if row.decided_by is None else f"staff:{row.decided_by}",
        decided_at=row.decided_at,
        reason=row.note,
        operation_id=row.op_id,
        wallets=wallets or {},
    )
