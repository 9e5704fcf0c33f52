"""Figures of the database for many who ask, and without a database."""

import asyncio

from service.flows.reads import backlog
from service.flows.reads.backlog import Backlog
from service.infra.db import Database
from service.infra.metrics import STORED
from tests.databases import Fresh
from tests.flows.delivering.test_settle_deliveries import refusing
from tests.flows.outward import Outward
from tests.flows.shop import Shop, goods
from tests.receiver import says


async def test_it_is_read_once_for_all_who_ask_within_seconds(shop: Shop) -> None:
    reader = Backlog(shop.built.ctx)
    first, second = await asyncio.gather(reader.figures(), reader.figures())
    await shop.buy("a", (await shop.enrol("1")).id, goods(1000))
    third = await reader.figures()
    reader._read_at -= backlog.KEPT_SECONDS

    assert first is second is third
    assert first["events_unplaced"] == [("", 0)]
    assert (await reader.figures())["events_unplaced"] == [("", 3)]  # enrolled, recorded, earned


async def test_every_figure_is_one_that_prometheus_is_told(shop: Shop) -> None:
    assert set(await Backlog(shop.built.ctx).figures()) <= set(STORED)


async def test_without_the_database_it_says_so(database: Fresh) -> None:
    shop = await Shop.open(await Database.open(database.url))
    await shop.built.stop()

    assert await Backlog(shop.built.ctx).figures() == {"database_up": [("", 0)]}


async def test_endpoints_are_told_by_state_and_how_far_behind_they_are(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    await outward.send()
    member = await outward.member("4012001")
    await outward.happen(member, 3)
    await outward.place()

    behind = await Backlog(outward.shop.built.ctx).figures()
    outward.receiver.answers = refusing(member, 1)
    await outward.send()
    refused = await Backlog(outward.shop.built.ctx).figures()
    outward.receiver.answers = says(500)
    await outward.happen(await outward.member("4012002"))
    await outward.send()
    await outward.pass_by(minutes=1)
    failing = await Backlog(outward.shop.built.ctx).figures()

    assert ("active", 1) in behind["endpoints"]
    for figure in ("endpoints_lag_events_max", "endpoints_lag_events"):
        assert behind[figure] == [("", 4)]
    assert (await outward.now(endpoint)).failures > 0
    assert refused["endpoints_lag_events"] == [("", 0)]
    assert refused["deliveries_waiting"] == [("", 1)]
    assert refused["endpoints_failing_oldest_seconds"][0][1] < 60
    assert failing["endpoints_failing_oldest_seconds"][0][1] >= 60
