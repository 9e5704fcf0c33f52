"""Revoke an API key: it is refused from now on, within the time the key caches hold (30 s)."""

from service.domain.access import store as access
from service.domain.access.errors import KeyNotFound
from service.infra.db import Database


async def revoke_key(db: Database, kid: str) -> None:
    """Revoke the key named `kid` (the second part of the key); raises KeyNotFound."""
    async with db.transaction() as tx:
        if not await access.revoke_key(tx, kid, await access.clock(tx)):
            raise KeyNotFound
