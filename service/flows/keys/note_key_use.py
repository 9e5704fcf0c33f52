"""Note that an API key was used, at most once an hour."""

import datetime as dt
from typing import Final

from service.domain.access import store as access
from service.domain.access.types import KeyRow
from service.infra.db import Database

EVERY: Final = dt.timedelta(hours=1)


async def note_key_use(db: Database, key: KeyRow) -> None:
    """Write `last_used_at` unless a use within the hour is noted; `key` as it was just read."""
    before = key.read_at - EVERY
    if key.last_used_at is not None and key.last_used_at >= before:
        return
    async with db.transaction() as tx:
        await access.mark_used(tx, key.kid, key.read_at, before)
