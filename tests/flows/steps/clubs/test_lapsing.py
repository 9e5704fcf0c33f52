"""Terms that ran out are written down once, at the instants they ended."""

import asyncio

from service.domain.clubs.membership import Ended
from service.flows.steps.clubs import lapsing
from tests.flows.membership_shop import Memberships
from tests.flows.shop import another, day


async def test_it_is_told_once_with_the_instant_it_ended_also_by_many_workers(
    table: Memberships,
) -> None:
    members = await table.of("terrace").members(6)
    for one in members:
        await table.of("terrace").let_in(one, until=day(2))
    await table.shop.show(day(9))
    workers = [table.shop.built, another(table.shop.db), another(table.shop.db)]
    for worker in workers:
        await worker.start()

    await asyncio.gather(*(lapsing.lapse(worker.ctx) for worker in workers))
    while await lapsing.lapse(workers[0].ctx):
        pass

    for one in members:
        assert [pair for pair in await table.times(one) if pair[0] == "left"] == [("left", day(2))]
        (ground,) = await table.spans(one)
        assert (ground.until_at, ground.ended_why) == (day(2), Ended.LAPSED)
    for worker in workers[1:]:
        await worker.gate.drain()


async def test_before_its_end_nothing_is_written(table: Memberships) -> None:
    ola = await table.member("1")
    await table.let_in(ola, until=day(2))
    before = await table.shop.tables()
    assert await lapsing.lapse(table.shop.built.ctx) == 0
    assert await table.shop.tables() == before


async def test_who_stays_on_another_ground_has_not_left(table: Memberships) -> None:
    ola = await table.member("1")
    await table.let_in(ola, until=day(2))
    paid = await table.pay(ola, "p-1")
    await table.shop.show(day(3))

    assert await lapsing.lapse(table.shop.built.ctx) == 1

    assert await table.told(ola) == ["joined", "membership-extended", "paid", "ground-ended"]
    assert await table.told_of(ola, "ground-ended") == [
        {
            "club": "roasters",
            "why": "lapsed",
            "until": paid.body.until.isoformat().replace("+00:00", "Z"),
        }
    ]


async def test_the_seat_goes_to_who_waits_and_the_job_does_both(table: Memberships) -> None:
    ola, jan = await table.members(2)
    eve = await table.member("9")
    await table.let_in(ola)
    await table.let_in(jan, until=day(2))
    await table.invite(eve)
    await table.join(eve)
    await table.shop.show(day(2))

    assert await table.advance() == 2

    assert await table.seats() == [ola, eve]
    assert (await table.told(eve))[-1] == "offered"
