"""Waiting for what must come first, and not for a while that is too short on a busy machine."""

import asyncio
from typing import Final

from service.infra.db import Database

SECONDS_MAX: Final = 30
_POLL_SECONDS: Final = 0.002
_BLOCKED: Final = """
select count(*) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock'
"""


async def blocked(db: Database, sessions: int = 1) -> None:
    """Until so many sessions of this role wait for somebody's lock; TimeoutError."""
    async with asyncio.timeout(SECONDS_MAX), db.reading() as tx:
        while await tx.connection.fetchval(_BLOCKED) < sessions:
            await asyncio.sleep(_POLL_SECONDS)
