"""Waiting lists as rows."""

import uuid
from typing import Any

import asyncpg
import msgspec
import pytest

from service.domain.clubs import waiting
from service.domain.clubs.types import Ground, LeftHow, Waiting
from service.infra.db import Tx
from service.kernel.ids import new_id
from tests.domain.clubs.people import APP, CLUB, EVE, JAN, OLA, begin, day


async def wait(tx: Tx, holder: uuid.UUID, at: float, **fields: Any) -> Waiting:
    one = Waiting(
        club=CLUB,
        place=await waiting.place(tx, CLUB, day(at)),
        holder_id=holder,
        since_at=day(at),
        entry=Ground.INVITATION,
        actor_kind=int(APP.kind),
        actor_id=APP.id,
        **fields,
    )
    await waiting.insert(tx, one)
    return one


async def test_places_are_given_in_order_and_never_again(tx: Tx) -> None:
    await begin(tx)
    ola = await wait(tx, OLA, 1, inviter=EVE, source=new_id(), note="x", term_until=day(99))
    jan = await wait(tx, JAN, 2)

    assert (ola.place, jan.place) == (1, 2)
    assert await waiting.first(tx, CLUB, 10) == [ola, jan]
    assert await waiting.first(tx, CLUB, 1) == [ola]
    await waiting.leave(tx, [jan], LeftHow.WENT, day(3))
    await waiting.leave(tx, [], LeftHow.WENT, day(3))

    again = await wait(tx, JAN, 4)
    assert again.place == 3
    assert await waiting.first(tx, CLUB, 10) == [ola, again]
    assert await tx.ask(waiting.ask_open([OLA, JAN, EVE], [CLUB, 9])) == {
        (OLA, CLUB): ola,
        (JAN, CLUB): again,
    }


async def test_how_many_wait_longer_is_counted(tx: Tx) -> None:
    await begin(tx)
    ola, jan, eve = [await wait(tx, one, 1) for one in (OLA, JAN, EVE)]
    assert await waiting.ahead(tx, CLUB) == 3
    await waiting.leave(tx, [ola], LeftHow.OFFERED, day(2))

    assert await waiting.ahead(tx, CLUB, eve.place) == 1
    assert await waiting.ahead(tx, CLUB, jan.place) == 0
    assert await waiting.ahead(tx, 9) == 0


async def test_who_leaves_leaves_once_and_not_before_they_came(tx: Tx) -> None:
    await begin(tx)
    ola = await wait(tx, OLA, 2)

    await waiting.leave(tx, [ola], LeftHow.BANNED, day(1))
    await waiting.leave(tx, [ola], LeftHow.LET_IN, day(5))

    row = await tx.connection.fetchrow("select left_at, how from club_waiting")
    assert row == (day(2), LeftHow.BANNED)
    assert msgspec.structs.replace(ola, left_at=day(2), how=LeftHow.BANNED) != ola
    assert await tx.ask(waiting.ask_open([OLA], [CLUB])) == {}


async def test_the_table_refuses_a_second_place(tx: Tx) -> None:
    await begin(tx)
    await wait(tx, OLA, 1)

    with pytest.raises(asyncpg.UniqueViolationError, match="club_waiting_open"):
        await wait(tx, OLA, 2)


async def test_the_clubs_somebody_waits_for_are_found(tx: Tx) -> None:
    await begin(tx)
    assert await waiting.clubs(tx) == []
    for club in (3, 12):
        await tx.connection.execute(
            "insert into club (club, recorded_at) values ($1, $2)", club, day(0)
        )
        for holder in (OLA, JAN):
            one = Waiting(
                club=club, place=await waiting.place(tx, club, day(1)), holder_id=holder,
                since_at=day(1), entry=Ground.RULE, actor_kind=1, actor_id="app",
            )  # fmt: skip
            await waiting.insert(tx, one)
    gone = await wait(tx, OLA, 1)
    await waiting.leave(tx, [gone], LeftHow.WENT, day(2))

    assert await waiting.clubs(tx) == [3, 12]
