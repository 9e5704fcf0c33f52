"""A pause ends before its time."""

import pytest

from service.domain.clubs.errors import NotInClub
from service.domain.clubs.stays import StandingState
from tests.flows.membership_shop import Memberships
from tests.flows.shop import day, goods


async def test_who_is_back_is_in_from_that_instant(table: Memberships) -> None:
    (ola,) = await table.full(1)
    await table.pause(ola, day(10))
    await table.shop.show(day(2))

    back = await table.resume(ola)
    late = await table.shop.buy("late", ola, goods(1_000), at=day(1))
    now = await table.shop.buy("now", ola, goods(1_000))

    assert (back.replayed, back.body.state) == (False, StandingState.MEMBER)
    assert (late.total, now.total) == (1_000, 900)
    assert (await table.resume(ola)).replayed
    assert await table.told(ola) == ["joined", "paused", "resumed"]


async def test_a_pause_that_is_over_stays_over(table: Memberships) -> None:
    (ola,) = await table.full(1)
    await table.pause(ola, day(1))
    await table.shop.show(day(1))
    assert (await table.resume(ola)).replayed
    with pytest.raises(NotInClub):
        await table.of("terrace").resume(ola)
