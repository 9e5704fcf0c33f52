"""Events as requests of other systems: the examples of the documentation, against what they answer.

So service/flows/steps/delivering/people.py tells what may be told.
"""

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from service.api.openapi.connector_examples import ALTCRAFT, BRAZE, KLAVIYO, SEGMENT
from service.domain.consents.types import ConsentIn, RecordConsents
from service.domain.endpoints.errors import NoWebhook, SettingsWrong, UnknownEventType
from service.domain.endpoints.types import CreateEndpoint, EndpointView, RotateSecret
from service.domain.members.types import Profile
from service.kernel.values import Identifier
from tests.databases import Server
from tests.flows.conftest import opened
from tests.flows.eraser import erased
from tests.flows.merging import merged, unmerged
from tests.flows.outward import Outward
from tests.flows.shop import SOURCE, TILL, goods
from tests.receiver import Receiver, says
from tests.vendors import Altcraft, Braze, Klaviyo, Segment, Vendor

MAIL = "ola@example.org"
EXAMPLES = {
    "segment": (SEGMENT, Segment),
    "braze": (BRAZE, Braze),
    "klaviyo": (KLAVIYO, Klaviyo),
    "altcraft": (ALTCRAFT, Altcraft),
}


async def connected(outward: Outward, example: dict[str, Any], vendor: Vendor) -> EndpointView:
    """The example's endpoint, sent to the vendor."""
    outward.receiver.answers = vendor.answer
    url = outward.receiver.url.removesuffix("/events")
    path = "/" + example["url"].split("/", 3)[3] if example["url"].count("/") > 2 else ""
    body = msgspec.convert({**example, "url": url + path}, CreateEndpoint)
    return (await outward.shop.verbs.create_endpoint(TILL, body)).body.endpoint


async def ola(outward: Outward) -> uuid.UUID:
    identifiers = (Identifier("card", "4012001"), Identifier("email", MAIL, verified=True))
    profile = Profile(first_name="Ola", language="pl")
    return (await outward.shop.enrol(*identifiers, profile=profile)).id


async def says_(outward: Outward, member: uuid.UUID, given: bool, channel: str = "email") -> None:
    one = ConsentIn(channel=channel, given=given, source="web")
    await outward.shop.verbs.record_consents(TILL, member, RecordConsents(consents=(one,)))


def mail_of(vendor: Vendor, member: uuid.UUID) -> Any:
    return vendor.profiles.get(str(member), {}).get("email")


@pytest.fixture
async def outward(server: Server, receiver: Receiver) -> AsyncIterator[Outward]:
    """A shop that knows addresses of e-mail, and whose events go out."""
    async with opened(server, SOURCE.replace("[card, phone]", "[card, phone, email]")) as shop:
        yield Outward(shop, receiver)
        await shop.built.ctx.egress.close()


@pytest.fixture(params=EXAMPLES)
async def pair(outward: Outward, request: pytest.FixtureRequest) -> tuple[EndpointView, Vendor]:
    example, kind = EXAMPLES[request.param]
    vendor = kind()
    return await connected(outward, example, vendor), vendor


Pair = tuple[EndpointView, Vendor]


async def settled(outward: Outward, endpoint: EndpointView) -> EndpointView:
    """Everything is sent."""
    while await outward.send():
        pass
    now = await outward.now(endpoint)
    assert (now.behind, now.failures, now.waiting, now.dead) == (0, 0, 0, 0), now
    return now


async def test_who_has_consented_is_told_of_and_who_has_not_is_an_id(
    outward: Outward, pair: Pair
) -> None:
    endpoint, vendor = pair
    assert endpoint.state == "active"
    member, other = await ola(outward), await outward.member("4012002")
    await says_(outward, member, given=True)
    await outward.shop.buy("a", member, goods(1_000))
    await outward.shop.buy("b", other, goods(1_000))
    await settled(outward, endpoint)
    assert mail_of(vendor, member) == MAIL
    assert mail_of(vendor, other) is None
    assert MAIL not in json.dumps(vendor.events)


async def test_a_consent_for_something_else_is_none(outward: Outward, pair: Pair) -> None:
    endpoint, vendor = pair
    member = await ola(outward)
    await says_(outward, member, given=True, channel="sms")
    await settled(outward, endpoint)
    assert mail_of(vendor, member) is None


@pytest.mark.parametrize("how", ["withdrawn", "erased"])
async def test_what_is_to_be_forgotten_is_forgotten_there(
    how: str, outward: Outward, pair: Pair
) -> None:
    endpoint, vendor = pair
    member = await ola(outward)
    await says_(outward, member, given=True)
    await settled(outward, endpoint)
    assert mail_of(vendor, member) == MAIL
    if how == "withdrawn":
        await says_(outward, member, given=False)
    else:
        await erased(outward.shop, member)
    await settled(outward, endpoint)
    assert mail_of(vendor, member) is None


async def test_what_waits_is_sent_with_the_person_as_they_are_then(outward: Outward) -> None:
    """An event from before a consent was taken back must not tell what it would have told."""
    vendor = Braze()
    endpoint = await connected(outward, BRAZE, vendor)
    member = await ola(outward)
    await says_(outward, member, given=True)
    outward.receiver.answers = says(503)
    await outward.send()
    await says_(outward, member, given=False)
    outward.receiver.answers = vendor.answer
    outward.receiver.came.clear()
    await outward.pass_by(hours=2)
    await settled(outward, endpoint)
    assert MAIL.encode() not in b"".join(came.body for came in outward.receiver.came)


async def test_nothing_personal_is_kept_of_what_was_sent(outward: Outward) -> None:
    endpoint = await connected(outward, BRAZE, Braze())
    member = await ola(outward)
    await says_(outward, member, given=True)
    outward.receiver.answers = says(400, "no such person")
    await outward.send()
    assert (await outward.now(endpoint)).waiting > 0
    async with outward.shop.db.reading() as tx:
        for table in ("delivery", "endpoint", "outbox"):
            rows = await tx.connection.fetch(f"select t::text from {table} t")
            assert not any(MAIL in row[0] for row in rows)


async def test_a_limit_is_waited_for(outward: Outward, pair: Pair) -> None:
    endpoint, vendor = pair
    vendor.limited = 1
    await ola(outward)
    await outward.send()
    now = await outward.now(endpoint)
    assert (now.last_status, now.failures) == (429, 1)
    await outward.pass_by(seconds=9)
    while await outward.send():
        pass
    assert (await outward.now(endpoint)).behind == 0


async def test_a_key_that_is_not_known_fails_the_whole_endpoint(outward: Outward) -> None:
    """Not event by event: nothing is lost until somebody puts the key right."""
    vendor = Braze()
    wrong = {**BRAZE["template"], "headers": {"Authorization": "Bearer old"}}
    endpoint = await connected(outward, {**BRAZE, "template": wrong}, vendor)
    member = await ola(outward)
    await outward.send()
    now = await outward.now(endpoint)
    assert (now.last_status, now.waiting, now.failures) == (401, 0, 1)
    right = msgspec.convert(BRAZE, CreateEndpoint).template
    await outward.change(endpoint, template=right, state="active")
    await settled(outward, endpoint)
    assert str(member) in vendor.profiles


async def test_what_is_refused_in_a_successful_answer_is_refused(outward: Outward) -> None:
    requests = [{"types": ["regulars.member.*"], "path": "/users/track",
                 "body": {"attributes": [{"email": "{{member.email}}"}]}}]  # fmt: skip
    example = {**BRAZE, "template": {**BRAZE["template"], "requests": requests}}
    endpoint = await connected(outward, example, Braze())
    await ola(outward)
    await outward.send()
    now = await outward.now(endpoint)
    assert (now.last_status, now.waiting) == (201, 1)
    assert "'external_id' is required" in (now.last_answer or "")


async def test_keys_are_shown_to_nobody_and_kept_sealed(outward: Outward, pair: Pair) -> None:
    endpoint, _ = pair
    shown = msgspec.json.encode(await outward.now(endpoint))
    async with outward.shop.db.reading() as tx:
        (row,) = await tx.connection.fetchrow("select e::text from endpoint e")
    for key in ("9kXv2TqLw0", "5e2f0c11-key", "pk_0f1e2d", "bfc505684d77"):
        assert key.encode() not in shown
        assert key.encode().hex() not in row


async def test_it_is_no_webhook(outward: Outward, pair: Pair) -> None:
    endpoint, _ = pair
    before = await outward.shop.tables()
    with pytest.raises(NoWebhook):
        await outward.shop.verbs.verify_endpoint(TILL, endpoint.id)
    with pytest.raises(NoWebhook):
        await outward.shop.verbs.rotate_endpoint_secret(TILL, endpoint.id, RotateSecret())
    assert await outward.shop.tables() == before


async def test_another_url_of_a_system_needs_no_proof(outward: Outward) -> None:
    endpoint = await connected(outward, BRAZE, Braze())
    after = await outward.change(endpoint, url=endpoint.url + "/v2")
    assert after.state == "active"


async def test_a_format_stays_and_settings_are_checked_as_a_whole(outward: Outward) -> None:
    endpoint = await connected(outward, BRAZE, Braze())
    segment = msgspec.convert(SEGMENT, CreateEndpoint).segment
    before = await outward.shop.tables()
    for fields, pointer in (
        ({"segment": segment}, "/segment"),
        ({"personal": ("first_name",)}, "/template/requests/0/body/attributes/0/email"),
    ):
        with pytest.raises(SettingsWrong) as raised:
            await outward.change(endpoint, **fields)
        assert raised.value.pointer == pointer
    unknown = {**BRAZE["template"]["requests"][0], "types": ["regulars.points.burned.v1"]}
    template = {**BRAZE["template"], "requests": [unknown]}
    with pytest.raises(UnknownEventType) as wrong:
        await connected(outward, {**BRAZE, "name": "x", "template": template}, Braze())
    assert wrong.value.pointer == "/template/requests/0/types/0"
    assert await outward.shop.tables() == before


@pytest.mark.parametrize("kind", EXAMPLES)
async def test_who_was_merged_is_an_id_there_and_who_they_are_now_is_told_of(
    outward: Outward, kind: str
) -> None:
    """So nothing is left behind when they take a consent back or are erased as who they are now."""
    example, vendors = EXAMPLES[kind]
    vendor = vendors()
    begin = await outward.clock()
    endpoint = await connected(outward, example, vendor)
    old, survivor = await ola(outward), await outward.member("4012002")
    await says_(outward, old, given=True)
    await settled(outward, endpoint)
    assert mail_of(vendor, old) == MAIL
    await merged(outward.shop, survivor, old)
    await settled(outward, endpoint)
    assert (mail_of(vendor, old), mail_of(vendor, survivor)) == (None, MAIL)
    await says_(outward, survivor, given=False)
    await settled(outward, endpoint)
    outward.receiver.came.clear()
    await outward.replay(endpoint, begin, await outward.clock())
    await settled(outward, endpoint)
    assert outward.receiver.came
    assert MAIL.encode() not in b"".join(came.body for came in outward.receiver.came)
    assert (mail_of(vendor, old), mail_of(vendor, survivor)) == (None, None)


async def test_who_is_themselves_again_is_told_of_again(outward: Outward, pair: Pair) -> None:
    endpoint, vendor = pair
    old, survivor = await ola(outward), await outward.member("4012002")
    await says_(outward, old, given=True)
    await merged(outward.shop, survivor, old)
    await settled(outward, endpoint)
    await unmerged(outward.shop, old)
    await settled(outward, endpoint)
    assert (mail_of(vendor, old), mail_of(vendor, survivor)) == (MAIL, None)


async def test_an_old_no_does_not_forget_who_consents_now(outward: Outward, pair: Pair) -> None:
    endpoint, vendor = pair
    begin = await outward.clock()
    member = await ola(outward)
    for given in (True, False):
        await says_(outward, member, given=given)
    await outward.place()
    end = await outward.clock()
    await outward.pass_by(seconds=1)
    await says_(outward, member, given=True)
    await settled(outward, endpoint)
    assert mail_of(vendor, member) == MAIL
    await outward.replay(endpoint, begin, end)
    await settled(outward, endpoint)
    assert mail_of(vendor, member) == MAIL
