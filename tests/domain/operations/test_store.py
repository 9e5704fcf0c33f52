import datetime as dt
import uuid

import asyncpg
import pytest

from service.domain.operations import store
from service.domain.operations.store import Kind
from service.domain.operations.types import OperationRow
from service.infra.db import Tx
from service.kernel.actor import Actor, ActorKind

NOW = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
HOLDER, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
ANN = Actor(kind=ActorKind.STAFF, id="ann", client_id=uuid.UUID(int=9))


async def rows(tx: Tx) -> list[tuple[object, ...]]:
    found = await tx.connection.fetch(
        "select holder_id, op_id, kind, note, actor_kind, actor_id, recorded_at from operation"
        " order by op_id"
    )
    return [tuple(row) for row in found]


async def test_an_operation_says_who_did_it_and_why(tx: Tx) -> None:
    await store.insert(tx, HOLDER, uuid.UUID(int=3), "lost receipt", ANN, NOW)

    assert await rows(tx) == [(HOLDER, uuid.UUID(int=3), 1, "lost receipt", 2, "ann", NOW)]


async def test_many_operations_share_note_actor_and_kind(tx: Tx) -> None:
    many = [(HOLDER, uuid.UUID(int=3)), (OTHER, uuid.UUID(int=4))]

    await store.insert_many(tx, many, "brought along", ANN, NOW, Kind.OPENING)

    assert await rows(tx) == [
        (HOLDER, uuid.UUID(int=3), 2, "brought along", 2, "ann", NOW),
        (OTHER, uuid.UUID(int=4), 2, "brought along", 2, "ann", NOW),
    ]


async def test_an_operation_says_where_by_which_reason_and_who_approved_it(tx: Tx) -> None:
    there = Actor(
        kind=ActorKind.STAFF, id="ann", client_id=uuid.UUID(int=9), store="waw-01", device="till-3"
    )
    op_id = uuid.UUID(int=3)

    await store.insert(tx, HOLDER, op_id, "cold coffee", there, NOW, code="late", approved_by="jan")

    (found,) = await store.rows_of(tx, op_id)
    assert found == OperationRow(
        HOLDER,
        op_id,
        1,
        "cold coffee",
        2,
        "ann",
        NOW,
        "waw-01",
        "till-3",
        "jan",
        "late",
        None,
        None,
    )
    assert await store.rows_of(tx, uuid.UUID(int=4)) == []


async def test_an_operation_is_written_once(tx: Tx) -> None:
    await store.insert(tx, HOLDER, uuid.UUID(int=3), "once", ANN, NOW)

    with pytest.raises(asyncpg.UniqueViolationError):
        async with tx.connection.transaction():
            await store.insert(tx, HOLDER, uuid.UUID(int=3), "twice", ANN, NOW)
