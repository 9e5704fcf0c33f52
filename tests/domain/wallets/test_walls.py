"""What the database refuses although the code were wrong."""

import asyncpg
import pytest

from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.wallets import store
from service.infra.db import Tx
from tests.domain.wallets.books import (
    OLA,
    POINTS,
    START,
    TILL,
    earn,
    load,
    write,
)


@pytest.fixture(autouse=True)
async def _holder(tx: Tx) -> None:
    await holders.insert(tx, [OLA], Kind.MEMBER, [START], START)


async def refused(tx: Tx, constraint: str, statement: str, *values: object) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refusal:
        async with tx.connection.transaction():
            await tx.connection.execute(statement, *values)
    assert refusal.value.constraint_name == constraint


async def test_a_lot_lapses_once(tx: Tx) -> None:
    book = await load(tx)
    earn(book, 10, 1, expires=7)
    await write(tx, book)
    one, other = await load(tx), await load(tx)
    one.expire(1)
    await write(tx, one)
    other.entry_seq, other.posted = one.entry_seq, 10
    other.expire(1)

    await store._write_entries(tx, [(other, other.entries[0], TILL, None, START)])

    with pytest.raises(asyncpg.UniqueViolationError, match="entry_once"):
        await tx.flush()


ENTRY = """
insert into entry (holder_id, wallet, seq, prev_seq, before, after, amount, reason, contra, op_id,
  op_line, actor_kind, actor_id, occurred_at, recorded_at)
values ($1, 1, $2, $3, $4, $5, $6, 1, 1, gen_random_uuid(), 1, 1, 'x', $7, $7)
"""


@pytest.mark.parametrize(
    ("constraint", "seq", "prev", "before", "after", "amount"),
    [
        ("entry_chain", 3, 2, 25, 30, 5),  # history says 30 before
        ("entry_chain", 9, 8, 30, 35, 5),  # a number left out
        ("entry_pkey", 2, 1, 10, 15, 5),  # a fork
        ("entry_seq", 4, 2, 30, 35, 5),
        ("entry_sum", 3, 2, 30, 34, 5),  # 30 + 5 is not 34
        ("entry_sum", 3, 2, 30, -10, -40),  # spent twice
        ("entry_amount", 3, 2, 30, 30, 0),
    ],
)
async def test_a_history_that_does_not_follow_is_refused(
    tx: Tx, constraint: str, seq: int, prev: int, before: int, after: int, amount: int
) -> None:
    book = await load(tx)
    earn(book, 10, 1)
    earn(book, 20, 2)
    await write(tx, book)

    await refused(tx, constraint, ENTRY, OLA, seq, prev, before, after, amount, START)

    assert [e.seq for e in await store.entries(tx, OLA, POINTS, 100, 9)] == [2, 1]


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("wallet_parts", "pending = 31"),
        ("wallet_parts", "held = -1"),
        ("wallet_debt", "debt = 5"),  # while units are available
        ("wallet_debt", "debt = -1, pending = 30"),
        ("wallet_posted", "posted = 9007199254740992"),
    ],
)
async def test_a_wallet_that_cannot_be_is_refused(tx: Tx, constraint: str, change: str) -> None:
    book = await load(tx)
    earn(book, 30, 1)
    await write(tx, book)

    await refused(tx, constraint, f"update wallet set {change}")


@pytest.mark.parametrize("change", ["remaining = 31", "remaining = -1", "held = 31", "held = -1"])
async def test_a_lot_that_cannot_be_is_refused(tx: Tx, change: str) -> None:
    book = await load(tx)
    earn(book, 30, 1)
    await write(tx, book)

    await refused(tx, "lot_bounds", f"update lot set {change}")


@pytest.mark.parametrize(
    "statement",
    [
        "update entry set amount = 1",
        "delete from entry",
        "update entry_lot set amount = 1",
        "delete from entry_lot",
        "delete from lot",
        "delete from wallet",
    ],
)
async def test_the_service_may_not_rewrite_history(tx: Tx, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with tx.connection.transaction():
            await tx.connection.execute(statement)
