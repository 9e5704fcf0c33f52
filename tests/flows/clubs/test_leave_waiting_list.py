"""Leaving the waiting list."""

import pytest

from service.domain.clubs.errors import ClubNotFound, NotWaiting
from service.domain.clubs.steps import What
from service.domain.clubs.types import Entered
from tests.flows.club_shop import Clubs


async def test_who_leaves_the_list_is_an_outsider_and_all_behind_move_up(clubs: Clubs) -> None:
    ola, *_ = await clubs.full(3)
    jan, eve = await clubs.members(2, 8)
    for one in (jan, eve):
        await clubs.invite(one, by=ola)
        await clubs.join(one)

    left = await clubs.leave_list(jan)

    assert left.state is Entered.OUTSIDE
    assert (await clubs.join(eve)).body.ahead == 0
    assert [kind for kind, _, _ in await clubs.steps(jan)] == [
        What.INVITED,
        What.WAITED,
        What.LEFT_LIST,
    ]
    assert await clubs.told(jan) == ["invited", "waiting-joined", "waiting-left"]
    for club in ("roasters", "nowhere"):
        with pytest.raises(ClubNotFound):
            await clubs.of(club).leave_list(jan)


async def test_who_does_not_wait_leaves_no_list(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    jan = await clubs.member("9")

    with pytest.raises(NotWaiting):
        await clubs.leave_list(ola)
    with pytest.raises(NotWaiting):
        await clubs.of("terrace").leave_list(jan)


async def test_who_left_comes_back_at_the_end(clubs: Clubs) -> None:
    ola, *_ = await clubs.full(3)
    jan, eve = await clubs.members(2, 8)
    for one in (jan, eve):
        await clubs.invite(one)
        await clubs.join(one)
    await clubs.leave_list(jan)

    await clubs.invite(jan, by=ola)

    assert (await clubs.join(jan)).body.ahead == 1
