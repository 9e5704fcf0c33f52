"""Taking an invitation back."""

import pytest

from service.domain.access.errors import ScopeMissing
from service.domain.clubs.errors import ClubNotFound, InvitationNotFound, InvitationTaken
from service.domain.clubs.steps import What
from service.domain.clubs.types import ByWhom
from service.kernel.ids import new_id
from tests.flows.club_shop import APP, Clubs
from tests.flows.shop import day


async def test_an_invitation_that_was_taken_back_lets_nobody_in(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    jan = await clubs.member("9")
    offer = (await clubs.invite(jan, by=ola)).body

    after = await clubs.withdraw(offer.id, by=ola)

    assert after.state == "withdrawn"
    assert await clubs.seats() == [ola]
    assert await clubs.steps(jan) == [(What.INVITED, ola, None), (What.WITHDRAWN, ola, None)]
    assert await clubs.told(jan) == ["invited", "offer-withdrawn"]
    with pytest.raises(ClubNotFound):
        await clubs.join(jan)
    before = await clubs.shop.tables()
    assert (await clubs.withdraw(offer.id, by=ola)).state == "withdrawn"
    assert (await clubs.withdraw(offer.id)).state == "withdrawn"
    assert await clubs.shop.tables() == before


async def test_what_was_taken_or_has_lapsed_stays_what_it_is(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    jan, eve = await clubs.members(2, 8)
    taken, late = [(await clubs.invite(one, by=ola)).body for one in (jan, eve)]
    await clubs.join(jan)
    await clubs.shop.show(day(3.01))
    before = await clubs.shop.tables()

    with pytest.raises(InvitationTaken):
        await clubs.withdraw(taken.id, by=ola)
    assert (await clubs.withdraw(late.id, by=ola)).state == "lapsed"
    assert await clubs.shop.tables() == before


async def test_a_member_takes_back_their_own_ones_only(clubs: Clubs) -> None:
    ola, eve = await clubs.full(2)
    jan = await clubs.member("9")
    offer = (await clubs.invite(jan, by=ola)).body
    by_staff = (await clubs.of("terrace").invite(jan)).body
    outside = await clubs.member("10")
    before = await clubs.shop.tables()

    for wrong, by in ((offer.id, eve), (by_staff.id, ola), (new_id(), ola)):
        with pytest.raises(InvitationNotFound):
            await clubs.withdraw(wrong, by=by)
    for club in ("roasters", "nowhere"):
        with pytest.raises(ClubNotFound):
            await clubs.of(club).withdraw(offer.id, by=outside)
        with pytest.raises(ScopeMissing):
            await clubs.verbs.withdraw_club_invitation(APP, club, offer.id, ByWhom())
    assert await clubs.shop.tables() == before


async def test_the_seat_goes_to_whoever_waits_longest_at_once(clubs: Clubs) -> None:
    ola, *_ = await clubs.full(2)
    kept, waits = await clubs.members(2, 8)
    offer = (await clubs.invite(kept, by=ola)).body
    await clubs.invite(waits)
    await clubs.join(waits)

    await clubs.withdraw(offer.id, by=ola)

    assert await clubs.told(waits) == ["invited", "waiting-joined", "offered"]
    assert waits in await clubs.seats()
