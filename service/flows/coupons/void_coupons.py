"""void_coupon and reinstate_coupon: a unique or personal coupon is good no more, or again.

Doing it twice changes nothing. A void coupon answers like an unknown code; an open hold that has a
use of it keeps it. What happens to a member's coupon is an event of the member, a coupon of a batch
is nobody's and only logged.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import structlog

from service.domain.audit.acts import About, Act
from service.domain.coupons import codes, store
from service.domain.coupons.errors import CouponNotFound, NamedByCodeOrId
from service.domain.coupons.types import CouponRow, CouponStanding, NameCoupon
from service.domain.events.catalog import CouponReinstated, CouponVoided
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder
from service.flows.steps.auditing import Done, note
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.gone import refuse_gone
from service.flows.steps.own import refuse_own
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.codes import normalise
from service.kernel.errors import ExpectedError

_log: Final = structlog.get_logger("regulars.coupons")


class Command(msgspec.Struct, frozen=True):
    """A coupon to be voided, or reinstated."""

    actor: Actor
    body: NameCoupon
    void: bool


def gate_key(body: NameCoupon) -> tuple[str, str]:
    """One at a time per name."""
    return ("coupon", str(body.coupon_id or body.code))


async def void_coupons(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[CouponStanding], an ExpectedError, or BUSY."""
    return [await _one(ctx, command, wait=wait) for command in commands]


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    try:
        async with ctx.db.transaction() as tx:
            row = await _named(tx, ctx, command.body)
            refuse_own(command.actor, row.holder_id)
            if row.holder_id is None:
                await holders.clock(tx, ctx.db.clock_offset)
                return Answer(await _change(tx, command, row, None))
            offset = ctx.db.clock_offset
            locked, _ = await holders.lock(tx, [row.holder_id], wait=wait, clock_offset=offset)
            holder = locked.get(row.holder_id)
            if holder is None:
                return BUSY
            refuse_gone([holder])
            return Answer(await _change(tx, command, row, holder))
    except ExpectedError as refusal:
        return refusal


async def _named(tx: Tx, ctx: Context, body: NameCoupon) -> CouponRow:
    """CouponNotFound also for what is no code at all; NamedByCodeOrId."""
    if (body.code is None) == (body.coupon_id is None):
        raise NamedByCodeOrId
    if body.coupon_id is not None:
        digest = await store.digest_of(tx, body.coupon_id)
    else:
        code = normalise(body.code or "")
        digest = None if code is None else codes.digest(ctx.secret, code)
    row = None if digest is None else (await store.find(tx, [digest])).get(digest)
    if row is None:
        raise CouponNotFound
    return row


async def _change(
    tx: Tx, command: Command, found: CouponRow, holder: Holder | None
) -> CouponStanding:
    row = (await store.lock(tx, [found.digest]))[found.digest]
    now = tx.now or EARLIEST
    if command.void == (row.voided_at is None):
        row = msgspec.structs.replace(row, voided_at=now if command.void else None)
        await store.void(tx, [row.digest], row.voided_at)
        if holder is not None:
            await _tell(tx, command, row, holder)
        else:
            _log.info(
                "coupon_voided" if command.void else "coupon_reinstated",
                coupon_id=str(row.coupon_id),
                actor=command.actor.id,
            )
        await _note(tx, command, row)
    return _standing(row)


def _standing(row: CouponRow) -> CouponStanding:
    return CouponStanding(
        id=row.coupon_id,
        template=row.template,
        coupon=f"…{row.tail}",
        member_id=row.holder_id,
        voided_at=row.voided_at,
        uses=row.used,
        uses_max=row.uses_max,
    )


async def _note(tx: Tx, command: Command, row: CouponRow) -> None:
    act = Act.COUPON_VOIDED if command.void else Act.COUPON_REINSTATED
    content = {"template": row.template}
    done = Done(
        act=act, about=About.COUPON, id=row.coupon_id, with_id=row.holder_id, content=content
    )
    await note(tx, command.actor, done)


async def _tell(tx: Tx, command: Command, row: CouponRow, holder: Holder) -> None:
    now, outbox = tx.now or EARLIEST, Outbox()
    kind = CouponVoided if command.void else CouponReinstated
    reason = command.body.reason
    Work(holder, now, now, outbox).emit(
        kind(coupon_id=row.coupon_id, template=row.template, reason=reason), now
    )
    await holders.update(tx, [holder])
    await outbox.write(tx)
