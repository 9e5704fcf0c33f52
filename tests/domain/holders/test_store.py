import asyncio
import datetime as dt
import uuid

import pytest

from service.domain.holders import store
from service.domain.holders.types import Holder, Kind
from service.infra.db import Database, Tx
from tests.waiting import blocked

START = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
A, B, C = (uuid.UUID(int=n) for n in (1, 2, 3))
NONE = dt.timedelta()


def hour(number: int) -> dt.datetime:
    return START + dt.timedelta(hours=number)


async def make(tx: Tx, *holders: uuid.UUID, kind: Kind = Kind.MEMBER) -> None:
    await store.insert(tx, holders, kind, [START] * len(holders), START)


async def make_three(db: Database) -> None:
    async with db.transaction() as tx:
        await make(tx, A, B, C)


async def test_a_new_holder_is_settled_from_where_it_says(tx: Tx) -> None:
    await store.insert(tx, [A, B], Kind.UNCLAIMED, [hour(-1), hour(-2)], START)

    found, _ = await store.lock(tx, [A, B], wait=False, clock_offset=NONE)

    assert [found[h].settled_at for h in (A, B)] == [hour(-1), hour(-2)]
    assert (found[A].kind, found[A].version, found[A].next_due) == (Kind.UNCLAIMED, 0, None)
    assert found[A].recorded_at == START


async def test_holders_locked_elsewhere_are_left_out_and_nobody_waits(db: Database) -> None:
    await make_three(db)

    async with db.transaction() as one, db.transaction() as other:
        await store.lock(one, [B], wait=False, clock_offset=NONE)
        await other.connection.execute("set local lock_timeout = 1")  # who waited would fail
        found, _ = await store.lock(other, [A, B, C], wait=False, clock_offset=NONE)

    assert set(found) == {A, C}


async def test_whoever_waits_sees_what_was_written_meanwhile(db: Database) -> None:
    await make_three(db)

    async def second() -> Holder:
        async with db.transaction() as tx:
            found, _ = await store.lock(tx, [B], wait=True, clock_offset=NONE)
            return found[B]

    async with db.transaction() as tx:
        found, _ = await store.lock(tx, [B], wait=False, clock_offset=NONE)
        task = asyncio.get_running_loop().create_task(second())
        await blocked(db)
        assert not task.done()
        found[B].next_version()
        await store.update(tx, [found[B]])

    assert (await task).version == 1


async def test_the_lock_sets_the_clock_of_the_transaction(tx: Tx) -> None:
    await make(tx, A)
    real = await tx.connection.fetchval("select clock_timestamp()")

    await store.lock(tx, [A], wait=False, clock_offset=dt.timedelta(days=400))

    assert tx.now is not None
    assert dt.timedelta() < tx.now - real - dt.timedelta(days=400) < dt.timedelta(seconds=5)


async def test_without_a_holder_there_is_a_clock_all_the_same(tx: Tx) -> None:
    found, newest = await store.lock(tx, [C], wait=False, clock_offset=NONE)

    assert (found, newest) == ({}, 0)
    assert tx.now is not None


async def test_the_clock_runs_on_inside_a_transaction(tx: Tx) -> None:
    await store.clock(tx, NONE)
    first = tx.now
    await store.clock(tx, NONE)

    assert first is not None
    assert tx.now is not None
    assert tx.now > first  # the start of the transaction would stand still


async def test_what_a_flow_worked_out_is_written_back(tx: Tx) -> None:
    await make(tx, A)
    found, _ = await store.lock(tx, [A], wait=False, clock_offset=NONE)
    holder = found[A]
    holder.next_version()
    holder.settled_at = hour(3)
    holder.falls_due(hour(9))
    holder.record(hour(4))

    await store.update(tx, [holder])

    states = await store.states(tx, [A], NONE)
    again = states[A]
    assert (again.version, again.settled_at, again.next_due, again.recorded_at) == (
        *(1, hour(3), hour(9), hour(4)),
    )


async def test_a_locked_holder_that_vanished_is_a_bug(tx: Tx) -> None:
    ghost = Holder(A, Kind.MEMBER, None, 0, None, START, START)
    await store.update(tx, [ghost])

    with pytest.raises(AssertionError, match="vanished"):
        await tx.flush()


async def test_who_is_due_comes_soonest_first_up_to_the_limit(tx: Tx) -> None:
    await make(tx, A, B, C)
    found, _ = await store.lock(tx, [A, B, C], wait=False, clock_offset=NONE)
    for holder_id, due in ((A, 5), (B, 3), (C, 7)):
        found[holder_id].next_due = hour(due)
    await store.update(tx, list(found.values()))

    assert await store.list_due(tx, hour(2), 10) == []
    assert await store.list_due(tx, hour(5), 10) == [B, A]
    assert await store.list_due(tx, hour(9), 2) == [B, A]


async def test_only_holders_that_exist_are_found(tx: Tx) -> None:
    await make(tx, A)

    found = await store.find(tx, [A, B])

    assert {holder: tuple(row) for holder, row in found.items()} == {
        A: (A, Kind.MEMBER, None, 0, None)
    }
    assert await store.states(tx, [B], NONE) == {}
    assert tx.now is None


async def test_who_is_at_another_version_than_was_seen_has_changed(tx: Tx) -> None:
    await make(tx, A, B, C)
    found, _ = await store.lock(tx, [A, B, C], wait=False, clock_offset=NONE)
    found[B].next_version()
    await store.update(tx, [found[B]])
    gone = uuid.UUID(int=4)

    assert await store.changed(tx, {A: 0, B: 0, C: 0, gone: 0}, NONE) == {B, gone}
    assert await store.changed(tx, {A: 0, B: 1, C: 1}, NONE) == {C}
    assert await store.changed(tx, {A: 0, B: 1}, NONE) == frozenset()


async def test_a_look_for_changes_sets_the_clock(tx: Tx) -> None:
    await make(tx, A)
    await store.changed(tx, {A: 0}, NONE)
    now = tx.now
    await store.changed(tx, {A: 0}, dt.timedelta(days=9))

    assert now is not None
    assert tx.now is not None
    assert dt.timedelta() <= tx.now - now - dt.timedelta(days=9) < dt.timedelta(minutes=1)


def test_nothing_falls_due_in_what_is_settled() -> None:
    holder = Holder(A, Kind.MEMBER, None, 0, None, hour(5), START)

    for moment in (None, hour(4), hour(5)):
        holder.falls_due(moment)
    assert holder.next_due is None

    for moment in (hour(9), hour(7), hour(8)):
        holder.falls_due(moment)
    assert holder.next_due == hour(7)
    assert [holder.is_due(hour(n)) for n in (6, 7, 8)] == [False, True, True]


def test_what_is_recorded_is_never_earlier_than_before() -> None:
    holder = Holder(A, Kind.MEMBER, None, 0, None, START, hour(5))

    assert holder.record(hour(4)) == hour(5)
    assert holder.record(hour(6)) == hour(6)
    assert holder.recorded_at == hour(6)


def test_the_row_once_more_has_all_that_is_stored() -> None:
    given = (A, Kind.MEMBER, B, 3, hour(9), hour(5), hour(6), (B,), hour(7))
    holder = Holder(*given)
    assert all(given)

    holder.due_settled = True
    once_more = holder.as_stored()

    before, after = ({n: getattr(one, n) for n in Holder.__slots__} for one in (holder, once_more))
    assert after == before | {"due_settled": False}
