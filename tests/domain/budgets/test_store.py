"""Caps are exact, whoever takes from them at the same moment."""

import asyncio

import asyncpg
import pytest

from service.domain.budgets import store
from service.domain.budgets.store import SLOTS
from service.infra.db import Database, Tx
from tests.domain.budgets.slots import NOW, budgets, cap, left, overrun


async def test_a_new_budget_is_spread_evenly_over_the_slots(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100, tiny=3))

    assert SLOTS == 16
    assert await left(tx) == [7, 7, 7, 7, *[6] * 12]  # 100 = 4 x 7 + 12 x 6
    assert await left(tx, "tiny") == [1, 1, 1, *[0] * 13]
    assert await cap(tx) == 100


async def test_one_slot_that_covers_it_pays_for_all(tx: Tx) -> None:
    await store.declare(tx, budgets(c=160))

    assert await store.take(tx, "c", [3, 4], NOW, whole=False) == [3, 4]
    assert sorted(await left(tx)) == [3, *[10] * 15]


async def test_a_want_no_slot_covers_alone_is_taken_across_all(tx: Tx) -> None:
    await store.declare(tx, budgets(c=160))

    assert await store.take(tx, "c", [100, 35], NOW, whole=False) == [100, 35]
    assert await left(tx) == [*[0] * 13, 5, 10, 10]


async def test_wants_are_granted_in_order_and_the_last_is_trimmed(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))

    assert await store.take(tx, "c", [60, 30, 20, 5], NOW, whole=False) == [60, 30, 10, 0]
    assert sum(await left(tx)) == 0
    assert await store.take(tx, "c", [1], NOW, whole=False) == [0]


async def test_whole_wants_are_granted_in_full_or_not_at_all(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))

    # 60, then 50 is too much for the 40 left, then 30 fits and 11 does not
    assert await store.take(tx, "c", [60, 50, 30, 11], NOW, whole=True) == [60, 0, 30, 0]
    assert sum(await left(tx)) == 10


async def test_wanting_nothing_takes_nothing(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))

    assert await store.take(tx, "c", [0, 0], NOW, whole=False) == [0, 0]
    assert await store.take(tx, "c", [], NOW, whole=False) == []
    assert sum(await left(tx)) == 100


async def test_budgets_do_not_touch_each_other(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100, d=100))

    await store.take(tx, "c", [100], NOW, whole=False)

    assert (sum(await left(tx)), sum(await left(tx, "d"))) == (0, 100)


async def test_a_return_gives_back_and_a_later_one_takes_again(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))
    await store.take(tx, "c", [90], NOW, whole=False)

    await store.give_back(tx, "c", 25)
    assert sum(await left(tx)) == 35

    await store.give_back(tx, "c", -15)
    assert sum(await left(tx)) == 20


async def test_what_is_taken_again_beyond_the_cap_is_counted_apart_and_given_back_first(
    tx: Tx,
) -> None:
    await store.declare(tx, budgets(c=100))
    await store.take(tx, "c", [95], NOW, whole=False)

    await store.give_back(tx, "c", -20)
    assert (sum(await left(tx)), await overrun(tx)) == (0, 15)
    await store.give_back(tx, "c", 10)
    assert (sum(await left(tx)), await overrun(tx)) == (0, 5)
    await store.give_back(tx, "c", 12)

    assert (sum(await left(tx)), await overrun(tx)) == (7, 0)


async def test_a_raised_cap_takes_an_overrun_in(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))
    await store.take(tx, "c", [95], NOW, whole=False)
    await store.give_back(tx, "c", -20)  # 115 in all

    await store.declare(tx, budgets(c=150))

    assert (sum(await left(tx)), await overrun(tx), await cap(tx)) == (35, 0, 150)


async def test_giving_back_to_a_budget_that_is_no_more_does_nothing(tx: Tx) -> None:
    await store.give_back(tx, "gone", 5)

    assert await left(tx, "gone") == []


async def test_no_slot_ever_holds_less_than_nothing(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))

    with pytest.raises(asyncpg.CheckViolationError, match="budget_left"):
        async with tx.connection.transaction():
            await tx.connection.execute("update budget_slot set remaining = -1")


async def test_a_cap_raised_at_publish_adds_what_was_added(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))
    await store.take(tx, "c", [70], NOW, whole=False)

    await store.declare(tx, budgets(c=150))

    assert (sum(await left(tx)), await cap(tx)) == (80, 150)


async def test_a_cap_lowered_at_publish_takes_off_what_was_not_granted(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))
    await store.take(tx, "c", [70], NOW, whole=False)

    await store.declare(tx, budgets(c=75))

    assert (sum(await left(tx)), await cap(tx)) == (5, 75)


async def test_a_cap_lowered_below_what_was_granted_leaves_nothing_and_takes_nothing_back(
    tx: Tx,
) -> None:
    await store.declare(tx, budgets(c=100))
    await store.take(tx, "c", [70], NOW, whole=False)

    await store.declare(tx, budgets(c=50))

    assert (sum(await left(tx)), await overrun(tx), await cap(tx)) == (0, 20, 50)


async def test_what_comes_back_after_a_lowered_cap_is_not_granted_again_above_it(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))
    await store.take(tx, "c", [70], NOW, whole=False)
    await store.declare(tx, budgets(c=50))

    await store.give_back(tx, "c", 25)

    assert (sum(await left(tx)), await overrun(tx)) == (5, 0)


async def test_a_cap_lowered_twice_counts_what_was_granted_once(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))
    await store.take(tx, "c", [70], NOW, whole=False)
    await store.declare(tx, budgets(c=50))

    await store.declare(tx, budgets(c=60))

    assert (sum(await left(tx)), await overrun(tx), await cap(tx)) == (0, 10, 60)


async def test_the_same_cap_published_again_changes_nothing(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))
    await store.take(tx, "c", [33], NOW, whole=False)
    before = await left(tx)

    await store.declare(tx, budgets(c=100))

    assert await left(tx) == before


async def test_a_budget_no_longer_declared_keeps_what_it_has(tx: Tx) -> None:
    await store.declare(tx, budgets(c=100))

    await store.declare(tx, budgets(d=10))

    assert (sum(await left(tx)), sum(await left(tx, "d"))) == (100, 10)


async def _all_at_once(
    db: Database, wants: list[int], *, whole: bool, campaign: str = "c"
) -> list[int]:
    """Each want by a taker of its own; a dozen of them hold a transaction at any moment."""
    slots = asyncio.Semaphore(12)

    async def taker(want: int) -> int:
        async with slots, db.transaction() as tx:
            (granted,) = await store.take(tx, campaign, [want], NOW, whole=whole)
            await asyncio.sleep(0.002)  # others come while it is not committed
            return granted

    return list(await asyncio.gather(*(taker(want) for want in wants)))


async def test_fifty_takers_at_once_never_get_more_than_the_cap_nor_less(crowd: Database) -> None:
    async with crowd.transaction() as tx:
        await store.declare(tx, budgets(c=100))

    granted = await _all_at_once(crowd, [3] * 50, whole=False)

    # 33 x 3 + 1: trimmed once, then nothing
    assert sorted(granted) == [*[0] * 16, 1, *[3] * 33]
    async with crowd.reading() as tx:
        assert sum(await left(tx)) == 0


async def test_fifty_takers_of_whole_wants_leave_what_nobody_can_use(crowd: Database) -> None:
    async with crowd.transaction() as tx:
        await store.declare(tx, budgets(c=100))

    granted = await _all_at_once(crowd, [3] * 50, whole=True)

    assert sorted(granted) == [*[0] * 17, *[3] * 33]
    async with crowd.reading() as tx:
        assert sum(await left(tx)) == 1


async def test_takers_of_caps_that_run_out_never_wait_for_each_other_in_a_circle(
    crowd: Database,
) -> None:
    for name in (f"c{n}" for n in range(8)):  # a deadlock is a matter of luck
        async with crowd.transaction() as tx:
            await store.declare(tx, budgets(**{name: 60}))

        granted = await _all_at_once(crowd, [3] * 40, whole=False, campaign=name)

        assert sum(granted) == 60


@pytest.mark.parametrize("whole", [True, False])
async def test_nobody_waits_for_a_budget_that_has_run_out(crowd: Database, *, whole: bool) -> None:
    async with crowd.transaction() as tx:
        await store.declare(tx, budgets(c=100))
        await store.take(tx, "c", [100], NOW, whole=False)

    async with crowd.transaction() as holding, crowd.transaction() as tx, asyncio.timeout(10):
        await holding.rows(store.SQL["lock_slots"], name="c")
        assert await store.take(tx, "c", [5, 1], NOW, whole=whole) == [0, 0]


async def test_what_a_rolled_back_taker_took_is_there_again(crowd: Database) -> None:
    async with crowd.transaction() as tx:
        await store.declare(tx, budgets(c=100))

    async def gives_up() -> None:
        async with crowd.transaction() as tx:
            assert await store.take(tx, "c", [60], NOW, whole=False) == [60]
            raise LookupError

    with pytest.raises(LookupError):
        await gives_up()

    async with crowd.reading() as tx:
        assert sum(await left(tx)) == 100


async def test_takers_of_other_slots_do_not_wait_for_each_other(crowd: Database) -> None:
    async with crowd.transaction() as tx:
        await store.declare(tx, budgets(c=160))

    async with crowd.transaction() as one, crowd.transaction() as other:
        assert await store.take(one, "c", [5], NOW, whole=False) == [5]
        await other.connection.execute("set local lock_timeout = 1")  # who waited would fail
        # while the first one is not committed
        assert await store.take(other, "c", [5], NOW, whole=False) == [5]
