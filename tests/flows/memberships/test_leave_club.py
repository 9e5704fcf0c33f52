"""A member leaves a club."""

import pytest

from service.domain.clubs.errors import ClubNotFound, OwnerCannotLeave
from service.domain.clubs.stays import StandingState
from service.domain.clubs.steps import What
from service.domain.clubs.types import Entered
from tests.flows.membership_shop import Memberships, at_once
from tests.flows.shop import day, goods


async def test_who_leaves_is_out_at_once_and_the_seat_goes_to_who_waits(
    table: Memberships,
) -> None:
    ola, jan = await table.full(2)
    eve = await table.member("9")
    await table.invite(eve)
    assert (await table.join(eve)).body.state is Entered.WAITING
    await table.shop.show(day(1))

    left = await table.leave(ola)

    assert left.body.state is StandingState.OUTSIDE
    assert await table.seats() == [eve, jan]
    assert (await table.join(eve)).body.state is Entered.MEMBER
    (ground,) = await table.spans(ola)
    assert ground.until_at is not None
    assert day(1) <= ground.until_at < day(1.01)
    assert [kind for kind, _, _ in await table.steps(ola)] == [What.JOINED, What.LEFT]
    assert await table.told_of(ola, "left") == [{"club": "roasters", "why": "left"}]


async def test_after_leaving_a_hidden_club_is_one_that_does_not_exist(table: Memberships) -> None:
    ola, jan = await table.full(2)
    await table.leave(ola)
    before = await table.shop.tables()

    with pytest.raises(ClubNotFound):
        await table.leave(ola)
    with pytest.raises(ClubNotFound):
        await table.of("nothing").leave(jan)

    assert await table.shop.tables() == before


async def test_leaving_a_visible_club_twice_or_at_once_is_leaving_once(table: Memberships) -> None:
    terrace = table.of("terrace")
    (ola,) = await terrace.full(1)

    answers = await at_once(*(terrace.leave(ola) for _ in range(4)))

    assert sorted(one.replayed for one in answers) == [False, True, True, True]
    assert await table.told(ola) == ["joined", "left"]


async def test_the_owner_passes_the_club_on_first(table: Memberships) -> None:
    ola, jan = await table.full(2)
    await table.own(ola)
    with pytest.raises(OwnerCannotLeave):
        await table.leave(ola)

    await table.own(jan, by=ola)

    assert (await table.leave(ola)).body.state is StandingState.OUTSIDE


async def test_a_purchase_told_late_has_the_price_of_its_own_instant(table: Memberships) -> None:
    (ola,) = await table.full(1)
    await table.shop.show(day(2))
    await table.leave(ola)
    await table.shop.show(day(4))

    within = await table.shop.buy("in", ola, goods(1_000), at=day(1))
    after = await table.shop.buy("out", ola, goods(1_000), at=day(3))
    before = await table.shop.buy("early", ola, goods(1_000), at=day(-1))

    assert (within.total, after.total, before.total) == (900, 1_000, 1_000)
