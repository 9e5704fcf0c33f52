"""F04, F39: the primary's machine is lost, and a replica takes its place.

What was answered after the last that the replica had is lost, unless the primary waits for it
(`synchronous_commit = remote_apply`): the README says so. Reads are never served by a replica on
purpose; who is connected to one is told to come again, and the process says that it is not ready.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from service.domain.relays.streams import Streams, key_of
from service.flows.build import build
from service.flows.relaying.relay import relay
from service.infra.db import Database
from service.infra.embedded import SUPERUSER, Embedded
from service.infra.embedded_host import account_for
from service.infra.metrics import Metrics
from service.infra.migrate import migrate
from service.infra.redis import open_redis
from service.infra.settings import Settings
from service.verify.run import Options, verify
from tests.api.bodies import enrolment, purchase
from tests.api.client import SECRET, Service, serving
from tests.databases import open_folder
from tests.faults.replica import Replica, asked, primary
from tests.redis_server import RedisServer

pytestmark = pytest.mark.xdist_group("machine")
TILLS = 6


@pytest.fixture
def server() -> Iterator[Embedded]:
    """A migrated primary, whose own stop is too late."""
    with open_folder() as folder:
        (folder / "replicas").mkdir(mode=0o700)
        account_for(folder / "nowhere").own(folder / "replicas")
        with primary(folder) as started:
            asyncio.run(migrate(started.url("regulars_owner")))
            yield started


@pytest.fixture
async def replica(server: Embedded) -> AsyncIterator[Replica]:
    made = await asyncio.to_thread(Replica, server, server.cluster.parents[1] / "replicas")
    yield made
    await asyncio.to_thread(made.stop)


def url(server: Embedded) -> str:
    return server.url("regulars")


async def buy(service: Service, key: str) -> Any:
    return await service.checkout.post("/v1/purchases", json=purchase(key))


async def relayed(at: str, redis: RedisServer) -> tuple[int, list[str]]:
    """How many events a round of the relay of that database sends, and what it says."""
    db, client = await Database.open(at), open_redis(redis.url)
    ctx = build(db, Settings(database_url=at, secret=SECRET), Metrics()).ctx
    try:
        with capture_logs() as logs:
            sent = await relay(ctx, Streams(client), everything=True)
    finally:
        await client.aclose()
        await db.close()
    return sent, sorted({one["event"] for one in logs})


def streamed(redis: RedisServer) -> int:
    with redis.client() as client:
        return sum(int(client.xlen(key_of(shard))) for shard in range(64))


async def events(at: str) -> int:
    found: int = await asked(at, "select count(*) from outbox")
    return found


async def test_what_a_replica_had_not_heard_is_lost_noticed_and_done_again_by_who_asks_again(
    server: Embedded, replica: Replica, redis_server: RedisServer
) -> None:
    async with serving(url(server), jobs=False) as service:
        keys = service.keys
        await service.checkout.post("/v1/members", json=enrolment())
        kept = await buy(service, "kept")
        await relayed(url(server), redis_server)
        await replica.has_all()
        await replica.cut_off()
        lost = [await buy(service, f"lost-{n}") for n in range(3)]
        sent, _ = await relayed(url(server), redis_server)
    assert {answer.status_code for answer in (kept, *lost)} == {201}
    assert sent > 0

    await replica.promote()
    before = await events(replica.url(SUPERUSER))
    _, told = await relayed(replica.url("regulars"), redis_server)
    async with serving(replica.url("regulars"), keys=keys, jobs=False) as service:
        replayed = await buy(service, "kept")
        again = [await buy(service, f"lost-{n}") for n in range(3)]
        twice = [await buy(service, f"lost-{n}") for n in range(3)]

    assert streamed(redis_server) > before
    assert told == ["sink_ahead"]
    assert (replayed.status_code, replayed.json()) == (200, kept.json())
    assert [answer.status_code for answer in again] == [201] * 3
    assert [answer.json() for answer in twice] == [answer.json() for answer in again]
    report = await verify(replica.url("regulars_jobs"), Options(every=True))
    assert (report.purchases, report.tally.named) == (4, [])


async def test_a_primary_that_waits_for_its_replica_loses_nothing_that_was_answered(
    server: Embedded, replica: Replica
) -> None:
    await replica.wait_for_it()
    answered: list[tuple[str, str]] = []

    async def sell(service: Service, till: int) -> None:
        number = 0
        while True:
            answer = await buy(service, f"{till}-{number}")
            if answer.status_code != 201:
                assert answer.status_code == 503
                assert int(answer.headers["retry-after"]) >= 1
                return
            answered.append((f"{till}-{number}", answer.json()["id"]))
            number += 1

    async with serving(url(server), pool_wait_seconds=0.5) as service:
        keys = service.keys
        await service.checkout.post("/v1/members", json=enrolment())
        tills = [asyncio.create_task(sell(service, till)) for till in range(TILLS)]
        while len(answered) < 10 * TILLS:
            await asyncio.sleep(0.01)
        await replica.promote()
        await asyncio.gather(*tills)
    async with serving(replica.url("regulars"), keys=keys, jobs=False) as service:
        found = [(await buy(service, key)).json()["id"] for key, _ in answered]

    assert found == [one for _, one in answered]
    assert (await verify(replica.url("regulars_jobs"), Options(every=True))).tally.named == []


async def test_who_is_connected_to_a_replica_is_told_to_come_again(
    server: Embedded, replica: Replica
) -> None:
    async with serving(url(server), jobs=False) as service:
        keys = service.keys
        member = (await service.checkout.post("/v1/members", json=enrolment())).json()["id"]
        await buy(service, "before")
    await replica.has_all()
    async with serving(replica.url("regulars"), keys=keys, jobs=False) as service:
        refused = await buy(service, "refused")
        other = {"identifiers": [{"kind": "card", "value": "4012002"}]}
        joined = await service.checkout.post("/v1/members", json=other)
        seen = await service.app.get(f"/v1/members/{member}/wallets")
        ready = await service.public.get("/health/ready")
        await replica.promote()
        taken = await buy(service, "refused")
        ready_then = await service.public.get("/health/ready")

    assert [answer.status_code for answer in (refused, joined)] == [503, 503]
    assert int(refused.headers["retry-after"]) >= 1
    assert seen.status_code == 200
    assert (ready.status_code, ready.json()["reasons"].keys()) == (503, {"database"})
    assert (taken.status_code, ready_then.status_code) == (201, 200)
