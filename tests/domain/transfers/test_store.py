"""Transfers as rows."""

import datetime as dt
import uuid
from typing import Final

import asyncpg
import pytest

from service.domain.transfers import store
from service.domain.transfers.types import Kind, Row
from service.infra.db import Tx
from service.kernel.ids import new_id

OLA: Final = uuid.UUID(int=1)
JAN: Final = uuid.UUID(int=2)
EVE: Final = uuid.UUID(int=3)


def day(number: int) -> dt.datetime:
    return dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)


def row(
    amount: int, at: int, other: uuid.UUID = JAN, kind: Kind = Kind.GIVEN, wallet: int = 1
) -> Row:
    return Row(OLA, new_id(), wallet, other, kind, amount, day(at))


async def test_what_went_is_counted_by_wallet_kind_time_and_other(tx: Tx) -> None:
    await store.insert(
        tx,
        [
            row(-1, 0),
            row(-2, 1),
            row(-4, 2),
            row(-8, 1, EVE),
            row(-16, 1, kind=Kind.DRAWN),
            row(-32, 1, wallet=2),
            row(64, 1),  # came
            Row(JAN, new_id(), 1, OLA, Kind.GIVEN, -128, day(1)),
        ],
    )

    async def went(wallet: int = 1, kind: Kind = Kind.GIVEN, other: uuid.UUID | None = None) -> int:
        return await store.went(tx, OLA, wallet, kind, day(1), day(2), other)

    assert await went() == 2 + 8
    assert await went(other=JAN) == 2
    assert await went(other=EVE) == 8
    assert await went(kind=Kind.DRAWN) == 16
    assert await went(wallet=2) == 32
    assert await went(wallet=3) == 0


async def test_sums_tell_what_came_and_went_in_all_and_lately(tx: Tx) -> None:
    pooled, drawn = Kind.POOLED, Kind.DRAWN
    await store.insert(
        tx, [row(10, 0, JAN, pooled), row(5, 2, JAN, pooled), row(-3, 0, JAN, drawn)]
    )
    await store.insert(tx, [row(-2, 2, EVE, drawn)])

    found = {(s.other_id, s.kind, s.wallet): (s.amount, s.lately) for s in await store.sums(
        tx, OLA, day(1)
    )}  # fmt: skip

    assert found == {
        (JAN, 2, 1): (15, 5),
        (JAN, 3, 1): (-3, 0),
        (EVE, 3, 1): (-2, -2),
    }


async def test_a_side_is_written_once(tx: Tx) -> None:
    one = row(-5, 0)
    await store.insert(tx, [one])
    await tx.flush()

    await store.insert(tx, [one])
    with pytest.raises(asyncpg.UniqueViolationError):
        await tx.flush()


async def undo(tx: Tx, transfer_id: uuid.UUID) -> None:
    """As an operation of Ola's."""
    await tx.flush()
    await tx.connection.execute(
        "insert into operation (holder_id, op_id, kind, note, actor_kind, actor_id, recorded_at,"
        " undoes, receipt) values ($1, $2, 10, '', 1, 'till', $3, $4, '{}')",
        OLA,
        new_id(),
        day(3),
        transfer_id,
    )


async def test_what_was_undone_counts_for_no_limit_and_no_sum(tx: Tx) -> None:
    first, second = row(-3, 1), row(-5, 1)
    await store.insert(tx, [first, second])
    await undo(tx, first.transfer_id)

    assert await store.went(tx, OLA, 1, Kind.GIVEN, day(1), day(2)) == 5
    assert [(s.other_id, s.amount) for s in await store.sums(tx, OLA, day(0))] == [(JAN, -5)]


async def test_both_sides_of_a_transfer_are_read_the_giver_first(tx: Tx) -> None:
    gave = row(-5, 1)
    more = Row(OLA, gave.transfer_id, 2, JAN, Kind.GIVEN, -7, day(1))
    came = Row(JAN, gave.transfer_id, 1, OLA, Kind.GIVEN, 5, day(1))
    also = Row(JAN, gave.transfer_id, 2, OLA, Kind.GIVEN, 7, day(1))
    await store.insert(tx, [also, gave, came, more])

    assert await store.sides(tx, gave.transfer_id, [OLA, JAN]) == [gave, came, more, also]
    assert await store.sides(tx, gave.transfer_id, [EVE]) == []
