"""make_gift_card_batch: gift cards in bulk, none of them active, a million in under a minute.

How it goes on after a crash is told in `steps/batching.py`.
"""

import datetime as dt
import uuid
from typing import Final

from service.domain.audit.acts import About, Act
from service.domain.gift_cards import batches
from service.domain.gift_cards.types import BatchRow, GiftCardBatchView, MakeGiftCards
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.flows.steps import (
    batching,
    idempotency,
)
from service.flows.steps.auditing import Done
from service.flows.steps.checkout import gift_cards
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.ids import derived_id

PART: Final = 2_500  # cards in one transaction: a fraction of a second


async def make_gift_card_batch(
    ctx: Context, actor: Actor, body: MakeGiftCards, key: str
) -> Answer[GiftCardBatchView]:
    """Make all cards of a batch; UnknownGiftCardKind, IdempotencyKeyReused."""
    fp = idempotency.fingerprint("make_gift_card_batch", body)
    batch_id = derived_id("gift card batch", actor.client_id, key)

    async def begin(tx: Tx) -> BatchRow:
        return await _begun(tx, ctx, actor, body, batch_id)

    async def finish(batch: BatchRow) -> GiftCardBatchView:
        return await _finish(ctx, batch)

    return await batching.made(ctx, actor, key, fp, GiftCardBatchView, begin, finish)


async def _begun(
    tx: Tx, ctx: Context, actor: Actor, body: MakeGiftCards, batch_id: uuid.UUID
) -> BatchRow:
    """The batch of the key, new or as somebody left it."""

    def fresh(now: dt.datetime, seed: bytes) -> BatchRow:
        kind = gift_cards.kind_of(ctx.programs.at(now), body.kind)
        return BatchRow(batch_id, kind.id, body.size, seed, kind.pin, 0, body.note, now)

    content = {"kind": body.kind, "size": body.size}
    done = Done(
        act=Act.GIFT_CARD_BATCH_MADE, about=About.GIFT_CARD_BATCH, id=batch_id, content=content
    )
    batch = await batching.begun(tx, batches, done, actor, fresh)
    if (batch.kind, batch.size, batch.note) != (body.kind, body.size, body.note):
        raise IdempotencyKeyReused
    return batch


async def _finish(ctx: Context, batch: BatchRow) -> GiftCardBatchView:
    async def add(tx: Tx, wanted: range) -> int:
        return await batches.add(tx, ctx.secret, batch, wanted)

    return batches.view(await batching.fill(ctx, batches, batch, add, part=PART))
