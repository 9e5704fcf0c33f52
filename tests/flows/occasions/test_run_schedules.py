"""Tests of service/flows/occasions/run_schedules.py: days come once for everybody, late or not.

With service/domain/occasions/schedules.py and service/flows/steps/occasions/happening.py.
"""

import asyncio
import datetime as dt

import pytest

from service.domain.members.types import Profile, ProfilePatch
from service.flows.occasions import run_occasions, run_schedules
from tests.flows.moments_shop import Moments
from tests.flows.shop import another, day, goods

MARCH_4 = Profile(birth_date=dt.date(1990, 3, 4))


async def test_a_birthday_is_given_for_once(moments: Moments) -> None:
    ola = await moments.member(profile=MARCH_4)
    await moments.member("2")
    await moments.shop.show(day(1))
    await moments.through()
    assert await moments.triggers(ola) == ["enrol"]

    await moments.shop.show(day(2))
    await moments.through()
    await moments.through()

    assert await moments.runs(ola) == [("enrol", str(ola)), ("birthday", "2026-03-04")]
    assert await moments.points(ola) == 150
    entries = await moments.shop.entries(ola)
    # midnight in Warsaw
    assert entries[-1] == ("granted", 100, 0, dt.datetime(2026, 3, 3, 23, tzinfo=dt.UTC))


async def test_a_job_that_was_down_for_days_goes_through_each(moments: Moments) -> None:
    ola = await moments.member(profile=MARCH_4)
    await moments.shop.show(day(40))

    await moments.through()

    assert await moments.runs(ola) == [
        ("enrol", str(ola)),
        ("birthday", "2026-03-04"),
        ("points_expiring:points:14 days", "2026-04-01"),
    ]
    # the birthday's units came after the day on which they would have been announced
    assert await moments.points(ola) == 0  # both lots have lapsed after 30 days of their own


async def test_years_without_a_29_february_have_the_28th(moments: Moments) -> None:
    leap = Profile(birth_date=dt.date(1992, 2, 29))
    ola = await moments.member(profile=leap)
    await moments.shop.show(dt.datetime(2028, 3, 2, 12, tzinfo=dt.UTC))

    await moments.through()

    found = [ref for trigger, ref in await moments.runs(ola) if trigger == "birthday"]
    assert found == ["2027-02-28", "2028-02-29"]


async def test_an_anniversary_comes_every_year(moments: Moments) -> None:
    ola = await moments.member()
    await moments.shop.show(dt.datetime(2028, 3, 2, 12, tzinfo=dt.UTC))

    await moments.through()

    found = [ref for trigger, ref in await moments.runs(ola) if trigger == "anniversary"]
    assert found == ["2027-03-02", "2028-03-02"]


async def test_who_joins_on_the_birthday_has_it_after_the_job_was_through(
    moments: Moments,
) -> None:
    await moments.shop.show(day(2))
    await moments.through()

    ola = await moments.member(profile=MARCH_4)
    jan = await moments.member("2")
    await moments.shop.change(jan, profile=ProfilePatch(birth_date=dt.date(1980, 3, 4)))
    await moments.shop.change(jan, profile=ProfilePatch(birth_date=dt.date(1981, 3, 4)))
    await moments.through()

    assert (await moments.points(ola), await moments.points(jan)) == (150, 150)


async def test_units_about_to_lapse_are_told_once(moments: Moments) -> None:
    ola = await moments.member()  # 50 points until 1 April
    await moments.shop.buy("p", ola, goods(1_000))
    await moments.shop.show(day(15))
    await moments.through()
    assert await moments.triggers(ola) == ["enrol"]

    await moments.shop.show(day(16))  # 18 March
    await moments.through()

    assert (await moments.runs(ola))[1:] == [("points_expiring:points:14 days", "2026-04-01")]
    told = [data for kind, data in await moments.shop.events(ola) if kind == "campaign.announced"]
    assert [one["name"] for one in told] == ["expiring"]


async def test_chunks_leave_nobody_out(moments: Moments, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_schedules, "ROWS_MAX", 2)
    found = [await moments.member(str(n), profile=MARCH_4) for n in range(5)]
    await moments.shop.show(day(2))

    await moments.through()

    assert [await moments.points(one) for one in found] == [150] * 5


async def test_two_workers_never_give_twice(moments: Moments) -> None:
    found = [await moments.member(str(n), profile=MARCH_4) for n in range(6)]
    await moments.shop.show(day(2))
    other = another(moments.shop.db)
    await other.start()

    async def worker(ctx: object) -> None:
        for _ in range(12):
            await run_schedules.run_schedules(ctx)  # type: ignore[arg-type]
            await run_occasions.run_occasions(ctx)  # type: ignore[arg-type]

    await asyncio.gather(worker(moments.shop.built.ctx), worker(other.ctx))
    await moments.through()

    assert [await moments.points(one) for one in found] == [150] * 6
    await other.gate.drain()
