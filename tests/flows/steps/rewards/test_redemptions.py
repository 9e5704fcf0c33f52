"""A redemption under its holder's lock."""

import msgspec
import pytest

from service.domain.programs.errors import VersionBehind
from service.domain.rewards.errors import RedemptionClosed, RedemptionNotFound
from service.domain.rewards.types import State
from service.flows.steps.rewards import redemptions
from service.kernel.ids import new_id
from tests.flows.reward_shop import hand_over, member, redeem, with_rewards
from tests.flows.shop import TILL, Shop, another, day


async def test_it_is_answered_as_it_stands_under_the_lock_with_settled_wallets(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await member(shop, 100)
    held = await redeem(shop, ola, "mug", hold=60)
    await shop.show(day(1))
    async with shop.db.transaction() as tx:
        found = await redemptions.lock(tx, shop.built.ctx, held.id, wait=True)
        assert found is not None
        assert found.row.state is State.HELD
        assert found.row.timed_out(found.work.at)
        assert found.work.books[found.row.wallet].available == 100  # let go by the time-out
        with pytest.raises(RedemptionClosed):
            redemptions.refuse_ended(found.row, found.work.at)
        await redemptions.settled(tx, found.work, found.standings)


async def test_one_whose_holder_is_locked_elsewhere_waits_or_is_answered_none(shop: Shop) -> None:
    await with_rewards(shop)
    had = await redeem(shop, await member(shop, 100), "mug")
    async with shop.db.transaction() as tx:
        assert await redemptions.lock(tx, shop.built.ctx, had.id, wait=True) is not None
        async with shop.db.transaction() as other:
            assert await redemptions.lock(other, shop.built.ctx, had.id, wait=False) is None


async def test_one_of_a_version_that_is_not_loaded_is_asked_for_again(shop: Shop) -> None:
    await with_rewards(shop)
    had = await redeem(shop, await member(shop, 100), "mug")
    async with shop.db.transaction() as tx:
        with pytest.raises(VersionBehind):
            await redemptions.lock(tx, another(shop.db).ctx, had.id, wait=True)


async def test_an_unknown_one_is_not_there(shop: Shop) -> None:
    async with shop.db.transaction() as tx:
        with pytest.raises(RedemptionNotFound):
            await redemptions.lock(tx, shop.built.ctx, new_id(), wait=True)


async def test_only_what_is_held_can_be_taken(shop: Shop) -> None:
    await with_rewards(shop)
    had = await redeem(shop, await member(shop, 100), "mug")
    async with shop.db.transaction() as tx:
        found = await redemptions.lock(tx, shop.built.ctx, had.id, wait=True)
        assert found is not None
        with pytest.raises(AssertionError, match="nothing is held"):
            await redemptions.take_held(tx, shop.built.ctx, found, TILL)


async def test_a_step_from_a_state_it_is_not_in_is_not_written(shop: Shop) -> None:
    await with_rewards(shop)
    had = await redeem(shop, await member(shop, 100), "mug")
    await hand_over(shop, had)
    before = await shop.tables()

    async def step() -> None:
        async with shop.db.transaction() as tx:
            found = await redemptions.lock(tx, shop.built.ctx, had.id, wait=True)
            assert found is not None
            found.row = msgspec.structs.replace(found.row, state=State.GRANTED)
            await redemptions.write(tx, found, found.row)

    with pytest.raises(AssertionError, match="changed under its holder's lock"):
        await step()
    assert await shop.tables() == before
