"""Operations to be undone, and what undid them, in the database."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from service.domain.operations.store import Kind
from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.actor import Actor

SQL: Final = load("undos")


class Done(msgspec.Struct, frozen=True):
    """An operation as one holder has it; `undone`: the answer of its undo, None: it stands.

    `client_id` None: from before that was kept.
    """

    holder_id: uuid.UUID
    op_id: uuid.UUID
    kind: Kind
    actor_kind: int
    actor_id: str
    client_id: uuid.UUID | None
    store: str | None
    recorded_at: dt.datetime
    undone: bytes | None


async def find(tx: Tx, op_id: uuid.UUID) -> list[Done]:
    """An operation as each of its holders has it, by holder."""
    rows = await tx.rows(SQL["find_operations"], op=op_id)
    return [Done(**{**row, "kind": Kind(row["kind"])}) for row in rows]


async def receipt(tx: Tx, holder_id: uuid.UUID, undone: uuid.UUID) -> bytes | None:
    """The answer of what undid something of a holder's that is no operation."""
    found: bytes | None = await tx.value(SQL["get_receipt"], holder=holder_id, undone=undone)
    return found


class Undo(msgspec.Struct, frozen=True):
    """What undoes something: `receipt` is the answer for whoever asks again."""

    op_id: uuid.UUID
    undoes: uuid.UUID
    kind: Kind
    note: str
    receipt: bytes


async def insert(
    tx: Tx,
    undo: Undo,
    holders: Sequence[uuid.UUID],
    actor: Actor,
    store: str | None,
    now: dt.datetime,
) -> None:
    """Write it at each holder; a second one of the same meets the index `operation_undoes`."""
    await tx.run(
        SQL["insert_undos"],
        holders=list(holders),
        op=undo.op_id,
        kind=int(undo.kind),
        note=undo.note,
        actor_kind=int(actor.kind),
        actor=actor.id,
        recorded_at=now,
        store=store,
        device=actor.device,
        client=actor.client_id,
        undoes=undo.undoes,
        receipt=undo.receipt,
    )
