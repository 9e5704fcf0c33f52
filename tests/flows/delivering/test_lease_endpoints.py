"""Endpoints with something to send, each in one hand."""

import asyncio
import datetime as dt

import pytest

from service.flows.delivering.lease_endpoints import LEASE, lease_endpoints
from service.flows.steps.delivering.run import SECONDS_MAX
from service.infra.egress import TOTAL_SECONDS
from service.kernel.ids import new_id
from tests.flows.outward import Outward
from tests.receiver import says


def test_a_lease_is_longer_than_a_run() -> None:
    assert dt.timedelta(seconds=SECONDS_MAX + TOTAL_SECONDS) * 2 < LEASE


async def test_those_with_something_to_send_are_leased_once_until_it_ends(
    outward: Outward,
) -> None:
    ctx = outward.shop.built.ctx
    endpoints = [(await outward.endpoint(name=f"e{n}")).id for n in range(3)]
    assert await lease_endpoints(ctx, new_id(), 10) == []
    await outward.member("4012001")
    await outward.place()
    first, second = await asyncio.gather(
        lease_endpoints(ctx, new_id(), 2), lease_endpoints(ctx, new_id(), 2)
    )
    assert sorted([*first, *second]) == sorted(endpoints)
    assert await lease_endpoints(ctx, new_id(), 10) == []
    await outward.pass_by(seconds=LEASE.total_seconds() + 1)
    assert sorted(await lease_endpoints(ctx, new_id(), 10)) == sorted(endpoints)


@pytest.mark.parametrize("state", ["pending", "paused", "failing"])
async def test_whoever_is_not_to_be_sent_anything_is_not_leased(
    state: str, outward: Outward
) -> None:
    endpoint = await (outward.made() if state == "pending" else outward.endpoint())
    await outward.member("4012001")
    if state == "paused":
        await outward.change(endpoint, state="paused")
    if state == "failing":
        outward.receiver.answers = says(500)
        await outward.send()
    await outward.place()
    assert await lease_endpoints(outward.shop.built.ctx, new_id(), 10) == []
