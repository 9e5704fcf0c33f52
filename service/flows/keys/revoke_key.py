"""Revoke an API key: it is refused from now on, within the time the key caches hold (30 s)."""

from service.domain.access import store as access
from service.domain.access.errors import KeyNotFound
from service.domain.audit.acts import About, Act
from service.flows.steps.auditing import AT_COMMAND, Done, note
from service.infra.db import Database
from service.kernel.actor import Actor


async def revoke_key(db: Database, kid: str, actor: Actor = AT_COMMAND) -> None:
    """Revoke the key named `kid` (the second part of the key); raises KeyNotFound."""
    async with db.transaction() as tx:
        now = await access.clock(tx)
        if not await access.revoke_key(tx, kid, now):
            raise KeyNotFound
        tx.now = now + db.clock_offset
        await note(tx, actor, Done(act=Act.KEY_REVOKED, about=About.KEY, id=kid))
