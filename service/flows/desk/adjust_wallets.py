"""adjust_wallet: a correction by hand, with its reason; positive gives a lot, negative takes.

Staff do it alone within the caps of the program; what is above them waits for a second person.
"""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.approvals.types import ApprovalView, AskedAdjustment
from service.domain.events.outbox import Outbox
from service.domain.members.errors import MemberNotFound
from service.domain.wallets.types import Adjust, AdjustmentReceipt
from service.flows.steps import (
    alone,
    idempotency,
)
from service.flows.steps.checkout import apart
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.own import refuse_own
from service.flows.steps.staff import (
    adjusting,
    approvals,
)
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class Command(msgspec.Struct, frozen=True):
    """An adjustment of one member's wallet under an idempotency key."""

    actor: Actor
    member_id: uuid.UUID
    body: Adjust
    key: str


Told = AdjustmentReceipt | ApprovalView


async def adjust_wallets(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[Told], an ExpectedError, or BUSY.

    Parked: it was not done, but waits for a second person.
    """

    async def one(tx: Tx, command: Command) -> Answer[Told]:
        return await _one(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, one)


async def _one(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[Told]:
    actor, member_id = command.actor, command.member_id
    fp = idempotency.fingerprint("adjust_wallet", str(member_id), command.body)
    known = await idempotency.stored(tx, actor, command.key, fp, msgspec.Raw)
    if known is not None:
        return _told_before(known)
    refuse_own(actor, member_id)
    locked = await apart.lock_all(tx, ctx, [member_id], wait=wait)
    if member_id not in locked:
        raise MemberNotFound
    now = tx.now or EARLIEST
    work = Work(locked[member_id], now, now, Outbox())
    if not work.is_member:
        raise MemberNotFound
    told = await _adjust_or_ask(tx, ctx, command, work)
    await idempotency.keep(tx, actor, command.key, fp, member_id, told)
    return Answer(told, parked=isinstance(told, ApprovalView))


async def _adjust_or_ask(tx: Tx, ctx: Context, command: Command, work: Work) -> Told:
    actor, body = command.actor, command.body
    number = adjusting.number_of(ctx, body)
    why = await alone.why_not(tx, ctx, work, number, body, actor)
    if why is not None:
        wanted = AskedAdjustment(
            wallet=body.wallet, amount=body.amount, reason=body.reason, code=body.code
        )
        return await approvals.ask(tx, ctx, work, wanted, why, actor)
    receipt = await adjusting.adjust(tx, ctx, work, body, actor)
    await adjusting.write(tx, work)
    return receipt


class _Peeked(msgspec.Struct, frozen=True):
    """What tells an approval from a receipt."""

    asked_by: str | None = None


def _told_before(known: msgspec.Raw) -> Answer[Told]:
    if msgspec.json.decode(known, type=_Peeked).asked_by is None:
        return Answer(msgspec.json.decode(known, type=AdjustmentReceipt), replayed=True)
    asked = msgspec.json.decode(known, type=ApprovalView)
    return Answer(asked, replayed=True, parked=True)
