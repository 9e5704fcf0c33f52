"""Runs that cross, die or come too late."""

import asyncio
import uuid
from collections import Counter

from aiohttp import web

from service.domain.endpoints.judging import Verdict
from service.flows.delivering.lease_endpoints import lease_endpoints
from service.flows.delivering.settle_deliveries import settle_deliveries
from service.flows.reads.deliveries import work_of
from service.flows.steps.delivering.run import Outcome
from service.kernel.ids import new_id
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
