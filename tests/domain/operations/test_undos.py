import datetime as dt
import uuid

import asyncpg
import msgspec
import pytest

from service.domain.operations import store, undos
from service.domain.operations.store import Kind
from service.domain.operations.undos import Done, Undo
from service.infra.db import Tx
from service.kernel.actor import Actor, ActorKind

NOW = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
OLA, JAN = uuid.UUID(int=1), uuid.UUID(int=2)
OP, UNDO = uuid.UUID(int=3), uuid.UUID(int=4)
CLIENT = uuid.UUID(int=9)
ANN = Actor(kind=ActorKind.STAFF, id="ann", client_id=CLIENT, store="waw-01", device="till-3")
BEN = msgspec.structs.replace(ANN, id="ben", store="waw-02", device=None)


def undoing(op_id: uuid.UUID = UNDO) -> Undo:
    return Undo(op_id, OP, Kind.UNDO, "typed twice", b'{"id": 4}')


def done(holder_id: uuid.UUID, undone: bytes | None) -> Done:
    return Done(holder_id, OP, Kind.TRANSFER, 2, "ann", CLIENT, "waw-01", NOW, undone)


async def test_an_operation_is_found_at_each_of_its_holders(tx: Tx) -> None:
    await store.insert_many(tx, [(JAN, OP), (OLA, OP)], "a present", ANN, NOW, Kind.TRANSFER)
    assert await undos.find(tx, OP) == [done(OLA, None), done(JAN, None)]
    assert await undos.find(tx, UNDO) == []


async def test_an_undo_is_found_with_what_it_undoes(tx: Tx) -> None:
    await store.insert_many(tx, [(OLA, OP), (JAN, OP)], "a present", ANN, NOW, Kind.TRANSFER)

    await undos.insert(tx, undoing(), [OLA, JAN], BEN, "waw-01", LATER)

    assert await undos.find(tx, OP) == [done(OLA, b'{"id": 4}'), done(JAN, b'{"id": 4}')]
    assert await undos.receipt(tx, JAN, OP) == b'{"id": 4}'
    assert await undos.receipt(tx, JAN, UNDO) is None
    (mine, _) = await undos.find(tx, UNDO)
    assert mine == Done(OLA, UNDO, Kind.UNDO, 2, "ben", CLIENT, "waw-01", LATER, None)


async def test_a_holder_has_no_second_undo_of_an_operation(tx: Tx) -> None:
    await store.insert(tx, OLA, OP, "for nothing", ANN, NOW)
    await undos.insert(tx, undoing(), [OLA], ANN, None, LATER)

    with pytest.raises(asyncpg.UniqueViolationError, match="operation_undoes"):
        async with tx.connection.transaction():
            await undos.insert(tx, undoing(uuid.UUID(int=5)), [OLA], ANN, None, LATER)
