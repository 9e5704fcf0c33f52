"""Lists of one club in pages: members, history, waiting list, applications."""

import pytest

from service.domain.clubs.errors import ClubNotFound
from service.domain.clubs.views import ApplicationsPage, ApplicationState, ClubsPage
from service.infra.cursors import CursorInvalid
from tests.flows.club_shop import Clubs
from tests.flows.membership_shop import Memberships


async def test_members_come_by_id_each_once(clubs: Clubs) -> None:
    people = sorted(await clubs.members(3))
    for one in people:
        await clubs.let_in(one)
    reads = clubs.shop.reads

    first = await reads.club_members("roasters", ClubsPage(limit=2))
    rest = await reads.club_members("roasters", ClubsPage(limit=2, cursor=first.next))

    assert [one.member_id for one in first.items] == people[:2]
    assert [one.member_id for one in rest.items] == people[2:]
    assert (rest.next, first.items[0].grounds) == (None, ("staff",))


async def test_the_history_says_who_let_whom_in_the_newest_first(clubs: Clubs) -> None:
    ola, jan = await clubs.members(2)
    await clubs.let_in(ola, note="founding member")
    await clubs.invite(jan, by=ola, note="a friend")
    await clubs.join(jan)
    reads = clubs.shop.reads

    page = await reads.club_history("roasters", ClubsPage(limit=2))
    rest = await reads.club_history("roasters", ClubsPage(limit=2, cursor=page.next))

    assert [(one.what, one.member_id, one.by_member) for one in (*page.items, *rest.items)] == [
        ("joined", jan, ola),
        ("invited", jan, ola),
        ("joined", ola, None),
    ]
    assert (rest.items[0].note, rest.next) == ("founding member", None)
    assert rest.items[0].actor.startswith("partner:")


async def test_the_waiting_list_is_in_the_order_of_coming(clubs: Clubs) -> None:
    (*inside, jan, eve) = await clubs.members(5)
    for one in inside:
        await clubs.let_in(one)
    for one in (jan, eve):
        await clubs.invite(one)
        await clubs.join(one)
    reads = clubs.shop.reads

    first = await reads.club_waiting("roasters", ClubsPage(limit=1))
    rest = await reads.club_waiting("roasters", ClubsPage(limit=1, cursor=first.next))

    assert [one.member_id for one in (*first.items, *rest.items)] == [jan, eve]
    assert (first.items[0].entry, rest.next) == ("invitation", None)
    own = await reads.members_clubs(eve)
    assert [(one.club, one.ahead) for one in own.waiting] == [("roasters", 1)]


async def test_applications_are_listed_by_what_became_of_them(clubs: Clubs) -> None:
    terrace = Memberships(clubs.shop)
    ola, jan = await clubs.members(2)
    for one in (ola, jan):
        await clubs.invite(one)  # who is invited knows the club
        await terrace.apply(one, words="please")
    reads = clubs.shop.reads

    first = await reads.club_applications("roasters", ApplicationsPage(limit=1))
    rest = await reads.club_applications("roasters", ApplicationsPage(limit=1, cursor=first.next))
    none = await reads.club_applications(
        "roasters", ApplicationsPage(state=ApplicationState.REJECTED)
    )

    assert [one.member_id for one in (*first.items, *rest.items)] == [ola, jan]
    assert (first.items[0].words, rest.next, none.items) == ("please", None, ())
    assert [one.club for one in (await reads.members_clubs(ola)).applications] == ["roasters"]


async def test_cursors_are_of_one_list_and_one_club(clubs: Clubs) -> None:
    for one in await clubs.members(2):
        await clubs.let_in(one)
    reads = clubs.shop.reads
    page = await reads.club_members("roasters", ClubsPage(limit=1))

    with pytest.raises(CursorInvalid):
        await reads.club_members("terrace", ClubsPage(cursor=page.next))
    with pytest.raises(CursorInvalid):
        await reads.club_waiting("roasters", ClubsPage(cursor=page.next))
    with pytest.raises(ClubNotFound):
        await reads.club_history("no-such-club", ClubsPage())
