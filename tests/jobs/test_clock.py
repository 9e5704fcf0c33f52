"""The jobs of a process: each does its work, and none gives up after an outage."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable

import pytest

from service.domain.coupons.guesses import Subject
from service.domain.members.types import Profile
from service.flows.steps import guessing
from service.flows.steps.context import Context
from service.infra.db import Database, DatabaseUnavailable
from service.jobs.clock import (
    AT_ONCE,
    JOBS,
    Clock,
    Job,
    advance_clubs,
    forget_dead_letters,
    forget_guesses,
    place_events,
    refresh_programs,
    run_occasions,
    run_schedules,
    settle,
)
from tests.flows.club_shop import Clubs
from tests.flows.moments_shop import Moments
from tests.flows.outward import Outward
from tests.flows.shop import Shop, another, day, goods


async def test_new_versions_are_loaded(shop: Shop) -> None:
    other = another(shop.db)
    await other.start()
    await shop.publish(effective_from=day(9))

    assert await refresh_programs(other.ctx) == 0

    assert other.programs.newest == 2


async def test_what_is_due_is_settled(shop: Shop) -> None:
    for number in range(3):
        await shop.buy(f"a{number}", (await shop.enrol(f"{number}")).id, goods(1000))
    await shop.show(day(20))

    assert await settle(shop.built.ctx) == 3
    assert await settle(shop.built.ctx) == 0


async def test_without_a_program_nothing_is_settled(empty_shop: Shop) -> None:
    assert await settle(empty_shop.built.ctx) == 0


async def test_events_get_their_places(shop: Shop) -> None:
    await shop.buy("a", (await shop.enrol("1")).id, goods(1000))

    assert await place_events(shop.built.ctx) == 3  # enrolled, recorded, earned
    assert await place_events(shop.built.ctx) == 0


async def test_who_waits_for_a_club_is_offered_a_free_seat(clubs: Clubs) -> None:
    ola, *_ = await clubs.full(3)
    jan = await clubs.member("9")
    await clubs.invite(jan)
    await clubs.join(jan)
    assert await advance_clubs(clubs.shop.built.ctx) == 0
    await clubs.gone(ola)

    assert await advance_clubs(clubs.shop.built.ctx) == 1
    assert await advance_clubs(clubs.shop.built.ctx) == 0


async def test_without_a_program_there_are_no_clubs(empty_shop: Shop) -> None:
    assert await advance_clubs(empty_shop.built.ctx) == 0


async def test_days_come_and_what_they_bring_is_decided(moments: Moments) -> None:
    ctx = moments.shop.built.ctx
    ola = await moments.member(profile=Profile(birth_date=dt.date(1990, 3, 4)))
    await moments.shop.show(day(2))

    while await run_schedules(ctx):
        pass
    assert await run_occasions(ctx) == 1

    assert await moments.triggers(ola) == ["enrol", "birthday"]
    assert (await run_schedules(ctx), await run_occasions(ctx)) == (0, 0)


async def test_without_a_program_no_day_comes(empty_shop: Shop) -> None:
    ctx = empty_shop.built.ctx
    assert (await run_schedules(ctx), await run_occasions(ctx)) == (0, 0)


async def test_failed_codes_are_forgotten_after_a_week(shop: Shop) -> None:
    await guessing.count(shop.built.ctx, [Subject(b"1" * 32, 10)])
    await shop.show(day(5))
    await forget_guesses(shop.built.ctx)
    assert await shop.count("code_guess") == 1
    await shop.show(day(7))

    assert await forget_guesses(shop.built.ctx) == 0  # what it found is no reason to look again

    assert await shop.count("code_guess") == 0


async def test_dead_letters_are_forgotten_after_a_month(
    outward: Outward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.flows.steps.delivering.run.EVENT_BYTES_MAX", 10)
    endpoint, ctx = await outward.endpoint(), outward.shop.built.ctx
    await outward.member("4012001")
    await outward.send()
    for left, days in ((1, 29), (0, 2)):
        await outward.pass_by(days=days)
        assert await forget_dead_letters(ctx) == 0
        assert len(await outward.dead(endpoint)) == left


def names_of_tasks() -> set[str]:
    return {task.get_name() for task in asyncio.all_tasks()}


async def until(done: Callable[[], bool]) -> None:
    for _ in range(500):
        if done():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never happened")


@pytest.fixture
async def outage(db: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """One job that fails three times, then finds work once, then none; what it did, in order."""
    done: list[str] = []
    plan: list[Exception | int] = [DatabaseUnavailable(), OSError("gone"), KeyError("bug"), 7, 0]

    async def job(ctx: Context) -> int:
        step = plan.pop(0) if plan else 0
        if isinstance(step, Exception):
            done.append(type(step).__name__)
            raise step
        done.append(f"found {step}")
        return step

    monkeypatch.setitem(JOBS, "job", (job, 0.001))
    for name in set(JOBS) - {"job"}:
        monkeypatch.delitem(JOBS, name)
    running = Clock(another(db).ctx)
    running.start()
    yield done
    await running.stop()


async def test_a_job_goes_on_after_an_outage_and_after_a_mistake_of_ours(outage: list[str]) -> None:
    await until(lambda: len(outage) >= 6)

    assert outage[:3] == ["DatabaseUnavailable", "OSError", "KeyError"]
    assert outage[3:6] == ["found 7", "found 0", "found 0"]


async def test_a_stopped_clock_runs_nothing_more(shop: Shop) -> None:
    running = Clock(shop.built.ctx)
    running.start()
    await until(lambda: names_of_tasks().issuperset(JOBS))
    await running.stop()

    assert names_of_tasks().isdisjoint(JOBS)


async def test_a_job_that_misses_the_end_is_told_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the statement it waits for ends at the very moment at which it is cancelled."""
    missed: list[bool] = []
    began = asyncio.Event()

    async def job(_ctx: Context) -> int:
        began.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if missed:
                raise
            missed.append(True)
            await asyncio.sleep(60)
        return 0

    monkeypatch.setitem(JOBS, "job", (job, 0.001))
    running = Clock(shop.built.ctx)
    running.start()
    async with asyncio.timeout(10):
        await began.wait()
        await running.stop()

    assert missed == [True]
    assert "job" not in names_of_tasks()


async def test_jobs_leave_connections_to_requests_and_all_get_their_turn(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now: set[str] = set()
    most: list[int] = []
    had: set[str] = set()

    def named(name: str) -> Job:
        async def job(_ctx: Context) -> int:
            now.add(name)
            most.append(len(now))
            await asyncio.sleep(0.01)
            now.remove(name)
            had.add(name)
            return 1  # there is always more to do

        return job

    for name in JOBS:
        monkeypatch.setitem(JOBS, name, (named(name), 60.0))
    running = Clock(another(db).ctx)
    running.start()
    await until(lambda: had == set(JOBS))
    await running.stop()

    assert max(most) == AT_ONCE < len(JOBS)


async def test_the_clock_does_by_itself_what_its_jobs_do(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(1000))
    await shop.show(day(20))
    running = Clock(shop.built.ctx)
    running.start()
    try:
        for _ in range(500):
            if (await shop.events(ola))[-1][0] == "points.released":
                break
            await asyncio.sleep(0.01)
    finally:
        await running.stop()

    assert (await shop.events(ola))[-1][0] == "points.released"
