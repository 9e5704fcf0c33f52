"""A household begins."""

import asyncio

import pytest

from service.domain.households.errors import AlreadyInHousehold, HouseholdsNotOffered
from service.domain.members.errors import MemberNotFound
from service.kernel.ids import new_id
from tests.flows.sharing_shop import SHARING, Sharing
from tests.flows.shop import Shop, card, goods


async def test_who_forms_it_is_its_head_and_it_holds_nothing(sharing: Sharing) -> None:
    ola = await sharing.member("1", stars=30)

    home = await sharing.form(ola)

    shown = await sharing.shop.reads.household(home)
    (person,) = shown.people
    assert (shown.id, shown.dissolved_at, person.member_id, person.role) == (
        home,
        None,
        ola,
        "head",
    )
    assert {name: view.balance.available for name, view in shown.pool.items()} == {
        "stars": 0,
        "gifts": 0,
    }
    told = ("household.formed", {"household_id": str(home), "member_id": str(ola)})
    assert await sharing.shop.events(home) == [told]
    assert (await sharing.shop.events(ola))[-1] == told
    async with sharing.shop.db.reading() as tx:
        source = await tx.connection.fetchval(
            "select convert_from(body, 'utf8')::jsonb ->> 'source' from outbox"
            " where holder_id = $1",
            home,
        )
    assert source == f"/households/{home}"


async def test_a_member_belongs_to_one_household_however_often_it_is_asked(
    sharing: Sharing,
) -> None:
    ola = await sharing.member("1")

    answers = await asyncio.gather(*(sharing.form(ola) for _ in range(8)), return_exceptions=True)

    assert sum(isinstance(answer, AlreadyInHousehold) for answer in answers) == 7
    assert await sharing.shop.count("household") == 1


async def test_only_members_form_households(sharing: Sharing) -> None:
    await sharing.shop.buy("a", "9", goods(100))
    async with sharing.shop.db.reading() as tx:
        unclaimed = await tx.connection.fetchval("select holder_id from holder where kind = 2")
    before = await sharing.shop.tables()

    for nobody in (unclaimed, new_id()):
        with pytest.raises(MemberNotFound):
            await sharing.form(nobody)

    assert await sharing.shop.tables() == before


async def test_a_program_without_the_section_has_no_households(empty_shop: Shop) -> None:
    await empty_shop.publish(SHARING.partition("\nhouseholds:")[0])
    sharing = Sharing(empty_shop)
    ola = (await empty_shop.enrol(card("1"))).id
    before = await empty_shop.tables()

    with pytest.raises(HouseholdsNotOffered):
        await sharing.form(ola)

    assert await empty_shop.tables() == before
