"""Seats as rows: never more than there are, free the moment they are due."""

import uuid

import pytest

from service.domain.clubs import seats
from service.infra.db import Tx
from tests.domain.clubs.people import ADA, CLUB, EVE, JAN, OLA, begin, day


async def taken(tx: Tx, club: int = CLUB) -> list[tuple[int, uuid.UUID]]:
    rows = await tx.connection.fetch(
        "select seat, holder_id from club_seat where club = $1 order by seat", club
    )
    return [(row[0], row[1]) for row in rows]


async def test_the_lowest_free_number_is_given_as_long_as_there_is_one(tx: Tx) -> None:
    await begin(tx)
    await seats.lock(tx, [CLUB], day(1))

    first = [await seats.take(tx, CLUB, 2, one, None) for one in (OLA, JAN, EVE)]
    await seats.release(tx, CLUB, OLA)
    after = [await seats.take(tx, CLUB, 2, one, None) for one in (EVE, ADA)]

    assert (first, after) == ([True, True, False], [True, False])
    assert await taken(tx) == [(1, EVE), (2, JAN)]
    assert await seats.left(tx, CLUB, 2, day(1)) == 0
    assert await seats.left(tx, CLUB, 5, day(1)) == 3


async def test_who_has_a_seat_keeps_it_and_it_falls_due_then(tx: Tx) -> None:
    await begin(tx)
    await seats.take(tx, CLUB, 1, OLA, day(3))

    assert await seats.take(tx, CLUB, 1, OLA, day(9))
    assert await seats.left(tx, CLUB, 1, day(5)) == 0
    assert await seats.left(tx, CLUB, 1, day(9)) == 1  # due at that instant: free at that instant

    assert await seats.take(tx, CLUB, 1, OLA, None)
    assert await seats.left(tx, CLUB, 1, day(999)) == 0
    assert await seats.has(tx, CLUB, OLA)
    assert not await seats.has(tx, CLUB, JAN)
    assert not await seats.has(tx, 9, OLA)
    assert await taken(tx) == [(1, OLA)]


async def test_what_is_overdue_is_gone_under_the_lock(tx: Tx) -> None:
    await begin(tx)
    await seats.take(tx, CLUB, 2, OLA, day(2))
    await seats.take(tx, CLUB, 2, JAN, day(4))

    await seats.lock(tx, [CLUB], day(2))

    assert await taken(tx) == [(2, JAN)]
    assert await seats.take(tx, CLUB, 2, EVE, None)
    assert await taken(tx) == [(1, EVE), (2, JAN)]


async def test_several_are_served_in_the_order_of_asking(tx: Tx) -> None:
    await begin(tx)
    await seats.take(tx, CLUB, 3, JAN, day(5))

    served = await seats.take_many(
        tx, CLUB, 3, [(ADA, None), (JAN, None), (EVE, day(2)), (OLA, None)]
    )

    assert served == {ADA, JAN, EVE}
    assert await taken(tx) == [(1, JAN), (2, ADA), (3, EVE)]
    assert await seats.take_many(tx, CLUB, 3, []) == frozenset()


async def test_a_club_with_fewer_seats_than_it_had_gives_none_until_enough_are_free(tx: Tx) -> None:
    await begin(tx)
    await seats.take_many(tx, CLUB, 3, [(OLA, None), (JAN, None), (EVE, None)])

    assert await seats.left(tx, CLUB, 2, day(1)) == 0
    await seats.release(tx, CLUB, OLA)
    assert not await seats.take(tx, CLUB, 2, ADA, None)
    await seats.release(tx, CLUB, JAN, EVE)
    assert await seats.take(tx, CLUB, 2, ADA, None)


async def test_each_club_has_seats_of_its_own_and_its_row_is_made_when_it_is_locked(tx: Tx) -> None:
    await begin(tx)

    await seats.lock(tx, [9, CLUB, 9], day(1))
    await seats.lock(tx, [], day(1))

    rows = await tx.connection.fetch("select club from club order by club")
    assert [row[0] for row in rows] == [CLUB, 9]
    assert await seats.take(tx, CLUB, 1, OLA, None)
    assert await seats.take(tx, 9, 1, OLA, None)
    await seats.release(tx, 9, OLA, JAN)
    await seats.release(tx, 9)
    assert (await taken(tx), await taken(tx, 9)) == ([(1, OLA)], [])


@pytest.mark.parametrize("seat", [0, -1])
async def test_the_table_refuses_a_seat_that_is_none(tx: Tx, seat: int) -> None:
    await begin(tx)
    insert = "insert into club_seat (club, seat, holder_id) values ($1, $2, $3)"

    with pytest.raises(Exception, match="club_seat_number"):
        await tx.connection.execute(insert, CLUB, seat, OLA)
