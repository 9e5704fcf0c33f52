"""Free seats go to whoever waits longest; what lapsed is written down."""

import asyncio
import uuid

from service.domain.clubs.steps import What
from service.domain.clubs.types import Entered
from service.flows.clubs.advance_clubs import advance_clubs
from service.flows.steps.clubs import advancing
from tests.flows.club_shop import CLUBS, Clubs
from tests.flows.clubs.test_join_club import ban
from tests.flows.shop import another, day


async def waiting(clubs: Clubs, count: int, first: int = 50) -> list[uuid.UUID]:
    """So many new members on the list of a club that is full."""
    members = await clubs.members(count, first)
    for member in members:
        await clubs.invite(member)
        assert (await clubs.join(member)).body.state is Entered.WAITING
    return members


async def offered(clubs: Clubs, members: list[uuid.UUID]) -> list[bool]:
    """Who of them has been offered a seat since they waited."""
    return ["offered" in await clubs.told(one) for one in members]


async def test_free_seats_are_offered_in_the_order_of_the_list(clubs: Clubs) -> None:
    ola, jan, _ = await clubs.full(3)
    line = await waiting(clubs, 3)
    assert await clubs.advance() == 0

    await clubs.gone(ola, jan)

    assert await clubs.advance() == 2
    assert await offered(clubs, line) == [True, True, False]
    assert await clubs.advance() == 0
    assert (await clubs.join(line[0])).body.state is Entered.MEMBER
    assert await clubs.steps(line[0]) == [
        (What.INVITED, None, None),
        (What.WAITED, None, None),
        (What.OFFERED, None, None),
        (What.JOINED, None, None),
    ]
    (joined,) = [one for one in await clubs.shop.events(line[0]) if one[0] == "club.offered"]
    assert (joined[1]["why"], joined[1]["seat_kept"]) == ("waiting_list", True)


async def test_a_turn_that_nobody_took_goes_to_the_next(clubs: Clubs) -> None:
    ola, *_ = await clubs.full(3)
    line = await waiting(clubs, 2)
    await clubs.gone(ola)
    await clubs.advance()
    await clubs.shop.show(day(3.01))

    assert await clubs.advance() == 2  # one lapsed, one was offered

    assert await offered(clubs, line) == [True, True]
    assert (await clubs.told(line[0]))[-1] == "offer-lapsed"
    assert (await clubs.steps(line[0]))[-1] == (What.LAPSED, None, None)
    async with clubs.shop.db.reading() as tx:
        row = await tx.connection.fetchrow(
            "select o.state, o.closed_at = o.due_at from club_offer o"
            " where o.holder_id = $1 and o.place is not null",
            line[0],
        )
        time = await tx.connection.fetchval(
            "select occurred_at from outbox where holder_id = $1 order by version desc limit 1",
            line[0],
        )
    assert tuple(row) == (4, True)
    assert time < day(3.01)  # its own instant, however late the job is


async def test_who_is_busy_is_waited_for_and_so_is_everybody_behind(clubs: Clubs) -> None:
    ola, jan, _ = await clubs.full(3)
    line = await waiting(clubs, 2)
    await clubs.gone(ola, jan)

    async with clubs.shop.db.transaction() as tx:
        await tx.connection.execute(
            "select from holder where holder_id = $1 for no key update", line[0]
        )
        assert await clubs.advance() == 0
        assert await offered(clubs, line) == [False, False]

    assert await clubs.advance() == 2


async def test_of_many_workers_each_seat_is_offered_once(clubs: Clubs) -> None:
    ola, *_ = await clubs.full(3)
    line = await waiting(clubs, 3)
    workers = [another(clubs.shop.db) for _ in range(4)]
    for worker in workers:
        await worker.start()
    await clubs.gone(ola)

    rounds = await asyncio.gather(*(advance_clubs(worker.ctx) for worker in workers))

    assert sum(rounds) == 1
    assert await offered(clubs, line) == [True, False, False]
    assert len(await clubs.seats()) == 3


async def test_who_is_banned_or_in_already_only_leaves_the_list(clubs: Clubs) -> None:
    ola, jan, _ = await clubs.full(3)
    line = await waiting(clubs, 3)
    await ban(clubs, line[0], "roasters")
    await clubs.gone(ola, jan)
    await clubs.in_by_another_ground(line[1])

    while await clubs.advance():
        pass

    assert await offered(clubs, line) == [False, False, True]
    async with clubs.shop.db.reading() as tx:
        rows = await tx.connection.fetch("select how from club_waiting order by place")
    assert [row[0] for row in rows] == [3, 4, 1]


async def test_more_seats_in_the_program_are_offered_too(clubs: Clubs) -> None:
    await clubs.full(3)
    line = await waiting(clubs, 3)
    await clubs.shop.publish(CLUBS.replace("seats: 3", "seats: 5"), day(1))
    await clubs.shop.show(day(1.1))

    assert await clubs.advance() == 2

    assert await offered(clubs, line) == [True, True, False]


async def test_one_club_alone_is_advanced_when_it_is_named(clubs: Clubs) -> None:
    ola, *_ = await clubs.full(3)
    await waiting(clubs, 1)
    await clubs.gone(ola)
    ctx = clubs.shop.built.ctx

    assert await advancing.advance(ctx, "terrace") == 0
    assert await advancing.advance(ctx, "roasters") == 1


async def test_a_club_that_is_no_more_offers_nothing_and_its_offers_lapse(clubs: Clubs) -> None:
    ola, jan, _ = await clubs.full(3)
    line = await waiting(clubs, 2)
    await clubs.gone(ola)
    await clubs.advance()
    without = CLUBS.replace("  roasters:", "  tables:").replace("Roasters' table", "Tables")
    await clubs.shop.publish(without, day(1))
    await clubs.gone(jan)
    await clubs.shop.show(day(4))

    assert await clubs.advance() == 1

    assert (await clubs.told(line[0]))[-1] == "offer-lapsed"
    assert await offered(clubs, line) == [True, False]


async def test_who_let_an_offer_lapse_and_waits_again_is_offered_one_anew(clubs: Clubs) -> None:
    """Nothing has written down yet that the offer before is over."""
    ola, *_ = await clubs.full(3)
    (guest,) = await clubs.members(1, first=60)
    await clubs.invite(guest)
    await clubs.shop.show(day(4))  # nobody took it, no job has run
    async with clubs.shop.db.transaction() as tx:
        await tx.connection.execute("update club set last_place = 1 where club = 1")
        await tx.connection.execute(
            "insert into club_waiting"
            " (club, place, holder_id, since_at, entry, actor_kind, actor_id)"
            " select club, 1, holder_id, due_at, 1, actor_kind, actor_id"
            " from club_offer where holder_id = $1",
            guest,
        )

    await clubs.gone(ola)

    assert await clubs.advance()
    assert (await clubs.told(guest))[-2:] == ["offer-lapsed", "offered"]
