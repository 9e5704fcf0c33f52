"""Deny by default: each route says who may call it, and each role is held to that."""

import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from litestar import Litestar, get
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from service.api.route import PUBLIC, Route, RouteWithoutScope
from service.api.table import ROUTES
from service.app import assemble, refuse_undeclared
from service.domain.access.roles import ROLES, SCOPES, STAFF_ROLES
from service.flows.verbs import Verbs
from tests.api.client import Service, serving
from tests.api.colleagues import hired
from tests.api.contract import DOCUMENT
from tests.api.tables import contents
from tests.databases import Fresh

OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
PROTECTED = [found for found in OPERATIONS if found[2]["security"]]
NOBODY = "0192f0c0-0000-7000-8000-000000000001"


def address(path: str) -> str:
    """A path with ids that nobody has."""
    path = re.sub(r"\{[a-z]+_id\}", NOBODY, path)
    given = {"{wallet}": "points", "{number}": "99", "{club}": "none", "{segment}": "none"}
    given["{day}"] = "2026-01-31"
    for name, value in given.items():
        path = path.replace(name, value)
    return path.replace("{code}", "key-missing")


def needed(operation: dict[str, Any]) -> str:
    """The scope of an operation."""
    scope: str = operation["security"][0]["key"][0]
    return scope


def example(operation: dict[str, Any]) -> Any:
    """A body it takes, None when it takes none."""
    if "requestBody" not in operation:
        return None
    (content,) = operation["requestBody"]["content"].values()
    return next(iter(content["examples"].values()))["value"]


@contextlib.asynccontextmanager
async def nothing(_app: Litestar) -> AsyncIterator[None]:
    """No lifespan."""
    yield


def test_every_route_of_the_application_declares_a_scope() -> None:
    app = assemble(ROUTES, nothing)

    handlers = [
        handler
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
    ]
    assert len(handlers) > len(ROUTES)  # those of OPTIONS too
    assert {handler.opt["scope"] for handler in handlers} <= {*SCOPES, PUBLIC}


@pytest.mark.parametrize("opt", [{}, {"scope": "everybody"}, {"scope": ""}, {"public": True}])
def test_an_application_with_a_route_without_a_scope_does_not_start(opt: dict[str, Any]) -> None:
    @get("/v1/forgotten", opt=opt)
    async def forgotten() -> None:
        """Somebody forgot."""

    assert isinstance(forgotten, HTTPRouteHandler)
    app = Litestar([forgotten], openapi_config=None)

    with pytest.raises(RouteWithoutScope, match="/v1/forgotten"):
        refuse_undeclared(app)


def test_only_what_a_stranger_may_know_is_public() -> None:
    public = {route.path for route in ROUTES if route.scope == PUBLIC}

    assert public == {
        "/health/live",
        "/health/ready",
        "/openapi.json",
        "/docs",
        "/problems/{code}",
    }


def test_every_scope_opens_some_route_or_more_of_one() -> None:
    used = {route.scope for route in ROUTES}

    assert SCOPES.keys() - used == {
        *("admin:*", "decisions:read", "purchases:void-any", "operations:undo-any"),
        "purchases:move",
    }


def test_a_writing_operation_is_named_like_its_verb() -> None:
    checks = {
        "ask_quote",
        "lookup_member",
        "list_gift_card_entries",
        "search_purchases",
        "check_program",
        "plan_program",
    }  # POST for their bodies; write nothing
    verbs = {name for name in dir(Verbs) if not name.startswith("_")}
    writing = {r.operation_id for r in ROUTES if r.method != "GET" or r.acts} - checks

    assert writing == verbs


def test_operations_have_names_of_their_own() -> None:
    names = [route.operation_id for route in ROUTES]

    assert len(set(names)) == len(names)


def test_no_address_has_room_for_personal_data() -> None:
    parts = {part for r in ROUTES for part in r.path.split("/") if part.startswith("{")}

    assert {part for part in parts if not part.endswith("_id}")} == {
        *("{wallet}", "{number}", "{code}", "{club}", "{segment}", "{day}"),
    }


async def call(
    service: Service, found: tuple[str, str, dict[str, Any]], key: str | None, **more: str
) -> Any:
    """One operation with a key, and other headers."""
    method, path, operation = found
    headers = {"Idempotency-Key": "12345678", **more}
    async with service.client(key) as http:
        return await http.request(method, address(path), json=example(operation), headers=headers)


async def test_without_a_key_or_with_a_wrong_one_every_route_answers_401(
    database: Fresh,
) -> None:
    wrong = "rgl_test_0123456789_" + "A" * 49
    async with serving(database.url, jobs=False) as service:
        before = await contents(database.owner_url)
        for found in PROTECTED:
            for key, code in ((None, "key-missing"), (wrong, "key-not-accepted")):
                answer = await call(service, found, key)
                assert (answer.status_code, answer.json()["code"]) == (401, code), found[:2]

        assert await contents(database.owner_url) == before


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_is_answered_403_exactly_where_it_lacks_the_scope(
    database: Fresh, role: str
) -> None:
    granted = set(ROLES[role])
    async with serving(database.url, jobs=False) as service:
        before = await contents(database.owner_url)
        for found in PROTECTED:
            scope = needed(found[2])
            if {scope, "admin:*"} & granted:
                continue
            answer = await call(service, found, service.keys[role])
            assert (answer.status_code, answer.json()["scope"]) == (403, scope), found[:2]
        assert await contents(database.owner_url) == before

        for found in PROTECTED:
            if {needed(found[2]), "admin:*"} & granted:
                answer = await call(service, found, service.keys[role])
                assert answer.status_code not in {401, 403}, found[:2]


@pytest.mark.parametrize("role", STAFF_ROLES)
async def test_a_person_is_answered_403_exactly_where_key_and_role_lack_the_scope(
    database: Fresh, role: str
) -> None:
    granted = {*ROLES["desk"], *STAFF_ROLES[role]}
    async with serving(database.url, jobs=False) as service:
        await hired(service, service.desk, "somebody", role=role)
        body = {"login": "somebody", "pin": "640283", "device": "desk-1"}
        at = {} if role in {"agent", "lead"} else {"store": "waw-01"}
        signed = await service.desk.post("/v1/staff/sign-in", json={**body, **at})
        staff = {"Regulars-Staff": signed.json()["token"]}
        before = await contents(database.owner_url)
        for found in PROTECTED:
            if (scope := needed(found[2])) not in granted:
                answer = await call(service, found, service.keys["desk"], **staff)
                assert (answer.status_code, answer.json()["scope"]) == (403, scope), found[:2]
        assert await contents(database.owner_url) == before

        for found in PROTECTED:
            if needed(found[2]) in granted:
                answer = await call(service, found, service.keys["desk"], **staff)
                if answer.status_code == 403:  # an exchange takes the scope of a purchase too
                    assert answer.json()["scope"] not in granted, found[:2]
                assert answer.status_code != 401, found[:2]


@pytest.mark.parametrize("role", ROLES)
async def test_what_nobody_has_is_404_for_every_role_that_may_ask(
    database: Fresh, role: str
) -> None:
    granted = set(ROLES[role])
    async with serving(database.url) as service:
        asked = [
            found
            for found in PROTECTED
            if "_id}" in found[1] and {needed(found[2]), "admin:*"} & granted
        ]
        for found in asked:
            answer = await call(service, found, service.keys[role])
            assert answer.status_code == 404, (found[:2], answer.text)

    assert asked or role in {"desk", "monitor"}  # who may nothing about anybody by themselves


def test_a_route_is_declared_with_what_it_answers() -> None:
    for one in ROUTES:
        assert isinstance(one, Route)
        assert one.answers, one.operation_id
        assert one.description.endswith("."), one.operation_id
