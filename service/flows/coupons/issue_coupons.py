"""issue_coupon: a personal coupon into a member's list, by hand."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.coupons import codes, store
from service.domain.coupons.types import IssueCoupon, IssuedCoupon, NewCoupon
from service.domain.coupons.validity import end_of, uses_max
from service.domain.events.catalog import CouponIssued
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.members.errors import MemberNotFound
from service.domain.operations import store as operations
from service.flows.steps import (
    idempotency,
    templates,
)
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.gone import refuse_gone
from service.flows.steps.own import refuse_own
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id


class Command(msgspec.Struct, frozen=True):
    """A coupon for one member under an idempotency key."""

    actor: Actor
    member_id: uuid.UUID
    body: IssueCoupon
    key: str


async def issue_coupons(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[IssuedCoupon], an ExpectedError, or BUSY."""
    return [await _one(ctx, command, wait=wait) for command in commands]


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    """What is kept under the key holds no code: a table that leaks tells none."""
    fp = idempotency.fingerprint("issue_coupon", str(command.member_id), command.body)
    try:
        refuse_own(command.actor, command.member_id)
        async with ctx.db.transaction() as tx:
            known = await idempotency.stored(tx, command.actor, command.key, fp, IssuedCoupon)
            if known is not None:
                return Answer(_with_code(ctx, known), replayed=True)
            offset = ctx.db.clock_offset
            locked, _ = await holders.lock(tx, [command.member_id], wait=wait, clock_offset=offset)
            holder = locked.get(command.member_id)
            if holder is None:
                found = await holders.find(tx, [command.member_id])
                return BUSY if command.member_id in found else MemberNotFound()
            issued = await _issue(tx, ctx, command, holder)
            await idempotency.keep(tx, command.actor, command.key, fp, command.member_id, issued)
            return Answer(_with_code(ctx, issued))
    except ExpectedError as refusal:
        return refusal


async def _issue(tx: Tx, ctx: Context, command: Command, holder: Holder) -> IssuedCoupon:
    if holder.kind is not Kind.MEMBER:
        raise MemberNotFound
    refuse_gone([holder])
    now, outbox = tx.now or EARLIEST, Outbox()
    program = ctx.programs.at(now)
    template = templates.personal(program, command.body.template)
    work = Work(holder, now, now, outbox)
    coupon = NewCoupon(
        coupon_id=new_id(),
        template=template.id,
        holder_id=holder.holder_id,
        origin_op=new_id(),
        until_at=end_of(template, now, program.tz),
        uses_max=uses_max(template),
    )
    work.emit(
        CouponIssued(
            coupon_id=coupon.coupon_id,
            template=coupon.template,
            operation_id=coupon.origin_op,
            valid_from=coupon.from_at,
            valid_until=coupon.until_at,
        ),
        now,
    )
    await operations.insert(
        tx, holder.holder_id, coupon.origin_op, command.body.reason, command.actor, work.now,
        operations.Kind.COUPON,
    )  # fmt: skip
    await store.issue(tx, ctx.secret, [coupon], now)
    await holders.update(tx, [holder])
    await outbox.write(tx)
    return IssuedCoupon(
        id=coupon.coupon_id,
        member_id=holder.holder_id,
        template=coupon.template,
        code="",
        valid_from=coupon.from_at,
        valid_until=coupon.until_at,
        uses_max=coupon.uses_max,
        issued_at=now,
        operation_id=coupon.origin_op,
    )


def _with_code(ctx: Context, issued: IssuedCoupon) -> IssuedCoupon:
    code = codes.shown(store.code_of(ctx.secret, issued.id))
    return msgspec.structs.replace(issued, code=code)
