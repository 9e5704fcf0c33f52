"""A seat is kept for a member while they pay."""

import datetime as dt

import pytest

from service.domain.clubs.errors import (
    AlreadyInClub,
    AlreadyInvited,
    ClubFull,
    ClubNotFound,
    EntryNotOffered,
)
from service.kernel.answer import Answer
from tests.flows.membership_shop import APP, MEMBERSHIPS, Memberships, at_once
from tests.flows.shop import day


async def test_a_seat_is_kept_until_the_offer_ends_without_a_job(table: Memberships) -> None:
    balcony = table.of("balcony")
    ola, jan = await table.members(2)

    place = (await balcony.place(ola, APP)).body

    assert place.offer is not None
    assert (place.offer.kind, place.offer.seat_kept) == ("paid", True)
    assert place.offer.until - place.offer.made_at == dt.timedelta(hours=72)
    with pytest.raises(ClubFull):
        await balcony.pay(jan, "p-1")
    await table.shop.show(day(3.01))
    assert (await balcony.pay(jan, "p-1")).body.member_id == jan
    with pytest.raises(ClubFull):
        await balcony.pay(ola, "p-2")


async def test_who_pays_in_time_has_the_seat(table: Memberships) -> None:
    balcony, ola = table.of("balcony"), await table.member("1")
    await balcony.place(ola)

    await balcony.pay(ola, "p-1", APP)

    assert await table.seats() == [ola]
    assert await table.told(ola) == ["offered", "joined", "paid"]


async def test_without_a_free_seat_they_wait_for_it_where_there_is_a_list(
    table: Memberships,
) -> None:
    ola, jan = await table.full(2)
    eve = await table.member("9")

    place = (await table.place(eve)).body
    again = await table.place(eve)
    await table.leave(jan)
    turn = (await table.place(eve)).body

    assert (place.offer, place.ahead) == (None, 0)
    assert again.replayed
    assert turn.offer is not None
    assert turn.offer.kind == "paid"
    assert (await table.pay(eve, "p-1", APP)).body.member_id == eve
    assert await table.seats() == [ola, eve]


async def test_of_many_for_the_last_seat_one_has_it(table: Memberships) -> None:
    balcony = table.of("balcony")
    members = await table.members(5)

    answers = await at_once(*(balcony.place(one) for one in members))

    assert sum(isinstance(one, Answer) for one in answers) == 1
    assert sum(isinstance(one, ClubFull) for one in answers) == 4


async def test_who_needs_no_payment_is_told_so(table: Memberships) -> None:
    ola, jan, eve = await table.members(3)
    await table.let_in(ola)
    await table.invite(jan)
    with pytest.raises(AlreadyInClub):
        await table.place(ola)
    with pytest.raises(AlreadyInvited):
        await table.place(jan)
    with pytest.raises(ClubNotFound):
        await table.place(eve, APP)
    free = MEMBERSHIPS.replace(", {paid: 10 EUR, term: 1 month}", "")
    await table.shop.publish(free, effective_from=None)
    await table.shop.show(day(1))
    with pytest.raises(EntryNotOffered):
        await table.of("terrace").place(eve)
