"""Another name, URL, filter or state."""

from typing import Any

import msgspec
import pytest

from service.domain.access.errors import ScopeMissing
from service.domain.access.roles import scopes_of
from service.domain.endpoints.errors import (
    EndpointNameTaken,
    EndpointNotFound,
    EndpointNotVerified,
    SettingsWrong,
    UrlNotAllowed,
)
from service.domain.endpoints.types import CreateEndpoint, EndpointView, PatchEndpoint
from service.kernel.ids import new_id
from tests.flows.outward import Outward
from tests.flows.shop import TILL
from tests.receiver import says, takes


async def test_what_is_not_named_stays(outward: Outward) -> None:
    endpoint = await outward.endpoint(types=("regulars.points.*",), channels=("pos",))
    after = await outward.change(endpoint, name="crm-2", in_flight_max=1)
    assert (after.name, after.in_flight_max) == ("crm-2", 1)
    assert (after.url, after.types, after.channels, after.state) == (
        *(endpoint.url, endpoint.types, endpoint.channels, "active"),
    )


async def test_another_url_is_verified_before_anything_is_sent_there(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    after = await outward.change(endpoint, url=outward.receiver.url + "/new")
    assert after.state == "pending"
    member = await outward.member("4012001")
    assert await outward.send() == 0
    await outward.shop.verbs.verify_endpoint(TILL, endpoint.id)
    await outward.send()
    assert [came.path for came in outward.receiver.came] == ["/events/new"]
    assert outward.receiver.of(member) == [1]


async def test_the_same_url_again_changes_nothing(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    before = await outward.shop.tables()
    assert (await outward.change(endpoint, url=endpoint.url, name="crm")).state == "active"
    assert await outward.shop.tables() == before


async def test_other_types_are_those_of_what_is_sent_from_then_on(outward: Outward) -> None:
    endpoint = await outward.endpoint(types=("regulars.member.*",))
    member = await outward.member("4012001")
    await outward.send()
    await outward.change(endpoint, types=("regulars.points.*",))
    await outward.happen(member)
    await outward.send()
    assert outward.receiver.of(member) == [1, 2]


async def test_active_tries_again_at_once(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    member = await outward.member("4012001")
    outward.receiver.answers = says(500)
    for _ in range(4):
        await outward.send()
        await outward.pass_by(minutes=10)
    outward.receiver.answers = says(422)
    await outward.send()
    outward.receiver.answers = takes
    outward.receiver.came.clear()
    after = await outward.change(endpoint, state="active")
    assert (after.failures, after.failing_since, after.next_at) == (0, None, None)
    await outward.send()
    assert outward.receiver.of(member) == [1]


@pytest.mark.parametrize("state", ["active", "paused"])
async def test_who_has_not_proved_to_be_there_is_not_set_going(
    state: str, outward: Outward
) -> None:
    endpoint = await outward.made()
    before = await outward.shop.tables()
    with pytest.raises(EndpointNotVerified):
        await outward.change(endpoint, state=state)
    assert await outward.shop.tables() == before


async def test_a_refusal_changes_nothing(outward: Outward) -> None:
    endpoint, other = await outward.endpoint(), await outward.made(name="other")
    before = await outward.shop.tables()
    with pytest.raises(EndpointNameTaken):
        await outward.change(endpoint, name=other.name)
    with pytest.raises(UrlNotAllowed):
        await outward.change(endpoint, url="https://192.168.0.1/")
    with pytest.raises(EndpointNotFound):
        await outward.shop.verbs.change_endpoint(TILL, new_id(), PatchEndpoint(name="x"))
    assert await outward.shop.tables() == before


async def test_another_url_of_a_webhook_and_a_state_are_asked_for_apart(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    before = await outward.shop.tables()
    with pytest.raises(EndpointNotVerified):
        await outward.change(endpoint, url=outward.receiver.url + "/new", state="paused")
    assert await outward.shop.tables() == before


def called(outward: Outward, **fields: Any) -> CreateEndpoint:
    """A system that is told e-mails."""
    template = {
        "headers": {"Authorization": "Bearer one", "X-Shop": "two"},
        "requests": [{"types": ["regulars.member.*"], "body": {"to": "{{member.email}}"}}],
        "forget": {"body": {"forget": "{{subject}}"}},
    }
    given = {"name": "mail", "url": outward.receiver.url, "template": template}
    return msgspec.convert(
        {**given, "personal": ["email"], "consent": "email", **fields}, CreateEndpoint
    )


async def made(outward: Outward) -> EndpointView:
    return (await outward.shop.verbs.create_endpoint(TILL, called(outward))).body.endpoint


INTEGRATOR = msgspec.structs.replace(TILL, scopes=frozenset(scopes_of("integrator")))


async def test_who_may_not_read_members_has_nobody_told_of_them(outward: Outward) -> None:
    endpoint = await made(outward)
    before = await outward.shop.tables()
    with pytest.raises(ScopeMissing) as refused:
        await outward.shop.verbs.create_endpoint(INTEGRATOR, called(outward, name="mine"))
    assert refused.value.scope == "members:read"
    template = called(outward).template
    assert template is not None
    mine = msgspec.structs.replace(template, headers={})
    changes: list[dict[str, Any]] = [
        {"personal": ("email", "phone")},
        {"template": mine},
        {"url": outward.receiver.url + "/mine"},
        {"url": "https://mine.example/", "template": mine},
    ]
    for change in changes:
        with pytest.raises(ScopeMissing):
            await outward.shop.verbs.change_endpoint(
                INTEGRATOR, endpoint.id, PatchEndpoint(**change)
            )
    assert await outward.shop.tables() == before
    for harmless in ({"state": "paused"}, {"name": "post"}, {"types": ("regulars.member.*",)}):
        body = PatchEndpoint(**harmless)
        await outward.shop.verbs.change_endpoint(INTEGRATOR, endpoint.id, body)
    none = called(outward, name="none", personal=[], consent=None, template={
        "requests": [{"types": ["regulars.member.*"], "body": {}}]})  # fmt: skip
    await outward.shop.verbs.create_endpoint(INTEGRATOR, none)


async def test_what_was_told_can_be_forgotten_there_as_long_as_it_is_told(outward: Outward) -> None:
    endpoint = await made(outward)
    before = await outward.shop.tables()
    for change, pointer in (
        ({"personal": ()}, "/consent"),
        ({"personal": ("phone",)}, "/personal"),
        ({"consent": "sms"}, "/consent"),
    ):
        with pytest.raises(SettingsWrong) as wrong:
            await outward.change(endpoint, **change)
        assert wrong.value.pointer in {pointer, "/template/requests/0/body/to"}
    assert await outward.shop.tables() == before
    after = await outward.change(endpoint, personal=("email", "phone"))
    assert after.personal == ("email", "phone")


async def test_a_key_goes_only_where_it_was_given_for(outward: Outward) -> None:
    endpoint = await made(outward)
    template = called(outward).template
    assert template is not None
    shown = msgspec.structs.replace(template, headers=dict.fromkeys(template.headers, "..."))
    before = await outward.shop.tables()
    elsewhere = outward.receiver.url.replace("127.0.0.1", "localhost")
    for change in ({"url": elsewhere}, {"url": elsewhere, "template": shown}):
        with pytest.raises(SettingsWrong) as wrong:
            await outward.change(endpoint, **change)
        assert wrong.value.pointer == "/url"
    assert await outward.shop.tables() == before
    assert (await outward.change(endpoint, url=elsewhere, template=template)).url == elsewhere
    assert (await outward.change(endpoint, url=elsewhere + "/v2")).url == elsewhere + "/v2"


async def test_a_header_as_it_is_shown_stays_as_it_is(outward: Outward) -> None:
    endpoint = await made(outward)
    shown = (await outward.now(endpoint)).template
    assert shown is not None
    assert set(shown.headers.values()) == {"..."}
    edited = msgspec.structs.replace(shown, headers={**shown.headers, "X-Shop": "three"})
    await outward.change(endpoint, template=edited)
    await outward.member("4012001")
    await outward.send()
    (came,) = outward.receiver.came
    assert (came.headers["Authorization"], came.headers["X-Shop"]) == ("Bearer one", "three")
    before = await outward.shop.tables()
    unknown = msgspec.structs.replace(shown, headers={"X-New": "..."})
    with pytest.raises(SettingsWrong) as wrong:
        await outward.change(endpoint, template=unknown)
    assert wrong.value.pointer == "/template/headers/X-New"
    assert await outward.shop.tables() == before


async def test_one_person_who_is_gone_there_does_not_end_a_system(outward: Outward) -> None:
    endpoint = await made(outward)
    await outward.member("4012001")
    outward.receiver.answers = says(410)
    await outward.send()
    now = await outward.now(endpoint)
    assert (now.state, now.waiting) == ("active", 1)
