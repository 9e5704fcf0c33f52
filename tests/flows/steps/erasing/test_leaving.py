"""Whoever is erased is in no club and no household any more; what they had is there for others."""

import pytest

from service.domain.clubs.errors import ClubNotFound
from service.domain.clubs.membership import Ended
from service.domain.clubs.stays import Decided
from service.domain.clubs.steps import What
from service.domain.clubs.types import Entered
from service.domain.households.errors import HeadCannotLeave
from service.domain.members.errors import MemberErased
from service.flows.steps.sharing import dissolving
from tests.flows.club_shop import Clubs
from tests.flows.eraser import NOTHING, erased, wallets
from tests.flows.membership_shop import Memberships
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import day


async def test_the_seat_is_free_and_goes_to_whoever_waits(table: Memberships) -> None:
    ola, jan = await table.full(2)
    eve = await table.member("3")
    await table.invite(eve)
    assert (await table.join(eve)).body.state is Entered.WAITING
    await erased(table.shop, ola)
    assert ola not in await table.seats()
    await table.advance()
    assert set(await table.seats()) == {jan, eve}
    (span,) = await table.spans(ola)
    assert span.ended_why == Ended.ERASED
    assert (await table.told(ola))[-1] == "left"


async def test_an_open_offer_and_the_seat_that_is_kept_for_it_are_gone(table: Memberships) -> None:
    ola = await table.member("1")
    await table.invite(ola)
    assert await table.seats() == [ola]
    await erased(table.shop, ola)
    assert await table.seats() == []
    assert (await table.told(ola))[-1] == "offer-withdrawn"


async def test_an_offer_that_nobody_took_in_time_had_lapsed(table: Memberships) -> None:
    ola = await table.member("1")
    await table.invite(ola)
    await table.shop.show(day(4))
    await erased(table.shop, ola)
    assert (await table.told(ola))[-1] == "offer-lapsed"


async def test_a_place_on_the_list_is_left(table: Memberships) -> None:
    await table.full(2)
    eve = await table.member("3")
    await table.invite(eve)
    await table.join(eve)
    await erased(table.shop, eve)
    assert (await table.told(eve))[-1] == "waiting-left"
    assert await table.advance() == 0


async def test_an_application_is_withdrawn_and_its_words_are_gone(table: Memberships) -> None:
    ola = await table.member("1")
    asked = (await table.apply(ola, "I roast at home")).body
    await erased(table.shop, ola)
    async with table.shop.db.reading() as tx:
        row = await tx.connection.fetchrow("select state, words from club_application")
    assert tuple(row) == (3, "")
    with pytest.raises(MemberErased):
        await table.decide(asked.id, Decided.APPROVED)


async def test_a_club_whose_owner_is_erased_is_nobodys(table: Memberships) -> None:
    ola = await table.member("1")
    await table.let_in(ola)
    await table.own(ola)
    await erased(table.shop, ola)
    async with table.shop.db.reading() as tx:
        owners = await tx.connection.fetchval(
            "select count(*) from club_owner where until_at is null"
        )
    assert owners == 0
    assert (await table.told(ola)).count("owner-changed") == 2
    assert What.OWNER_ENDED in [kind for kind, _, _ in await table.steps(ola)]


async def test_a_term_that_was_over_is_written_down_as_lapsed(table: Memberships) -> None:
    """Else the job that writes such terms down would find it for ever."""
    terrace = table.of("terrace")
    ola = await table.member("1")
    await terrace.pay(ola, "pay-1")
    await table.shop.show(day(60))
    await erased(table.shop, ola)
    (span,) = await terrace.spans(ola)
    assert span.ended_why == Ended.LAPSED


async def test_codes_of_who_is_erased_let_nobody_in(clubs: Clubs) -> None:
    ola, jan = await clubs.members(2)
    await clubs.let_in(ola)
    code = (await clubs.code(by=ola)).code
    await erased(clubs.shop, ola)
    with pytest.raises(ClubNotFound):
        await clubs.join(jan, code)


async def test_what_was_given_to_a_clubs_pool_stays_there(table: Memberships) -> None:
    ola = await table.member("1")
    await table.let_in(ola)
    await table.shop.adjust(ola, 100)
    await table.give(ola, 40)
    await erased(table.shop, ola)
    async with table.shop.db.reading() as tx:
        left = await tx.connection.fetchval("select sum(posted) from wallet where wallet = 1")
    assert left == 40


async def test_somebody_in_a_household_leaves_it_and_what_they_gave_stays(
    sharing: Sharing,
) -> None:
    ola, jan = await sharing.member("1"), await sharing.member("2", stars=30)
    home = await sharing.household(ola, jan)
    await sharing.pool(home, jan, 25)
    await erased(sharing.shop, jan)
    assert await wallets(sharing.shop, jan) == NOTHING
    shown = await sharing.shop.reads.household(home)
    assert shown.pool["stars"].balance.available == 25
    assert [one.member_id for one in shown.people if one.until is None] == [ola]
    assert (await sharing.shop.events(home))[-1][0] == "household.left"


async def test_a_head_with_others_in_the_household_is_not_erased(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1", stars=10), await sharing.member("2")
    await sharing.household(ola, jan)
    before = await sharing.shop.tables()
    with pytest.raises(HeadCannotLeave):
        await erased(sharing.shop, ola)
    assert await sharing.shop.tables() == before


async def test_a_head_alone_takes_the_household_and_its_pool_along(sharing: Sharing) -> None:
    ola, eve = await sharing.member("1", stars=30), await sharing.member("2")
    home = await sharing.form(ola)
    await sharing.pool(home, ola, 25)
    await sharing.invite(home, ola, eve)
    await erased(sharing.shop, ola)
    assert await wallets(sharing.shop, home) == NOTHING
    assert await wallets(sharing.shop, ola) == NOTHING
    async with sharing.shop.db.reading() as tx:
        note = await tx.connection.fetchval(
            "select distinct note from operation where holder_id = $1 and kind = 7", home
        )
        invited = await tx.connection.fetchval("select count(*) from household_invitation")
    assert (note, invited) == ("erased", 0)
    assert (
        note != dissolving.NOTE
    )  # nothing of what was written about them is told from other notes


async def test_invitations_to_who_is_erased_are_gone(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1"), await sharing.member("2")
    home = await sharing.form(ola)
    await sharing.invite(home, ola, jan)
    await erased(sharing.shop, jan)
    assert (await sharing.shop.reads.household(home)).invitations == ()
