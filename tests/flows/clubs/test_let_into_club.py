"""Staff let somebody in."""

import pytest

from service.domain.access.errors import OwnWallet
from service.domain.clubs.errors import (
    CannotBeInvited,
    ClubInstantInvalid,
    ClubNotFound,
    NoFreeSeat,
    OvertakingNeedsNote,
)
from service.domain.clubs.steps import What
from service.domain.clubs.types import Entered, LetIntoClub
from service.domain.transfers.errors import RecipientNotFound
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import new_id
from service.kernel.values import OtherMember
from tests.flows.club_shop import CLUBS, Clubs
from tests.flows.clubs.test_join_club import ban
from tests.flows.shop import TILL, day


async def test_who_is_let_in_is_in_for_good_or_until_an_instant(clubs: Clubs) -> None:
    ola, jan = await clubs.members(2)

    good = await clubs.let_in(ola, "founder")
    term = await clubs.let_in(jan, until=day(5))

    assert (good.state, good.until) == (Entered.MEMBER, None)
    assert (term.state, term.until) == (Entered.MEMBER, day(5))
    assert await clubs.steps(ola) == [(What.JOINED, None, None)]
    assert await clubs.told(ola) == ["joined"]
    before = await clubs.shop.tables()
    assert await clubs.let_in(ola, "again") == good
    assert await clubs.shop.tables() == before


async def test_a_seat_of_a_term_is_free_at_its_end_without_a_job(clubs: Clubs) -> None:
    terrace = clubs.of("terrace")
    ola, jan, eve = await clubs.members(3)
    await terrace.let_in(ola, until=day(2))
    await terrace.let_in(jan)
    with pytest.raises(NoFreeSeat):
        await terrace.let_in(eve)

    await clubs.shop.show(day(2))

    assert (await terrace.let_in(eve)).state is Entered.MEMBER
    assert await clubs.seats() == [eve, jan]


async def test_nobody_is_overtaken_without_a_reason_and_it_stands_in_the_history(
    clubs: Clubs,
) -> None:
    ola, second, _ = await clubs.full(3)
    jan, eve, ada = await clubs.members(3, 7)
    for one in (jan, eve):
        await clubs.invite(one, by=ola)
        await clubs.join(one)
    await clubs.gone(second)
    before = await clubs.shop.tables()

    for note in (None, "", "  "):
        with pytest.raises(OvertakingNeedsNote) as refusal:
            await clubs.let_in(ada, note)
        assert refusal.value.waiting == 2
    assert await clubs.shop.tables() == before
    await clubs.let_in(ada, "the founder's daughter")

    assert await clubs.steps(ada) == [(What.JOINED, None, 2)]
    async with clubs.shop.db.reading() as tx:
        row = await tx.connection.fetchrow(
            "select note, actor_id from club_step where holder_id = $1", ada
        )
    assert tuple(row) == ("the founder's daughter", "till")


async def test_the_first_of_the_list_overtakes_nobody(clubs: Clubs) -> None:
    ola, second, _ = await clubs.full(3)
    jan, eve = await clubs.members(2, 8)
    for one in (jan, eve):
        await clubs.invite(one, by=ola)
        await clubs.join(one)
    await clubs.gone(second)

    with pytest.raises(OvertakingNeedsNote):
        await clubs.let_in(eve)
    await clubs.let_in(jan)

    assert (await clubs.steps(jan))[-1] == (What.JOINED, None, None)
    assert (await clubs.join(eve)).body.ahead == 0  # jan waits no more


async def test_who_has_an_offer_with_a_seat_takes_that_one(clubs: Clubs) -> None:
    terrace = clubs.of("terrace")
    await terrace.full(1)
    jan = await clubs.member("9")
    await terrace.invite(jan)  # the last seat

    assert (await terrace.let_in(jan)).state is Entered.MEMBER
    assert len(await clubs.seats()) == 2
    with pytest.raises(NoFreeSeat):
        await terrace.let_in(await clubs.member("10"))


async def test_what_cannot_be_says_why(clubs: Clubs) -> None:
    jan, eve = await clubs.members(2, 8)
    await ban(clubs, jan, "roasters")
    own = Actor(
        kind=ActorKind.STAFF, id="ann", client_id=TILL.client_id,
        scopes=frozenset({"clubs:manage"}), own_member=eve,
    )  # fmt: skip
    before = await clubs.shop.tables()

    with pytest.raises(CannotBeInvited):
        await clubs.let_in(jan)
    with pytest.raises(ClubNotFound):
        await clubs.of("nowhere").let_in(eve)
    with pytest.raises(RecipientNotFound):
        await clubs.let_in(new_id())
    for until in (day(-1), day(6 * 366)):
        with pytest.raises(ClubInstantInvalid):
            await clubs.let_in(eve, until=until)
    with pytest.raises(OwnWallet):
        await clubs.verbs.let_into_club(own, "roasters", LetIntoClub(member=OtherMember(id=eve)))
    assert await clubs.shop.tables() == before


async def test_a_club_that_gets_a_number_of_seats_has_one_for_everybody_who_is_in(
    clubs: Clubs,
) -> None:
    friends = clubs.of("friends")
    ola, jan = await clubs.members(2)
    await friends.let_in(ola, until=day(9))
    await friends.let_in(jan)
    await friends.let_in(await clubs.member("3"), until=day(1.5))  # out by then
    guest, late = await clubs.members(2, 10)
    seated = CLUBS.replace("{en: Friends}", "{en: Friends}\n    seats: 3")
    await clubs.shop.publish(seated, day(1))
    await clubs.shop.show(day(2))

    await friends.invite(guest)
    with pytest.raises(NoFreeSeat):
        await friends.let_in(late)

    assert await clubs.seats() == [ola, jan, guest]
    await clubs.shop.show(day(9))  # a term is over, and the offer
    assert (await friends.let_in(late)).state is Entered.MEMBER
    assert set(await clubs.seats()) == {jan, late}


async def test_a_club_without_a_number_of_seats_for_a_while_has_the_right_ones_after(
    clubs: Clubs,
) -> None:
    terrace = clubs.of("terrace")
    ola, jan = await terrace.full(2)
    eve = await clubs.member("3")
    await clubs.shop.publish(CLUBS.replace("    seats: 2\n", ""), day(1))
    await clubs.shop.publish(CLUBS, day(3))
    await clubs.shop.show(day(2))
    await terrace.let_in(eve)
    async with clubs.shop.db.transaction() as tx:
        await tx.connection.execute(
            "update club_span set until_at = $2, ended_at = $2, ended_why = 1 where holder_id = $1",
            ola,
            day(2),
        )
    await clubs.shop.show(day(4))

    with pytest.raises(NoFreeSeat):
        await terrace.let_in(await clubs.member("4"))
    await terrace.let_in(jan)

    offer = (await terrace.invite(await clubs.member("5"))).body
    assert not offer.seat_kept
    assert set(await clubs.seats()) == {jan, eve}
