"""approve, refuse: a second person decides what one of the staff asked for.

What is approved is done by the balance and the rules of that moment. When it cannot be done any
more the answer says why, and it waits on. Decided again in the same way by the same person it stays
as it is.
"""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.access.errors import OwnWallet
from service.domain.approvals import store
from service.domain.approvals.errors import (
    ApprovalClosed,
    ApprovalNeedsAnother,
    ApprovalNeedsStaff,
    ApprovalNotFound,
)
from service.domain.approvals.types import Approval, ApprovalView, Kind, Standing, State
from service.domain.audit.acts import About, Act
from service.domain.events.approvals import ApprovalApproved, ApprovalRefused
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.staff import store as staff
from service.domain.wallets.types import Adjust
from service.flows.steps.auditing import Done, note
from service.flows.steps.checkout import apart
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.own import refuse_own
from service.flows.steps.staff import (
    adjusting,
    approvals,
)
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor, ActorKind
from service.kernel.answer import Answer
from service.kernel.values import Balance


class Command(msgspec.Struct, frozen=True):
    """An approval to decide; `refusal`: why it is refused, None: it is approved."""

    actor: Actor
    approval_id: uuid.UUID
    refusal: str | None = None


async def decide_approvals(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ApprovalView], an ExpectedError, or BUSY."""

    async def one(tx: Tx, command: Command) -> Answer[ApprovalView]:
        return await _one(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, one)


async def _one(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ApprovalView]:
    actor = command.actor
    found = await store.find(tx, command.approval_id)
    if found is None:
        raise ApprovalNotFound
    _check_person(actor, found)
    locked = await apart.lock_all(tx, ctx, [found.holder_id], wait=wait, erased=True)
    row = await store.find(tx, command.approval_id)
    if row is None:
        raise AssertionError("an approval vanished")
    now = tx.now or EARLIEST
    work = Work(locked[row.holder_id], now, now, Outbox())
    standing = row.standing(work.now)
    if standing is not Standing.OPEN:
        return _decided_before(row, standing, command)
    if command.refusal is None:
        return await _approve(tx, ctx, work, row, actor)
    return await _refuse(tx, work, row, actor, command.refusal)


def _check_person(actor: Actor, asked: Approval) -> None:
    """A person, another one, at the store it was asked for at or at none, and not the member."""
    if not approvals.may_see(actor, asked):
        raise ApprovalNotFound
    if actor.kind is not ActorKind.STAFF:
        raise ApprovalNeedsStaff
    if actor.id == asked.actor_id:
        raise ApprovalNeedsAnother
    refuse_own(actor, asked.holder_id)


def _decided_before(row: Approval, standing: Standing, command: Command) -> Answer[ApprovalView]:
    wanted = Standing.APPROVED if command.refusal is None else Standing.REFUSED
    if standing is not wanted or row.decided_by != command.actor.id or row.note != command.refusal:
        raise ApprovalClosed(state=standing)
    return Answer(approvals.view(row, row.asked_at), replayed=True)


async def _approve(
    tx: Tx, ctx: Context, work: Work, row: Approval, actor: Actor
) -> Answer[ApprovalView]:
    await _check_who_asked(tx, row, actor)
    op_id, balances = await _do(tx, ctx, work, row, actor)
    after = _decided(row, State.APPROVED, work, actor, op_id=op_id)
    event = ApprovalApproved(
        approval_id=row.approval_id, kind=row.kind.name.lower(), operation_id=op_id
    )
    work.emit(event, work.at)
    await store.update(tx, after)
    await adjusting.write(tx, work)
    await _note(tx, actor, row, Act.APPROVAL_GIVEN, op_id)
    return Answer(approvals.view(after, work.now, balances))


async def _check_who_asked(tx: Tx, row: Approval, actor: Actor) -> None:
    """They are neither the member, by now, nor who approves, under another account.

    OwnWallet, ApprovalNeedsAnother. Members of two accounts may have been merged into one.
    """
    account = await staff.find_of(tx, row.actor_id)
    if account is None or account.member_id is None:
        return
    found = (await holders.find(tx, [account.member_id]))[account.member_id]
    themself = found.merged_into or account.member_id
    if row.holder_id == themself:
        raise OwnWallet
    if actor.own_member == themself:
        raise ApprovalNeedsAnother


async def _do(
    tx: Tx, ctx: Context, work: Work, row: Approval, actor: Actor
) -> tuple[uuid.UUID, dict[str, Balance]]:
    """What was asked for, in the name of who asked: the operation, and balances after it."""
    match row.kind:
        case Kind.ADJUSTMENT:
            asked = approvals.adjustment(row)
            body = Adjust(
                wallet=asked.wallet, amount=asked.amount, reason=asked.reason, code=asked.code
            )
            by = approvals.who_asked(row)
            receipt = await adjusting.adjust(tx, ctx, work, body, by, approved_by=actor.id)
            return receipt.id, receipt.wallets


async def _refuse(
    tx: Tx, work: Work, row: Approval, actor: Actor, reason: str
) -> Answer[ApprovalView]:
    after = _decided(row, State.REFUSED, work, actor, note=reason)
    event = ApprovalRefused(approval_id=row.approval_id, kind=row.kind.name.lower())
    work.emit(event, work.now)
    await store.update(tx, after)
    await holders.update(tx, [work.holder])
    await work.outbox.write(tx)
    await _note(tx, actor, row, Act.APPROVAL_REFUSED, None)
    return Answer(approvals.view(after, work.now))


async def _note(tx: Tx, actor: Actor, row: Approval, act: Act, op_id: uuid.UUID | None) -> None:
    done = Done(
        act=act, about=About.APPROVAL, id=row.approval_id, with_id=row.holder_id, op_id=op_id
    )
    await note(tx, actor, done)


def _decided(row: Approval, state: State, work: Work, actor: Actor, **how: Any) -> Approval:
    return msgspec.structs.replace(
        row,
        state=state,
        decided_at=work.now,
        decided_by=actor.id,
        decided_store=actor.store,
        decided_device=actor.device,
        **how,
    )
