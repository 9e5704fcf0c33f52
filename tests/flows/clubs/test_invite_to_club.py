"""Inviting to a club: who may, whom, and how many.

That is service/flows/steps/clubs/inviting.py too.
"""

import asyncio
import functools

import pytest

from service.domain.access.errors import OwnWallet, ScopeMissing
from service.domain.clubs.errors import (
    AlreadyInClub,
    AlreadyInvited,
    CannotBeInvited,
    ClubNotFound,
    EntryNotOffered,
    InvitationsUsedUp,
    NotInClub,
)
from service.domain.clubs.steps import What
from service.domain.members.errors import MemberNotFound, UnknownIdentifierKind
from service.domain.transfers.errors import RecipientNotFound
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import new_id
from service.kernel.values import Identifier
from tests.flows.club_shop import APP, Clubs
from tests.flows.clubs.test_join_club import ban
from tests.flows.races import came_with
from tests.flows.shop import TILL, card, day


async def test_a_seat_is_kept_for_whom_a_member_invites(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    jan = await clubs.member("9")

    invited = await clubs.invite((card("9"),), by=ola, note="a friend")

    offer = invited.body
    assert not invited.replayed
    assert (offer.member_id, offer.inviter_id, offer.kind) == (jan, ola, "invitation")
    assert (offer.state, offer.seat_kept) == ("open", True)
    assert 0 <= (offer.until - day(3)).total_seconds() < 60  # 72 hours
    assert await clubs.seats() == [ola, jan]
    assert await clubs.shop.events(jan) == [
        (await clubs.shop.events(jan))[0],
        (
            "club.invited",
            {
                "club": "roasters",
                "offer_id": str(offer.id),
                "inviter_id": str(ola),
                "until": offer.until.isoformat().replace("+00:00", "Z"),
                "seat_kept": True,
            },
        ),
    ]
    assert await clubs.told(ola) == ["joined"]  # nobody else's invitations stand with them


async def test_invited_twice_is_invited_once(clubs: Clubs) -> None:
    ola, eve = await clubs.full(2)
    jan, ada = await clubs.members(2, 8)
    first = (await clubs.invite(jan, by=ola)).body
    by_staff = (await clubs.of("friends").invite(ada)).body
    before = await clubs.shop.tables()

    again = await clubs.invite(jan, by=ola)
    again_by_staff = await clubs.of("friends").invite(ada)

    assert (again.replayed, again.body) == (True, first)
    assert (again_by_staff.replayed, again_by_staff.body) == (True, by_staff)
    with pytest.raises(AlreadyInvited):
        await clubs.invite(jan, by=eve)
    with pytest.raises(AlreadyInvited):
        await clubs.invite(jan)
    assert await clubs.shop.tables() == before


async def test_a_member_lets_in_as_many_others_as_the_program_says(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    jan, eve, ada = await clubs.members(3, 7)
    await clubs.invite(jan, by=ola)
    await clubs.join(jan)
    offer = (await clubs.invite(eve, by=ola)).body

    with pytest.raises(InvitationsUsedUp) as refusal:
        await clubs.invite(ada, by=ola)

    assert (refusal.value.invitations, refusal.value.left) == (2, 0)
    await clubs.withdraw(offer.id, by=ola)  # what nobody took is theirs again
    await clubs.invite(ada, by=ola)
    await clubs.decline(ada)
    with pytest.raises(InvitationsUsedUp):
        await clubs.code(by=ola, uses_max=2)
    code = await clubs.code(by=ola, uses_max=1)
    with pytest.raises(InvitationsUsedUp):
        await clubs.invite(eve, by=ola)
    await clubs.void(code.id, by=ola)
    await clubs.invite(eve, by=ola)


async def test_of_invitations_sent_at_once_no_more_than_are_left_are_made(clubs: Clubs) -> None:
    friends = clubs.of("friends")
    (ola,) = await friends.full(1)
    guests = await clubs.members(8, 10)

    came = await asyncio.gather(
        *(came_with(functools.partial(friends.invite, one, by=ola)) for one in guests)
    )

    assert sum(isinstance(one, InvitationsUsedUp) for one in came) == 5
    assert await clubs.shop.count("club_offer") == 3


async def test_without_a_free_seat_the_invitation_keeps_none(clubs: Clubs) -> None:
    ola, *_ = await clubs.full(3)
    jan = await clubs.member("9")

    offer = (await clubs.invite(jan, by=ola)).body

    assert not offer.seat_kept
    assert jan not in await clubs.seats()


async def test_while_somebody_waits_no_seat_is_kept_for_anybody_else(clubs: Clubs) -> None:
    ola, second, _ = await clubs.full(3)
    jan, eve = await clubs.members(2, 8)
    await clubs.invite(jan, by=ola)
    await clubs.join(jan)
    await clubs.gone(second)

    assert not (await clubs.invite(eve, by=ola)).body.seat_kept


async def test_who_is_in_or_waits_or_is_banned_is_not_invited(clubs: Clubs) -> None:
    ola, eve, _ = await clubs.full(3)
    jan, ada = await clubs.members(2, 8)
    await clubs.invite(jan, by=ola)
    await clubs.join(jan)
    await ban(clubs, ada, "roasters")
    before = await clubs.shop.tables()

    for guest, wanted in (
        (eve, AlreadyInClub),
        (ola, AlreadyInClub),
        (jan, AlreadyInvited),
        (ada, CannotBeInvited),
    ):
        with pytest.raises(wanted):
            await clubs.invite(guest, by=ola)
    assert await clubs.shop.tables() == before


async def test_outsiders_invite_nobody_and_learn_nothing(clubs: Clubs) -> None:
    jan, eve = await clubs.members(2)
    await clubs.full(1, 5)
    before = await clubs.shop.tables()

    for club in ("roasters", "nowhere"):
        with pytest.raises(ClubNotFound):
            await clubs.of(club).invite(eve, by=jan, actor=APP)
        with pytest.raises(ScopeMissing):
            await clubs.of(club).invite(eve, actor=APP)
        with pytest.raises(RecipientNotFound):
            await clubs.of(club).invite(new_id(), by=jan, actor=APP)
        with pytest.raises(UnknownIdentifierKind):
            await clubs.of(club).invite((Identifier("shoe", "1"),), by=jan, actor=APP)
        with pytest.raises(MemberNotFound):
            await clubs.of(club).invite(eve, by=new_id(), actor=APP)
    with pytest.raises(NotInClub):
        await clubs.of("terrace").invite(eve, by=jan)
    with pytest.raises(ClubNotFound):
        await clubs.of("nowhere").invite(eve)
    assert await clubs.shop.tables() == before


async def test_a_club_that_nobody_enters_by_invitation_takes_none(clubs: Clubs) -> None:
    jan = await clubs.member("9")

    with pytest.raises(EntryNotOffered):
        await clubs.of("tasters").invite(jan)


async def test_the_owner_invites_as_many_as_they_like(clubs: Clubs) -> None:
    friends = clubs.of("friends")
    ola = await clubs.member("1")
    number = clubs.shop.built.programs.compiled[-1].clubs["friends"].number
    async with clubs.shop.db.transaction() as tx:
        await tx.connection.execute(
            "insert into club_owner (club, from_at, holder_id, actor_kind, actor_id)"
            " values ($1, $2, $3, 2, 'ann')",
            number,
            day(-1),
            ola,
        )

    for guest in await clubs.members(5, 10):
        assert (await friends.invite(guest, by=ola)).body.inviter_id == ola


async def test_staff_never_invite_or_act_for_themselves(clubs: Clubs) -> None:
    ola, jan = await clubs.full(1), await clubs.member("9")
    ann = Actor(
        kind=ActorKind.STAFF,
        id="ann",
        client_id=TILL.client_id,
        scopes=frozenset({"clubs:invite", "clubs:manage"}),
        own_member=jan,
    )

    for club in ("roasters", "nowhere"):
        with pytest.raises(OwnWallet):
            await clubs.of(club).invite(jan, actor=ann)
        with pytest.raises(OwnWallet):
            await clubs.of(club).invite(ola[0], by=jan, actor=ann)


async def test_an_invitation_made_again_after_it_lapsed_writes_down_that_it_did(
    clubs: Clubs,
) -> None:
    (ola,) = await clubs.full(1)
    jan = await clubs.member("9")
    await clubs.invite(jan, by=ola)
    await clubs.shop.show(day(4))

    await clubs.invite(jan, by=ola)

    kinds = [kind for kind, _, _ in await clubs.steps(jan)]
    assert kinds == [What.INVITED, What.LAPSED, What.INVITED]
    assert await clubs.told(jan) == ["invited", "offer-lapsed", "invited"]
