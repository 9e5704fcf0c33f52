"""What is shown of households."""

import pytest

from service.domain.households.errors import HouseholdNotFound
from service.domain.members.errors import MemberNotFound
from service.kernel.ids import new_id
from tests.flows.sharing_shop import SHARING, Sharing
from tests.flows.shop import day


async def test_nothing_is_written_to_show_what_is_due(sharing: Sharing) -> None:
    ola = await sharing.member("1", stars=30)
    home = await sharing.household(ola)
    await sharing.pool(home, ola, 30)
    before = await sharing.shop.tables()
    await sharing.shop.show(day(31))

    shown = await sharing.shop.reads.household(home)

    assert shown.pool["stars"].balance.available == 0
    assert shown.pool["stars"].expiring == ()
    assert await sharing.shop.tables() == before


async def test_a_wallet_that_is_shared_no_more_is_shown_while_something_is_there(
    sharing: Sharing,
) -> None:
    ola = await sharing.member("1", gifts=5)
    home = await sharing.household(ola)
    await sharing.pool(home, ola, 5, "gifts")
    await sharing.shop.publish(SHARING.replace("[stars, gifts]", "[stars]"), day(1))
    await sharing.shop.show(day(2))

    assert set((await sharing.shop.reads.household(home)).pool) == {"stars", "gifts"}
    await sharing.shop.show(day(31))
    assert set((await sharing.shop.reads.household(home)).pool) == {"stars"}


async def test_who_is_nobody_belongs_nowhere(sharing: Sharing) -> None:
    ola = await sharing.member("1")
    home = await sharing.household(ola)

    for nothing in (new_id(), ola):
        with pytest.raises(HouseholdNotFound):
            await sharing.shop.reads.household(nothing)
    for nobody in (new_id(), home):
        with pytest.raises(MemberNotFound):
            await sharing.shop.reads.members_household(nobody)
        with pytest.raises(MemberNotFound):
            await sharing.shop.reads.wallets(nobody)
