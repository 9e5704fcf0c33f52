"""note_export: data leaves the service in bulk. It is written down before the first byte of it."""

import uuid

from service.domain.audit.acts import About, Act
from service.domain.holders import store as holders
from service.flows.steps import auditing
from service.flows.steps.context import Context
from service.kernel.actor import Actor


async def note_export(
    ctx: Context, actor: Actor, act: Act, about: About, thing_id: uuid.UUID
) -> None:
    """Who took all of it away; AuditDayOver. Asked again it is taken again, and written again."""
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        await auditing.note(tx, actor, auditing.Done(act=act, about=about, id=thing_id))
