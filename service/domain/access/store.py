"""Clients and keys in the database."""

import datetime as dt
import uuid
from typing import Final

from service.domain.access.types import KeyRow, NewKey
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("access")


async def find_key(tx: Tx, kid: str) -> KeyRow | None:
    """The key and its client, live or not."""
    return await tx.maybe(SQL["find_key"], KeyRow, kid=kid)


async def clock(tx: Tx) -> dt.datetime:
    """PostgreSQL's clock."""
    now: dt.datetime = await tx.value(SQL["get_clock"])
    return now


async def insert_client(
    tx: Tx, client_id: uuid.UUID, name: str, role: str, at: dt.datetime
) -> None:
    """Write the client unless it is there."""
    await tx.run(SQL["insert_client"], client=client_id, name=name, role=role, at=at)


async def next_version(tx: Tx, client_id: uuid.UUID) -> int | None:
    """The version of the client's next event; its row is locked. None: there is no such client."""
    version: int | None = await tx.value(SQL["update_client_version"], client=client_id)
    return version


async def live_keys(tx: Tx, client_id: uuid.UUID, at: dt.datetime) -> int:
    """Lock the client's keys, then count those that live at `at`."""
    await tx.rows(SQL["lock_keys"], client=client_id)
    count: int = await tx.value(SQL["count_live_keys"], client=client_id, at=at)
    return count


async def insert_key(tx: Tx, key: NewKey) -> None:
    """Write a key."""
    await tx.run(
        SQL["insert_key"],
        kid=key.kid,
        client=key.client_id,
        secret_sha256=key.secret_sha256,
        scopes=list(key.scopes),
        store=key.store,
        created_at=key.created_at,
        expires_at=key.expires_at,
        rate_per_minute=key.rate_per_minute,
        networks=list(key.networks),
    )


async def revoke_key(tx: Tx, kid: str, at: dt.datetime) -> bool:
    """False when there is no such key that is not revoked yet."""
    return await tx.run(SQL["update_key_revoked"], kid=kid, at=at) == 1


async def mark_used(tx: Tx, kid: str, at: dt.datetime, before: dt.datetime) -> None:
    """Note that the key was used at `at`, unless a use since `before` is noted."""
    await tx.run(SQL["update_key_used"], kid=kid, at=at, before=before)
