"""Events that were given up are tried again."""

import uuid

import pytest
from aiohttp import web

from service.domain.endpoints.errors import EndpointNotFound
from service.domain.endpoints.types import DeadLetter, EndpointView, RetryDeadLetters
from service.kernel.ids import new_id
from tests.flows.outward import Outward
from tests.flows.shop import TILL
from tests.receiver import Answers, Came, says, takes


async def with_dead(
    outward: Outward, monkeypatch: pytest.MonkeyPatch
) -> tuple[EndpointView, list[DeadLetter], uuid.UUID]:
    """An endpoint with three dead letters of a member; too large, so at once."""
    endpoint = await outward.endpoint()
    member = await outward.member("4012001")
    await outward.happen(member, 2)
    with monkeypatch.context() as patch:
        patch.setattr("service.flows.steps.delivering.run.EVENT_BYTES_MAX", 10)
        await outward.send()
    dead = await outward.dead(endpoint)
    assert (len(dead), outward.receiver.came) == (3, [])
    return endpoint, dead, member


async def test_those_named_are_tried_and_the_others_stay(
    outward: Outward, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, dead, member = await with_dead(outward, monkeypatch)
    assert await outward.retry(endpoint, dead[1].event_id, new_id()) == 1
    await outward.send()
    assert outward.receiver.of(member) == [int(dead[1].sequence)]
    left = [one.event_id for one in await outward.dead(endpoint)]
    assert left == [dead[0].event_id, dead[2].event_id]


async def test_all_are_tried_in_order(outward: Outward, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint, _, member = await with_dead(outward, monkeypatch)
    assert await outward.retry(endpoint) == 3
    await outward.send()
    assert outward.receiver.of(member) == [1, 2, 3]
    assert await outward.retry(endpoint) == 0


async def test_they_have_all_their_attempts_again(
    outward: Outward, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, dead, member = await with_dead(outward, monkeypatch)
    first = min(dead, key=lambda one: one.sequence)
    await outward.retry(endpoint, first.event_id)
    outward.receiver.answers = says(422)
    await outward.send()
    now = await outward.now(endpoint)
    assert (now.waiting, now.dead) == (1, 2)
    outward.receiver.answers = takes
    await outward.pass_by(seconds=7)
    await outward.send()
    assert outward.receiver.of(member) == [1, 1]


async def test_an_endpoint_that_is_not_there_has_none(outward: Outward) -> None:
    with pytest.raises(EndpointNotFound):
        await outward.shop.verbs.retry_dead_letters(TILL, new_id(), RetryDeadLetters())


async def test_two_of_one_member_are_not_tried_without_a_pause(
    outward: Outward, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, _, member = await with_dead(outward, monkeypatch)
    assert await outward.retry(endpoint) == 3
    outward.receiver.answers = says(422)
    for _ in range(5):
        await outward.send()
    assert outward.receiver.of(member) == [1]
    now = await outward.now(endpoint)
    assert (now.waiting, now.dead) == (3, 0)
    other = await outward.member("4012002")
    for minutes in (1, 7, 40):
        outward.receiver.answers = takes_of(other)
        await outward.happen(other)
        await outward.pass_by(minutes=minutes)
        await outward.send()
    assert outward.receiver.of(member)[:4] == [1, 1, 1, 1]
    assert [int(one.sequence) for one in await outward.dead(endpoint)] == [1]


async def test_a_replay_of_an_earlier_event_does_not_make_the_waiting_one_due(
    outward: Outward,
) -> None:
    endpoint = await outward.endpoint()
    begin = await outward.clock()
    member = await outward.member("4012001")
    await outward.happen(member)
    await outward.send()
    outward.receiver.answers = says(422)
    await outward.happen(member)
    await outward.send()
    await outward.pass_by(seconds=10)
    await outward.replay(endpoint, begin, await outward.clock())
    outward.receiver.came.clear()
    for _ in range(6):
        await outward.send()
    assert outward.receiver.of(member).count(1) <= 1
    assert len(outward.receiver.came) <= 3


async def test_a_replay_takes_up_a_dead_one_that_stands_behind_a_waiting_one(
    outward: Outward, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = await outward.clock()
    endpoint, dead, member = await with_dead(outward, monkeypatch)
    first = min(dead, key=lambda one: int(one.sequence))
    await outward.retry(endpoint, first.event_id)
    outward.receiver.answers = says(422)
    await outward.send()
    await outward.pass_by(seconds=1)
    await outward.replay(endpoint, begin, await outward.clock())
    await outward.send()
    now = await outward.now(endpoint)
    assert (now.waiting, now.dead) == (3, 0)
    outward.receiver.answers = takes
    outward.receiver.came.clear()
    await outward.pass_by(minutes=10)
    await outward.send()
    assert outward.receiver.of(member) == [1, 2, 3]


def takes_of(member: uuid.UUID) -> Answers:
    async def answer(came: Came) -> web.StreamResponse:
        return await takes(came) if came.key[0] == member else web.Response(status=422)

    return answer
