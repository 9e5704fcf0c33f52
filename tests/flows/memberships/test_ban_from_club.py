"""A member is banned from a club.

Also of service/flows/steps/clubs/leaving.py.
"""

import pytest

from service.domain.access.errors import OwnWallet
from service.domain.clubs.errors import CannotBeInvited, ClubNotFound
from service.domain.clubs.stays import StandingState
from service.domain.clubs.steps import What
from service.domain.clubs.types import Entered
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import new_id
from tests.flows.membership_shop import APP, Memberships, at_once
from tests.flows.shop import day, goods


async def test_a_ban_ends_all_grounds_at_its_instant_and_not_before(table: Memberships) -> None:
    ola = await table.member("1")
    await table.pay(ola, "one")
    await table.let_in(ola)
    await table.shop.show(day(5))

    banned = await table.ban(ola)

    late = await table.shop.buy("late", ola, goods(1_000), at=day(4))
    after = await table.shop.buy("after", ola, goods(1_000))
    assert (late.total, after.total) == (900, 1_000)
    assert banned.body.state is StandingState.BANNED
    assert await table.seats() == []
    assert await table.told(ola) == [
        *("joined", "paid", "membership-extended", "left", "banned"),
    ]
    assert await table.told_of(ola, "left") == [{"club": "roasters", "why": "banned"}]


async def test_offers_applications_and_the_place_on_the_list_end_with_it(
    table: Memberships,
) -> None:
    ola, jan, eve = await table.members(3)
    await table.invite(ola)
    await table.apply(jan)
    await table.let_in(await table.member("8"))
    await table.invite(eve)
    assert (await table.join(eve)).body.state is Entered.WAITING

    for one in (eve, ola, jan):  # who waits first: a seat that is free is offered
        await table.ban(one)

    assert await table.told(ola) == ["invited", "offer-withdrawn", "banned"]
    assert await table.told(jan) == ["applied", "application-decided", "banned"]
    assert (await table.told(eve))[-2:] == ["waiting-left", "banned"]
    assert [kind for kind, _, _ in await table.steps(jan)] == [
        *(What.APPLIED, What.REJECTED, What.BANNED),
    ]
    assert len(await table.seats()) == 1
    for one in (ola, jan, eve):
        with pytest.raises(ClubNotFound):
            await table.join(one)


async def test_nothing_lets_them_in_until_it_is_lifted_and_then_nothing_comes_back(
    table: Memberships,
) -> None:
    (ola,) = await table.full(1)
    await table.ban(ola)
    with pytest.raises(CannotBeInvited):
        await table.invite(ola)
    with pytest.raises(CannotBeInvited):
        await table.let_in(ola)
    with pytest.raises(CannotBeInvited):
        await table.pay(ola, "one")
    with pytest.raises(ClubNotFound):
        await table.apply(ola)

    lifted = await table.unban(ola)

    assert lifted.body.state is StandingState.OUTSIDE
    assert await table.seats() == []
    assert (await table.let_in(ola)).state is Entered.MEMBER


async def test_twice_or_at_once_is_once(table: Memberships) -> None:
    (ola,) = await table.full(1)
    answers = await at_once(*(table.ban(ola) for _ in range(3)))
    assert sorted(one.replayed for one in answers) == [False, True, True]
    assert len(await table.told_of(ola, "banned")) == 1


async def test_an_outsider_can_be_banned_and_the_owner_too(table: Memberships) -> None:
    ola, jan = await table.members(2)
    await table.let_in(ola)
    await table.own(ola)

    await table.ban(jan)
    await table.ban(ola)

    assert await table.told_of(ola, "owner-changed") == [
        {"club": "roasters", "owns": True},
        {"club": "roasters", "owns": False},
    ]
    assert await table.told(jan) == ["banned"]


async def test_a_visible_club_is_hidden_from_who_is_banned(table: Memberships) -> None:
    terrace = table.of("terrace")
    (ola,) = await terrace.full(1)
    await terrace.ban(ola)
    with pytest.raises(ClubNotFound):
        await terrace.pay(ola, "one", APP)
    with pytest.raises(ClubNotFound):
        await terrace.apply(ola, actor=APP)


async def test_staff_do_not_touch_their_own_membership(table: Memberships) -> None:
    (ola,) = await table.full(1)
    staff = Actor(
        kind=ActorKind.STAFF,
        id="ann",
        client_id=new_id(),
        scopes=frozenset({"admin:*"}),
        own_member=ola,
    )
    with pytest.raises(OwnWallet):
        await table.ban(ola, staff)
    with pytest.raises(OwnWallet):
        await table.pay(ola, "one", staff)
