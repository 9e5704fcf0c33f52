"""Every sort of row goes along with a merge, and back; limits and occasions are those of one.

By the statements of
service/domain/activities/merging.py,
service/domain/badges/merging.py,
service/domain/coupons/merging.py,
service/domain/households/merging.py,
service/domain/occasions/merging.py,
service/domain/purchases/merging.py,
service/domain/returns/merging.py,
service/domain/rewards/merging.py,
service/domain/segments/merging.py,
service/domain/tiers/merging.py,
in the order of service/flows/steps/merging/rows.py.
"""

import uuid

import pytest

from service.domain.households.errors import AlreadyInHousehold, DrawLimitReached
from service.domain.members.errors import MergeBlocked
from service.domain.rewards.errors import RewardNotAvailable
from service.domain.transfers.errors import DailyTransfersReached
from tests.flows import reward_shop as rewards
from tests.flows.merging import merge, unmerge
from tests.flows.moments_shop import Moments
from tests.flows.segment_shop import Segments
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import Shop, day, goods


async def homes(shop: Shop, table: str) -> list[tuple[uuid.UUID, uuid.UUID | None]]:
    """(holder, home) of each row of a table."""
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch(f"select holder_id, home_id from {table} order by 1, 2")
    return [tuple(row) for row in rows]


async def test_redemptions_go_along_and_can_be_cancelled_afterwards(desk: Shop) -> None:
    ola, jan = await rewards.member(desk, 0, "1"), await rewards.member(desk, 500, "2")
    had = await rewards.redeem(desk, jan, "five-off")
    await rewards.redeem(desk, jan, "yearly")
    tree = await rewards.redeem(desk, jan, "tree")
    await merge(desk, ola, jan)
    assert await homes(desk, "redemption") == [(ola, jan)] * 3

    with pytest.raises(RewardNotAvailable):
        await rewards.redeem(desk, ola, "yearly")  # once a year
    await rewards.cancel(desk, had)
    assert (await desk.balance(ola))[0] == 500 - 10 - 50
    await unmerge(desk, jan)
    await rewards.cancel(desk, tree)

    assert (await desk.balance(ola))[0] == 0
    assert (await desk.balance(jan))[0] == 500 - 10
    assert await homes(desk, "redemption") == [(jan, None)] * 3


async def test_what_is_held_for_a_reward_is_ended_first(desk: Shop) -> None:
    ola, jan = await rewards.member(desk, 0, "1"), await rewards.member(desk, 500, "2")
    held = await rewards.redeem(desk, jan, "tree", hold=3_600)

    with pytest.raises(MergeBlocked) as refusal:
        await merge(desk, ola, jan)
    assert refusal.value.reasons == ("held-redemption",)
    await rewards.grant(desk, held)
    await merge(desk, ola, jan)

    await rewards.cancel(desk, held)
    assert (await desk.balance(ola))[0] == 500


async def test_runs_and_badges_go_along_and_are_taken_with_what_brought_them(
    moments: Moments,
) -> None:
    shop = moments.shop
    ola, jan = await moments.member("1"), await moments.member("2")
    await shop.buy("a", jan, goods(100_000), at=day(1))
    await moments.through()
    before = [await moments.points(one) for one in (ola, jan)]
    runs, badges = await moments.runs(jan), await moments.badges(jan)
    assert len(runs) > 1

    await merge(shop, ola, jan)
    assert await moments.points(ola) == sum(before)
    assert set(await moments.badges(ola)) >= set(badges)
    await unmerge(shop, jan)

    assert [await moments.points(one) for one in (ola, jan)] == before
    assert await moments.runs(jan) == runs
    assert await moments.badges(jan) == badges
    await merge(shop, ola, jan)
    await shop.bring_back("r", "a")
    assert await moments.points(ola) == 100  # each came once


async def test_who_has_two_households_leaves_one_first(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2", stars=20)
    eve = await sharing.member("3")
    home, other = await sharing.form(ola), await sharing.household(jan, eve)
    with pytest.raises(MergeBlocked) as refusal:
        await merge(sharing.shop, ola, jan)
    assert refusal.value.reasons == ("two-households",)
    await sharing.dissolve(home, ola)

    await merge(sharing.shop, ola, jan)

    with pytest.raises(AlreadyInHousehold):
        await sharing.form(jan)
    await sharing.pool(other, jan, 10)  # the old id gives as the survivor
    found = await sharing.shop.reads.members_household(jan)
    assert found.household is not None
    assert {one.member_id for one in found.household.people} == {ola, eve}
    await unmerge(sharing.shop, jan)
    assert (await sharing.shop.reads.members_household(ola)).household is None
    found = await sharing.shop.reads.members_household(jan)
    assert found.household is not None


async def test_both_in_one_household_are_one_person_of_it(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2", stars=20)
    home = await sharing.household(ola, jan)

    await merge(sharing.shop, ola, jan)

    found = await sharing.shop.reads.household(home)
    assert [one.member_id for one in found.people if one.until is None] == [ola]
    await sharing.pool(home, ola, 10)


async def test_what_was_given_in_a_day_counts_over_both(sharing: Sharing) -> None:
    ola, jan, eve = [await sharing.member(n, points=1_000) for n in ("1", "2", "3")]
    for _ in range(2):
        await sharing.give(jan, eve, 60, "points")

    await merge(sharing.shop, ola, jan)

    with pytest.raises(DailyTransfersReached) as refusal:
        await sharing.give(ola, eve, 40, "points")
    assert refusal.value.left == 30


async def test_what_was_drawn_in_a_month_counts_over_both(sharing: Sharing) -> None:
    ola, jan, eve = [await sharing.member(n, stars=500) for n in ("1", "2", "3")]
    home = await sharing.household(eve, jan)
    await sharing.pool(home, eve, 400)
    most = (await sharing.shop.reads.household(home)).people[1].draw_max["stars"]
    await sharing.draw(home, jan, most - 10)
    await merge(sharing.shop, ola, jan)

    with pytest.raises(DrawLimitReached):
        await sharing.draw(home, ola, 11)
    await sharing.draw(home, ola, 10)

    (_, person) = (await sharing.shop.reads.household(home)).people
    assert person.drawn == {"stars": most}


async def test_segments_are_those_of_what_both_did(segments: Segments) -> None:
    shop = segments.shop
    ola, jan = await segments.member("1"), await segments.member("2")
    await segments.spends(jan, 60, day(1))
    await segments.spends(ola, 60, day(1))
    await segments.look()
    alone = await segments.belongs(ola)

    await merge(shop, ola, jan)
    await segments.look()

    together = await segments.belongs(ola)
    assert together > alone
    assert await segments.belongs(jan) == set()
    await unmerge(shop, jan)
    await segments.look()
    assert await segments.belongs(ola) == await segments.belongs(jan) == alone


async def test_activities_go_along_and_back(segments: Segments) -> None:
    shop = segments.shop
    ola, jan = await segments.member("1"), await segments.member("2")
    await segments.visits("2", day(1))
    await merge(shop, ola, jan)
    await segments.visits("2", day(2))
    await segments.visits("1", day(3))
    assert sorted(await homes(shop, "activity"), key=str) == sorted(
        [(ola, None), (ola, jan), (ola, jan)], key=str
    )
    assert len((await shop.reads.activities(jan, None, 10)).items) == 3

    await unmerge(shop, jan)

    assert len((await shop.reads.activities(ola, None, 10)).items) == 1
    assert len((await shop.reads.activities(jan, None, 10)).items) == 2
