"""Who may not, cannot: every route by every role, and by members with what is another one's.

Generated from openapi.json. A role whose scopes do not hold an operation's is answered 403, nobody
401; a member's token opens only what names it. Whatever belongs to another member is answered to a
member word for word as if it did not exist. And none of it changes anything.
"""

import json
import pathlib
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final, NamedTuple

import asyncpg
import httpx
import pytest

from service.api.own_member import PATH
from service.api.route import PUBLIC, Route
from service.api.table import ROUTES
from service.domain.access.codes import Mode
from service.domain.access.roles import MEMBER, ROLES, STAFF_ROLES, scopes_of
from service.flows.keys.create_key import create_key
from service.infra.db import Database
from tests.api.client import Service, serving
from tests.api.colleagues import signed_in
from tests.api.contract import DOCUMENT
from tests.api.tables import contents
from tests.databases import Fresh
from tests.issuer import AUDIENCE, Issuer, issuing
from tests.laws.naming import members_in
from tests.laws.outsiders import NOBODY, documented, enrolled

PROGRAM: Final = (pathlib.Path(__file__).parent / "old_ids.yaml").read_text()
CLOSED: Final = tuple(one for one in ROUTES if one.scope != PUBLIC)
FOR_MEMBERS: Final = tuple(one for one in CLOSED if one.own is not None)
# Where a member who is of no club is told so, whichever thing of the club is named.
OF_CLUBS: Final = {"offer_id", "code_id", "application_id"}
# Where routes for members name somebody else: whom they give to, invite, or have with them.
OTHERS: Final = {
    "transfer_units": {"to.id"},
    "invite_to_household": {"member.id"},
    "change_household_person": {"{member_id}"},
    "remove_from_household": {"member"},
    "invite_to_club": {"member.id"},
    "change_club_owner": {"member"},
}
_SECURITY: Final = {
    operation["operationId"]: operation["security"]
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
}


class World(NamedTuple):
    """A service where `ann` has one of everything; `mine` is the client with Bob's token."""

    service: Service
    issuer: Issuer
    ann: str
    bob: str
    things: dict[str, str]
    mine: httpx.AsyncClient


@pytest.fixture
async def world(database: Fresh) -> AsyncIterator[World]:
    async with issuing() as issuer:
        tokens: dict[str, Any] = {
            "member_token_issuer": issuer.url,
            "member_token_audience": AUDIENCE,
            "member_token_jwks_url": issuer.jwks_url,
        }
        async with serving(database.url, program=PROGRAM, jobs=False, **tokens) as service:
            ann, bob, friend = [await enrolled(service, card) for card in ("ANN", "BOB", "EVE")]
            things = await settled(service, ann, friend)
            async with service.client(issuer.token(sub=bob)) as mine:
                yield World(service, issuer, ann, bob, things, mine)


async def settled(service: Service, ann: str, friend: str) -> dict[str, str]:
    """One of everything that is Ann's: parts of paths by their names."""
    key = iter(f"settles-{number}" for number in range(99))

    async def done(path: str, body: Any) -> Any:
        answer = await service.admin.post(path, json=body, headers={"Idempotency-Key": next(key)})
        assert answer.is_success, answer.text
        return answer.json()

    club = "/v1/clubs/inner"
    await done(f"{club}/members", {"member": {"id": ann}, "note": "the first"})
    await done(f"{club}/owner", {"member": ann, "by": None})
    offer = await done(f"{club}/invitations", {"by": ann, "member": {"id": friend}})
    code = await done(f"{club}/codes", {"by": ann, "uses_max": 1})
    application = await done(f"{club}/applications", {"member": friend, "words": "please"})
    home = await done("/v1/households", {"head": ann})
    cup = await done(f"/v1/members/{ann}/redemptions", {"reward": "cup", "hold": 600})
    bought = await service.admin.get(f"/v1/members/{ann}/purchases")
    return {
        "club": "inner",
        "wallet": "points",
        "offer_id": offer["id"],
        "code_id": code["id"],
        "application_id": application["id"],
        "household_id": home["id"],
        "redemption_id": cup["id"],
        "purchase_id": bought.json()["items"][0]["id"],
    }


async def without_scopes(database: Fresh) -> str:
    """A key that may nothing."""
    db = await Database.open(database.url, size_min=1, size_max=1)
    key = await create_key(db, "desk", "bare", mode=Mode.TEST)
    await db.close()
    connection = await asyncpg.connect(database.owner_url)
    await connection.execute("update api_key set scopes = '{}' where kid = $1", key.split("_")[2])
    await connection.close()
    return key


def filled(path: str, names: dict[str, str]) -> str:
    """An address; what is not named is nobody's."""
    return re.sub(r"\{([a-z_]+)\}", lambda m: names.get(m[1], NOBODY), path)


def is_allowed(route: Route, scopes: set[str]) -> bool:
    """By what the document says of the operation."""
    needed = {scope for one in _SECURITY[route.operation_id] for scope in one.get("key", ())}
    return bool(needed & scopes) or "admin:*" in scopes


async def ask(client: httpx.AsyncClient, route: Route, path: str, body: Any = None) -> Any:
    """The answer to one request."""
    headers = {"Idempotency-Key": f"asks-{route.operation_id}"}
    return await client.request(route.method, path, json=body, headers=headers)


def test_the_document_names_the_scope_of_every_route_and_which_are_for_members() -> None:
    for route in CLOSED:
        security = _SECURITY[route.operation_id]
        assert {"key": [route.scope]} in security
        assert ({"member": [route.scope]} in security) is (route.own is not None)
    assert 40 < len(FOR_MEMBERS) < len(CLOSED)


def test_members_are_named_only_where_it_is_their_own_or_who_they_deal_with() -> None:
    named = {one.operation_id: members_in(one) - set(one.own or ()) for one in FOR_MEMBERS}

    assert {name: places for name, places in named.items() if places} == OTHERS


def test_a_member_may_no_more_than_an_app_may_for_them() -> None:
    assert set(MEMBER) <= set(scopes_of("app"))


async def test_a_role_may_what_its_scopes_say_and_nothing_else(
    world: World, database: Fresh
) -> None:
    """What may be asked is asked so that it is refused otherwise: of nobody, and with no body."""
    service = world.service
    callers: dict[str, tuple[httpx.AsyncClient, dict[str, str], set[str]]] = {}
    for role in ROLES:
        callers[role] = (getattr(service, role), {}, set(scopes_of(role)))
    bare = await without_scopes(database)
    callers["no role"] = (service.client(bare), {}, set())
    desk = set(scopes_of("desk"))
    for role in STAFF_ROLES:
        person = await signed_in(service, service.desk, f"a-{role}", role=role)
        callers[f"staff {role}"] = (service.desk, person, desk | set(STAFF_ROLES[role]))
    before = await contents(database.owner_url)

    wrong = []
    for name, (client, person, scopes) in callers.items():
        for route in CLOSED:
            body = None if documented(route.operation_id) is None else {"nothing": "of it"}
            headers = {**person, "Idempotency-Key": "asks-everything"}
            path = filled(route.path, {})
            answer = await client.request(route.method, path, json=body, headers=headers)
            lacks = answer.status_code == 403 and answer.json()["code"] == "scope-missing"
            if lacks is is_allowed(route, scopes) or answer.status_code in {401, 500}:
                wrong.append((name, route.operation_id, answer.status_code, answer.text))

    assert wrong == []
    assert await contents(database.owner_url) == before


async def test_without_a_key_and_with_the_token_of_nobody_every_route_is_refused(
    world: World, database: Fresh
) -> None:
    bare = world.service.client(world.issuer.token(sub=NOBODY))
    before = await contents(database.owner_url)

    wrong = []
    for route in CLOSED:
        path, body = filled(route.path, world.things), documented(route.operation_id)
        for client in (world.service.public, bare):
            answer = await ask(client, route, path, body)
            if answer.status_code != 401:
                wrong.append((route.operation_id, answer.status_code, answer.text))

    assert wrong == []
    assert await contents(database.owner_url) == before


async def test_a_member_opens_nothing_that_is_not_for_members(
    world: World, database: Fresh
) -> None:
    before = await contents(database.owner_url)
    names = {**world.things, "member_id": world.bob}

    wrong = []
    for route in CLOSED:
        if route.own is None:
            body = documented(route.operation_id)
            answer = await ask(world.mine, route, filled(route.path, names), body)
            if answer.status_code != 403:
                wrong.append((route.operation_id, answer.status_code, answer.text))

    assert wrong == []
    assert await contents(database.owner_url) == before


class Attempt(NamedTuple):
    """The same request for what is another one's, and for what does not exist."""

    route: Route
    theirs: tuple[str, Any]
    nobodys: tuple[str, Any]
    exactly: bool  # both are 404; else they are only the same


def attempts(world: World) -> Iterator[Attempt]:
    """Wherever a route for members takes an id, that of somebody else."""
    for route in FOR_MEMBERS:
        own = {**world.things, "member_id": world.bob}
        body = with_member(route, world.bob)
        if PATH in (route.own or ()):
            theirs, nobodys = ({**own, "member_id": one} for one in (world.ann, NOBODY))
            yield Attempt(
                route, (filled(route.path, theirs), body), (filled(route.path, nobodys), body), True
            )
        for place in route.own or ():
            if place == "member_id":
                path = filled(route.path, own)
                theirs_, nobodys_ = (f"{path}?member_id={one}" for one in (world.ann, NOBODY))
                yield Attempt(route, (theirs_, None), (nobodys_, None), True)
            elif place != PATH:
                path = filled(route.path, own)
                bodies = (with_member(route, one) for one in (world.ann, NOBODY))
                yield Attempt(route, (path, next(bodies)), (path, next(bodies)), True)
        named = set(re.findall(r"\{([a-z_]+)\}", route.path)) - {"member_id", "wallet", "club"}
        for name in sorted(named):
            nobodys = {**own, name: NOBODY}
            yield Attempt(
                route,
                (filled(route.path, own), body),
                (filled(route.path, nobodys), body),
                name not in OF_CLUBS,
            )


def with_member(route: Route, member: str) -> Any:
    """The documented body with a member wherever the route takes whoever asks."""
    body = documented(route.operation_id)
    for place in route.own or ():
        if body is not None and place not in {PATH, "member_id"}:
            named = {"id": member} if place.endswith(".id") else member
            body = {**body, place.removesuffix(".id"): named}
    return body


def said(answer: httpx.Response, *own: str) -> tuple[int, str]:
    """What was answered, without what is of this request alone."""
    told = {name: one for name, one in answer.json().items() if name != "request_id"}
    text = json.dumps(told, sort_keys=True)
    for one in own:
        text = text.replace(one, "…")
    return answer.status_code, text


async def test_what_is_another_members_is_answered_as_if_it_did_not_exist(
    world: World, database: Fresh
) -> None:
    before = await contents(database.owner_url)
    ids = (world.ann, NOBODY, *world.things.values())

    wrong, asked = [], set()
    for attempt in attempts(world):
        seen, wanted = [
            said(await ask(world.mine, attempt.route, path, body), *ids)
            for path, body in (attempt.theirs, attempt.nobodys)
        ]
        asked.add(attempt.route.operation_id)
        if seen != wanted or seen[0] < 400 or (attempt.exactly and seen[0] != 404):
            wrong.append((attempt.route.operation_id, attempt.theirs, seen, wanted))

    assert wrong == []
    assert asked == {one.operation_id for one in FOR_MEMBERS} - {"list_rewards"}
    assert await contents(database.owner_url) == before


async def test_what_is_the_members_own_is_answered(world: World) -> None:
    """So that the refusals above are not for another reason."""
    things = {**world.things, "member_id": world.ann}
    async with world.service.client(world.issuer.token(sub=world.ann)) as mine:
        for route in FOR_MEMBERS:
            if route.method == "GET":
                answer = await mine.get(filled(route.path, things))
                assert answer.status_code == 200, (route.operation_id, answer.text)
        granted = await mine.post(f"/v1/redemptions/{things['redemption_id']}/grant")

    assert granted.status_code == 200
