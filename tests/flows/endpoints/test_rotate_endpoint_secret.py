"""From one secret to the next without a refusal in between."""

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from service.domain.endpoints.errors import EndpointNotFound
from service.domain.endpoints.types import CreateEndpoint, RotateSecret
from service.kernel.ids import new_id
from tests.flows.outward import Outward
from tests.flows.shop import TILL


async def rotated(outward: Outward, old_good_for: int) -> tuple[str, str]:
    """The old secret and the new one, and an event sent."""
    await outward.show_the_world()
    body = CreateEndpoint(name="crm", url=outward.receiver.url)
    made = (await outward.shop.verbs.create_endpoint(TILL, body)).body
    endpoint_id = made.endpoint.id
    await outward.shop.verbs.verify_endpoint(TILL, endpoint_id)
    rotate = RotateSecret(old_good_for=old_good_for)
    other = (await outward.shop.verbs.rotate_endpoint_secret(TILL, endpoint_id, rotate)).body
    assert (other.endpoint.old_secret_until is None) == (old_good_for == 0)
    await outward.member("4012001")
    await outward.send()
    assert made.secret is not None
    assert other.secret is not None
    return made.secret, other.secret


async def test_both_sign_for_a_while(outward: Outward) -> None:
    old, new = await rotated(outward, 60)
    assert old != new
    for secret in (old, new):
        outward.receiver.came[0].verified(secret)
    await outward.pass_by(seconds=61)
    await outward.happen((await outward.shop.enrol("4012002")).id)
    await outward.send()
    signatures = [came.headers["webhook-signature"] for came in outward.receiver.came]
    assert [len(one.split()) for one in signatures] == [2, 1, 1]


async def test_one_that_has_leaked_signs_no_more_at_once(outward: Outward) -> None:
    old, new = await rotated(outward, 0)
    (came,) = outward.receiver.came
    came.verified(new)
    with pytest.raises(WebhookVerificationError):
        came.verified(old)


async def test_there_is_none_to_rotate_of_an_endpoint_that_is_not_there(outward: Outward) -> None:
    with pytest.raises(EndpointNotFound):
        await outward.shop.verbs.rotate_endpoint_secret(TILL, new_id(), RotateSecret())
