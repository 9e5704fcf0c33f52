"""F08: Redis is killed while members buy: nobody notices, events wait, and catch up in order."""

import asyncio
import json

import pytest

from service.domain.relays.streams import key_of
from tests.api.bodies import enrolment, purchase
from tests.api.client import Service, serving
from tests.databases import Fresh
from tests.faults.replica import asked
from tests.flows.relaying.outlets import up_to
from tests.redis_server import RedisServer
from tests.waiting import SECONDS_MAX

WAITING = (
    "select coalesce(sum(s.last_seq - coalesce(p.position, 0)), 0)::bigint from outbox_shard s"
)
WAITING += " left join sink_position p on p.shard = s.shard and p.sink = 'redis'"
BEHIND = f"{WAITING} where exists (select from outbox)"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.jobs.relay.RELAY_SECONDS", 0.02)


def streamed(redis: RedisServer, member: str) -> list[int]:
    """Which events of the member all streams have, in order."""
    found = []
    with redis.client() as client:
        for shard in range(64):
            for _, fields in client.xrange(key_of(shard)):
                event = json.loads(fields[b"event"])
                if event["partitionkey"] == member:
                    found.append(int(event["sequence"]))
    return found


async def sold(service: Service, numbers: range) -> list[int]:
    """What each purchase was answered."""
    answers = [
        await service.checkout.post("/v1/purchases", json=purchase(f"o-{n}")) for n in numbers
    ]
    return [answer.status_code for answer in answers]


async def test_purchases_go_on_and_events_wait_and_catch_up_in_order(
    database: Fresh, redis_server: RedisServer
) -> None:
    async with serving(database.url, redis_url=redis_server.url) as service:
        joined = await service.checkout.post("/v1/members", json=enrolment())
        member = joined.json()["id"]
        before = await sold(service, range(3))
        redis_server.kill()
        during = await sold(service, range(3, 9))
        ready = await service.public.get("/health/ready")
        async with asyncio.timeout(SECONDS_MAX):
            while (waiting := await asked(database.owner_url, BEHIND)) < len(during):
                await asyncio.sleep(0.01)
        redis_server.restart()
        events = "select count(*) from outbox where pub_seq is null"
        async with asyncio.timeout(SECONDS_MAX):
            while await asked(database.owner_url, f"select ({events}) + ({BEHIND})"):
                await asyncio.sleep(0.01)
        versions = await asked(
            database.owner_url, f"select version from holder where holder_id = '{member}'"
        )

    assert before + during == [201] * 9
    assert (ready.status_code, set(ready.json()["warnings"])) == (200, {"redis"})
    assert waiting >= len(during)
    assert versions > 9
    assert streamed(redis_server, member) == up_to(versions)
