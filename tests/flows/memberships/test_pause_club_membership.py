"""A member stays away from a club for a time.

Also of service/flows/steps/clubs/staying.py.
"""

import datetime as dt

import pytest

from service.domain.clubs.errors import AlreadyPaused, NotInClub, PauseTooLong
from service.domain.clubs.stays import StandingState
from tests.flows.membership_shop import Memberships, at_once
from tests.flows.shop import TILL, day, goods


async def test_who_pauses_is_not_in_the_club_but_keeps_the_seat_and_the_term_runs_on(
    table: Memberships,
) -> None:
    ola = await table.member("1")
    paid = await table.pay(ola, "one")
    await table.shop.show(day(1))
    paused = (await table.pause(ola, day(10))).body
    await table.shop.show(day(5))
    away = await table.shop.buy("away", ola, goods(1_000))
    await table.shop.show(day(10))
    back = await table.shop.buy("back", ola, goods(1_000))

    assert (paused.state, paused.paused_until, paused.until) == (
        *(StandingState.PAUSED, day(10), paid.body.until),
    )
    assert (away.total, back.total) == (1_000, 900)
    assert await table.seats() == [ola]


async def test_members_pause_as_long_as_the_club_says_and_staff_as_they_like(
    table: Memberships,
) -> None:
    (ola,) = await table.full(1)
    longest = dt.datetime(2026, 6, 2, 9, tzinfo=dt.UTC)  # three months later, in summer time
    for until in (longest + dt.timedelta(seconds=1), day(-1), None):
        with pytest.raises(PauseTooLong):
            await table.pause(ola, until)

    assert (await table.pause(ola, longest)).body.paused_until == longest
    await table.resume(ola)
    assert (await table.pause(ola, None, TILL)).body.state is StandingState.PAUSED

    balcony = table.of("balcony")
    await balcony.let_in(ola)
    with pytest.raises(PauseTooLong) as refused:
        await balcony.pause(ola, day(1))
    assert refused.value.detail() == "members of this club do not pause by themselves"


async def test_twice_or_at_once_it_is_one_pause_and_another_end_is_refused(
    table: Memberships,
) -> None:
    (ola,) = await table.full(1)

    answers = await at_once(*(table.pause(ola, day(10)) for _ in range(3)))

    assert sorted(one.replayed for one in answers) == [False, True, True]
    with pytest.raises(AlreadyPaused):
        await table.pause(ola, day(11))


async def test_a_pause_ends_with_the_membership(table: Memberships) -> None:
    ola = await table.member("1")
    await table.let_in(ola, until=day(5))
    await table.pause(ola, day(30))
    await table.shop.show(day(6))

    await table.pay(ola, "again")

    assert (await table.shop.buy("in", ola, goods(1_000))).total == 900
    assert [kind for kind, _ in await table.times(ola)] == [
        *("joined", "paused", "left", "joined", "paid"),
    ]


async def test_outsiders_do_not_pause(table: Memberships) -> None:
    terrace = table.of("terrace")
    ola = await table.member("1")
    with pytest.raises(NotInClub):
        await terrace.pause(ola, day(1))
