"""Joining a club: offers, codes, seats, the waiting list, and what is answered.

That is service/flows/steps/clubs/views.py too.
"""

import uuid

import pytest

from service.domain.clubs.errors import ClubFull, ClubNotFound, NoOpenOffer
from service.domain.clubs.steps import What
from service.domain.clubs.types import Entered
from service.domain.coupons.errors import TooManyCodes
from service.domain.members.errors import MemberNotFound
from service.kernel.calendar import shift, zone
from service.kernel.ids import new_id
from service.kernel.values import Client
from service.rules.clubs import Invitation
from tests.flows.club_shop import Clubs
from tests.flows.merging import merge
from tests.flows.shop import day


async def test_an_invited_member_joins_for_the_term_of_the_entry(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    jan = await clubs.member("9")
    offer = (await clubs.invite(jan, by=ola, note="a friend")).body

    entered = await clubs.join(jan)

    (entry,) = [
        one
        for one in clubs.shop.built.programs.compiled[-1].document.clubs[0].enter
        if isinstance(one, Invitation)
    ]
    assert entry.term is not None
    assert not entered.replayed
    assert entered.body.state is Entered.MEMBER
    assert entered.body.until is not None
    end = shift(day(0), entry.term, zone("Europe/Warsaw"))
    assert abs((entered.body.until - end).total_seconds()) < 60
    assert await clubs.steps(jan) == [(What.INVITED, ola, None), (What.JOINED, ola, None)]
    assert await clubs.told(jan) == ["invited", "joined"]
    assert await clubs.seats() == [ola, jan]
    async with clubs.shop.db.reading() as tx:
        span = await tx.connection.fetchrow(
            "select source, invited_by, note from club_span where holder_id = $1", jan
        )
    assert tuple(span) == (offer.id, ola, "a friend")


async def test_joined_twice_is_joined_once(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    jan = await clubs.member("9")
    await clubs.invite(jan, by=ola)
    first = await clubs.join(jan)
    before = await clubs.shop.tables()

    again = await clubs.join(jan)

    assert again.replayed
    assert again.body == first.body
    assert await clubs.shop.tables() == before


async def test_without_a_seat_one_waits_and_asking_again_changes_nothing(clubs: Clubs) -> None:
    ola, *_ = await clubs.full(3)
    jan, eve = await clubs.members(2, 8)
    for member in (jan, eve):
        offer = (await clubs.invite(member, by=ola)).body
        assert not offer.seat_kept
        await clubs.join(member)
    before = await clubs.shop.tables()

    again = await clubs.join(eve)

    assert again.replayed
    assert (again.body.state, again.body.ahead) == (Entered.WAITING, 1)
    assert await clubs.told(eve) == ["invited", "waiting-joined"]
    assert await clubs.steps(jan) == [(What.INVITED, ola, None), (What.WAITED, ola, None)]
    assert await clubs.shop.tables() == before


async def test_a_club_that_is_full_and_has_no_list_says_so(clubs: Clubs) -> None:
    terrace = clubs.of("terrace")
    await terrace.full(2)
    jan = await clubs.member("9")
    await terrace.invite(jan)
    before = await clubs.shop.tables()

    with pytest.raises(ClubFull):
        await terrace.join(jan)

    assert await clubs.shop.tables() == before  # the offer still stands


async def test_an_offer_that_lapsed_lets_nobody_in_at_that_very_instant(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    jan, eve = await clubs.members(2, 8)
    await clubs.invite(jan, by=ola)
    await clubs.shop.show(day(3.01))  # 72 hours, and no job has run

    with pytest.raises(ClubNotFound):
        await clubs.join(jan)

    await clubs.invite(eve, by=ola)  # the seat and the invitation are free again
    await clubs.invite(jan, by=ola)
    assert (await clubs.join(jan)).body.state is Entered.MEMBER
    assert await clubs.told(jan) == ["invited", "offer-lapsed", "invited", "joined"]


async def test_a_code_lets_in_as_many_as_it_says(clubs: Clubs) -> None:
    friends = clubs.of("friends")
    (ola,) = await friends.full(1)
    jan, eve, ada = await clubs.members(3, 7)
    code = await friends.code(by=ola, uses_max=2)
    assert code.code is not None

    first = await friends.join(jan, f" {code.code.lower()} ")
    again = await friends.join(jan, code.code)
    second = await friends.join(eve, code.code.replace("-", ""))

    assert (first.replayed, again.replayed, second.replayed) == (False, True, False)
    assert first.body.until is None
    assert await clubs.steps(eve) == [(What.JOINED, ola, None)]
    with pytest.raises(ClubNotFound):
        await friends.join(ada, code.code)


async def test_every_code_that_is_no_good_is_a_club_that_is_not_there(clubs: Clubs) -> None:
    friends, terrace = clubs.of("friends"), clubs.of("terrace")
    ola, eve = await friends.full(2)
    jan = await clubs.member("9")
    other = (await clubs.of("roasters").code()).code
    void = await friends.code(by=ola)
    await friends.void(void.id, by=ola)
    late = await friends.code(by=eve, until=day(1))
    await clubs.shop.show(day(2))
    before = await clubs.shop.tables("code_guess")

    refused = []
    for of_club, code in (
        (friends, other),  # another club's
        (friends, void.code),
        (friends, late.code),
        (friends, "no code at all!"),
        (friends, "ABCD-EFGH-JKMN-PQRS-T"),
        (terrace, other),
        (clubs.of("nowhere"), other),
    ):
        with pytest.raises(ClubNotFound) as refusal:
            await of_club.join(jan, code)
        refused.append((refusal.value.slug(), refusal.value.detail(), refusal.value.members()))

    assert len({str(one) for one in refused}) == 1
    assert await clubs.shop.tables("code_guess") == before


async def test_a_code_of_somebody_who_is_out_lets_nobody_in(clubs: Clubs) -> None:
    friends = clubs.of("friends")
    ola = await clubs.member("1")
    await friends.let_in(ola, until=day(2))
    jan = await clubs.member("9")
    code = (await friends.code(by=ola, until=day(9))).code

    await clubs.shop.show(day(2))

    with pytest.raises(ClubNotFound):
        await friends.join(jan, code)


async def test_who_guesses_codes_is_stopped_also_of_clubs_that_do_not_exist(clubs: Clubs) -> None:
    friends = clubs.of("friends")
    (ola,) = await friends.full(1)
    jan = await clubs.member("9")
    code = (await friends.code(by=ola)).code
    for n in range(10):
        with pytest.raises(ClubNotFound):
            await (friends if n % 2 else clubs.of("nowhere")).join(jan, f"GUESS-{n:04}")

    with pytest.raises(TooManyCodes):
        await friends.join(jan, code)
    with pytest.raises(TooManyCodes):
        await clubs.of("nowhere").join(jan, code)


async def test_guesses_count_against_the_device_as_well(clubs: Clubs) -> None:
    friends = clubs.of("friends")
    (ola,) = await friends.full(1)
    code = (await friends.code(by=ola)).code
    device = Client(device="phone-7")
    for n, member in enumerate(await clubs.members(20, 20)):
        with pytest.raises(ClubNotFound):
            await friends.join(member, f"GUESS-{n:04}", client=device)

    with pytest.raises(TooManyCodes):
        await friends.join(await clubs.member("9"), code, client=device)


@pytest.mark.parametrize("code", [None, "ABCD-EFGH-JKMN-PQRS-T"])
async def test_a_hidden_club_is_to_an_outsider_no_club(clubs: Clubs, code: str | None) -> None:
    jan = await clubs.member("9")
    before = await clubs.shop.tables("code_guess")

    for club in ("roasters", "friends", "nowhere"):
        with pytest.raises(ClubNotFound):
            await clubs.of(club).join(jan, code)

    assert await clubs.shop.tables("code_guess") == before


async def test_of_a_visible_club_one_is_told_that_one_is_not_invited(clubs: Clubs) -> None:
    jan = await clubs.member("9")

    with pytest.raises(NoOpenOffer):
        await clubs.of("terrace").join(jan)
    for nobody in (new_id(), uuid.UUID(int=0)):
        with pytest.raises(MemberNotFound):
            await clubs.of("terrace").join(nobody)


async def test_who_is_banned_finds_no_club_not_even_a_visible_one(clubs: Clubs) -> None:
    terrace = clubs.of("terrace")
    jan = await clubs.member("9")
    await terrace.invite(jan)
    code = (await terrace.code()).code
    await ban(clubs, jan)

    for shown in (None, code):
        with pytest.raises(ClubNotFound):
            await terrace.join(jan, shown)


async def ban(clubs: Clubs, member: uuid.UUID, club: str = "terrace") -> None:
    """A ban as a row, from now on."""
    number = clubs.shop.built.programs.compiled[-1].clubs[club].number
    async with clubs.shop.db.transaction() as tx:
        await tx.connection.execute(
            "insert into club_span (holder_id, span_id, club, kind, from_at, actor_kind, actor_id,"
            " recorded_at) values ($1, $2, $3, 8, $4, 2, 'ann', $4)",
            member,
            new_id(),
            number,
            day(-1),
        )


async def test_a_member_who_was_merged_joins_as_whom_they_are_now(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    old, now = await clubs.members(2, 8)
    await merge(clubs.shop, now, old)
    await clubs.invite(old, by=ola)

    entered = await clubs.join(old)

    assert entered.body.member_id == now
    assert await clubs.seats() == [ola, now]
