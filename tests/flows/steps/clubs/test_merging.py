"""Clubs when two members are one person, and two again; the whole ledger is verified after each.

With service/domain/clubs/merging.py.
"""

import uuid

import pytest

from service.domain.clubs.errors import InvitationsUsedUp
from service.domain.clubs.steps import What
from tests.flows.club_shop import Clubs
from tests.flows.membership_shop import Memberships
from tests.flows.merging import merge, unmerge
from tests.flows.shop import Shop, day, goods


async def inside(clubs: Clubs, member: uuid.UUID) -> dict[str, str]:
    """The state of the member in each club they have to do with."""
    found = await clubs.shop.reads.members_clubs(member)
    return {one.club: "in" for one in found.clubs} | {one.club: "offered" for one in found.offers}


async def test_a_membership_goes_along_with_its_seat_and_comes_back(clubs: Clubs) -> None:
    ola, jan = await clubs.members(2)
    await clubs.let_in(jan)

    await merge(clubs.shop, ola, jan)

    assert await clubs.seats() == [ola]
    assert (await inside(clubs, ola)) == (await inside(clubs, jan)) == {"roasters": "in"}
    assert await clubs.told(ola) == ["joined"]
    await unmerge(clubs.shop, jan)
    assert await clubs.seats() == [jan]
    assert (await inside(clubs, ola), await inside(clubs, jan)) == ({}, {"roasters": "in"})
    assert await clubs.told(ola) == ["joined", "left"]
    assert await clubs.told(jan) == ["joined", "joined"]


async def test_one_person_has_one_seat_and_who_waits_is_offered_the_other(clubs: Clubs) -> None:
    ola, jan, _ = await clubs.full(3)
    (eve,) = await clubs.members(1, first=9)
    await clubs.invite(eve)
    assert (await clubs.join(eve)).body.state == "waiting"

    await merge(clubs.shop, ola, jan)

    assert len(await clubs.seats()) == 2
    assert await clubs.advance() == 1
    assert await inside(clubs, eve) == {"roasters": "offered"}
    await clubs.join(eve)
    await unmerge(clubs.shop, jan)  # all three seats are taken: nobody is put out
    assert len(await clubs.seats()) == 4
    assert await inside(clubs, ola) == await inside(clubs, jan) == {"roasters": "in"}


async def test_an_offer_goes_along_unless_the_person_has_one_or_is_in(clubs: Clubs) -> None:
    ola, jan, tom = await clubs.members(3)
    await clubs.invite(jan)
    await clubs.of("friends").invite(jan)
    await clubs.of("friends").let_in(ola)
    await clubs.invite(tom)

    await merge(clubs.shop, ola, jan)
    await merge(clubs.shop, ola, tom)

    assert await inside(clubs, ola) == {"friends": "in", "roasters": "offered"}
    assert await clubs.seats() == [ola]
    await clubs.join(jan)  # the old id takes it
    assert await inside(clubs, ola) == {"friends": "in", "roasters": "in"}


async def test_what_is_doubled_is_told_to_be_gone_and_stands_in_the_history(
    table: Memberships,
) -> None:
    ola, jan = await table.members(2)
    for one in (ola, jan):
        await table.invite(one)
        await table.of("terrace").apply(one)
    invited, applied = What.INVITED, What.APPLIED

    await merge(table.shop, ola, jan)

    gone = [(What.WITHDRAWN, None, None), (What.APPLICATION_WITHDRAWN, None, None)]
    before = [(invited, None, None), (applied, None, None)]
    assert (await table.steps(jan), await table.steps(ola)) == (before + gone, before)
    assert (await table.told(jan))[2:] == ["offer-withdrawn", "application-decided"]
    assert (await table.told_of(jan, "application-decided"))[0]["decision"] == "withdrawn"
    assert (await table.join(jan)).body.state == "member"


async def test_who_waits_under_both_names_is_told_of_the_place_that_is_given_up(
    clubs: Clubs,
) -> None:
    await clubs.full(3)
    ola, jan = await clubs.members(2, first=10)
    for one in (ola, jan):
        await clubs.invite(one)
        await clubs.join(one)

    await merge(clubs.shop, jan, ola)

    assert (await clubs.told(jan))[-1] == "waiting-left"  # hers was the later one
    assert (await clubs.steps(jan))[-1] == (What.LEFT_LIST, None, None)


async def test_the_earlier_place_on_the_list_is_kept(clubs: Clubs) -> None:
    (first, *_) = await clubs.full(3)
    jan, eve, ola = await clubs.members(3, first=10)
    for one in (jan, eve, ola):
        await clubs.invite(one)
        await clubs.join(one)
    await merge(clubs.shop, ola, jan)

    await clubs.gone(first)
    await clubs.advance()

    assert await inside(clubs, ola) == {"roasters": "offered"}
    assert await inside(clubs, eve) == {}


async def test_invitations_count_over_both_and_are_taken_back_by_the_one(clubs: Clubs) -> None:
    ola, jan, *guests = await clubs.members(6)
    for one in (ola, jan):
        await clubs.let_in(one)
    made = (await clubs.invite(guests[0], by=jan)).body
    code = await clubs.code(by=jan)
    await merge(clubs.shop, ola, jan)

    (shown,) = (await clubs.shop.reads.members_clubs(ola)).clubs
    assert [(one.id, one.inviter_id) for one in shown.invited] == [(made.id, ola)]
    assert [one.id for one in shown.codes] == [code.id]
    with pytest.raises(InvitationsUsedUp):
        await clubs.invite(guests[1], by=ola)
    assert (await clubs.withdraw(made.id, by=ola)).state == "withdrawn"
    await clubs.invite(guests[1], by=jan)
    assert code.code is not None
    assert (await clubs.join(guests[2], code.code)).body.state == "member"


async def test_a_ban_is_the_persons(table: Memberships) -> None:
    ola, jan = await table.members(2)
    await table.let_in(ola)
    await table.own(ola)
    await table.let_in(jan)
    await table.ban(jan)

    await merge(table.shop, ola, jan)

    assert await inside(table, ola) == {}
    assert await table.seats() == []
    assert (await table.told(ola))[-2:] == ["left", "owner-changed"]
    assert (await table.told_of(ola, "left"))[-1]["why"] == "banned"


async def test_a_pause_of_the_old_one_ends(table: Memberships) -> None:
    ola, jan = await table.members(2)
    await table.let_in(jan)
    await table.pause(jan, day(20))

    await merge(table.shop, ola, jan)

    bought = await table.shop.buy("a", ola, goods(1_000))
    assert bought.discount == 100


async def test_a_paid_term_and_the_club_that_is_owned_go_along_and_come_back(
    table: Memberships,
) -> None:
    ola, jan = await table.members(2)
    await table.pay(jan, "pay-1")
    await table.own(jan)
    await table.apply(ola)
    shop = table.shop

    await merge(shop, ola, jan)

    assert (await shop.buy("a", ola, goods(1_000))).discount == 100
    assert (await shop.buy("b", "2", goods(1_000))).discount == 100
    shown = await shop.reads.members_clubs(ola)
    assert [(one.club, one.owner) for one in shown.clubs] == [("roasters", True)]
    assert shown.applications == ()
    await unmerge(shop, jan)
    assert (await shop.buy("c", ola, goods(1_000))).discount == 0
    assert (await shop.buy("d", jan, goods(1_000))).discount == 100
    assert [one.owner for one in (await shop.reads.members_clubs(jan)).clubs] == [True]


async def test_a_payment_told_twice_is_one_after_a_merge_too(table: Memberships) -> None:
    ola, jan = await table.members(2)
    first = await table.pay(jan, "pay-1")
    await merge(table.shop, ola, jan)

    again = await table.pay(jan, "pay-1")

    assert again.replayed
    assert again.body.id == first.body.id
    await table.reverse("pay-1")
    assert await inside(table, ola) == {}


async def test_a_late_purchase_knows_the_clubs_of_then(table: Memberships) -> None:
    """The till was offline; the member was merged since."""
    ola, jan = await table.members(2)
    await table.let_in(jan)
    shop: Shop = table.shop
    await shop.show(day(3))
    await merge(shop, ola, jan)

    late = await shop.buy("a", "2", goods(1_000), at=day(1))

    assert late.discount == 100
    assert late.member_id == ola
