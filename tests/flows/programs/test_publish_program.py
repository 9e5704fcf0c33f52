"""Versions: numbered, immutable, in force from their instant, on every worker at once."""

import asyncio
import datetime as dt

import pytest

from service.domain.programs.errors import (
    EffectiveTooEarly,
    NoProgram,
    ProgramInvalid,
    PublishedMeanwhile,
)
from service.flows.programs.publish_program import publish_program
from tests.flows.shop import BEGINNING, SOURCE, TILL, Shop, another, bought, day, goods
from tests.waiting import blocked

FIVE_SECONDS = dt.timedelta(seconds=5)
MINUTE = dt.timedelta(minutes=1)
DOUBLED = SOURCE.replace("award: 1}", "award: 2}", 1)  # two points a euro
TRIPLED = SOURCE.replace("award: 1}", "award: 3}", 1)


async def test_the_first_version_may_lie_in_the_past_and_decides_what_is_older_too(
    empty_shop: Shop,
) -> None:
    view = await empty_shop.publish(effective_from=day(-20), note="the first")

    assert (view.version, view.id, view.effective_from) == (1, "flows", day(-20))
    assert (view.author, view.note, view.in_force) == ("partner:till", "the first", True)
    receipt = await empty_shop.buy("a", "1", goods(100), at=day(-30))
    assert receipt.program_version == 1


async def test_the_first_version_takes_effect_at_once_unless_it_says_otherwise(
    empty_shop: Shop,
) -> None:
    view = await empty_shop.publish(effective_from=None)

    assert dt.timedelta() <= view.effective_from - day(0) < MINUTE
    assert view.in_force


async def test_without_a_program_nothing_is_recorded(empty_shop: Shop) -> None:
    before = await empty_shop.tables()

    with pytest.raises(NoProgram):
        await empty_shop.buy("a", "1", goods(100))

    assert await empty_shop.tables() == before


async def test_a_later_version_leads_by_five_seconds(shop: Shop) -> None:
    await shop.show(day(0))

    view = await shop.publish(DOUBLED, None)

    assert (view.version, view.in_force) == (2, False)
    assert FIVE_SECONDS <= view.effective_from - day(0) < FIVE_SECONDS + MINUTE


@pytest.mark.parametrize("asked", [BEGINNING, day(-5), day(0), day(0) + FIVE_SECONDS / 2])
async def test_a_later_version_cannot_take_effect_before_every_worker_has_it(
    shop: Shop, asked: dt.datetime
) -> None:
    await shop.show(day(0))
    before = await shop.tables()

    with pytest.raises(EffectiveTooEarly) as refusal:
        await shop.publish(DOUBLED, asked)

    assert FIVE_SECONDS <= refusal.value.earliest - day(0) < FIVE_SECONDS + MINUTE
    assert await shop.tables() == before


async def test_versions_take_effect_in_their_order(shop: Shop) -> None:
    await shop.publish(DOUBLED, day(10))
    before = await shop.tables()

    with pytest.raises(EffectiveTooEarly) as refusal:
        await shop.publish(TRIPLED, day(10))
    assert refusal.value.earliest > day(10)
    assert await shop.tables() == before

    view = await shop.publish(TRIPLED, None)  # right after the one before it
    assert view.version == 3
    assert view.effective_from - day(10) == dt.timedelta(microseconds=1)


async def test_every_problem_of_a_file_is_told_and_nothing_is_written(shop: Shop) -> None:
    before = await shop.tables()
    broken = SOURCE.replace("expires: {after: 30d}", "expires: {after: 30 parsecs}")
    broken = broken.replace("brand: acme", "brnd: acme")

    with pytest.raises(ProgramInvalid) as refusal:
        await shop.publish(broken, None)

    assert len(refusal.value.problems) == 2
    assert all(problem.startswith("program.yaml:") for problem in refusal.value.problems)
    assert await shop.tables() == before


async def test_of_two_publishers_at_once_one_loses(shop: Shop) -> None:
    loop = asyncio.get_running_loop()
    async with shop.db.transaction() as tx:
        await tx.connection.execute("select 1 from budget for no key update")
        first = loop.create_task(publish_program(shop.db, TILL, DOUBLED))
        await blocked(shop.db)  # its version is written and waits for the budgets
        second = loop.create_task(publish_program(shop.db, TILL, TRIPLED))
        await blocked(shop.db, 2)

    assert (await first).version == 2
    with pytest.raises(PublishedMeanwhile):
        await second
    assert [view.version for view in await shop.reads.versions()] == [1, 2]
    assert (await shop.reads.version(2)).source == DOUBLED
    assert await shop.count("budget") == 3


# ------------------------------------------------------------------ who decides what


async def test_a_purchase_is_decided_by_the_version_of_its_instant(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.publish(DOUBLED, day(10))
    await shop.show(day(20))

    receipts = [
        await shop.buy(f"a{n}", ola.id, goods(1000), at=at)
        for n, at in enumerate((day(10) - dt.timedelta(microseconds=1), day(10)))
    ]

    assert [(r.program_version, r.earned[0].amount) for r in receipts] == [(1, 10), (2, 20)]


async def test_budgets_follow_the_caps_of_the_new_version(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(100, 4, brand="acme"), at=day(0))
    assert await shop.left("acme-weeks") == 60
    more = SOURCE.replace("{points: 100, wallet: stars", "{points: 250, wallet: stars")
    less = SOURCE.replace("{points: 100, wallet: stars", "{points: 30, wallet: stars")

    await shop.publish(more, None)
    assert await shop.left("acme-weeks") == 210
    await shop.publish(less, None)

    assert await shop.left("acme-weeks") == 0
    assert await shop.left("zeta-days") == 50


async def test_every_worker_takes_a_new_version_up_without_a_restart(shop: Shop) -> None:
    other = another(shop.db)
    await other.start()
    await shop.show(day(0))
    await shop.publish(DOUBLED, None)
    assert other.programs.newest == 1

    receipts = [
        (await verbs.record_purchase(TILL, bought(f"a{n}", f"{n}", goods(1000)))).body
        for n, verbs in enumerate((shop.verbs, other.verbs))
    ]
    assert other.programs.newest == 2  # the batch saw that there is one
    await shop.show(day(1))
    later = [
        (await verbs.record_purchase(TILL, bought(f"b{n}", f"{n}", goods(1000)))).body
        for n, verbs in enumerate((shop.verbs, other.verbs))
    ]

    assert [receipt.program_version for receipt in (*receipts, *later)] == [1, 1, 2, 2]


async def test_no_two_workers_decide_one_instant_by_two_versions(shop: Shop) -> None:
    workers = [shop.built, another(shop.db), another(shop.db)]
    for worker in workers:
        await worker.start()
    members = [(await shop.enrol(f"{n}")).id for n in range(6)]
    instants = [day(3) + dt.timedelta(seconds=n) for n in range(-6, 6)]
    await shop.publish(DOUBLED, day(3))
    await shop.show(day(4))

    async def sell(n: int, at: dt.datetime) -> tuple[dt.datetime, int, int]:
        worker = workers[n % 3]
        body = bought(f"{n}-{at}", members[n], goods(500), at=at)
        receipt = (await worker.verbs.record_purchase(TILL, body)).body
        return at, receipt.program_version, receipt.earned[0].amount

    found = set(await asyncio.gather(*(sell(n, at) for n in range(6) for at in instants)))

    assert found == {(at, *((2, 10) if at >= day(3) else (1, 5))) for at in instants}
    for worker in workers[1:]:
        await worker.gate.drain()


async def test_a_changed_ladder_moves_nobody_at_publish(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(12_000), at=day(0))
    stricter = SOURCE.replace("{id: silver, from: 100", "{id: silver, from: 200")
    before = await shop.events(ola.id)

    await shop.publish(stricter, None)
    await shop.show(day(30))

    assert await shop.tier(ola.id) == "silver"
    assert await shop.events(ola.id) == before
