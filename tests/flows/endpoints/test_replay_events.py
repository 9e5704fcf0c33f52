"""What was recorded in a span is sent once more."""

import datetime as dt

import pytest

from service.domain.endpoints.errors import (
    EndpointNotFound,
    EndpointNotVerified,
    ReplayRunning,
    SpanIsEmpty,
)
from service.domain.endpoints.types import AskReplay
from service.kernel.ids import new_id
from tests.flows.outward import Outward
from tests.flows.shop import TILL
from tests.receiver import says, takes

DAY = dt.timedelta(days=1)


async def three_days(outward: Outward) -> tuple[list[dt.datetime], list[tuple[object, int]]]:
    """A member and an event on each of three days, all sent; the instants in between."""
    instants, members = [await outward.clock()], []
    for n in range(3):
        members.append(await outward.member(f"c{n}"))
        await outward.happen(members[-1])
        await outward.pass_by(days=1)
        instants.append(await outward.clock())
    await outward.send()
    outward.receiver.came.clear()
    return instants, [(member, version) for member in members for version in (1, 2)]


async def test_the_events_of_the_span_come_again_and_no_others(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    instants, keys = await three_days(outward)
    replay = await outward.replay(endpoint, instants[1], instants[2])
    assert replay.done_at is None
    await outward.send()
    assert sorted(outward.receiver.keys, key=str) == sorted(keys[2:4], key=str)
    page = await outward.shop.reads.replays(endpoint.id, None, 10)
    assert [(one.id, one.done_at is not None) for one in page.items] == [(replay.id, True)]
    assert await outward.shop.count("endpoint_track") == 64
    assert await outward.send() == 0


async def test_a_replay_has_the_ids_of_then(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    begin = await outward.clock()
    await outward.member("4012001")
    await outward.send()
    await outward.pass_by(hours=1)
    await outward.replay(endpoint, begin, await outward.clock())
    await outward.send()
    first, again = outward.receiver.came
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert first.body == again.body


async def test_what_happens_meanwhile_goes_on(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    instants, keys = await three_days(outward)
    await outward.replay(endpoint, instants[0], instants[3])
    later = await outward.member("later")
    await outward.send()
    assert sorted(outward.receiver.keys, key=str) == sorted([*keys, (later, 1)], key=str)


async def test_a_dead_letter_that_a_replay_brings_is_dead_no_more(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    begin, other = await outward.clock(), await outward.member("other")
    member = await outward.member("4012001")
    outward.receiver.answers = says(422)
    await outward.send()
    outward.receiver.answers = takes
    await outward.happen(other)
    now = await outward.clock()
    await outward.replay(endpoint, begin, now)
    for _ in range(2):  # what stood behind one that a replay brought comes after it
        await outward.send()
    assert set(outward.receiver.of(member)) == {1}
    assert (await outward.now(endpoint)).waiting == 0


async def test_a_span_without_events_is_done_at_once(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    await outward.member("4012001")
    far = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    assert (await outward.replay(endpoint, far, far + DAY)).done_at is not None


async def test_one_replay_at_a_time(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    instants, _ = await three_days(outward)
    running = await outward.replay(endpoint, instants[0], instants[1])
    before = await outward.shop.tables()
    with pytest.raises(ReplayRunning) as raised:
        await outward.replay(endpoint, instants[1], instants[2])
    assert raised.value.replay_id == running.id
    assert await outward.shop.tables() == before


async def test_what_makes_no_span_is_refused(outward: Outward) -> None:
    endpoint, pending = await outward.endpoint(), await outward.made(name="pending")
    now = await outward.clock()
    before = await outward.shop.tables()
    for begin, end in ((now, now), (now, now - DAY), (now + DAY, now + 2 * DAY)):
        with pytest.raises(SpanIsEmpty):
            await outward.replay(endpoint, begin, end)
    with pytest.raises(EndpointNotVerified):
        await outward.replay(pending, now - DAY, now)
    body = AskReplay(from_=now - DAY, until=now)
    with pytest.raises(EndpointNotFound):
        await outward.shop.verbs.replay_events(TILL, new_id(), body)
    assert await outward.shop.tables() == before
