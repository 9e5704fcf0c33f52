"""Declining an offer."""

import pytest

from service.domain.clubs.errors import ClubNotFound, NoOpenOffer
from service.domain.clubs.steps import What
from service.domain.clubs.types import Entered
from tests.flows.club_shop import Clubs
from tests.flows.shop import day


async def test_who_declines_is_outside_and_the_seat_is_free(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    jan = await clubs.member("9")
    await clubs.invite(jan, by=ola)

    declined = await clubs.decline(jan)

    assert declined.body.state is Entered.OUTSIDE
    assert await clubs.seats() == [ola]
    assert await clubs.steps(jan) == [(What.INVITED, ola, None), (What.DECLINED, None, None)]
    assert await clubs.told(jan) == ["invited", "offer-declined"]
    with pytest.raises(ClubNotFound):
        await clubs.join(jan)
    before = await clubs.shop.tables()
    again = await clubs.decline(jan)
    assert (again.replayed, again.body) == (True, declined.body)
    assert await clubs.shop.tables() == before


async def test_there_is_nothing_to_decline_without_an_open_offer(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    jan, eve = await clubs.members(2, 8)
    await clubs.invite(jan, by=ola)
    await clubs.shop.show(day(3.01))

    for club in ("roasters", "nowhere"):
        for member in (jan, eve):
            with pytest.raises(ClubNotFound):
                await clubs.of(club).decline(member)
    for club, member in (("roasters", ola), ("terrace", jan)):
        with pytest.raises(NoOpenOffer):
            await clubs.of(club).decline(member)


async def test_the_next_on_the_list_is_offered_the_seat_at_once(clubs: Clubs) -> None:
    ola, *_ = await clubs.full(2)
    kept, first, second = await clubs.members(3, 7)
    await clubs.invite(kept, by=ola)
    for one in (first, second):
        await clubs.invite(one)
        await clubs.join(one)

    await clubs.decline(kept)

    assert await clubs.told(first) == ["invited", "waiting-joined", "offered"]
    assert await clubs.told(second) == ["invited", "waiting-joined"]
    assert (await clubs.join(second)).body.ahead == 0
    assert (await clubs.join(first)).body.state is Entered.MEMBER
