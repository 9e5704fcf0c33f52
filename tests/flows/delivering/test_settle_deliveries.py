"""What a receiver gets, whatever it answers: in the end everything, in the order of members.

So service/domain/endpoints/store.py, service/domain/endpoints/deliveries.py and
service/flows/steps/delivering/attempt.py do what they promise, and
service/flows/steps/delivering/work.py says what came of it.
"""

import asyncio
import datetime as dt
import json
import uuid
from typing import Any

import pytest
from aiohttp import web
from cloudevents.core.bindings.http import HTTPMessage, from_http_event

from service.domain.endpoints.types import CreateEndpoint
from service.kernel.ids import new_id
from tests.flows.outward import Outward
from tests.flows.shop import TILL, goods
from tests.receiver import Answers, Came, says, takes

HOUR = dt.timedelta(hours=1)


def refusing(whose: uuid.UUID, version: int, status: int = 422) -> Answers:
    """Takes everything but one event."""

    async def answer(came: Came) -> web.StreamResponse:
        if "challenge" not in came.event["type"] and came.key == (whose, version):
            return web.Response(status=status, text="no such field")
        return await takes(came)

    return answer


async def test_an_event_arrives_signed_and_as_a_cloud_event(outward: Outward) -> None:
    await outward.show_the_world()
    body = CreateEndpoint(name="crm", url=outward.receiver.url)
    made = await outward.shop.verbs.create_endpoint(TILL, body)
    await outward.shop.verbs.verify_endpoint(TILL, made.body.endpoint.id)
    member = await outward.member("4012001")
    assert await outward.send() == 1
    (came,) = outward.receiver.came
    assert came.verified(made.body.secret)["type"] == "regulars.member.enrolled.v1"
    assert came.headers["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    event = from_http_event(HTTPMessage(came.headers, came.body))
    assert event.get_id() == came.headers["webhook-id"]
    assert event.get_source() == f"/members/{member}"
    now = await outward.now(made.body.endpoint)
    assert (now.behind, now.waiting, now.dead, now.failures) == (0, 0, 0, 0)
    assert now.succeeded_at is not None


async def test_nothing_is_sent_twice_when_all_is_taken(outward: Outward) -> None:
    await outward.endpoint()
    member = await outward.member("4012001")
    await outward.happen(member, 3)
    assert [await outward.send(), await outward.send(), await outward.send()] == [1, 0, 0]
    assert outward.receiver.keys == [(member, n) for n in (1, 2, 3, 4)]


async def test_events_of_each_member_come_in_order_and_several_at_once(outward: Outward) -> None:
    async def slowly(came: Came) -> web.StreamResponse:
        await asyncio.sleep(0.01)
        return await takes(came)

    await outward.endpoint(in_flight_max=8)
    outward.receiver.answers = slowly
    members = [await outward.member(f"c{n}") for n in range(12)]
    for member in members:
        await outward.happen(member, 3)
    await outward.send()
    assert {outward.receiver.of(member) == [1, 2, 3, 4] for member in members} == {True}
    assert 1 < outward.receiver.at_once_max <= 8


async def test_a_failing_receiver_gets_three_attempts_now_and_then_and_all_when_it_is_back(
    outward: Outward,
) -> None:
    endpoint = await outward.endpoint(in_flight_max=1)
    members = [await outward.member(f"c{n}") for n in range(5)]
    outward.receiver.answers = says(503, "down for work")
    waits = []
    for n in range(1, 9):
        assert (await outward.send(), await outward.send()) == (1, 0)
        assert len(outward.receiver.came) == 3 * n
        assert {version for _, version in outward.receiver.keys} == {1}
        now = await outward.now(endpoint)
        assert (now.failures, now.last_status, now.last_answer) == (n, 503, "down for work")
        assert (now.waiting, now.dead, now.behind) == (0, 0, 5)
        assert now.next_at is not None
        waits.append(now.next_at - await outward.clock())
        await outward.pass_by(seconds=waits[-1].total_seconds() + 1)
    least = [5, 30, 120, 300, 900, 1800, 3600, 3600]
    assert all(n - 2 <= w.total_seconds() <= n * 1.2 + 2 for n, w in zip(least, waits, strict=True))
    outward.receiver.answers = takes
    outward.receiver.came.clear()
    await outward.send()
    assert sorted(outward.receiver.keys) == sorted((member, 1) for member in members)
    now = await outward.now(endpoint)
    assert (now.failures, now.failing_since, now.next_at, now.behind) == (0, None, None, 0)


@pytest.mark.parametrize("status", [301, 401, 403, 429, 500, 502])
async def test_a_receiver_that_fails_costs_no_event_its_attempts(
    status: int, outward: Outward
) -> None:
    endpoint = await outward.endpoint()
    await outward.happen(await outward.member("4012001"), 3)
    outward.receiver.answers = says(status)
    await outward.send()
    now = await outward.now(endpoint)
    assert (now.waiting, now.dead, now.behind, now.failures) == (0, 0, 4, 1)


async def test_retry_after_is_waited_for(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    await outward.member("4012001")
    outward.receiver.answers = says(429, Retry_After="7200")
    await outward.send()
    await outward.pass_by(hours=1.9)
    assert await outward.send() == 0
    await outward.pass_by(hours=1)
    outward.receiver.answers = takes
    assert await outward.send() == 1
    assert (await outward.now(endpoint)).behind == 0


async def test_four_days_down_and_everything_comes_in_order(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    member = await outward.member("4012001")
    outward.receiver.answers = says(500)
    for _ in range(8):
        await outward.happen(member)
        await outward.send()
        await outward.pass_by(hours=12)
    assert (await outward.now(endpoint)).state == "active"
    outward.receiver.answers = takes
    outward.receiver.came.clear()
    while await outward.send():
        pass
    assert outward.receiver.of(member) == list(range(1, 10))


async def test_after_five_days_without_anything_taken_it_is_disabled_and_others_are_told(
    outward: Outward,
) -> None:
    endpoint = await outward.endpoint()
    other = await outward.endpoint(name="other", url=outward.receiver.url + "?other")
    member = await outward.member("4012001")

    async def one_down(came: Came) -> web.StreamResponse:
        return await takes(came) if "other" in came.path else web.Response(status=500)

    outward.receiver.answers = one_down
    for _ in range(11):
        await outward.send()
        await outward.pass_by(hours=12)
    assert (await outward.now(endpoint)).state == "disabled"
    assert (await outward.now(endpoint)).ended_why == "nothing was taken for five days"
    await outward.send()
    told = [came.event for came in outward.receiver.came if "other" in came.path]
    assert [event["type"] for event in told] == [
        "regulars.member.enrolled.v1",
        "regulars.endpoint.disabled.v1",
    ]
    assert told[1]["source"] == f"/endpoints/{endpoint.id}"
    assert told[1]["data"]["name"] == "crm"
    assert (await outward.now(other)).behind == 0
    outward.receiver.answers = takes
    outward.receiver.came.clear()
    assert (await outward.change(endpoint, state="active")).failures == 0
    await outward.send()
    assert outward.receiver.of(member) == [1]


async def test_410_disables_at_once(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    await outward.member("4012001")
    outward.receiver.answers = says(410)
    assert [await outward.send(), await outward.send()] == [1, 0]
    now = await outward.now(endpoint)
    assert (now.state, now.ended_why) == ("disabled", "the receiver answered 410")
    assert len(await outward.shop.events(endpoint.id)) == 1


async def test_one_refused_event_holds_up_its_member_for_an_hour_and_nobody_else(
    outward: Outward,
) -> None:
    endpoint = await outward.endpoint()
    first, second = await outward.member("4012001"), await outward.member("4012002")
    outward.receiver.answers = refusing(first, 2)
    for member in (first, second):
        await outward.happen(member, 2)
    await outward.send()
    assert (outward.receiver.of(first), outward.receiver.of(second)) == ([1, 2], [1, 2, 3])
    now = await outward.now(endpoint)
    assert (now.state, now.waiting, now.dead, now.failures, now.behind) == ("active", 2, 0, 0, 0)
    for event, minutes in (first, 1), (second, 6), (first, 37):
        await outward.happen(event)
        await outward.pass_by(minutes=minutes)
        await outward.send()
    await outward.send()
    assert outward.receiver.of(first) == [1, 2, 2, 2, 2, 3, 4, 5]
    (dead,) = await outward.dead(endpoint)
    assert (dead.subject, int(dead.sequence), dead.attempts) == (first, 2, 4)
    assert (dead.last_status, dead.last_answer) == (422, "no such field")
    assert dead.type == "regulars.points.adjusted.v1"


async def test_a_dead_letter_is_sent_again_when_asked(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    member, other = await outward.member("4012001"), await outward.member("4012002")
    await outward.happen(member)
    outward.receiver.answers = refusing(member, 1)
    await outward.send()
    for minutes in (1, 7, 40):
        await outward.happen(other)
        await outward.pass_by(minutes=minutes)
        await outward.send()
    (dead,) = await outward.dead(endpoint)
    outward.receiver.answers = takes
    outward.receiver.came.clear()
    assert await outward.retry(endpoint, new_id()) == 0
    assert await outward.retry(endpoint, dead.event_id) == 1
    await outward.send()
    assert outward.receiver.keys == [(member, 1)]
    assert (await outward.dead(endpoint), await outward.retry(endpoint)) == ([], 0)


async def test_nothing_is_dead_while_the_receiver_takes_nothing_at_all(outward: Outward) -> None:
    """Who answers 404 to everything is not there; every event would be lost in an hour."""
    endpoint = await outward.endpoint()
    for n in range(3):
        await outward.member(f"c{n}")
    outward.receiver.answers = says(404)
    for _ in range(12):
        await outward.send()
        await outward.pass_by(hours=1)
    now = await outward.now(endpoint)
    assert (now.waiting, now.dead, now.last_status) == (3, 0, 404)
    assert now.failing_since is not None
    outward.receiver.answers = takes
    await outward.pass_by(hours=2)
    await outward.send()
    assert (await outward.now(endpoint)).waiting == 0


async def test_with_many_waiting_one_that_is_new_is_tried_now_and_then(
    outward: Outward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.flows.steps.delivering.run.WAITING_MAX", 3)
    endpoint = await outward.endpoint()
    outward.receiver.answers = says(422)
    for n in range(3):
        await outward.member(f"c{n}")
    await outward.send()
    for n in range(3, 6):
        await outward.member(f"c{n}")
    await outward.pass_by(seconds=7)
    outward.receiver.came.clear()
    await outward.send()
    assert len(outward.receiver.came) == 4
    assert (await outward.now(endpoint)).behind == 2
    assert await outward.send() == 0
    outward.receiver.answers = takes
    for _ in range(3):
        await outward.pass_by(hours=1)
        await outward.send()
    now = await outward.now(endpoint)
    assert (now.behind, now.waiting, now.dead) == (0, 0, 0)


async def test_an_event_that_is_too_large_is_never_sent_and_the_others_are(
    outward: Outward, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = await outward.endpoint()
    member = await outward.member("4012001")
    await outward.happen(member, 2)
    sizes = await outward_sizes(outward, member)
    monkeypatch.setattr("service.flows.steps.delivering.run.EVENT_BYTES_MAX", max(sizes) - 1)
    await outward.send()
    too_large = {n for n, size in enumerate(sizes, 1) if size == max(sizes)}
    assert set(outward.receiver.of(member)) == {1, 2, 3} - too_large
    dead = await outward.dead(endpoint)
    assert {int(one.sequence) for one in dead} == too_large
    assert "it is larger than" in (dead[0].last_answer or "")


async def outward_sizes(outward: Outward, member: uuid.UUID) -> list[int]:
    async with outward.shop.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select length(body) from outbox where holder_id = $1 order by version", member
        )
    return [row[0] for row in rows]


async def test_types_and_channels_that_are_not_wanted_are_passed_by(outward: Outward) -> None:
    endpoint = await outward.endpoint(
        types=("regulars.points.*", "regulars.purchase.*"), channels=("pos",)
    )
    member = await outward.member("4012001")
    await outward.happen(member)
    for key, channel in (("a", "pos"), ("b", "web")):
        await outward.shop.buy(key, member, goods(1_000), channel=channel)
    await outward.send()
    seen = [(e["type"], e["data"].get("channel")) for e in events(outward)]
    assert ("regulars.purchase.recorded.v1", "pos") in seen
    assert {channel for _, channel in seen} == {"pos", None}
    assert {kind.split(".")[1] for kind, _ in seen} == {"points", "purchase"}
    assert (await outward.now(endpoint)).behind == 0


def events(outward: Outward) -> list[dict[str, Any]]:
    return [json.loads(came.body) for came in outward.receiver.came]


async def test_a_paused_endpoint_gets_nothing_and_loses_nothing(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    await outward.change(endpoint, state="paused")
    member = await outward.member("4012001")
    assert await outward.send() == 0
    assert (await outward.now(endpoint)).behind == 1
    await outward.change(endpoint, state="active")
    await outward.send()
    assert outward.receiver.keys == [(member, 1)]
