"""Clubs as a member's app and staff read them: as of now, whatever jobs have done.

That is service/domain/clubs/views.py and service/domain/clubs/looking.py too.
"""

import uuid

import pytest

from service.domain.clubs.errors import ClubNotFound
from service.domain.members.errors import MemberNotFound
from service.kernel.ids import new_id
from tests.flows.club_shop import APP, Clubs
from tests.flows.membership_shop import Memberships
from tests.flows.shop import TILL, day


async def seen(clubs: Clubs, member: uuid.UUID | None) -> list[tuple[str, str | None]]:
    """Club and state, as the app reads them."""
    found = await clubs.shop.reads.clubs(APP, member)
    return [(one.id, one.state) for one in found.items]


async def test_outsiders_see_visible_clubs_alone_and_managers_all(clubs: Clubs) -> None:
    eve = await clubs.member("1")

    assert await seen(clubs, None) == [("terrace", None)]
    assert await seen(clubs, eve) == [("terrace", "outside")]
    assert len((await clubs.shop.reads.clubs(TILL, None)).items) == 4
    for name in ("roasters", "no-such-club"):
        with pytest.raises(ClubNotFound):
            await clubs.shop.reads.club(APP, name, eve)
        with pytest.raises(ClubNotFound):
            await clubs.shop.reads.club(APP, name, None)
    assert (await clubs.shop.reads.club(TILL, "roasters", None)).seats_left == 3


async def test_nobody_asks_for_somebody_who_is_no_member(clubs: Clubs) -> None:
    with pytest.raises(MemberNotFound):
        await clubs.shop.reads.clubs(APP, new_id())
    with pytest.raises(MemberNotFound):
        await clubs.shop.reads.members_clubs(new_id())


async def test_a_member_reads_all_about_their_club(clubs: Clubs) -> None:
    ola, jan = await clubs.members(2)
    await clubs.let_in(ola, until=day(400))
    offer = (await clubs.invite(jan, by=ola)).body
    code = await clubs.code(by=ola)

    of_ola = await clubs.shop.reads.members_clubs(ola, ("en",))
    of_jan = await clubs.shop.reads.members_clubs(jan)
    home = await clubs.shop.reads.home(jan, ())

    (own,) = of_ola.clubs
    assert (own.club, own.title, own.grounds) == ("roasters", {"en": "Roasters' table"}, ("staff",))
    assert (own.until, own.seat, own.paused, own.owner) == (day(400), 1, False, False)
    assert own.invitations_left == 0
    assert [(one.id, one.state) for one in own.invited] == [(offer.id, "open")]
    assert [(one.id, one.code, one.shown) for one in own.codes] == [(code.id, None, code.shown)]
    (open_,) = of_jan.offers
    assert (open_.id, open_.club, open_.kind, open_.by) == (
        offer.id,
        "roasters",
        "invitation",
        "member",
    )
    assert (open_.until, open_.seat_kept, of_jan.clubs) == (offer.until, True, ())
    assert await seen(clubs, jan) == [("roasters", "offered"), ("terrace", "outside")]
    assert str(offer.id).encode() in home.body


async def test_home_is_another_one_the_moment_an_offer_is_there_taken_or_over(
    clubs: Clubs,
) -> None:
    (jan,) = await clubs.members(1)
    reads = clubs.shop.reads
    before = await reads.home(jan, ())
    await clubs.invite(jan)
    offered = await reads.home(jan, ())
    same = await reads.home(jan, ())
    await clubs.join(jan)
    joined = await reads.home(jan, ())

    assert offered.etag == same.etag
    assert len({before.etag, offered.etag, joined.etag}) == 3
    assert b'"offers"' in offered.body
    assert b'"clubs"' not in offered.body
    assert b'"offers"' not in joined.body
    assert b'"club":"roasters"' in joined.body


async def test_a_term_that_is_over_ends_the_membership_at_that_instant(clubs: Clubs) -> None:
    (ola,) = await clubs.members(1)
    await clubs.let_in(ola, until=day(2))
    reads = clubs.shop.reads
    was = await reads.home(ola, ())
    await clubs.shop.show(day(3))

    now = await reads.members_clubs(ola, history=True)
    home = await reads.home(ola, ())

    assert (now.clubs, [(one.club, one.ground, one.why) for one in now.past]) == (
        (),
        [("roasters", "staff", "lapsed")],
    )
    assert now.past[0].until == day(2)
    assert await seen(clubs, ola) == [("terrace", "outside")]
    assert b'"clubs"' in was.body
    assert b'"clubs"' not in home.body


async def test_who_is_banned_is_told_of_no_club(clubs: Clubs) -> None:
    terrace = Memberships(clubs.shop, "terrace")
    (ola,) = await clubs.members(1)
    await terrace.let_in(ola)
    assert await seen(clubs, ola) == [("terrace", "member")]

    await terrace.ban(ola)

    assert await seen(clubs, ola) == []
    found = await clubs.shop.reads.members_clubs(ola, history=True)
    assert (found.clubs, found.past) == ((), ())
