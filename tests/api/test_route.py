"""Deny by default: nothing is reached without a declared scope, and nothing is read before it."""

import pytest

from service.api.call import Call
from service.api.reply import Reply, ok
from service.api.route import PUBLIC, Answer, Route, RouteWithoutScope, route
from tests.api import wire
from tests.api.bodies import purchase
from tests.api.client import checked_client
from tests.api.recorder import alone


def declared(scope: str) -> Route:
    """A route with this scope."""

    @route("GET", "/v1/test", scope=scope, tag="Members", answers={200: Answer(what="x")})
    async def read_test(call: Call, _: None) -> Reply:
        """Read a test."""
        del call
        return ok({})

    return read_test


@pytest.mark.parametrize("scope", ["", "members:everything", "admin", "Public", "*"])
def test_a_route_must_name_a_scope_that_exists_or_be_public(scope: str) -> None:
    with pytest.raises(RouteWithoutScope):
        declared(scope)


def test_the_operation_is_named_like_its_handler() -> None:
    found = declared(PUBLIC)

    assert (found.operation_id, found.description) == ("read_test", "Read a test.")


async def test_the_key_is_asked_for_before_the_body_is_read() -> None:
    async with alone() as one:
        answer = await wire.send(one.application, "POST", "/v1/purchases", chunks=[])

    assert answer is not None
    assert (answer.status, answer.json()["code"]) == (401, "key-missing")


async def test_the_scope_is_asked_for_before_the_body_is_read() -> None:
    async with alone(scopes=["members:read"]) as one:
        key = (b"authorization", f"Bearer {one.key}".encode())
        answer = await wire.send(one.application, "POST", "/v1/purchases", headers=[key], chunks=[])

    assert answer is not None
    assert (answer.status, answer.json()["scope"]) == (403, "purchases:write")


async def test_a_scope_of_its_own_or_that_of_the_administrator_opens_a_route() -> None:
    for scopes in (["purchases:write"], ["admin:*"]):
        async with alone(scopes=scopes, verbs={"record_purchase": LookupError()}) as one:
            key = {"Authorization": f"Bearer {one.key}"}
            async with checked_client(one.application, key) as http:
                await http.post("/v1/purchases", json=purchase())
            assert len(one.verbs.calls) == 1


async def test_a_route_without_parameters_refuses_any() -> None:
    async with alone() as one:
        key = {"Authorization": f"Bearer {one.key}"}
        async with checked_client(one.application, key) as http:
            answers = [
                await http.get("/v1/program?verbose=1"),
                await http.post("/v1/purchases?dry_run=1", json=purchase()),
                await http.get("/health/live?x"),
            ]
        assert one.untouched()

    assert [(one.status_code, one.json()["code"]) for one in answers[::2]] == [
        (400, "invalid-parameter"),
        (400, "invalid-parameter"),
    ]
