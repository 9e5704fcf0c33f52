"""A receiver of events, where it begins, and what service/flows/steps/endpoints.py refuses."""

import base64

import pytest

from service.domain.endpoints.errors import (
    EndpointNameTaken,
    UnknownEventType,
    UrlNotAllowed,
)
from service.domain.endpoints.types import CreateEndpoint
from service.infra.sealed import Seals
from tests.flows.outward import Outward
from tests.flows.shop import TILL


async def test_it_is_pending_and_its_secret_is_kept_sealed(outward: Outward) -> None:
    body = CreateEndpoint(name="crm", url=outward.receiver.url, types=("regulars.points.*",))
    made = (await outward.shop.verbs.create_endpoint(TILL, body)).body
    assert made.secret is not None
    assert made.secret.startswith("whsec_")
    assert (made.endpoint.state, made.endpoint.types) == ("pending", ("regulars.points.*",))
    async with outward.shop.db.reading() as tx:
        row = await tx.connection.fetchrow("select * from endpoint")
    plain = base64.b64decode(made.secret.removeprefix("whsec_"))
    assert plain not in row["secret"]
    seals = Seals(outward.shop.built.ctx.secret)
    assert seals.open(row["secret"], made.endpoint.id.bytes) == plain


async def test_nothing_is_sent_before_it_is_verified(outward: Outward) -> None:
    await outward.made()
    await outward.member("4012001")
    assert await outward.send() == 0
    assert outward.receiver.came == []


async def test_it_begins_with_what_happens_from_now_on(outward: Outward) -> None:
    member = await outward.member("4012001")
    made = await outward.made()
    await outward.happen(member)
    await outward.shop.verbs.verify_endpoint(TILL, made.id)
    await outward.send()
    assert outward.receiver.of(member) == [2]


async def test_it_begins_with_the_first_event_when_asked(outward: Outward) -> None:
    member = await outward.member("4012001")
    await outward.happen(member)
    await outward.endpoint(begin="first")
    await outward.send()
    assert outward.receiver.of(member) == [1, 2]


async def test_a_name_is_taken_once_until_its_endpoint_is_removed(outward: Outward) -> None:
    first = await outward.made()
    before = await outward.shop.tables()
    with pytest.raises(EndpointNameTaken) as raised:
        await outward.made()
    assert raised.value.name == "crm"
    assert await outward.shop.tables() == before
    await outward.shop.verbs.remove_endpoint(TILL, first.id)
    assert (await outward.made()).id != first.id


@pytest.mark.parametrize(
    ("fields", "error", "pointer"),
    [
        ({"url": "http://10.0.0.1:443/"}, UrlNotAllowed, "/url"),
        ({"url": "https://10.0.0.1/"}, UrlNotAllowed, "/url"),
        ({"url": "ftp://example.com/"}, UrlNotAllowed, "/url"),
        ({"types": ("regulars.*", "regulars.point.*")}, UnknownEventType, "/types/1"),
        ({"types": ("regulars.points.earned.v2",)}, UnknownEventType, "/types/0"),
    ],
)
async def test_what_can_never_be_sent_is_refused_with_its_place(
    fields: dict[str, object], error: type[Exception], pointer: str, outward: Outward
) -> None:
    with pytest.raises(error) as raised:
        await outward.made(**fields)
    assert raised.value.pointer == pointer  # type: ignore[attr-defined]
    assert await outward.shop.count("endpoint") == 0
