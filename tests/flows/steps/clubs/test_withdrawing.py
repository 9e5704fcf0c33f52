"""Tests of service/flows/steps/clubs/withdrawing.py: a place goes with what it was for."""

from service.domain.clubs.types import JoinClub
from tests.flows.club_shop import APP
from tests.flows.moments_shop import Moments
from tests.flows.shop import goods


async def test_an_open_offer_is_withdrawn_and_its_seat_is_free(moments: Moments) -> None:
    ola = await moments.member()
    await moments.shop.buy("p", ola, goods(500, category="beans"))

    await moments.shop.bring_back("r", "p")

    assert "club.offer-withdrawn" in await moments.kinds(ola)
    assert await moments.shop.count("club_seat") == 0


async def test_who_took_it_is_out(moments: Moments) -> None:
    ola = await moments.member()
    await moments.shop.buy("p", ola, goods(500, category="beans"))
    await moments.shop.verbs.join_club(APP, "roasters", JoinClub(member=ola))
    assert await moments.run() == 1
    assert await moments.points(ola) == 50 + 5 + 11  # rules give something for joining

    await moments.shop.bring_back("r", "p")

    left = dict(await moments.shop.events(ola))["club.left"]
    assert (left["club"], left["why"]) == ("roasters", "returned")
    assert await moments.shop.count("club_seat") == 0


async def test_what_the_rest_still_offers_stays(moments: Moments) -> None:
    ola = await moments.member()
    await moments.shop.buy("p", ola, goods(500, category="beans"), goods(100))

    await moments.shop.bring_back("r", "p", {2: None})

    assert "club.offer-withdrawn" not in await moments.kinds(ola)
    assert await moments.shop.count("club_seat") == 1


async def test_an_offer_of_another_purchase_stays(moments: Moments) -> None:
    ola = await moments.member()
    await moments.shop.buy("p1", ola, goods(500, category="beans"))
    await moments.shop.buy("p2", ola, goods(500, category="beans"))  # the offer was open

    await moments.shop.bring_back("r", "p2")

    assert await moments.shop.count("club_seat") == 1
