"""Runs that cross, die or come too late."""

import asyncio
import datetime as dt
import itertools
import uuid
from collections import Counter

import pytest
from aiohttp import web

from service.domain.endpoints.judging import Verdict
from service.flows.delivering.lease_endpoints import lease_endpoints
from service.flows.delivering.settle_deliveries import settle_deliveries
from service.flows.reads.deliveries import work_of
from service.flows.steps.delivering.attempt import Sender, maker_of
from service.flows.steps.delivering.run import Run
from service.flows.steps.delivering.work import Outcome
from service.infra.sealed import Seals
from service.jobs.courier import Courier
from service.kernel.ids import new_id
from tests.flows.delivering.test_settle_deliveries import refusing
from tests.flows.outward import Outward
from tests.flows.shop import TILL
from tests.receiver import Came, takes


async def test_an_endpoint_is_one_runs_at_a_time(outward: Outward) -> None:
    await outward.endpoint()
    member = await outward.member("4012001")
    going, go_on = asyncio.Event(), asyncio.Event()

    async def waits(came: Came) -> web.StreamResponse:
        going.set()
        await go_on.wait()
        return await takes(came)

    outward.receiver.answers = waits
    first = asyncio.create_task(outward.send())
    await going.wait()
    assert await outward.send(another_process=True) == 0
    go_on.set()
    assert await first == 1
    assert outward.receiver.keys == [(member, 1)]


async def test_what_a_dead_process_had_in_hand_is_sent_again_when_its_lease_is_over(
    outward: Outward,
) -> None:
    endpoint = await outward.endpoint()
    member = await outward.member("4012001")
    await outward.send()
    await outward.happen(member)
    await leased(outward)
    assert await outward.send() == 0
    await outward.pass_by(seconds=61)
    await outward.send()
    assert outward.receiver.of(member) == [1, 2]
    assert (await outward.now(endpoint)).behind == 0


async def leased(outward: Outward) -> uuid.UUID:
    """A run that takes the endpoint in hand, and is never heard of again."""
    run = new_id()
    await outward.place()
    assert len(await lease_endpoints(outward.shop.built.ctx, run, 10)) == 1
    return run


async def test_a_run_that_comes_too_late_writes_nothing(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    member = await outward.member("4012001")
    run = await leased(outward)
    ctx = outward.shop.built.ctx
    work = await work_of(ctx, endpoint.id)
    await outward.pass_by(seconds=61)
    await outward.send()
    before = await outward.shop.tables()
    (event,) = work.due
    late = Outcome(
        positions={(0, event.shard): event.pub_seq}, attempts=Counter({Verdict.TAKEN: 1})
    )
    assert await settle_deliveries(ctx, run, work, late) is None
    assert await outward.shop.tables() == before
    assert outward.receiver.of(member) == [1]


async def test_what_another_url_answered_says_nothing_of_the_new_one(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    await outward.member("4012001")
    going, go_on = asyncio.Event(), asyncio.Event()

    async def waits(_: Came) -> web.StreamResponse:
        going.set()
        await go_on.wait()
        return web.Response(status=410)

    outward.receiver.answers = waits
    sending = asyncio.create_task(outward.send())
    await going.wait()
    await outward.change(endpoint, url=outward.receiver.url + "/new")
    go_on.set()
    await sending
    now = await outward.now(endpoint)
    assert (now.state, now.failures, now.behind) == ("pending", 0, 1)


async def test_a_removed_endpoint_ends_the_run_without_a_trace(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    await outward.member("4012001")
    going, go_on = asyncio.Event(), asyncio.Event()

    async def waits(came: Came) -> web.StreamResponse:
        going.set()
        await go_on.wait()
        return await takes(came)

    outward.receiver.answers = waits
    sending = asyncio.create_task(outward.send())
    await going.wait()
    await outward.shop.verbs.remove_endpoint(TILL, endpoint.id)
    go_on.set()
    assert await sending == 1
    assert await outward.shop.count("endpoint_track") == 0
    assert await outward.send() == 0


async def test_a_run_that_was_stopped_before_it_began_silences_nobody(outward: Outward) -> None:
    """Though something waits for its turn, half an hour away."""
    endpoint = await outward.endpoint()
    first, second = await outward.member("4012001"), await outward.member("4012002")
    outward.receiver.answers = refusing(first, 1)
    for minutes in (0, 1, 6):
        await outward.pass_by(minutes=minutes)
        await outward.happen(second)
        await outward.send()
    outward.courier = Courier(outward.shop.built.ctx)
    await outward.happen(second)
    await outward.courier.stop()
    sent = len(outward.receiver.came)
    assert await outward.send() == 1
    assert len(outward.receiver.came) == sent
    assert (await outward.now(endpoint)).next_at is None
    outward.courier = Courier(outward.shop.built.ctx)
    assert await outward.send() == 1
    assert outward.receiver.of(second) == [1, 2, 3, 4, 5]


async def test_nothing_is_begun_that_could_outlast_its_lease(
    outward: Outward, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = await outward.endpoint()
    await outward.member("4012001")
    with monkeypatch.context() as patch:
        patch.setattr("service.jobs.courier.LEASE", dt.timedelta(seconds=39))
        await outward.send()
    assert outward.receiver.came == []
    await outward.send()
    assert len(outward.receiver.came) == 1
    assert (await outward.now(endpoint)).behind == 0


async def test_no_shard_has_always_the_last_turn(outward: Outward) -> None:
    """A receiver so slow that a run never comes to its end takes of all of them in time."""
    endpoint = await outward.endpoint(in_flight_max=1)
    members = [await outward.member(f"c{n}") for n in range(12)]
    await outward.place()
    ctx = outward.shop.built.ctx
    first: set[uuid.UUID] = set()
    for _ in range(12):
        outward.receiver.came.clear()
        work = await work_of(ctx, endpoint.id)
        maker = maker_of(Seals(ctx.secret), work.endpoint, {}, work.now)
        stopping = itertools.chain([False], itertools.repeat(True))
        outcome = await Run(work, Sender(ctx.egress, maker, work.now), stopping.__next__).go()
        assert outcome.taken == 1
        first.add(outward.receiver.keys[0][0])
    assert len(first) > 1
    assert first <= set(members)
