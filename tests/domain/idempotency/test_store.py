import asyncio
import datetime as dt
import uuid

import asyncpg
import pytest

from service.domain.idempotency import store
from service.domain.idempotency.errors import IdempotencyKeyInUse
from service.domain.idempotency.store import Row
from service.infra.db import Database, Tx
from tests.waiting import blocked

NOW = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
CLIENT, OTHER, HOLDER = (uuid.UUID(int=n) for n in (1, 2, 3))
FP = b"f" * 32


async def keep(tx: Tx, key: str, body: bytes = b"{}", client: uuid.UUID = CLIENT) -> None:
    await store.insert(tx, client, key, FP, HOLDER, body, NOW)


async def test_an_answer_is_found_by_client_and_key(tx: Tx) -> None:
    await keep(tx, "key-00001", b'{"a":1}')
    await keep(tx, "key-00001", b'{"b":2}', client=OTHER)

    assert await store.find(tx, CLIENT, "key-00001") == Row(FP, b'{"a":1}')
    assert await store.find(tx, OTHER, "key-00001") == Row(FP, b'{"b":2}')
    assert await store.find(tx, CLIENT, "key-00002") is None


async def test_keys_differ_by_case_and_are_never_folded(tx: Tx) -> None:
    await keep(tx, "key-0000a")

    assert await store.find(tx, CLIENT, "KEY-0000A") is None


async def test_a_key_that_is_there_is_in_use(tx: Tx) -> None:
    await keep(tx, "key-00001", b"first")

    with pytest.raises(IdempotencyKeyInUse):
        async with tx.connection.transaction():
            await keep(tx, "key-00001", b"second")

    assert await store.find(tx, CLIENT, "key-00001") == Row(FP, b"first")


async def test_of_two_at_once_the_second_waits_and_fails_when_the_first_commits(
    db: Database,
) -> None:
    async def second() -> None:
        async with db.transaction() as tx:
            await keep(tx, "key-00001", b"second")

    async with db.transaction() as first:
        await keep(first, "key-00001", b"first")
        task = asyncio.get_running_loop().create_task(second())
        await blocked(db)
        assert not task.done()

    with pytest.raises(IdempotencyKeyInUse):
        await task


async def test_a_key_of_a_rolled_back_request_is_free_again(db: Database) -> None:
    async def fails() -> None:
        async with db.transaction() as tx:
            await keep(tx, "key-00001")
            raise LookupError

    with pytest.raises(LookupError):
        await fails()

    async with db.transaction() as tx:
        assert await store.find(tx, CLIENT, "key-00001") is None
        await keep(tx, "key-00001")


@pytest.mark.parametrize(("key", "fp"), [("short", FP), ("k" * 256, FP), ("key-00001", b"f")])
async def test_what_is_no_key_or_fingerprint_never_reaches_the_table(
    tx: Tx, key: str, fp: bytes
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        async with tx.connection.transaction():
            await store.insert(tx, CLIENT, key, fp, HOLDER, b"{}", NOW)
