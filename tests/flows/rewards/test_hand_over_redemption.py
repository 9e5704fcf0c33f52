"""Items in members' hands: once."""

import asyncio

import pytest

from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.rewards.errors import (
    NothingToHandOver,
    RedemptionClosed,
    RedemptionNotFound,
)
from service.domain.rewards.types import HandOver, RedemptionState
from service.kernel.answer import Answer
from service.kernel.ids import new_id
from tests.flows.reward_shop import cancel, hand_over, member, redeem, with_rewards
from tests.flows.shop import TILL, Shop, another, day


async def test_who_where_and_what_for_is_kept_and_told(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 100)
    had = await redeem(shop, ola, "mug")

    done = (await hand_over(shop, had, note="serial 4711")).body

    assert (done.state, done.handed_over_store) == (RedemptionState.HANDED_OVER, "waw-01")
    assert done.handed_over_at is not None
    assert done.granted_at == had.granted_at
    async with shop.db.reading() as tx:
        op_id = await tx.connection.fetchval("select closed_op from redemption")
        row = await tx.connection.fetchrow(
            "select kind, note, actor_id from operation where op_id = $1", op_id
        )
    assert tuple(row) == (9, "serial 4711", "till")
    assert (await shop.events(ola))[-1] == (
        "reward.handed-over",
        {
            "redemption_id": str(had.id),
            "reward": "mug",
            "operation_id": str(op_id),
            "store": "waw-01",
        },
    )


async def test_what_was_only_held_is_paid_with_it(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 100)
    held = await redeem(shop, ola, "tasting", hold=600)

    done = (await hand_over(shop, held)).body

    assert done.state is RedemptionState.HANDED_OVER
    assert done.granted_at == done.handed_over_at
    assert done.wallets["points"].available == done.wallets["points"].held == 0
    assert [kind for kind, _ in await shop.events(ola)][-3:] == [
        *("points.redeemed", "reward.redeemed", "reward.handed-over")
    ]


async def test_what_others_deliver_is_said_to_be_delivered(shop: Shop) -> None:
    await with_rewards(shop)
    had = await redeem(shop, await member(shop, 100), "tree")
    assert had.gives.external == "tree"
    assert (await hand_over(shop, had)).body.state is RedemptionState.HANDED_OVER


async def test_the_same_key_answers_again_and_another_gets_no_second_item(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 1000)
    had, more = await redeem(shop, ola, "mug"), await redeem(shop, ola, "mug")
    first = (await hand_over(shop, had, key="key-00001")).body
    before = await shop.tables()

    again = await hand_over(shop, had, key="key-00001")
    with pytest.raises(RedemptionClosed) as closed:
        await hand_over(shop, had, key="key-00002")
    with pytest.raises(IdempotencyKeyReused):
        await hand_over(shop, more, key="key-00001")
    with pytest.raises(IdempotencyKeyReused):
        await hand_over(shop, had, key="key-00001", note="other")

    assert (again.replayed, again.body) == (True, first)
    assert closed.value.state == "handed_over"
    assert await shop.tables() == before


async def test_a_coupon_is_in_the_list_already(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 1000)
    had = await redeem(shop, ola, "five-off")
    held = await redeem(shop, ola, "five-off", hold=600)
    before = await shop.tables()
    for one in (had, held):
        with pytest.raises(NothingToHandOver):
            await hand_over(shop, one)
    assert await shop.tables() == before


async def test_what_has_ended_is_not_handed_over(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 1000)
    cancelled = await redeem(shop, ola, "mug")
    await cancel(shop, cancelled)
    late = await redeem(shop, ola, "mug", hold=60)
    await shop.show(day(0.01))
    for one, state in ((cancelled, "cancelled"), (late, "timed_out")):
        with pytest.raises(RedemptionClosed) as closed:
            await hand_over(shop, one)
        assert closed.value.state == state
    with pytest.raises(RedemptionNotFound):
        await shop.verbs.hand_over_redemption(TILL, new_id(), HandOver(), "key-00001")


async def test_at_two_desks_at_once_one_hands_it_over(shop: Shop) -> None:
    await with_rewards(shop)
    other = another(shop.db)
    await other.start()
    had = await redeem(shop, await member(shop, 100), "mug")

    done = await asyncio.gather(
        *(
            verbs.hand_over_redemption(TILL, had.id, HandOver(), f"key-{n:05}")
            for n, verbs in enumerate((shop.verbs, other.verbs) * 5)
        ),
        return_exceptions=True,
    )

    await other.gate.drain()
    assert sum(isinstance(one, Answer) for one in done) == 1
    assert sum(isinstance(one, RedemptionClosed) for one in done) == 9
