"""Who has the URL proves it."""

import asyncio

import pytest
from aiohttp import web

from service.domain.endpoints.errors import (
    ChallengeFailed,
    EndpointChangedMeanwhile,
    EndpointNotFound,
)
from service.domain.endpoints.types import CreateEndpoint
from service.kernel.ids import new_id
from tests.flows.outward import Outward
from tests.flows.shop import TILL
from tests.receiver import Answers, Came, says, takes


async def plainly(came: Came) -> web.StreamResponse:
    return web.Response(text=came.event["data"]["challenge"] + "\n")


async def as_a_text(came: Came) -> web.StreamResponse:
    return web.json_response(came.event["data"]["challenge"])


@pytest.mark.parametrize("answer", [takes, plainly, as_a_text])
async def test_the_word_comes_back_in_any_of_its_forms(answer: Answers, outward: Outward) -> None:
    outward.receiver.answers = answer
    assert (await outward.endpoint()).state == "active"


async def test_the_challenge_is_signed_and_another_each_time(outward: Outward) -> None:
    await outward.show_the_world()
    seen = []

    async def look(came: Came) -> web.StreamResponse:
        seen.append(came)
        return await takes(came)

    outward.receiver.answers = look
    body = CreateEndpoint(name="crm", url=outward.receiver.url)
    made = (await outward.shop.verbs.create_endpoint(TILL, body)).body
    for _ in range(2):
        await outward.shop.verbs.verify_endpoint(TILL, made.endpoint.id)
    events = [came.verified(made.secret) for came in seen]
    assert {event["type"] for event in events} == {"regulars.endpoint.challenge.v1"}
    assert len({event["data"]["challenge"] for event in events}) == 2


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (says(200), "neither the word nor an object with it"),
        (says(200, '{"challenge": "another"}'), "neither the word nor an object with it"),
        (says(404, "nobody here"), "404: nobody here"),
        (says(302, Location="https://example.com/"), "302: "),
    ],
)
async def test_any_other_answer_leaves_it_pending(
    answer: Answers, why: str, outward: Outward
) -> None:
    made = await outward.made()
    outward.receiver.answers = answer
    before = await outward.shop.tables()
    with pytest.raises(ChallengeFailed, match=why):
        await outward.shop.verbs.verify_endpoint(TILL, made.id)
    assert await outward.shop.tables() == before


async def test_a_receiver_that_is_not_there_has_not_answered(outward: Outward) -> None:
    made = await outward.made(url="http://127.0.0.1:9/")
    with pytest.raises(ChallengeFailed, match="no answer: no connection could be made"):
        await outward.shop.verbs.verify_endpoint(TILL, made.id)


async def test_one_that_became_another_meanwhile_is_asked_again(outward: Outward) -> None:
    made = await outward.made()
    going, go_on = asyncio.Event(), asyncio.Event()

    async def waits(came: Came) -> web.StreamResponse:
        going.set()
        await go_on.wait()
        return await takes(came)

    outward.receiver.answers = waits
    asking = asyncio.create_task(outward.shop.verbs.verify_endpoint(TILL, made.id))
    await going.wait()
    await outward.change(made, url=outward.receiver.url + "/other")
    go_on.set()
    with pytest.raises(EndpointChangedMeanwhile):
        await asking
    assert (await outward.now(made)).state == "pending"


async def test_a_paused_one_stays_paused(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    await outward.change(endpoint, state="paused")
    assert (await outward.shop.verbs.verify_endpoint(TILL, endpoint.id)).body.state == "paused"


async def test_nobody_is_asked_for_an_endpoint_that_is_not_there(outward: Outward) -> None:
    with pytest.raises(EndpointNotFound):
        await outward.shop.verbs.verify_endpoint(TILL, new_id())
