"""API keys, for authentication."""

from service.domain.access import store as access
from service.domain.access.types import KeyRow
from service.infra.db import Database


async def find_key(db: Database, kid: str) -> KeyRow | None:
    """The key and its client, live or not."""
    async with db.reading() as tx:
        return await access.find_key(tx, kid)
