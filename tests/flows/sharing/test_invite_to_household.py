"""Invitations to a household."""

import asyncio
import datetime as dt

import pytest

from service.domain.households.errors import (
    AlreadyInHousehold,
    DissolvedHousehold,
    HouseholdFull,
    HouseholdNotFound,
    NotTheHead,
)
from service.domain.transfers.errors import RecipientNotFound
from service.kernel.ids import new_id
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import card, day, goods


async def test_an_invitation_stands_for_a_time_and_both_are_told(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1"), await sharing.member("2")
    home = await sharing.form(ola)
    await sharing.shop.show(day(1))

    standing = await sharing.invite(home, ola, (card("2"),))

    (one,) = standing.invitations
    assert (one.household_id, one.member_id) == (home, jan)
    assert day(4) <= one.until < day(4) + dt.timedelta(minutes=1)  # 72 hours
    (kind, event) = (await sharing.shop.events(jan))[-1]
    assert (kind, event["household_id"]) == ("household.invited", str(home))
    assert (await sharing.shop.events(home))[-1] == (kind, event)
    found = await sharing.shop.reads.members_household(jan)
    assert (found.household, found.invitations) == (None, (one,))

    await sharing.shop.show(day(4.1))
    assert (await sharing.shop.reads.members_household(jan)).invitations == ()


async def test_invited_again_the_invitation_stands_longer(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1"), await sharing.member("2")
    home = await sharing.form(ola)
    await sharing.invite(home, ola, jan)
    await sharing.shop.show(day(2))

    (one,) = (await sharing.invite(home, ola, jan)).invitations

    assert one.until >= day(5)


async def test_open_invitations_take_places_and_lapsed_ones_do_not(sharing: Sharing) -> None:
    ola, jan, eve, tom = [await sharing.member(number) for number in "1234"]
    home = await sharing.form(ola)
    await sharing.invite(home, ola, jan)
    await sharing.invite(home, ola, eve)

    with pytest.raises(HouseholdFull) as refused:
        await sharing.invite(home, ola, tom)
    assert refused.value.members() == {"members_max": 3}
    await sharing.invite(home, ola, jan)  # takes no other place

    await sharing.shop.show(day(3.1))
    await sharing.invite(home, ola, tom)
    assert await sharing.shop.count("household_invitation") == 1


async def test_of_the_last_place_one_is_offered(sharing: Sharing) -> None:
    ola, *others = [await sharing.member(str(number)) for number in range(1, 8)]
    home = await sharing.form(ola)

    answers = await asyncio.gather(
        *(sharing.invite(home, ola, other) for other in others), return_exceptions=True
    )

    assert sum(isinstance(answer, HouseholdFull) for answer in answers) == 4


async def test_only_the_head_invites_and_only_who_is_free(sharing: Sharing) -> None:
    ola, jan, eve = [await sharing.member(number) for number in "123"]
    home = await sharing.household(ola, jan)
    await sharing.form(eve)
    await sharing.shop.buy("a", "9", goods(100))
    before = await sharing.shop.tables()

    for by in (jan, eve, new_id()):
        with pytest.raises(NotTheHead):
            await sharing.invite(home, by, eve)
    for taken in (jan, eve, ola):
        with pytest.raises(AlreadyInHousehold):
            await sharing.invite(home, ola, taken)
    for nobody in (new_id(), (card("9"),), (card("8"),)):
        with pytest.raises(RecipientNotFound):
            await sharing.invite(home, ola, nobody)
    for nowhere in (new_id(), ola):
        with pytest.raises(HouseholdNotFound):
            await sharing.invite(nowhere, ola, eve)

    assert await sharing.shop.tables() == before


async def test_a_dissolved_household_invites_nobody(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1"), await sharing.member("2")
    home = await sharing.form(ola)
    await sharing.dissolve(home, ola)

    with pytest.raises(DissolvedHousehold):
        await sharing.invite(home, ola, jan)
