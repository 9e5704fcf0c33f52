"""make_coupon_batch: unique codes in bulk, a million in under a minute.

How it goes on after a crash is told in `steps/batching.py`.
"""

import datetime as dt
import uuid
from typing import Final

from service.domain.audit.acts import About, Act
from service.domain.coupons import batches
from service.domain.coupons.types import BatchRow, BatchView, MakeBatch
from service.domain.coupons.validity import end_of, uses_max
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.flows.steps import (
    batching,
    idempotency,
    templates,
)
from service.flows.steps.auditing import Done
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.ids import derived_id

PART: Final = 2_500  # codes in one transaction: a fraction of a second


async def make_coupon_batch(
    ctx: Context, actor: Actor, body: MakeBatch, key: str
) -> Answer[BatchView]:
    """Make all codes of a batch; UnknownTemplate, TemplateNotForBatches, IdempotencyKeyReused."""
    fp = idempotency.fingerprint("make_coupon_batch", body)
    batch_id = derived_id("coupon batch", actor.client_id, key)

    async def begin(tx: Tx) -> BatchRow:
        return await _begun(tx, ctx, actor, body, batch_id)

    async def finish(batch: BatchRow) -> BatchView:
        return await _finish(ctx, batch)

    return await batching.made(ctx, actor, key, fp, BatchView, begin, finish)


async def _begun(
    tx: Tx, ctx: Context, actor: Actor, body: MakeBatch, batch_id: uuid.UUID
) -> BatchRow:
    """The batch of the key, new or as somebody left it."""

    def fresh(now: dt.datetime, seed: bytes) -> BatchRow:
        templates.for_batches(ctx.programs.at(now), body.template)
        return BatchRow(batch_id, body.template, body.size, seed, False, 0, body.note, now)  # noqa: FBT003 the row

    content = {"template": body.template, "size": body.size}
    done = Done(act=Act.COUPON_BATCH_MADE, about=About.COUPON_BATCH, id=batch_id, content=content)
    batch = await batching.begun(tx, batches, done, actor, fresh)
    if (batch.template, batch.size, batch.note) != (body.template, body.size, body.note):
        raise IdempotencyKeyReused
    return batch


async def _finish(ctx: Context, batch: BatchRow) -> BatchView:
    program = ctx.programs.at(batch.recorded_at)
    template = templates.for_batches(program, batch.template)
    terms = batches.Terms(
        template=batch.template,
        batch_id=batch.batch_id,
        until_at=end_of(template, batch.recorded_at, program.tz),
        uses_max=uses_max(template),
        issued_at=batch.recorded_at,
    )

    async def add(tx: Tx, wanted: range) -> int:
        codes = list(batches.made(ctx.secret, batch.seed, wanted))
        return await batches.add(tx, ctx.secret, terms, codes)

    return batches.view(await batching.fill(ctx, batches, batch, add, part=PART))
