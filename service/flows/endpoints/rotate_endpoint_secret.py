"""rotate_endpoint_secret: another secret signs, the one before along with it for a while."""

import datetime as dt
import uuid

import msgspec

from service.domain.audit.acts import Act
from service.domain.endpoints import signing, store
from service.domain.endpoints.errors import NoWebhook
from service.domain.endpoints.types import Format, IssuedSecret, RotateSecret
from service.domain.holders import store as holders
from service.flows.steps import endpoints
from service.flows.steps.auditing import note
from service.flows.steps.context import EARLIEST, Context
from service.infra.sealed import Seals
from service.kernel.actor import Actor


async def rotate_endpoint_secret(
    ctx: Context, actor: Actor, endpoint_id: uuid.UUID, body: RotateSecret
) -> IssuedSecret:
    """The new secret; EndpointNotFound, NoWebhook. Rotated twice, the oldest signs no more.

    After a lost answer rotate once more, with `old_good_for` 0 only if the receiver has neither.
    """
    secret = signing.new_secret()
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        before = await store.lock(tx, endpoint_id)
        if before.format is not Format.WEBHOOK:
            raise NoWebhook
        keeps = body.old_good_for > 0
        after = msgspec.structs.replace(
            before,
            secret=Seals(ctx.secret).seal(secret, endpoint_id.bytes),
            old_secret=before.secret if keeps else None,
            old_secret_until=now + dt.timedelta(seconds=body.old_good_for) if keeps else None,
        )
        await store.update(tx, after)
        told = endpoints.done(Act.ENDPOINT_SECRET_ROTATED, after, old_good_for=body.old_good_for)
        await note(tx, actor, told)
        return await endpoints.issued(tx, ctx, after, secret)
