"""Taking an invitation, and what every verb looks at first.

That is service/flows/steps/sharing/belonging.py.
"""

import asyncio

import pytest

from service.domain.households.errors import (
    AlreadyInHousehold,
    HouseholdFull,
    HouseholdNotFound,
    NotInvited,
)
from service.domain.households.types import Person
from service.kernel.ids import new_id
from tests.flows.sharing_shop import SHARING, Sharing
from tests.flows.shop import TILL, day


async def test_who_takes_it_belongs_to_the_household(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1"), await sharing.member("2")
    home = await sharing.form(ola)
    await sharing.invite(home, ola, jan)

    standing = await sharing.join(home, jan)

    assert [(one.member_id, one.role) for one in standing.people] == [
        (ola, "head"),
        (jan, "person"),
    ]
    assert standing.invitations == ()
    told = ("household.joined", {"household_id": str(home), "member_id": str(jan)})
    assert (await sharing.shop.events(home))[-1] == told
    assert (await sharing.shop.events(jan))[-1] == told
    found = await sharing.shop.reads.members_household(jan)
    assert found.household is not None
    assert found.household.id == home


async def test_sent_twice_it_changes_nothing(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1"), await sharing.member("2")
    home = await sharing.household(ola, jan)
    before = await sharing.shop.tables()

    again = await sharing.verbs.join_household(TILL, home, Person(member=jan))

    assert again.replayed
    assert await sharing.shop.tables() == before


async def test_without_an_invitation_that_stands_nobody_joins(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1"), await sharing.member("2")
    home = await sharing.form(ola)
    with pytest.raises(NotInvited):
        await sharing.join(home, jan)
    await sharing.invite(home, ola, jan)
    await sharing.shop.show(day(3.1))
    before = await sharing.shop.tables()

    for member in (jan, new_id()):
        with pytest.raises(NotInvited):
            await sharing.join(home, member)
    with pytest.raises(HouseholdNotFound):
        await sharing.join(new_id(), jan)

    assert await sharing.shop.tables() == before


async def test_of_two_invitations_taken_at_once_one_counts(sharing: Sharing) -> None:
    ola, eve, jan = [await sharing.member(number) for number in "123"]
    homes = [await sharing.form(ola), await sharing.form(eve)]
    for home, head in zip(homes, (ola, eve), strict=True):
        await sharing.invite(home, head, jan)

    answers = await asyncio.gather(
        *(sharing.join(home, jan) for home in homes), return_exceptions=True
    )

    assert sum(isinstance(answer, AlreadyInHousehold) for answer in answers) == 1
    belongs = (await sharing.shop.reads.members_household(jan)).household
    assert belongs is not None
    assert belongs.id in homes


async def test_a_program_that_allows_fewer_lets_no_more_in(sharing: Sharing) -> None:
    ola, jan, eve = [await sharing.member(number) for number in "123"]
    home = await sharing.household(ola, jan)
    await sharing.invite(home, ola, eve)
    await sharing.shop.publish(SHARING.replace("members_max: 3", "members_max: 2"), day(1))
    await sharing.shop.show(day(1.1))

    with pytest.raises(HouseholdFull):
        await sharing.join(home, eve)
