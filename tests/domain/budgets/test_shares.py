"""Shares of budgets that holds have, and what was given beyond a cap."""

import asyncio
import datetime as dt
import uuid

from service.domain.budgets import store
from service.infra.db import Database, Tx
from service.rules.document import Budget, BudgetUnit
from tests.domain.budgets.slots import (
    HOLD,
    NOW,
    OTHER,
    SOON,
    budgets,
    left,
    overrun,
    shares,
    taken_for,
)


async def test_a_share_that_is_not_overdue_is_nobody_elses(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))
    await taken_for(tx, HOLD, 60)

    before = SOON - dt.timedelta(microseconds=1)
    assert await store.left(tx, ["c"], before) == {"c": 40}
    assert await store.take(tx, "c", [41], before, whole=True) == [0]
    assert await shares(tx) == [(HOLD, 60)]


async def test_an_overdue_share_is_taken_back_by_whoever_is_short(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))
    await taken_for(tx, HOLD, 60)
    await taken_for(tx, OTHER, 30)
    assert await store.extend(tx, "c", OTHER, SOON + dt.timedelta(seconds=1))

    assert await store.take(tx, "c", [1], SOON, whole=True) == [1]  # one of the 10 that are left
    assert await shares(tx) == [(HOLD, 60), (OTHER, 30)]
    assert await store.left(tx, ["c"], SOON) == {"c": 69}
    assert await store.take(tx, "c", [50, 30], SOON, whole=False) == [50, 19]
    assert await shares(tx) == [(OTHER, 30)]
    assert sum(await left(tx)) == 0


async def test_a_share_is_captured_once_and_not_when_it_was_taken_back(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))
    await taken_for(tx, HOLD, 60)

    assert await store.capture(tx, "c", HOLD)
    assert not await store.capture(tx, "c", HOLD)
    assert sum(await left(tx)) == 40

    await taken_for(tx, OTHER, 40)
    await store.take(tx, "c", [40], SOON, whole=True)
    assert not await store.capture(tx, "c", OTHER)
    assert not await store.extend(tx, "c", OTHER, SOON)


async def test_a_released_share_is_there_at_once_for_whoever_is_short(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))
    await taken_for(tx, HOLD, 60)
    tx.now = NOW

    await store.release(tx, "c", HOLD)

    assert await store.left(tx, ["c"], NOW) == {"c": 100}
    assert await store.take(tx, "c", [100], NOW, whole=True) == [100]


async def test_what_holds_have_let_go_is_collected_into_the_slots(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100, d=10))
    await taken_for(tx, HOLD, 60)
    await taken_for(tx, OTHER, 30)
    tx.now = NOW

    assert await store.collect(tx) == 0
    await store.release(tx, "c", HOLD)
    assert await store.collect(tx) == 1
    assert (sum(await left(tx)), await shares(tx)) == (70, [(OTHER, 30)])


async def test_a_share_goes_back_to_the_slot_of_its_hold(tx: Tx) -> None:
    await store.declare(tx, budgets(c=160))
    await taken_for(tx, HOLD, 160)
    tx.now = SOON

    await store.collect(tx)

    assert store.slot_of(HOLD) == 5
    assert await left(tx) == [*[0] * 5, 160, *[0] * 10]


async def test_what_holds_have_counts_as_granted_when_the_cap_is_lowered(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))
    await taken_for(tx, HOLD, 60)

    await store.declare(tx, budgets(c=50))

    assert (sum(await left(tx)), await overrun(tx)) == (0, 10)
    tx.now = SOON
    await store.collect(tx)  # what was beyond the cap comes back first
    assert (sum(await left(tx)), await overrun(tx)) == (50, 0)


async def test_what_is_taken_anyway_is_counted_beyond_the_cap(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))
    await taken_for(tx, HOLD, 60)

    assert await store.take_anyway(tx, "c", 30) == 0
    assert await store.take_anyway(tx, "c", 30) == 20
    assert (sum(await left(tx)), await overrun(tx)) == (0, 20)
    tx.now = SOON
    assert await store.take_anyway(tx, "c", 50) == 10  # of the 60 that came back, 20 were beyond
    assert (sum(await left(tx)), await overrun(tx)) == (0, 10)


async def test_money_has_a_unit_of_its_own(tx: Tx) -> None:
    await store.declare(tx, {"m": Budget(unit=BudgetUnit.MONEY, amount=500)})

    assert await tx.connection.fetchval("select unit from budget where name = 'm'") == 3


async def test_a_budget_that_is_not_there_has_nothing_left(tx: Tx) -> None:
    assert await store.left(tx, ["nothing"], NOW) == {"nothing": 0}
    assert await store.take_anyway(tx, "nothing", 5) == 0
    await store.give_back(tx, "nothing", 5)
    assert await left(tx, "nothing") == []


async def test_a_share_is_captured_or_taken_back_never_both(crowd: Database) -> None:
    async with crowd.transaction() as tx:
        await store.declare(tx, budgets(c=160))
        for number in range(16):
            await store.take(tx, "c", [10], NOW, whole=True)
            await store.hold(tx, "c", uuid.UUID(int=number), 10, SOON)

    async def captures(number: int) -> int:
        async with crowd.transaction() as tx:
            return 10 * await store.capture(tx, "c", uuid.UUID(int=number))

    async def takes() -> int:
        async with crowd.transaction() as tx:
            return sum(await store.take(tx, "c", [10], SOON, whole=True))

    both = [one for number in range(16) for one in (captures(number), takes())]
    assert sum(await asyncio.gather(*both)) == 160
    async with crowd.reading() as tx:
        assert (sum(await left(tx)), await shares(tx)) == (0, [])
