"""What was asked about a member before the merge, and is sent again after it, without a key.

Its answer is what it was, as far as it tells nothing of now; it is never refused for the merge.
"""

import uuid

import pytest

from service.domain.holds.errors import HoldClosed
from service.domain.returns.types import VoidPurchase
from service.domain.rewards.errors import RedemptionClosed
from tests.flows.counter import buy, extend, hold, nothing_written, release, report
from tests.flows.merging import merge
from tests.flows.reward_shop import cancel, grant, redeem
from tests.flows.shop import TILL, Shop, goods
from tests.flows.telling import activity, record


@pytest.fixture
async def pair(desk: Shop) -> tuple[uuid.UUID, uuid.UUID]:
    """The survivor-to-be and who will be merged into it, with 1000 points."""
    ola, jan = (await desk.enrol("1")).id, (await desk.enrol("2")).id
    await desk.adjust(jan, 1_000)
    return ola, jan


async def test_a_checkout_that_is_over(desk: Shop, pair: tuple[uuid.UUID, uuid.UUID]) -> None:
    ola, jan = pair
    open_ = await hold(desk, "c1", jan, goods(2_000))
    await release(desk, open_.id)
    await merge(desk, ola, jan)

    async with nothing_written(desk):
        assert (await release(desk, open_.id)).body.id == open_.id
        with pytest.raises(HoldClosed):
            await extend(desk, open_.id, 900)
        assert (await desk.reads.hold(open_.id)).id == open_.id


@pytest.mark.parametrize("by_id", [False, True])
async def test_a_purchase(desk: Shop, pair: tuple[uuid.UUID, uuid.UUID], *, by_id: bool) -> None:
    ola, jan = pair
    who = jan if by_id else "2"
    bought = await buy(desk, "a", who, goods(2_000))
    told = await report(desk, "b", who, goods(1_000))
    await merge(desk, ola, jan)

    async with nothing_written(desk):
        again = [
            await buy(desk, "a", who, goods(2_000)),
            await report(desk, "b", who, goods(1_000)),
        ]

    assert [one.id for one in again] == [bought.id, told.id]
    assert {one.member_id for one in again} == {ola}


async def test_goods_that_came_back(desk: Shop, pair: tuple[uuid.UUID, uuid.UUID]) -> None:
    ola, jan = pair
    await buy(desk, "a", jan, goods(2_000, 2))
    void = await buy(desk, "b", jan, goods(2_000))
    reason = VoidPurchase(reason="a mistake")
    back = await desk.bring_back("r", "a", {0: 1})
    voided = await desk.verbs.void_purchase(TILL, void.id, reason)
    await merge(desk, ola, jan)

    async with nothing_written(desk):
        assert (await desk.bring_back("r", "a", {0: 1})).id == back.id
        again = await desk.verbs.void_purchase(TILL, void.id, reason)

    assert (again.replayed, again.body.id) == (True, voided.body.id)


async def test_an_activity(desk: Shop, pair: tuple[uuid.UUID, uuid.UUID]) -> None:
    ola, jan = pair
    told = await record(desk, activity("r1", jan))
    await merge(desk, ola, jan)

    async with nothing_written(desk):
        again = await record(desk, activity("r1", jan))

    assert (again.replayed, again.body.id, again.body.member_id) == (True, told.body.id, ola)


async def test_a_reward(desk: Shop, pair: tuple[uuid.UUID, uuid.UUID]) -> None:
    ola, jan = pair
    had, undone = [await redeem(desk, jan, "mug", hold=600) for _ in range(2)]
    await grant(desk, had)
    await cancel(desk, undone)
    await merge(desk, ola, jan)

    async with nothing_written(desk):
        assert (await grant(desk, had)).body.member_id == ola
        assert (await cancel(desk, undone)).body.member_id == ola
        with pytest.raises(RedemptionClosed):
            await grant(desk, undone)
