"""Every administrative act is written down: no route, and no command, does one in silence.

Scopes are either administrative or everyday, and so is what is done with them. With an
administrative scope a route declares its acts, or stands below as one that only reads. A route with
acts is asked here, and writes each act once: not again when it is asked again under the same key,
and none when it is refused.
"""

import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import asyncpg
import msgspec

from service.api.openapi.examples import REQUESTS
from service.api.route import PUBLIC, Route
from service.api.table import ROUTES
from service.domain.access.roles import MEMBER, ROLES, SCOPES
from service.domain.audit.acts import Act
from tests.api import inhabitants
from tests.api.client import DEMO, Service, serving
from tests.databases import Fresh
from tests.receiver import receiving

# Of people and things of others, or of the service itself: who has one may do more than its work.
ADMINISTRATIVE: Final = {
    *("admin:*", "audit:read", "members:export", "members:merge", "members:erase"),
    *("coupons:give", "coupons:manage", "giftcards:issue", "approvals:decide"),
    *("clubs:manage", "clubs:approve", "program:write", "endpoints:manage", "staff:manage"),
}
# What they do is said by entries, operations, clubs' steps and members' own words themselves, with
# who and where: that is the ledger, and a law of its own (tests/laws/test_lock.py, verification).
EVERYDAY: Final = SCOPES.keys() - ADMINISTRATIVE
READS: Final = {
    *("list_audit", "list_audit_days", "read_audit_day", "prove_audit"),
    *("list_club_members", "list_club_history", "list_club_waiting", "list_club_applications"),
    *("list_staff_accounts", "read_staff_account", "read_gift_card_batch"),
    *("check_program", "plan_program"),  # they say what publishing would do
}
LEDGER: Final = {"issue_coupon"}  # an operation, with its reason, says who gave what to whom
FAR: Final = "2090-01-01T00:00:00Z"  # so that the program in force stays what it is
# Tried in tests/commands/test_keys.py and tests/imports/test_importer.py.
BY_COMMAND: Final = {Act.KEY_CREATED, Act.KEY_REVOKED, Act.FILE_IMPORTED}
AUDITED: Final = {route.operation_id: route for route in ROUTES if route.acts}


def silent(routes: tuple[Route, ...]) -> list[str]:
    """Routes that administer and do not say what is written down of it."""
    return [
        route.operation_id
        for route in routes
        if route.scope in ADMINISTRATIVE
        and not route.acts
        and route.operation_id not in READS | LEDGER
    ]


def test_no_route_administers_in_silence() -> None:
    assert silent(ROUTES) == []


def test_a_silent_route_would_be_seen() -> None:
    bare = tuple(msgspec.structs.replace(route, acts=()) for route in ROUTES)
    administered = {name for name, route in AUDITED.items() if route.scope in ADMINISTRATIVE}
    assert set(silent(bare)) == administered
    assert len(administered) > 20


def test_what_is_listed_here_is_there() -> None:
    names = {route.operation_id for route in ROUTES}
    assert names >= READS | LEDGER
    assert SCOPES.keys() >= ADMINISTRATIVE
    by_name = {route.operation_id: route for route in ROUTES}
    assert not any(by_name[name].acts for name in READS | LEDGER)
    assert not any(route.acts for route in ROUTES if route.scope == PUBLIC)


def test_neither_members_nor_what_speaks_to_them_administers() -> None:
    everyday = {*ROLES["app"], *ROLES["checkout"], *ROLES["pos"], *MEMBER}
    assert everyday <= EVERYDAY


def test_every_act_is_declared_by_whoever_does_it() -> None:
    declared = {act for route in ROUTES for act in route.acts}
    assert declared | BY_COMMAND == set(Act)
    assert declared & BY_COMMAND == set()
    assert all(len(route.acts) == 1 for route in AUDITED.values())


# ---------------------------------------------------------------- asked


class Audited:
    """A service with one of everything, and its acts."""

    def __init__(self, service: Service, url: str, ids: dict[str, Any]) -> None:
        self.service = service
        self.url = url
        self.ids = ids

    async def acts(self) -> dict[str, int]:
        """How many of each there are."""
        connection = await asyncpg.connect(self.url)
        rows = await connection.fetch("select act, count(*) from audit_act group by act")
        await connection.close()
        return {row[0]: row[1] for row in rows}

    async def ask(self, route: Route, key: str | None = None) -> Any:
        """The operation as its example says, for what lives here; `key` of another role."""
        name = route.operation_id

        def part(match: re.Match[str]) -> str:
            return str(self.ids.get(f"{name}.{match[1]}", self.ids.get(match[1])))

        path, body = re.sub(r"\{(\w+)\}", part, route.path), None
        if route.takes is not None:
            body = dict(next(iter(REQUESTS[name].values()))["value"])
            body |= self.ids.get(f"{name}.body", {}) | CHANGED.get(name, {})
            body = {field: one for field, one in body.items() if one is not None}
        headers = {"Idempotency-Key": f"audited-{name}"}
        if f"{name}.staff" in self.ids:
            headers |= self.ids[f"{name}.staff"]
        headers["Authorization"] = f"Bearer {self.service.keys[key or 'admin']}"
        return await self.service.admin.request(route.method, path, json=body, headers=headers)


VOIDS: Final = ("void_coupon", "reinstate_coupon")
IN_CLUBS: Final = (
    *("invite_to_club", "withdraw_club_invitation", "make_club_code", "void_club_code"),
    *("decide_club_application", "change_club_owner"),
)
CHANGED: Final[dict[str, dict[str, Any]]] = {
    "publish_program": {"source": DEMO, "effective_from": FAR},
    "change_staff_account": {"state": "suspended"},
    "create_staff_account": {"login": "somebody-else"},
    **{name: {"card_id": None} for name in ("block_gift_card", "unblock_gift_card")},
    **{name: {"code": "KNOWN-HERE", "coupon_id": None} for name in VOIDS},
    **{name: {"by": None} for name in IN_CLUBS},  # a member in their own name administers nothing
}


@contextlib.asynccontextmanager
async def audited(database: Fresh) -> AsyncIterator[Audited]:
    """A service of its own, without jobs."""
    async with serving(database.url, jobs=False) as service, receiving() as receiver:
        ids = await inhabitants.everything(service)
        paid = ids["cancel_club_membership.body"]["member"]  # has a seat, and no other ground
        ids["let_into_club.body"]["member"] = {"id": paid}
        ids["unblock_gift_card.body"] = ids["block_gift_card.body"]
        path = f"/v1/endpoints/{ids['verify_endpoint.endpoint_id']}"
        await service.integrator.patch(path, json={"url": receiver.url})
        yield Audited(service, database.owner_url, ids)


async def test_each_route_writes_its_act_once(database: Fresh) -> None:
    async with audited(database) as here:
        for name, route in AUDITED.items():
            before = await here.acts()
            answer = await here.ask(route)
            assert answer.status_code in {200, 201, 204}, (name, answer.text)
            after = await here.acts()
            (act,) = route.acts
            assert after == {**before, str(act): before.get(act, 0) + 1}, name
            if route.key is not None:
                assert (await here.ask(route)).status_code == 200, name
                assert await here.acts() == after, name


async def test_what_is_refused_is_no_act(database: Fresh) -> None:
    async with audited(database) as here:
        before = await here.acts()
        for name, route in AUDITED.items():
            if "audit:read" in route.scope or name == "change_staff_secret":
                continue
            answer = await here.ask(route, key="monitor")
            assert answer.status_code in {401, 403}, (name, answer.text)
        nobody = here.ids
        here.ids = {
            where: "0192f0c0-0000-7000-8000-000000000001" if where.endswith("_id") else one
            for where, one in nobody.items()
        }
        for name, route in AUDITED.items():
            if "_id}" in route.path:
                answer = await here.ask(route)
                assert answer.status_code == 404, (name, answer.text)
        assert await here.acts() == before
