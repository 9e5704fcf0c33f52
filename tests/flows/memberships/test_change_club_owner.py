"""A club is passed on.

Also of service/domain/clubs/owners.py.
"""

import pytest

from service.domain.access.errors import ScopeMissing
from service.domain.clubs.errors import ClubNotFound, NotInClub
from service.domain.clubs.stays import ChangeOwner
from service.domain.clubs.steps import What
from service.domain.members.errors import MemberNotFound
from service.kernel.ids import new_id
from tests.flows.membership_shop import APP, Memberships, at_once
from tests.flows.shop import day


async def test_the_owner_passes_it_on_to_somebody_in_the_club(table: Memberships) -> None:
    ola, jan = await table.full(2)
    await table.own(ola)

    passed = await table.own(jan, by=ola)

    assert passed.body.owner_id == jan
    assert await table.told_of(ola, "owner-changed") == [
        {"club": "roasters", "owns": True},
        {"club": "roasters", "owns": False},
    ]
    assert (await table.steps(jan))[-1] == (What.OWNER, ola, None)
    assert (await table.own(jan)).replayed
    with pytest.raises(ClubNotFound):
        await table.own(ola, by=ola)


async def test_only_who_belongs_to_it_owns_it(table: Memberships) -> None:
    ola, jan = await table.members(2)
    await table.let_in(ola)
    await table.pause(ola, day(5))
    for one in (ola, jan):
        with pytest.raises(NotInClub):
            await table.own(one)
    with pytest.raises(MemberNotFound):
        await table.own(new_id())


async def test_nobody_but_the_owner_or_who_manages_clubs_changes_it(table: Memberships) -> None:
    ola, jan = await table.full(2)
    with pytest.raises(ScopeMissing):
        await table.verbs.change_club_owner(APP, "roasters", ChangeOwner(member=ola))
    for club in ("roasters", "nothing"):
        with pytest.raises(ClubNotFound):
            await table.of(club).own(jan, by=ola)


async def test_of_two_at_once_there_is_one_owner_in_the_end(table: Memberships) -> None:
    ola, jan = await table.full(2)

    await at_once(table.own(ola), table.own(jan), table.own(ola), table.own(jan))

    async with table.shop.db.reading() as tx:
        owners = await tx.connection.fetchval(
            "select count(*) from club_owner where until_at is null"
        )
    assert owners == 1


async def test_a_term_that_ends_ends_the_ownership(table: Memberships) -> None:
    ola = await table.member("1")
    await table.let_in(ola, until=day(2))
    await table.own(ola)
    await table.shop.show(day(3))

    await table.advance()

    assert (await table.times(ola))[-2:] == [("left", day(2)), ("owner-changed", day(2))]
    assert (await table.own(None)).replayed
