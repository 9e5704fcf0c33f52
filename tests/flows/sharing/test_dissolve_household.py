"""The end of a household, with service/flows/steps/sharing/dissolving.py."""

import asyncio
import uuid

import pytest

from service.domain.households.errors import (
    DissolvedHousehold,
    HouseholdNotFound,
    NotTheHead,
)
from service.domain.households.types import Person
from service.flows.sharing import dissolve_household
from service.infra.db import Tx
from service.kernel.ids import new_id
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import TILL, another, card, day


async def test_what_is_left_goes_to_the_head_and_everybody_is_free(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1"), await sharing.member("2", stars=30, gifts=8)
    home = await sharing.household(ola, jan)
    await sharing.pool(home, jan, 25)
    await sharing.pool(home, jan, 8, "gifts")
    await sharing.draw(home, ola, 5)
    eve = await sharing.member("3")
    await sharing.invite(home, ola, eve)

    standing = await sharing.dissolve(home, ola)

    assert (standing.people, standing.invitations) == ((), ())
    assert standing.dissolved_at is not None
    assert await shop.balance(ola, "stars") == (25, 0, 0)
    assert await shop.balance(ola, "gifts") == (8, 0, 0)
    shown = await shop.reads.household(home)
    assert shown.pool["stars"].balance.available == 0
    assert [(one.member_id, one.gave, one.drew, one.rest) for one in shown.people] == [
        (ola, {}, {"stars": 5}, {"stars": 20, "gifts": 8}),
        (jan, {"stars": 25, "gifts": 8}, {}, {}),
    ]
    for holder in (home, ola, jan):
        assert (await shop.events(holder))[-1] == (
            "household.dissolved",
            {"household_id": str(home), "member_id": str(ola)},
        )
    assert (await shop.reads.members_household(eve)).invitations == ()
    await sharing.household(jan, ola)


async def test_what_lapsed_in_the_pool_is_not_there_to_get(sharing: Sharing) -> None:
    ola = await sharing.member("1", stars=30)
    home = await sharing.household(ola)
    await sharing.pool(home, ola, 30)
    await sharing.shop.show(day(31))

    await sharing.dissolve(home, ola)

    assert await sharing.shop.balance(ola, "stars") == (0, 0, 0)
    assert ("points.expired", 1) in [
        (kind, len(event.get("changes", ()))) for kind, event in await sharing.shop.events(home)
    ]


async def test_it_is_dissolved_once_and_by_its_head(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1"), await sharing.member("2")
    home = await sharing.household(ola, jan)
    for other in (jan, new_id()):
        with pytest.raises(NotTheHead):
            await sharing.dissolve(home, other)
    with pytest.raises(HouseholdNotFound):
        await sharing.dissolve(new_id(), ola)

    answers = await asyncio.gather(
        *(sharing.dissolve(home, ola) for _ in range(4)), return_exceptions=True
    )

    assert sum(isinstance(answer, DissolvedHousehold) for answer in answers) == 3


async def test_who_comes_just_before_is_told_too(
    sharing: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody joins, in another process, between the look at who belongs to it and the lock."""
    ola, jan = await sharing.member("1"), await sharing.member("2")
    home = await sharing.form(ola)
    await sharing.invite(home, ola, (card("2"),))
    elsewhere = another(sharing.shop.db)
    await elsewhere.start()
    look = dissolve_household._people
    looks: list[set[uuid.UUID]] = []

    async def late(tx: Tx, household_id: uuid.UUID) -> set[uuid.UUID]:
        found = await look(tx, household_id)
        looks.append(found)
        if len(looks) == 1:
            await elsewhere.verbs.join_household(TILL, home, Person(member=jan))
        return found

    monkeypatch.setattr(dissolve_household, "_people", late)
    await sharing.dissolve(home, ola)

    assert looks == [{ola}, {ola, jan}]
    assert (await sharing.shop.events(jan))[-1][0] == "household.dissolved"
    assert (await sharing.shop.reads.members_household(jan)).household is None
