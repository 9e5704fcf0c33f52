"""Who takes endpoints in hand, and lets go of them."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import msgspec
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from service.flows.steps.context import Context
from service.infra.db import Database
from service.infra.metrics import Metrics
from service.jobs.courier import Courier
from tests.api.test_metrics import figures
from tests.flows.delivering.test_settle_deliveries import refusing
from tests.flows.outward import Outward
from tests.receiver import Came, says, takes
from tests.waiting import SECONDS_MAX


@contextlib.asynccontextmanager
async def at_work(outward: Outward) -> AsyncIterator[Courier]:
    """The courier works by itself."""
    outward.courier.start()
    yield outward.courier
    await outward.courier.stop()


async def until(outward: Outward, count: int) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while len(outward.receiver.came) < count:
            await asyncio.sleep(0.01)


async def test_what_happens_is_sent_by_itself(outward: Outward) -> None:
    await outward.endpoint()
    async with at_work(outward):
        member = await outward.member("4012001")
        await outward.place()
        await until(outward, 1)
        await outward.happen(member)
        await outward.place()
        await until(outward, 2)
    assert outward.receiver.of(member) == [1, 2]


async def test_a_receiver_that_hangs_holds_up_nobody_else(outward: Outward) -> None:
    hangs = asyncio.Event()

    async def one_hangs(came: Came) -> web.StreamResponse:
        if "slow" in came.path and "challenge" not in came.event["type"]:
            await hangs.wait()
        return await takes(came)

    outward.receiver.answers = one_hangs
    await outward.endpoint(name="slow", url=outward.receiver.url + "?slow")
    await outward.endpoint()
    async with at_work(outward):
        for n in range(3):
            await outward.member(f"c{n}")
            await outward.place()
            await until(outward, n + 2)
        quick = [came for came in outward.receiver.came if "slow" not in came.path]
        assert len(quick) == 3
        hangs.set()


async def test_it_stops_in_time_though_a_receiver_hangs(
    outward: Outward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.jobs.courier.STOP_SECONDS", 0.2)
    hangs = asyncio.Event()

    async def hang(came: Came) -> web.StreamResponse:
        if "challenge" not in came.event["type"]:
            await hangs.wait()
        return await takes(came)

    outward.receiver.answers = hang
    await outward.endpoint()
    await outward.member("4012001")
    await outward.place()
    outward.courier.start()
    await until(outward, 1)
    began = time.monotonic()
    await outward.courier.stop()
    assert time.monotonic() - began < 5
    hangs.set()


async def test_it_survives_an_outage_of_the_database(
    outward: Outward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.jobs.courier.LOOK_SECONDS", 0.01)
    await outward.endpoint()
    with capture_logs() as logs:
        async with at_work(outward):
            await end_all(outward.shop.db)
            await outward.member("4012001")
            await outward.place()
            await until(outward, 1)
    assert {entry["event"] for entry in logs} <= {"nothing leased", "run failed"}


async def test_what_was_sent_is_written_down_as_soon_as_that_is_possible(outward: Outward) -> None:
    """Not sent again, and nobody waits until the lease is over."""
    await outward.endpoint()
    member = await outward.member("4012001")
    await outward.place()
    with capture_logs() as logs:
        async with at_work(outward):
            async with asyncio.timeout(SECONDS_MAX), outward.shop.db.transaction() as tx:

                async def lock(came: Came) -> web.StreamResponse:
                    await tx.connection.fetch("select 1 from endpoint for update")
                    return await takes(came)

                outward.receiver.answers = lock
                while "run not settled" not in {entry["event"] for entry in logs}:
                    await asyncio.sleep(0.01)
                outward.receiver.answers = takes
            await outward.happen(member)
            await outward.place()
            await until(outward, 2)
    assert outward.receiver.of(member) == [1, 2]


async def end_all(db: Database) -> None:
    """All other sessions of this role on the database are ended."""
    async with db.reading() as tx:
        await tx.connection.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
            " and usename = current_user"
        )


async def test_with_another_secret_of_the_service_nothing_is_sent_and_it_says_why(
    outward: Outward,
) -> None:
    await outward.endpoint()
    await outward.member("4012001")
    await outward.place()
    ctx = outward.shop.built.ctx
    other = Context(ctx.db, ctx.programs, b"another secret, of thirty-two characters", ctx.locked)
    with capture_logs() as logs:
        await Courier(other).round()
    assert outward.receiver.came == []
    assert [entry["event"] for entry in logs] == [
        "a secret cannot be opened: is REGULARS_SECRET another one?"
    ]


async def test_what_became_of_attempts_is_counted(outward: Outward) -> None:
    metrics = Metrics()
    ctx = msgspec.structs.replace(outward.shop.built.ctx, meter=metrics)
    outward.courier = Courier(ctx)
    await outward.endpoint()
    member, other = await outward.member("4012001"), await outward.member("4012002")
    outward.receiver.answers = refusing(member, 1)
    await outward.send()
    assert outward.receiver.of(other) == [1]
    outward.receiver.answers = says(503)
    await outward.happen(other)
    await outward.send()

    counted = figures((await metrics.text({})).decode())
    assert {name: figure for name, figure in counted.items() if "deliveries_total" in name} == {
        "regulars_deliveries_total{outcome=taken}": 1,
        "regulars_deliveries_total{outcome=refused}": 1,
        "regulars_deliveries_total{outcome=failing}": 1,
    }
