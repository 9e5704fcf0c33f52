"""A receiver that cannot take one event, and takes all others: nobody else waits for that one."""

import uuid

import pytest
from aiohttp import web

from service.domain.endpoints.types import EndpointView
from service.flows.steps.delivering.attempt import Webhooks
from service.flows.steps.delivering.run import SECONDS_MAX
from tests.flows.delivering.test_settle_deliveries import refusing
from tests.flows.outward import Outward
from tests.receiver import Came, says, takes

MEMBERS = 12


async def in_time(outward: Outward, minutes: float = 1) -> None:
    """Everything is sent that is due within some minutes."""
    for _ in range(8):
        while await outward.send():
            pass
        await outward.pass_by(minutes=minutes / 8)


@pytest.mark.parametrize("status", [403, 500, 503])
async def test_everybody_else_gets_everything(outward: Outward, status: int) -> None:
    endpoint = await outward.endpoint()
    members = [await outward.member(f"c{n}") for n in range(MEMBERS)]
    outward.receiver.answers = refusing(members[0], 1, status)
    for member in members:
        await outward.happen(member)
    await in_time(outward)
    for member in members:
        await outward.happen(member)
    await in_time(outward)
    assert {tuple(outward.receiver.of(one)) for one in members[1:]} == {(1, 2, 3)}
    assert set(outward.receiver.of(members[0])) == {1}
    now = await outward.now(endpoint)
    assert (now.state, now.behind, now.waiting, now.dead) == ("active", 0, 3, 0)
    assert (now.failing_since, now.last_answer) == (None, None)


async def test_a_kind_of_event_it_fails_at_holds_up_nobody_who_has_none(outward: Outward) -> None:
    endpoint = await outward.endpoint()

    async def fails_at_adjustments(came: Came) -> web.StreamResponse:
        if "adjusted" in came.event["type"]:
            return web.Response(status=500, text="a mistake of theirs")
        return await takes(came)

    outward.receiver.answers = fails_at_adjustments
    members = [await outward.member(f"c{n}") for n in range(MEMBERS)]
    for member in members:
        await outward.happen(member, 2)
    late = []
    for n in range(MEMBERS):
        await in_time(outward)
        late.append(await outward.member(f"late{n}"))
    await in_time(outward, minutes=60)
    assert {tuple(outward.receiver.of(one)) for one in late} == {(1,)}
    now = await outward.now(endpoint)
    assert (now.state, now.behind, now.waiting, now.dead) == ("active", 0, 2 * MEMBERS, 0)
    outward.receiver.answers = takes
    await in_time(outward, minutes=240)
    for member in members:
        taken = [n for n in outward.receiver.of(member) if n > 1]
        assert taken[-2:] == [2, 3]
        assert set(taken[:-1]) == {2}
    now = await outward.now(endpoint)
    assert (now.behind, now.waiting, now.dead, now.failures) == (0, 0, 0, 0)


async def test_it_is_tried_now_and_then_for_five_days_and_then_given_up(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    member, other = await outward.member("4012001"), await outward.member("4012002")
    outward.receiver.answers = refusing(member, 1, 500)
    await outward.happen(member)
    await in_time(outward)
    for _ in range(11):
        await outward.happen(other)
        await outward.pass_by(hours=10)
        await in_time(outward)
    assert (await outward.now(endpoint)).waiting == 2
    for _ in range(3):
        await outward.happen(other)
        await outward.pass_by(hours=10)
        await in_time(outward)
    (dead,) = await outward.dead(endpoint)
    assert (dead.subject, int(dead.sequence), dead.last_status) == (member, 1, 500)
    assert dead.last_answer == "no such field"
    assert dead.attempts > 10
    assert outward.receiver.of(member)[-2:] == [1, 2]


async def test_it_is_taken_when_the_mistake_is_mended(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    member, other = await outward.member("4012001"), await outward.member("4012002")
    outward.receiver.answers = refusing(member, 1, 500)
    await outward.happen(member, 2)
    await outward.happen(other)
    await in_time(outward)
    outward.receiver.answers = takes
    await in_time(outward, minutes=20)
    assert outward.receiver.of(member)[-3:] == [1, 2, 3]
    now = await outward.now(endpoint)
    assert (now.behind, now.waiting, now.dead) == (0, 0, 0)


async def test_a_quiet_receiver_that_fails_at_what_waits_is_not_taken_for_broken(
    outward: Outward,
) -> None:
    """Nothing else happens: it is tried by itself, and the next event goes out at once."""
    endpoint = await outward.endpoint()
    member, other = await outward.member("4012001"), await outward.member("4012002")
    outward.receiver.answers = refusing(member, 1, 500)
    await in_time(outward)
    for _ in range(6):
        await outward.pass_by(hours=2)
        await outward.send()
        assert (await outward.now(endpoint)).failing_since is None
    await outward.happen(other)
    await outward.send()
    assert outward.receiver.of(other) == [1, 2]


async def test_nothing_is_put_aside_while_the_receiver_fails_at_all(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    members = [await outward.member(f"c{n}") for n in range(MEMBERS)]
    await outward.send()
    for member in members:
        await outward.happen(member)
    outward.receiver.answers = says(500)
    for _ in range(5):
        await outward.send()
        await outward.pass_by(hours=2)
    now = await outward.now(endpoint)
    assert (now.failures, now.waiting, now.behind) == (5, 0, MEMBERS)
    outward.receiver.answers = takes
    await in_time(outward)
    assert {tuple(outward.receiver.of(one))[-1] for one in members} == {2}


async def test_who_asks_to_wait_is_asked_nothing_else(outward: Outward) -> None:
    endpoint = await outward.endpoint(in_flight_max=1)
    members = [await outward.member(f"c{n}") for n in range(MEMBERS)]
    taken: list[Came] = []

    async def limited(came: Came) -> web.StreamResponse:
        if len(taken) == 3:
            return web.Response(status=429, headers={"Retry-After": "60"})
        taken.append(came)
        return await takes(came)

    outward.receiver.answers = limited
    await outward.send()
    assert len(outward.receiver.came) == 4
    now = await outward.now(endpoint)
    assert (now.failures, now.waiting, now.behind) == (1, 0, len(members) - 3)


async def test_an_event_of_which_no_request_can_be_made_is_a_dead_letter(
    outward: Outward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else all of its run would be sent again, every minute, for ever."""
    endpoint = await outward.endpoint()
    first, second = await outward.member("4012001"), await outward.member("4012002")
    make = Webhooks.make

    def mistaken(maker: Webhooks, event_id: uuid.UUID, body: bytes, at: object) -> object:
        if str(first).encode() in body:
            raise OverflowError(body)
        return make(maker, event_id, body, at)  # type: ignore[arg-type]

    monkeypatch.setattr(Webhooks, "make", mistaken)
    assert [await outward.send(), await outward.send()] == [1, 0]
    (dead,) = await outward.dead(endpoint)
    assert (dead.subject, dead.attempts) == (first, 0)
    assert dead.last_answer == "no request could be made of it: OverflowError"
    assert outward.receiver.keys == [(second, 1)]


async def test_what_was_refused_in_masses_dies_and_locks_nobody_out(
    outward: Outward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A type the receiver does not know, of more members than may wait."""
    monkeypatch.setattr("service.flows.steps.delivering.run.WAITING_MAX", 3)
    endpoint = await outward.endpoint()

    async def knows_enrolments(came: Came) -> web.StreamResponse:
        is_known = "adjusted" not in came.event["type"]
        return await takes(came) if is_known else web.Response(status=422)

    outward.receiver.answers = knows_enrolments
    members = [await outward.member(f"c{n}") for n in range(6)]
    for member in members:
        await outward.happen(member)
    for n in range(6):
        await in_time(outward, minutes=40)
        late = await outward.member(f"late{n}")
        await in_time(outward)
        assert outward.receiver.of(late) == [1]
    assert {one.subject for one in await outward.dead(endpoint)} == set(members)
    now: EndpointView = await outward.now(endpoint)
    assert (now.state, now.behind, now.waiting) == ("active", 0, 0)


def test_what_was_read_of_people_is_not_used_for_long() -> None:
    assert SECONDS_MAX <= 2
