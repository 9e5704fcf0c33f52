"""What is kept of an answer that says again what it was told: the person, what lets us in."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from aiohttp import web

from service.api.openapi.connector_examples import BRAZE, SEGMENT
from service.domain.consents.types import ConsentIn, RecordConsents
from service.domain.endpoints.types import CreateEndpoint
from service.domain.members.types import Profile
from service.kernel.values import Identifier
from tests.databases import Server
from tests.flows.conftest import opened
from tests.flows.eraser import erased
from tests.flows.outward import Outward
from tests.flows.remains import places
from tests.flows.shop import SOURCE, TILL
from tests.receiver import Came, Receiver

WORD = "kanarek"
KEY = f"{WORD}-write-key"
TOKEN = f"Bearer {WORD}-token"


@pytest.fixture
async def outward(server: Server, receiver: Receiver) -> AsyncIterator[Outward]:
    async with opened(server, SOURCE.replace("[card, phone]", "[card, phone, email]")) as shop:
        yield Outward(shop, receiver)
        await shop.built.ctx.egress.close()


async def echoes(came: Came) -> web.Response:
    """Refuses everything, with all it was sent; the challenge too is only said again."""
    text = json.dumps({"headers": came.headers, "body": came.body.decode()})
    keys = [one for one in came.headers.values() if one.startswith("Basic ")]
    opened_ = [base64.b64decode(one.split()[1]).decode() for one in keys]
    return web.Response(status=422, text=" ".join(opened_) + came.body.decode() + text)


@pytest.mark.parametrize("kind", ["segment", "template"])
async def test_what_a_receiver_says_again_is_not_kept(outward: Outward, kind: str) -> None:
    example = SEGMENT if kind == "segment" else BRAZE
    given: dict[str, Any] = {**example, "url": outward.receiver.url}
    if kind == "segment":
        given["segment"] = {"write_key": KEY}
    else:
        given["template"] = {**given["template"], "headers": {"Authorization": TOKEN}}

    made = await outward.shop.verbs.create_endpoint(TILL, msgspec.convert(given, CreateEndpoint))
    endpoint = made.body.endpoint
    assert endpoint.state == "active"
    outward.receiver.answers = echoes
    member = (
        await outward.shop.enrol(
            Identifier("card", "4012001"),
            Identifier("email", f"{WORD}@example.org", verified=True),
            profile=Profile(first_name=f"{WORD} first", language="pl"),
        )
    ).id
    word = ConsentIn(channel=given["consent"], given=True, source="web")
    await outward.shop.verbs.record_consents(TILL, member, RecordConsents(consents=(word,)))

    await outward.send()

    assert any(WORD in came.body.decode() for came in outward.receiver.came)  # it was told
    now = await outward.now(endpoint)
    assert now.last_answer
    assert "…" in now.last_answer
    kept = {table for table, _ in await places(outward.shop, WORD)}
    assert kept == {"member_profile"}


async def test_what_it_answered_of_a_person_is_gone_with_them(outward: Outward) -> None:
    async def knows(came: Came) -> web.Response:
        del came
        return web.Response(status=422, text=f"{WORD} is on our black list")

    await outward.endpoint()
    outward.receiver.answers = knows
    member = await outward.member("4012001")
    await outward.send()
    kept = await places(outward.shop, WORD)
    assert {("delivery", "last_answer"), ("endpoint", "last_answer")} <= set(kept)

    await erased(outward.shop, member)

    assert await places(outward.shop, WORD) == set()
