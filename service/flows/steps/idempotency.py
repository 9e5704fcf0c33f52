"""Idempotency-Key of the keyed writes: the same key and content gives the stored answer.

Kept 30 days. Only what was done is stored; a refusal wrote nothing and may be asked again.
"""

import hashlib
import uuid
from typing import Any, Final, TypeVar

import msgspec

from service.domain.idempotency import store
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.flows.steps.context import EARLIEST
from service.infra.db import Tx
from service.kernel.actor import Actor

T = TypeVar("T")
_encode: Final = msgspec.msgpack.Encoder(order="deterministic").encode


def fingerprint(verb: str, *content: Any) -> bytes:
    """SHA-256 of the verb and its content, 32 bytes: another route or member is another content."""
    return hashlib.sha256(_encode((verb, *content))).digest()


async def stored(tx: Tx, actor: Actor, key: str | None, fp: bytes, into: type[T]) -> T | None:
    """The answer given before, None when there was none; IdempotencyKeyReused for other content."""
    if key is None:
        return None
    row = await store.find(tx, actor.client_id, key)
    if row is None:
        return None
    if row.fp != fp:
        raise IdempotencyKeyReused
    return msgspec.json.decode(row.body, type=into)


async def keep(
    tx: Tx,
    actor: Actor,
    key: str | None,
    fp: bytes,
    holder_id: uuid.UUID | None,
    answer: msgspec.Struct,
) -> None:
    """Store the answer, last in its transaction; of two at once one fails and asks again.

    `holder_id`: whose it is, if it is about somebody.
    """
    if key is not None:
        body = msgspec.json.encode(answer)
        await store.insert(tx, actor.client_id, key, fp, holder_id, body, tx.now or EARLIEST)
