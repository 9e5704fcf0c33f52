"""Seats are exact, whoever comes at once and through whichever process."""

import asyncio
import functools
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from service.domain.clubs.steps import What
from service.domain.clubs.types import ClubEntry, Entered, JoinClub
from service.flows.build import Built
from service.flows.steps.clubs import knowing
from service.infra.batch import OutcomeUnknown
from service.infra.db import Database
from tests.databases import Fresh, Server
from tests.flows.club_shop import APP, CLUBS, Clubs
from tests.flows.races import at_once, came_with
from tests.flows.shop import Shop, another

SEATS = 20
JOINING = 500
MANY = CLUBS.replace("seats: 3", f"seats: {SEATS}").replace(
    "invitations_per_member: 2", "invitations_per_member: 1000"
)


@pytest.fixture
async def processes(server: Server) -> AsyncIterator[tuple[Clubs, list[Built]]]:
    """A shop with 20 seats, and four processes with connections of their own."""
    fresh: Fresh = server.create()
    pools = [await Database.open(fresh.url) for _ in range(5)]
    shop = await Shop.open(pools[0])
    await shop.publish(MANY)
    builts = []
    for pool in pools[1:]:
        pool.clock_offset = pools[0].clock_offset
        builts.append(another(pool))
        await builts[-1].start()
    yield Clubs(shop), builts
    for built in builts:
        await built.gate.drain()
    faults = await shop.faults()
    for pool in pools:
        await pool.close()
    server.drop(fresh)
    assert faults == []


async def test_of_500_who_join_at_once_20_have_a_seat_and_the_others_places_in_order(
    processes: tuple[Clubs, list[Built]],
) -> None:
    clubs, builts = processes
    members = [
        member
        for start in range(0, JOINING, 100)
        for member in await asyncio.gather(
            *(clubs.member(str(number)) for number in range(start, start + 100))
        )
    ]
    code = (await clubs.code(uses_max=JOINING)).code

    async def join(number: int, member: uuid.UUID) -> ClubEntry:
        verbs = builts[number % len(builts)].verbs
        body = JoinClub(member=member, code=code)
        answer = await came_with(lambda: verbs.join_club(APP, clubs.club, body))
        assert not isinstance(answer, Exception), answer
        entry: ClubEntry = answer.body
        return entry

    entries = await asyncio.gather(*(join(n, member) for n, member in enumerate(members)))

    states = [entry.state for entry in entries]
    assert states.count(Entered.MEMBER) == SEATS
    assert states.count(Entered.WAITING) == JOINING - SEATS
    async with clubs.shop.db.reading() as tx:
        seats = await tx.connection.fetch("select seat, holder_id from club_seat order by seat")
        places = await tx.connection.fetch(
            "select place, holder_id from club_waiting where left_at is null order by place"
        )
        used = await tx.connection.fetchval("select used from club_code")
        spans = await tx.connection.fetch("select holder_id from club_span")
    assert [row[0] for row in seats] == list(range(1, SEATS + 1))
    assert {row[1] for row in seats} == {row[0] for row in spans}
    assert [row[0] for row in places] == list(range(1, JOINING - SEATS + 1))
    assert len({row[1] for row in (*seats, *places)}) == JOINING
    assert used == JOINING
    ahead = {entry.member_id: entry.ahead for entry in entries if entry.ahead is not None}
    assert ahead == {row[1]: row[0] - 1 for row in places}


async def test_seats_that_come_and_go_at_once_never_are_more_than_there_are(
    processes: tuple[Clubs, list[Built]],
) -> None:
    clubs, builts = processes
    members = await clubs.members(40)
    for member in members:
        await clubs.invite(member)
    others = [built.verbs for built in builts]

    async def go_on(number: int, member: uuid.UUID) -> None:
        verbs = others[number % len(others)]
        body = JoinClub(member=member)
        if number % 3:
            await came_with(lambda: verbs.join_club(APP, clubs.club, body))
        else:
            shop = Clubs(clubs.shop)
            await came_with(lambda: shop.decline(member))

    await asyncio.gather(*(go_on(n, member) for n, member in enumerate(members)))
    while await clubs.advance():
        pass

    async with clubs.shop.db.reading() as tx:
        taken = await tx.connection.fetchval("select count(*) from club_seat")
        highest = await tx.connection.fetchval("select max(seat) from club_seat")
        waits = await tx.connection.fetchval(
            "select count(*) from club_waiting where left_at is null"
        )
    assert (taken, highest) == (SEATS, SEATS)
    assert waits == 0 or taken == SEATS


Two = Callable[[Clubs, uuid.UUID, uuid.UUID], Awaitable[object]]


async def _withdraw(clubs: Clubs, guest: uuid.UUID, offer: uuid.UUID) -> object:
    del guest
    return await clubs.withdraw(offer)


async def _decline(clubs: Clubs, guest: uuid.UUID, offer: uuid.UUID) -> object:
    del offer
    return await clubs.decline(guest)


async def _let_in(clubs: Clubs, guest: uuid.UUID, offer: uuid.UUID) -> object:
    del offer
    return await clubs.let_in(guest)


@pytest.mark.parametrize("other", [_withdraw, _decline, _let_in])
async def test_an_offer_ends_once_whatever_comes_at_once(clubs: Clubs, other: Two) -> None:
    guests = await clubs.members(3)
    offers = [(await clubs.invite(guest)).body.id for guest in guests]

    asked: list[Callable[[], Awaitable[object]]] = []
    for guest, offer in zip(guests, offers, strict=True):
        asked.append(functools.partial(clubs.join, guest))
        asked.append(functools.partial(other, clubs, guest, offer))
    came = await at_once(asked)

    for guest, joined, ended in zip(guests, came[::2], came[1::2], strict=True):
        is_in = guest in await clubs.seats()
        kinds = [kind for kind, _, _ in await clubs.steps(guest)]
        if other is _let_in:
            assert is_in
            assert kinds.count(What.JOINED) in {1, 2}  # two grounds, or one and a replay
        else:
            assert (joined, ended == "done") in {
                ("done", False),
                ("ClubNotFound", True),
            }
            assert is_in == (joined == "done")
            assert len(kinds) == 2


async def test_the_last_use_of_a_code_lets_one_in(clubs: Clubs) -> None:
    friends = clubs.of("friends")
    code = (await friends.code(uses_max=1)).code
    guests = await clubs.members(8)

    came = await at_once([functools.partial(friends.join, guest, code) for guest in guests])

    assert sorted(came) == ["ClubNotFound"] * 7 + ["done"]


async def test_the_last_seat_is_given_once_by_whichever_way(clubs: Clubs) -> None:
    terrace = clubs.of("terrace")
    await terrace.full(1)
    code = (await terrace.code(uses_max=9)).code
    guests = await clubs.members(8, 20)

    asked: list[Callable[[], Awaitable[object]]] = [
        functools.partial(terrace.join, guest, code)
        if n % 2
        else functools.partial(terrace.let_in, guest)
        for n, guest in enumerate(guests)
    ]
    came = await at_once(asked)

    assert came.count("done") == 1
    assert set(came) <= {"done", "ClubFull", "NoFreeSeat"}
    assert len(await clubs.seats()) == 2


async def test_members_who_invite_each_other_at_once_do_not_block(clubs: Clubs) -> None:
    friends = clubs.of("friends")
    ola, jan = await clubs.members(2)
    await friends.let_in(ola)
    await clubs.let_in(jan)

    asked = [lambda: friends.invite(jan, by=ola), lambda: clubs.invite(ola, by=jan)]
    came = await at_once(asked * 4)

    assert sorted(came) == ["done"] * 2 + ["replayed"] * 6


async def test_what_fails_half_way_leaves_nothing(
    clubs: Clubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ola,) = await clubs.full(1)
    guest, other = await clubs.members(2, 10)
    await clubs.invite(guest, by=ola)
    code = (await clubs.code(by=ola)).code
    before = await clubs.shop.tables()

    async def lost(*_: object) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(knowing, "write", lost)
    for ask in (
        lambda: clubs.join(guest),
        lambda: clubs.decline(guest),
        lambda: clubs.join(other, code),
        lambda: clubs.let_in(other),
        clubs.code,
    ):
        with pytest.raises(OutcomeUnknown):
            await ask()

    assert await clubs.shop.tables() == before
    monkeypatch.undo()
    assert (await clubs.join(guest)).body.state is Entered.MEMBER
    assert (await clubs.join(other, code)).body.state is Entered.MEMBER
