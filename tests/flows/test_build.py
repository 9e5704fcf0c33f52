"""Whether a worker may take requests, and how it goes."""

import asyncio

import pytest

from service.flows.readiness import Standing
from service.infra.db import Database, DatabaseUnavailable
from tests.databases import Fresh
from tests.flows.shop import TILL, Shop, another, bought, day, goods


async def test_a_worker_with_a_program_and_a_database_is_ready(shop: Shop) -> None:
    assert shop.built.ready() == {}
    assert await shop.built.check() == Standing({})


async def test_a_worker_without_a_program_is_not(empty_shop: Shop) -> None:
    await empty_shop.built.start()

    assert set(empty_shop.built.ready()) == {"program"}


async def test_a_start_loads_all_versions(shop: Shop) -> None:
    await shop.publish(effective_from=day(9))
    other = another(shop.db)
    assert set(other.ready()) == {"program"}

    await other.start()

    assert other.programs.newest == 2
    assert other.ready() == {}


async def test_a_worker_that_could_not_look_for_new_versions_is_not_ready(shop: Shop) -> None:
    shop.built.programs._fresh_at = -1e9

    assert set(shop.built.ready()) == {"program"}


async def test_a_worker_without_its_database_is_not_ready(database: Fresh) -> None:
    db = await Database.open(database.url)
    shop = await Shop.open(db)
    await shop.publish()
    await db.close()

    assert (await shop.built.check()).reasons == {"database": "not reachable"}


async def test_a_stop_answers_what_was_accepted_and_closes_the_pool(database: Fresh) -> None:
    shop = await Shop.open(await Database.open(database.url))
    await shop.publish()
    bodies = [bought(f"a{n}", f"{n}", goods(100)) for n in range(20)]
    accepted = [
        asyncio.get_running_loop().create_task(shop.verbs.record_purchase(TILL, body))
        for body in bodies
    ]
    await asyncio.sleep(0)

    await shop.built.stop()

    assert set(shop.built.ready()) == {"worker"}
    assert [(await task).body.external_id for task in accepted] == [f"a{n}" for n in range(20)]
    with pytest.raises(DatabaseUnavailable):
        async with shop.db.reading():
            pass
