"""Tests of service/flows/steps/occasions/chain.py: what happens, and comes of it, is decided.

By way of service/flows/steps/occasions/deciding.py, service/flows/steps/occasions/posting.py,
service/flows/steps/occasions/giving.py and service/flows/steps/purchases/following.py.
"""

import pytest

from service.flows.steps.occasions import chain
from tests.flows.moments_shop import Moments
from tests.flows.shop import goods
from tests.flows.telling import tell


async def test_a_tier_that_a_purchase_lifts_gives_in_its_transaction(moments: Moments) -> None:
    ola = await moments.member()

    receipt = await moments.shop.buy("p", ola, goods(10_000))

    assert await moments.points(ola) == 50 + 100 + 500
    assert receipt.wallets["points"].available == 650
    assert receipt.tier["main"].id == "silver"
    assert [one.trigger for one in receipt.also] == ["tier_change:main"]
    assert [(one.wallet, one.amount) for one in receipt.also[0].earned] == [("points", 500)]
    assert [one.template for one in receipt.also[0].issued] == ["GIFT"]
    assert receipt.badges == ("climber",)
    assert await moments.left() == 0
    assert await moments.kinds(ola) == [
        "member.enrolled", "trigger.fired", "points.earned",
        "purchase.recorded", "points.earned", "tier.changed",
        "trigger.fired", "points.earned", "badge.awarded",
    ]  # fmt: skip
    told = (await moments.shop.events(ola))[3][1]
    assert told["wallets"]["points"]["available"] == 650
    assert told["badges"] == ["climber"]
    assert told["also"][0]["trigger"] == "tier_change:main"


async def test_a_replay_answers_the_same(moments: Moments) -> None:
    ola = await moments.member()
    first = await moments.shop.buy("p", ola, goods(10_000))
    before = await moments.shop.tables()

    again = await moments.shop.buy("p", ola, goods(10_000))

    assert again == first
    assert await moments.shop.tables() == before


async def test_what_comes_of_it_is_decided_too(moments: Moments) -> None:
    ola = await moments.member()

    receipt = await moments.shop.buy("p", ola, goods(30_000))

    # bronze to gold at once; gold gives 600 status, so it is black, which gives a point
    assert receipt.tier["main"].id == "black"
    assert await moments.points(ola) == 50 + 300 + 1
    assert await moments.triggers(ola) == ["enrol", "tier_change:main", "tier_change:main"]
    assert (await moments.kinds(ola)).count("tier.changed") == 2


async def test_what_is_beyond_the_rounds_is_left_to_the_job(
    moments: Moments, monkeypatch: pytest.MonkeyPatch
) -> None:
    ola = await moments.member()
    monkeypatch.setattr(chain, "CHAIN_MAX", 1)

    receipt = await moments.shop.buy("p", ola, goods(30_000))

    assert (receipt.tier["main"].id, await moments.left()) == ("black", 1)
    assert await moments.points(ola) == 50 + 300
    assert await moments.run() == 1
    assert await moments.points(ola) == 50 + 300 + 1
    assert await moments.left() == 0

    await moments.shop.bring_back("r", "p")  # the job knows what it came of
    assert await moments.points(ola) == 50


async def test_a_badge_is_had_once(moments: Moments) -> None:
    ola = await moments.member()

    first = await moments.shop.buy("p1", ola, goods(500, category="book"))
    second = await moments.shop.buy("p2", ola, goods(500, category="book"))

    assert (first.badges, second.badges) == (("reader",), ())
    assert len(await moments.badges(ola)) == 1
    told = [data for kind, data in await moments.shop.events(ola) if kind == "campaign.announced"]
    assert [(one["name"], one["data"]) for one in told] == [("read", {"what": "book"})] * 2


async def test_a_purchase_offers_a_place_in_a_club(moments: Moments) -> None:
    ola, jan = await moments.member("1"), await moments.member("2")

    first = await moments.shop.buy("p1", ola, goods(500, category="beans"))
    second = await moments.shop.buy("p2", jan, goods(500, category="beans"))
    third = await moments.shop.buy("p3", ola, goods(500, category="beans"))

    assert first.clubs == {"roasters": "offered"} == second.clubs
    assert third.clubs == {}  # the offer stands
    assert await moments.shop.count("club_seat") == 1


async def test_an_activity_gives_as_often_as_its_limit_allows(moments: Moments) -> None:
    ola = await moments.member()

    for n in range(3):
        await tell(moments.shop, f"r{n}", ola, "review")

    assert await moments.points(ola) == 50 + 20 + 20
    assert await moments.triggers(ola) == ["enrol", *["activity:review"] * 3]


async def test_activities_are_counted_with_the_one_that_happens(moments: Moments) -> None:
    ola = await moments.member()

    for n in range(3):
        await tell(moments.shop, f"v{n}", ola, "visit")

    assert await moments.points(ola) == 50 + 7


async def test_a_budget_is_trimmed_for_whoever_comes_last(moments: Moments) -> None:
    ola, jan = await moments.member("1"), await moments.member("2")

    await tell(moments.shop, "a", ola, "photo")
    await tell(moments.shop, "b", jan, "photo")
    await tell(moments.shop, "c", jan, "photo")

    assert (await moments.points(ola), await moments.points(jan)) == (70, 60)
    assert await moments.shop.left("scarce") == 0


async def test_nobody_known_has_occasions_until_they_are_claimed(moments: Moments) -> None:
    told = await tell(moments.shop, "r", "9", "review")
    assert told.member_id is None
    assert await moments.shop.count("trigger_run") == 0

    jan = await moments.member("9")

    assert await moments.points(jan) == 50 + 20


async def test_a_claimed_purchase_shows_what_came_of_it(moments: Moments) -> None:
    bought = await moments.shop.buy("p", "9", goods(10_000))
    assert bought.also == ()

    jan = await moments.member("9")

    assert await moments.points(jan) == 50 + 100 + 500
    again = await moments.shop.buy("p", "9", goods(10_000))
    assert again.wallets["points"].available == 600  # before those for coming
    assert [one.trigger for one in again.also] == ["tier_change:main"]
    events = await moments.shop.events(jan)
    (told,) = [data for kind, data in events if kind == "purchase.recorded"]
    assert told["claimed"] is True
    assert told["wallets"] == {
        name: {"available": one.available, "pending": 0, "held": 0, "debt": 0}
        for name, one in again.wallets.items()
    }
    assert told["badges"] == ["climber"]


async def test_rules_are_asked_nothing_where_there_are_none(
    shop: "Moments", monkeypatch: pytest.MonkeyPatch
) -> None:
    """`shop` has a program without such rules."""

    async def decided(*_: object) -> object:
        raise AssertionError

    monkeypatch.setattr("service.flows.steps.occasions.deciding.decide", decided)
    assert (await shop.buy("p", None, goods(10_000))).also == ()  # type: ignore[attr-defined]
