"""What sinks are sent: all, once, in order, whatever is lost on the way."""

import asyncio
import contextlib
import random
from collections.abc import Sequence

import asyncpg
import msgspec
import pytest
from structlog.testing import capture_logs

from service.domain.relays import store
from service.domain.relays.streams import key_of
from service.domain.relays.types import Placed, Sink, Top
from service.flows.relaying.relay import relay
from service.infra.metrics import Metrics
from service.kernel.ids import new_id
from tests.api.test_metrics import figures
from tests.databases import Fresh
from tests.flows.relaying.outlets import (
    Outlet,
    RedisOutlet,
    Source,
    opened,
    up_to,
    versions,
)
from tests.nats_server import NatsServer


class Dies:
    """A sink whose relay dies when it has sent, before the position is written."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.name, self.lost = sink.name, sink.lost

    async def send(self, shard: int, after: int, events: Sequence[Placed]) -> Top:
        await self._sink.send(shard, after, events)
        raise asyncio.CancelledError


async def test_all_is_sent_in_order_and_once(source: Source, outlet: Outlet) -> None:
    await source.happen(3)
    await source.happen(2, shard=6)
    await source.relay(outlet)
    await source.happen(4)
    await source.relay(outlet)
    await source.relay(outlet, everything=True)

    assert await versions(outlet) == up_to(7)
    assert await versions(outlet, 6) == up_to(2)
    assert (await source.position(outlet), await source.position(outlet, 6)) == (7, 2)


async def test_more_than_goes_at_once(
    source: Source, outlet: Outlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.flows.relaying.relay.EVENTS_MAX", 4)
    await source.happen(9)
    await source.relay(outlet)

    assert await versions(outlet) == up_to(9)


async def test_the_lag_is_told(source: Source, outlet: Outlet) -> None:
    await source.happen(3)
    await source.relay(outlet)
    await source.happen(2)
    async with source.db.transaction() as tx:
        before = await store.lags(tx, [outlet.sink.name])
    outlet.kill()
    with pytest.raises(outlet.sink.lost):
        await relay(source.ctx, outlet.sink)
    async with source.db.reading() as tx:
        away = await store.lags(tx, [outlet.sink.name])

    assert [(one.sink, one.events, one.oldest) for one in before] == [(outlet.sink.name, 0, None)]
    assert [one.events for one in away] == [2]
    assert away[0].oldest is not None


async def test_a_relay_that_died_before_it_wrote_the_position_repeats_nothing(
    source: Source, outlet: Outlet
) -> None:
    await source.happen(3)
    with contextlib.suppress(asyncio.CancelledError):
        await relay(source.ctx, Dies(outlet.sink))
    assert await source.position(outlet) is None

    await source.happen(2)
    await source.relay(outlet)

    assert await versions(outlet) == up_to(5)
    assert await source.position(outlet) == 5


async def test_a_relay_that_stood_still_adds_nothing(source: Source, outlet: Outlet) -> None:
    await source.happen(3)
    await source.relay(outlet)
    late = [Placed(2, new_id(), "late", b"{}")]

    top = await outlet.sink.send(5, 1, late)

    assert top.place == 3
    assert await versions(outlet) == up_to(3)


async def test_what_a_sink_lost_is_sent_again(source: Source, outlet: Outlet) -> None:
    await source.happen(5)
    await source.relay(outlet)
    outlet.lose()

    with capture_logs() as logs, contextlib.suppress(*outlet.sink.lost):
        await source.relay(outlet, everything=True)
    await source.relay(outlet, everything=True)

    assert await versions(outlet) == up_to(5)
    assert await source.position(outlet) == 5
    assert {one["event"] for one in logs} <= {"sink_lost_events"}


async def test_it_goes_on_after_an_outage(source: Source, outlet: Outlet) -> None:
    await source.happen(2)
    await source.relay(outlet)
    outlet.kill()
    await source.happen(2)
    with pytest.raises(outlet.sink.lost):
        await source.relay(outlet)
    assert await source.position(outlet) == 2

    outlet.restart()
    await source.relay(outlet, everything=True)

    assert await versions(outlet) == up_to(4)


async def test_a_sink_that_is_ahead_of_the_database_is_sent_nothing(
    source: Source, outlet: Outlet
) -> None:
    lost = [Placed(n, new_id(), "lost", b"{}") for n in up_to(3)]
    await outlet.sink.send(5, 0, lost)
    await source.happen(2)
    with capture_logs() as logs:
        assert await relay(source.ctx, outlet.sink) == 0
    await source.happen(4)  # more than were lost: they are others all the same
    with capture_logs() as later:
        assert await relay(source.ctx, outlet.sink) == 0

    assert len(await outlet.bodies(5)) == 3
    assert await source.position(outlet) is None
    assert {one["event"] for one in (*logs, *later)} == {"sink_ahead"}
    assert logs
    assert later


async def test_what_is_kept_no_more_is_left_out_loudly(
    source: Source, outlet: Outlet, database: Fresh
) -> None:
    await source.happen(5)
    await source.relay(outlet)
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute("delete from outbox where pub_seq <= 3")
    await owner.close()
    outlet.lose()

    with capture_logs() as logs, contextlib.suppress(*outlet.sink.lost):
        await source.relay(outlet, everything=True)
    await source.relay(outlet, everything=True)

    assert await versions(outlet) == [4, 5]
    assert await source.position(outlet) == 5
    assert {one["event"] for one in logs} <= {"sink_lost_events", "events_missing"}


async def test_redis_that_is_full_skips_nothing(source: Source, streams: RedisOutlet) -> None:
    await source.happen(3)
    await source.relay(streams)
    await streams.redis.config_set("maxmemory", "1")
    await source.happen(3)
    with capture_logs() as logs, contextlib.suppress(*streams.sink.lost):
        await relay(source.ctx, streams.sink)
    assert await versions(streams) == up_to(3)
    assert await source.position(streams) == 3

    await streams.redis.config_set("maxmemory", "0")
    await source.relay(streams)

    assert await versions(streams) == up_to(6)
    assert {one["event"] for one in logs} <= {"events_refused"}


async def test_redis_that_fills_up_halfway_has_all_up_to_there_and_then_the_rest(
    source: Source, streams: RedisOutlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.flows.relaying.relay.EVENTS_MAX", 4)
    await source.happen(400)
    used = (await streams.redis.info("memory"))["used_memory"]
    await streams.redis.config_set("maxmemory", str(used + 60_000))
    with capture_logs() as logs, contextlib.suppress(*streams.sink.lost):
        await source.relay(streams)
    halfway = await versions(streams)
    position = await source.position(streams)
    await streams.redis.config_set("maxmemory", "0")
    await source.relay(streams)

    assert 0 < len(halfway) < 400
    assert halfway == up_to(len(halfway))
    assert position == len(halfway)
    assert {one["event"] for one in logs} <= {"events_refused"}
    assert await versions(streams) == up_to(400)


async def test_after_the_first_event_that_redis_refuses_none_is_added(
    source: Source, streams: RedisOutlet
) -> None:
    given = [Placed(n, new_id(), "any", b"{}") for n in (1, 2, 2, 3)]

    top = await streams.sink.send(5, 0, given)

    assert (top.place, top.event_id) == (2, str(given[1].event_id))
    assert top.refusal is not None
    assert [place for place, _ in await streams.bodies(5)] == [1, 2]


async def grow(database: Fresh, version: int, size: int) -> None:
    """An event of the holder in shard 5 is as large as that now."""
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(
        "update outbox set body = rtrim(convert_from(body, 'utf8'))::bytea"
        " || convert_to(repeat(' ', $2), 'utf8') where version = $1 and shard = 5",
        version,
        size,
    )
    await owner.close()


async def test_an_event_beyond_what_everybody_takes_goes_out_whole_and_those_after_it(
    source: Source, outlet: Outlet, database: Fresh
) -> None:
    """64 KiB is what CloudEvents promise; an endpoint is sent no more (test_settle_deliveries)."""
    await source.happen(3)
    await grow(database, 2, 200_000)
    await source.relay(outlet)

    assert await versions(outlet) == up_to(3)
    assert [len(body) > 65_536 for _, body in await outlet.bodies(5)] == [False, True, False]


async def test_an_event_that_a_sink_cannot_take_is_told_and_holds_up_its_shard_alone(
    source: Source, nats_server: NatsServer, database: Fresh
) -> None:
    """Nothing is skipped: order is promised."""
    async with opened(nats_server) as nats:
        await source.happen(3)
        await source.happen(2, shard=6)
        await grow(database, 2, 2_000_000)
        with capture_logs() as logs:
            await source.relay(nats)
        held_up = await versions(nats)
        others = await versions(nats, 6)
        await grow(database, 2, 1_000)
        await source.relay(nats)

        assert (held_up, others) == ([1], [1, 2])
        assert {(one["event"], one["why"]) for one in logs} == {
            ("events_refused", "larger than this server's max_payload")
        }
        assert await versions(nats) == up_to(3)


async def test_an_older_snapshot_of_redis_is_sent_the_rest(
    source: Source, streams: RedisOutlet
) -> None:
    await source.happen(2)
    await source.relay(streams)
    kept = await streams.redis.dump(key_of(5))
    assert kept is not None
    await source.happen(3)
    await source.relay(streams)
    await streams.redis.restore(key_of(5), 0, kept, replace=True)
    assert await versions(streams) == up_to(2)

    await source.relay(streams, everything=True)

    assert await versions(streams) == up_to(5)


async def test_two_relays_at_once_that_die_and_a_redis_that_forgets(
    source: Source, streams: RedisOutlet
) -> None:
    dice = random.Random(5)
    done = asyncio.Event()

    async def work() -> None:
        while not done.is_set():
            task = asyncio.create_task(relay(source.ctx, streams.sink, everything=True))
            await asyncio.wait([task], timeout=dice.random() / 50)
            task.cancel()
            await asyncio.wait([task])

    with capture_logs() as logs:
        workers = [asyncio.create_task(work()) for _ in range(2)]
        for _ in range(30):
            await source.happen(dice.randint(1, 9))
            await asyncio.sleep(dice.random() / 50)
            if dice.random() < 0.2:
                await streams.redis.flushall()
        done.set()
        await asyncio.gather(*workers)
        await source.relay(streams, everything=True)

    assert await versions(streams) == up_to(len(await streams.bodies(5)))
    assert await source.position(streams) == await source.run("select count(*) from outbox")
    assert len(await streams.bodies(5)) == await source.run("select count(*) from outbox")
    assert {one["event"] for one in logs} <= {"sink_lost_events"}


async def counted(source: Source) -> dict[str, float]:
    """Figures of the relay by what is told of them."""
    metrics = source.ctx.meter
    assert isinstance(metrics, Metrics)
    found = figures((await metrics.text({})).decode())
    return {
        name.partition("{")[2].rstrip("}").partition(",sink")[0]: figure
        for name, figure in found.items()
        if "relay_" in name and "_created" not in name
    }


async def test_what_became_of_events_is_counted(source: Source, outlet: Outlet) -> None:
    source.ctx = msgspec.structs.replace(source.ctx, meter=Metrics())
    await source.happen(5)
    await source.relay(outlet)
    assert (await counted(source))["outcome=sent"] == 5
    outlet.lose()
    with contextlib.suppress(*outlet.sink.lost):
        await source.relay(outlet, everything=True)
    await source.relay(outlet, everything=True)

    found = await counted(source)
    assert (found["outcome=sent"], found["outcome=lost"]) == (10, 5)
    assert found[f"sink={outlet.sink.name}"] == 0


async def test_shards_where_a_sink_is_ahead_are_counted_until_it_is_not(
    source: Source, outlet: Outlet
) -> None:
    source.ctx = msgspec.structs.replace(source.ctx, meter=Metrics())
    for shard in (5, 6):
        await outlet.sink.send(shard, 0, [Placed(1, new_id(), "lost", b"{}")])
    await source.happen(1)
    await relay(source.ctx, outlet.sink, everything=True)
    assert (await counted(source))[f"sink={outlet.sink.name}"] == 2
    outlet.lose()
    with contextlib.suppress(*outlet.sink.lost):
        await source.relay(outlet, everything=True)
    await source.relay(outlet, everything=True)

    assert (await counted(source))[f"sink={outlet.sink.name}"] == 0
    assert await versions(outlet) == up_to(1)
