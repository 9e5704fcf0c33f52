"""Rules of clubs: they let in, offer, and end what they let in, each time they turn."""

import datetime as dt

from service.domain.clubs.stays import BanMember
from service.domain.clubs.types import JoinClub
from service.flows.clubs.advance_clubs import advance_clubs
from service.kernel.values import OtherMember
from tests.flows.segment_shop import Segments
from tests.flows.shop import TILL, day, goods


async def test_a_rule_lets_in_and_out_by_itself_at_the_instants_it_turns(
    segments: Segments,
) -> None:
    member = await segments.member("1")
    receipt = await segments.shop.buy("a", member, goods(10_000), at=day(0))
    left = day(30) - dt.timedelta(hours=1)

    await segments.look(left + dt.timedelta(minutes=5))

    clubs = await segments.told(member, "club.joined", "club.left")
    assert receipt.member_id == member
    assert clubs == [("club.joined", "elite"), ("club.left", "elite")]
    async with segments.shop.db.reading() as tx:
        (until,) = await tx.connection.fetchrow(
            "select until_at from club_span where holder_id = $1", member
        )
    assert until == left


async def test_a_rule_with_a_term_opens_once_and_not_again_while_it_stays_true(
    segments: Segments,
) -> None:
    member = await segments.member("1")
    for number in range(3):
        await segments.spends(member, 1, day(number))
    await segments.look(day(40))

    clubs = await segments.told(member, "club.joined", "club.left")

    assert [one for one in clubs if one[1] == "regulars" and one[0] == "club.joined"] == [
        ("club.joined", "regulars")
    ]


async def test_a_rule_that_offers_offers_once_and_takes_it_back(segments: Segments) -> None:
    member = await segments.member("1")
    for hour in (0.1, 0.2):
        await segments.visits("1", day(hour))
    await segments.look()
    offered = await segments.told(member, "club.offered")
    await segments.look(day(7.5))
    await advance_clubs(segments.ctx)  # the offer was over on day 3: it is written down

    assert offered == [("club.offered", "table")]
    assert await segments.told(member, "club.offered") == offered
    assert "visitors" not in await segments.belongs(member)


async def test_a_return_takes_the_segment_and_the_club_away(segments: Segments) -> None:
    member = await segments.member("1")
    await segments.shop.buy("a", member, goods(10_000), at=day(0))
    inside = await segments.belongs(member)
    await segments.shop.bring_back("r", "a", at=day(1))
    await segments.look()

    assert "spenders" in inside
    assert "spenders" not in await segments.belongs(member)
    assert await segments.told(member, "club.joined", "club.left") == [
        ("club.joined", "elite"),
        ("club.left", "elite"),
    ]


async def test_a_place_that_was_taken_after_the_rule_turned_is_given_back(
    segments: Segments,
) -> None:
    """No job had looked: the offer still stood, and was taken half a day after the visits faded."""
    member = await segments.member("1")
    for number in (0.1, 6.9):
        await segments.visits("1", day(number))
    await segments.look()
    await segments.shop.show(day(7.6))
    await segments.shop.verbs.join_club(TILL, "table", JoinClub(member=member))

    await segments.look(day(7.7))

    assert await segments.told(member, "club.joined", "club.left") == [
        ("club.joined", "table"),
        ("club.left", "table"),
    ]
    async with segments.shop.db.reading() as tx:
        assert await tx.connection.fetchval("select count(*) from club_seat") == 0
        assert await tx.connection.fetchval("select until_at = from_at from club_span")


async def test_nobody_who_is_banned_by_now_is_let_in_for_an_instant_before(
    segments: Segments,
) -> None:
    """Nobody has looked since they enrolled, and a purchase of before that is told late."""
    member = await segments.member("1")
    await segments.shop.show(day(1))
    banned = BanMember(member=OtherMember(id=member), note="shouts at people")
    await segments.shop.verbs.ban_from_club(TILL, "elite", banned)
    await segments.shop.show(day(2))

    await segments.spends(member, 100, day(-0.5))
    await segments.look()

    assert "spenders" in await segments.belongs(member)
    assert await segments.told(member, "club.joined") == []


async def test_who_was_banned_in_between_is_not_let_in_for_an_instant_before_either(
    segments: Segments,
) -> None:
    member = await segments.member("1")
    banned = BanMember(member=OtherMember(id=member), note="shouts at people")
    await segments.shop.show(day(1))
    await segments.shop.verbs.ban_from_club(TILL, "elite", banned)
    await segments.shop.show(day(2))
    await segments.shop.verbs.unban_from_club(TILL, "elite", banned)
    await segments.shop.show(day(3))

    await segments.spends(member, 100, day(-0.5))

    assert await segments.told(member, "club.joined") == []
