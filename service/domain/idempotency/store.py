"""Idempotency keys in the database."""

import datetime as dt
import uuid
from typing import Final

import asyncpg
import msgspec

from service.domain.idempotency.errors import IdempotencyKeyInUse
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("idempotency")


class Row(msgspec.Struct, frozen=True):
    """A stored answer."""

    fp: bytes
    body: bytes


async def find(tx: Tx, client_id: uuid.UUID, key: str) -> Row | None:
    """The stored answer of a client's key."""
    return await tx.maybe(SQL["find_idem"], Row, actor=client_id, key=key)


async def insert(
    tx: Tx,
    client_id: uuid.UUID,
    key: str,
    fp: bytes,
    holder_id: uuid.UUID | None,
    body: bytes,
    now: dt.datetime,
) -> None:
    """Store an answer; IdempotencyKeyInUse when the same key committed at the same moment."""
    try:
        await tx.run(
            SQL["insert_idem"],
            actor=client_id,
            key=key,
            fp=fp,
            holder=holder_id,
            body=body,
            created_at=now,
        )
    except asyncpg.UniqueViolationError as race:
        raise IdempotencyKeyInUse from race
