"""Another name, URL, filter or state."""

import pytest

from service.domain.endpoints.errors import (
    EndpointNameTaken,
    EndpointNotFound,
    EndpointNotVerified,
    UrlNotAllowed,
)
from service.domain.endpoints.types import PatchEndpoint
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
