"""What the head sets for a person."""

import pytest

from service.domain.households.errors import (
    DrawLimitReached,
    NotInHousehold,
    NotTheHead,
    WalletNotPooled,
)
from service.domain.households.types import NewRole
from service.kernel.ids import new_id
from tests.flows.sharing_shop import Sharing


async def test_a_lower_limit_holds_for_the_person(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1", stars=90), await sharing.member("2")
    home = await sharing.household(ola, jan)
    await sharing.pool(home, ola, 90)

    standing = await sharing.change(home, ola, jan, draw_max={"stars": 15, "gifts": 3})

    assert [one.draw_max for one in standing.people] == [None, {"stars": 15, "gifts": 3}]
    with pytest.raises(DrawLimitReached) as refused:
        await sharing.draw(home, jan, 16)
    assert refused.value.members() == {"wallet": "stars", "left": 15}
    assert (await sharing.draw(home, jan, 10)).left == 5
    assert (await sharing.draw(home, ola, 16)).left == 34
    shown = (await sharing.shop.reads.household(home)).people
    assert [(one.draw_max, one.drawn) for one in shown] == [
        ({"stars": 50}, {"stars": 16}),
        ({"stars": 15, "gifts": 3}, {"stars": 10}),
    ]


async def test_a_limit_above_the_programs_changes_nothing_and_null_takes_it_away(
    sharing: Sharing,
) -> None:
    ola = await sharing.member("1", stars=90)
    home = await sharing.household(ola)
    await sharing.pool(home, ola, 90)
    await sharing.change(home, ola, ola, draw_max={"stars": 80})
    with pytest.raises(DrawLimitReached):
        await sharing.draw(home, ola, 51)
    await sharing.change(home, ola, ola, draw_max={"stars": 0})
    with pytest.raises(DrawLimitReached):
        await sharing.draw(home, ola, 1)

    await sharing.change(home, ola, ola, draw_max=None)

    assert (await sharing.draw(home, ola, 50)).left == 0


async def test_the_place_of_the_head_passes_on(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1"), await sharing.member("2")
    home = await sharing.household(ola, jan)

    standing = await sharing.change(home, ola, jan, role=NewRole.HEAD)

    assert [(one.member_id, one.role) for one in standing.people] == [
        (ola, "person"),
        (jan, "head"),
    ]
    assert [kind for kind, _ in await sharing.shop.events(home)][-2:] == [
        "household.person-changed",
        "household.person-changed",
    ]
    assert (await sharing.shop.events(ola))[-1][1]["role"] == "person"
    assert (await sharing.shop.events(jan))[-1][1]["role"] == "head"
    with pytest.raises(NotTheHead):
        await sharing.remove(home, ola, jan)
    await sharing.leave(home, ola)


async def test_what_is_as_it_was_is_not_told(sharing: Sharing) -> None:
    ola = await sharing.member("1")
    home = await sharing.form(ola)
    before = await sharing.shop.tables()

    await sharing.change(home, ola, ola)
    await sharing.change(home, ola, ola, role=NewRole.HEAD, draw_max=None)

    assert await sharing.shop.tables() == before


async def test_only_the_head_changes_people_of_the_household(sharing: Sharing) -> None:
    ola, jan, eve = [await sharing.member(number) for number in "123"]
    home = await sharing.household(ola, jan)
    before = await sharing.shop.tables()

    with pytest.raises(NotTheHead):
        await sharing.change(home, jan, jan, role=NewRole.HEAD)
    for stranger in (eve, new_id()):
        with pytest.raises(NotInHousehold):
            await sharing.change(home, ola, stranger, role=NewRole.HEAD)
    for wallet in ("points", "coins"):
        with pytest.raises(WalletNotPooled) as refused:
            await sharing.change(home, ola, jan, draw_max={"stars": 1, wallet: 1})
        assert refused.value.members() == {"wallet": wallet, "pointer": "/draw_max"}

    assert await sharing.shop.tables() == before
