"""Leaving a household, and being removed from it."""

import pytest

from service.domain.households.errors import (
    DrawLimitReached,
    HeadCannotLeave,
    HouseholdNotFound,
    NotInHousehold,
    NotTheHead,
)
from service.kernel.ids import new_id
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import day


async def test_what_the_giver_put_in_stays(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1"), await sharing.member("2", stars=30)
    home = await sharing.household(ola, jan)
    await sharing.pool(home, jan, 20)

    standing = await sharing.leave(home, jan)

    assert [one.member_id for one in standing.people] == [ola]
    shown = await sharing.shop.reads.household(home)
    assert shown.pool["stars"].balance.available == 20
    (former,) = [one for one in shown.people if one.until is not None]
    assert (former.member_id, former.gave) == (jan, {"stars": 20})
    told = {"household_id": str(home), "member_id": str(jan), "removed": False}
    assert (await sharing.shop.events(jan))[-1] == ("household.left", told)
    assert (await sharing.shop.events(home))[-1] == ("household.left", told)
    await sharing.draw(home, ola, 20)


async def test_the_head_removes_and_the_removed_may_join_another(sharing: Sharing) -> None:
    ola, jan, eve = [await sharing.member(number) for number in "123"]
    home = await sharing.household(ola, jan)

    await sharing.remove(home, ola, jan)

    assert (await sharing.shop.events(jan))[-1][1]["removed"] is True
    other = await sharing.household(eve, jan)
    belongs = (await sharing.shop.reads.members_household(jan)).household
    assert belongs is not None
    assert belongs.id == other


async def test_who_comes_back_is_shown_twice_and_their_gifts_once(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1"), await sharing.member("2", stars=30)
    home = await sharing.household(ola, jan)
    await sharing.pool(home, jan, 5)
    await sharing.leave(home, jan)
    await sharing.shop.show(day(1))
    await sharing.invite(home, ola, jan)
    await sharing.join(home, jan)
    await sharing.pool(home, jan, 7)

    shown = await sharing.shop.reads.household(home)

    assert [(one.member_id, one.until is None, one.gave) for one in shown.people] == [
        (ola, True, {}),
        (jan, False, {}),
        (jan, True, {"stars": 12}),
    ]


async def test_the_head_stays_and_removes_nobody_else_and_is_not_removed(
    sharing: Sharing,
) -> None:
    ola, jan, eve = [await sharing.member(number) for number in "123"]
    home = await sharing.household(ola, jan)
    before = await sharing.shop.tables()

    with pytest.raises(HeadCannotLeave):
        await sharing.leave(home, ola)
    with pytest.raises(HeadCannotLeave):
        await sharing.remove(home, ola, ola)
    with pytest.raises(NotTheHead):
        await sharing.remove(home, jan, ola)
    for stranger in (eve, new_id()):
        with pytest.raises(NotInHousehold):
            await sharing.leave(home, stranger)
        with pytest.raises(NotInHousehold):
            await sharing.remove(home, ola, stranger)
    with pytest.raises(HouseholdNotFound):
        await sharing.leave(new_id(), jan)

    assert await sharing.shop.tables() == before


async def test_who_has_left_draws_nothing_more(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2")
    home = await sharing.household(ola, jan)
    await sharing.pool(home, ola, 20)
    await sharing.leave(home, jan)

    with pytest.raises(NotInHousehold):
        await sharing.draw(home, jan, 1)


async def test_who_comes_back_in_the_month_draws_no_more_than_who_stayed(sharing: Sharing) -> None:
    """50 stars a person and month."""
    ola, jan = await sharing.member("1", stars=200), await sharing.member("2")
    home = await sharing.household(ola, jan)
    await sharing.pool(home, ola, 200)
    await sharing.draw(home, jan, 40)
    await sharing.leave(home, jan)
    await sharing.invite(home, ola, jan)
    await sharing.join(home, jan)

    with pytest.raises(DrawLimitReached) as refused:
        await sharing.draw(home, jan, 11)

    assert refused.value.members() == {"wallet": "stars", "left": 10}
