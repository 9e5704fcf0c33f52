"""A member asks to be let in.

Also of service/domain/clubs/applications.py.
"""

import pytest

from service.domain.clubs.errors import AlreadyInClub, ClubNotFound, EntryNotOffered
from service.domain.clubs.steps import What
from tests.flows.membership_shop import APP, Memberships, at_once


async def test_an_application_waits_and_its_words_are_told_to_nobody_else(
    table: Memberships,
) -> None:
    terrace, ola = table.of("terrace"), await table.member("1")

    asked = (await terrace.apply(ola, "I sweep floors", APP)).body

    assert (asked.state, asked.words, asked.member_id) == ("open", "I sweep floors", ola)
    assert await table.told_of(ola, "applied") == [
        {"club": "terrace", "application_id": str(asked.id)}
    ]
    assert [kind for kind, _, _ in await table.steps(ola)] == [What.APPLIED]
    async with table.shop.db.reading() as tx:
        told = await tx.connection.fetchval(
            "select count(*) from outbox where position('floors'::bytea in body) > 0"
        )
    assert told == 0


async def test_twice_or_at_once_it_is_one_application(table: Memberships) -> None:
    terrace, ola = table.of("terrace"), await table.member("1")

    answers = await at_once(*(terrace.apply(ola, "please", APP) for _ in range(4)))

    assert sorted(one.replayed for one in answers) == [False, True, True, True]
    assert len({one.body.id for one in answers}) == 1


async def test_who_is_in_or_finds_no_such_way_in_is_refused(table: Memberships) -> None:
    ola, jan = await table.members(2)
    await table.of("terrace").let_in(ola)
    with pytest.raises(AlreadyInClub):
        await table.of("terrace").apply(ola, actor=APP)
    with pytest.raises(EntryNotOffered):
        await table.of("balcony").apply(jan, actor=APP)


async def test_outsiders_of_a_hidden_club_ask_at_none(table: Memberships) -> None:
    ola = await table.member("1")
    before = await table.shop.tables()
    for club in ("roasters", "nothing"):
        with pytest.raises(ClubNotFound):
            await table.of(club).apply(ola, actor=APP)
    assert await table.shop.tables() == before
