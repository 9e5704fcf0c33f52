"""What all wallets hold, summed beside the scrapes."""

import asyncio

import pytest

from service.flows.reads import units
from service.flows.reads.units import Units
from service.infra.db import Database
from service.infra.metrics import STORED
from tests.databases import Fresh
from tests.flows.counter import hold
from tests.flows.shop import Shop, goods


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "PAUSE_SECONDS", 0)


async def looked(reader: Units) -> dict[str, dict[str, float]]:
    """The figures after they were looked at anew."""
    reader._next_at = 0
    reader.figures()
    assert reader._looking is not None
    await reader._looking
    return {name: dict(rows) for name, rows in reader.figures().items()}


async def test_all_that_all_holders_have_is_summed_by_wallet(
    checkout: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "WALLETS_MAX", 3)  # several parts, that end within a holder
    reader = Units(checkout.built.ctx)
    for number in range(5):
        member = (await checkout.enrol(str(number))).id
        await checkout.adjust(member, 100 + number)
        await checkout.buy(f"o-{number}", member, goods(1_000))
    await hold(checkout, "c-1", member, goods(1_000), points=100)

    found = await looked(reader)

    async with checkout.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select wallet, sum(posted), sum(pending), sum(held), sum(debt) from wallet group by 1"
        )
    names = {number: one.id for number, one in checkout.built.programs.wallets.items()}
    assert found == {
        "units_available": {names[row[0]]: row[1] - row[2] - row[3] for row in rows},
        "units_pending": {names[row[0]]: row[2] for row in rows},
        "units_held": {names[row[0]]: row[3] for row in rows},
        "units_debt": {names[row[0]]: row[4] for row in rows},
    }
    assert found["units_available"]["points"] == sum(range(110, 115)) - 100  # 10 by each purchase
    assert found["units_held"]["points"] == 100
    assert set(found) <= set(STORED)


async def test_a_scrape_never_waits_and_what_is_known_is_kept(desk: Shop) -> None:
    reader = Units(desk.built.ctx)
    assert reader.figures() == {}
    first = reader._looking
    assert reader.figures() == {}
    assert reader._looking is first
    found = await looked(reader)
    await desk.adjust((await desk.enrol("1")).id, 5)
    assert {name: dict(rows) for name, rows in reader.figures().items()} == found
    assert reader._looking is None


async def test_without_the_database_what_was_known_is_told(database: Fresh) -> None:
    shop = await Shop.open(await Database.open(database.url))
    await shop.publish()
    await shop.adjust((await shop.enrol("1")).id, 5)
    reader = Units(shop.built.ctx)
    before = await looked(reader)
    await shop.built.stop()
    assert await looked(reader) == before
    assert before["units_available"]["points"] == 5


async def test_it_stops_in_the_middle(desk: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "PAUSE_SECONDS", 3_600)
    reader = Units(desk.built.ctx)
    reader.figures()
    await asyncio.sleep(0)
    await reader.stop()
    assert reader._looking is None
