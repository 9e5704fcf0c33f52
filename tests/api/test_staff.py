"""Staff over HTTP: at the till, at the desk, and in the office."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from service.domain.access.codes import Mode
from service.domain.access.roles import STAFF_ROLES
from service.domain.staff.types import StaffRole
from service.flows.keys.create_key import create_key
from service.infra.db import Database
from tests.api import colleagues
from tests.api.client import Service, serving
from tests.databases import Fresh

PIN = "640283"
NOBODY = "0192f0c0-0000-7000-8000-000000000001"


async def hired(service: Service, login: str = "waw-117", **more: Any) -> dict[str, Any]:
    """An account whose person has chosen the PIN, a clerk's if nothing else is said."""
    found: dict[str, Any] = await colleagues.hired(
        service, service.desk, login, **{"role": "clerk", **more}
    )
    return found


@contextlib.asynccontextmanager
async def till(
    service: Service, db: Database, store: str | None = "waw-01", role: str = "pos"
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a device with a key of its own."""
    key = await create_key(db, role, f"{role} of {store}", store=store, mode=Mode.TEST)
    async with service.client(key) as client:
        yield client


async def sign_in(client: httpx.AsyncClient, login: str = "waw-117", **more: Any) -> httpx.Response:
    """Somebody signs in at a till."""
    body = {"login": login, "pin": PIN, "device": "till-3", **more}
    return await client.post("/v1/staff/sign-in", json=body)


def as_(token: str) -> dict[str, str]:
    """The header of who is signed in."""
    return {"Regulars-Staff": token}


def test_the_roles_of_accounts_are_those_that_have_scopes() -> None:
    assert {str(role) for role in StaffRole} == STAFF_ROLES.keys()


async def test_a_supervisor_does_at_a_till_what_the_till_may_not(
    service: Service, db: Database
) -> None:
    member = await service.admin.post(
        "/v1/members", json={"identifiers": [{"kind": "card", "value": "4012001"}]}
    )
    path = f"/v1/members/{member.json()['id']}/adjustments"
    body = {"wallet": "points", "amount": 100, "code": "late", "reason": "for the wait"}
    headers = {"Idempotency-Key": "adjust-001"}
    await hired(service, role="supervisor", stores=["waw-01"])
    await hired(service, "waw-118")
    async with till(service, db) as client:
        alone = await client.post(path, json=body, headers=headers)
        clerk = (await sign_in(client, "waw-118")).json()["token"]
        signed = await sign_in(client)
        token = signed.json()["token"]
        by_clerk = await client.post(path, json=body, headers=headers | as_(clerk))
        by_supervisor = await client.post(path, json=body, headers=headers | as_(token))

    assert (alone.status_code, alone.json()["scope"]) == (403, "points:adjust")
    assert (by_clerk.status_code, by_clerk.json()["scope"]) == (403, "points:adjust")
    assert signed.headers["cache-control"] == "no-store"
    assert (signed.json()["store"], signed.json()["role"]) == ("waw-01", "supervisor")
    assert by_supervisor.status_code == 201, by_supervisor.text
    async with db.reading() as tx:
        who = await tx.connection.fetch(
            "select actor_kind, actor_id, store, device from operation where note = 'for the wait'"
        )
    assert [tuple(row) for row in who] == [(2, "waw-117", "waw-01", "till-3")]


async def test_a_bad_staff_header_never_falls_back_to_the_key(
    service: Service, db: Database
) -> None:
    await hired(service)
    async with till(service, db) as client, till(service, db, "krk-01") as other:
        token = (await sign_in(client)).json()["token"]
        for asked, given in (
            (client, "rgs_" + "A" * 60),
            (client, ""),
            (client, token[:-1] + ("1" if token[-1] == "0" else "0")),
            (client, f"Bearer {token}"),
            (other, token),
        ):
            answer = await asked.get("/v1/rewards", headers=as_(given))
            assert (answer.status_code, answer.json()["code"]) == (401, "staff-token-not-accepted")
        assert (await client.get("/v1/rewards", headers=as_(token))).status_code == 200
        assert (await other.get("/v1/rewards")).status_code == 200
        twice = [("Regulars-Staff", token), ("Regulars-Staff", token)]
        answer = await client.get("/v1/rewards", headers=twice)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-header")


async def test_who_signs_out_is_refused_at_once_in_the_same_process(
    service: Service, db: Database
) -> None:
    await hired(service)
    async with till(service, db) as client:
        token = (await sign_in(client)).json()["token"]
        assert (await client.get("/v1/rewards", headers=as_(token))).status_code == 200

        out = await client.post("/v1/staff/sign-out", json={"token": token})
        refused = await client.get("/v1/rewards", headers=as_(token))
        again = await client.post("/v1/staff/sign-out", json={"token": token})
        foreign = await service.pos.post("/v1/staff/sign-out", json={"token": token})

    assert (out.status_code, refused.status_code) == (200, 401)
    assert again.json() == out.json()
    assert (foreign.status_code, foreign.json()["code"]) == (404, "staff-token-not-found")


async def test_wrong_secrets_and_unknown_logins_are_answered_alike_and_locked(
    service: Service, db: Database
) -> None:
    await hired(service)
    async with till(service, db) as client:
        told = [await sign_in(client, login, pin="905174") for login in ("waw-117", "nobody")]
        for _ in range(4):
            await sign_in(client, pin="905174")
        locked = await sign_in(client)

    assert {one.status_code for one in told} == {422}
    bodies = [{**one.json(), "request_id": ""} for one in told]
    assert bodies[0] == bodies[1]
    assert (locked.status_code, locked.json()["code"]) == (429, "too-many-sign-ins")
    assert int(locked.headers["retry-after"]) == locked.json()["retry_after_seconds"] > 0


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"store": "krk-01"}, 403, "store-forbidden"),
        ({"pin": None}, 422, "staff-secret-needed"),
        ({"pin": "1234"}, 400, "invalid-body"),
        ({"device": ""}, 400, "invalid-body"),
        ({"live_for": 8 * 3600 + 1}, 400, "invalid-body"),
        ({"live_for": 59}, 400, "invalid-body"),
    ],
)
async def test_a_sign_in_that_is_none_is_refused(
    service: Service, db: Database, given: dict[str, Any], status: int, code: str
) -> None:
    await hired(service)
    async with till(service, db) as client:
        answer = await sign_in(client, **given)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_account_is_made_read_listed_changed_and_reset(service: Service) -> None:
    made = await service.admin.post(
        "/v1/staff/accounts", json={"login": "desk-04", "role": "agent"}
    )
    address, account = made.headers["location"], made.json()
    pin = account.pop("pin")
    await hired(service)

    assert (await service.admin.get(address)).json() == account
    listed = (await service.admin.get("/v1/staff/accounts?limit=1")).json()
    rest = (await service.admin.get(f"/v1/staff/accounts?cursor={listed['next']}")).json()
    assert [one["login"] for page in (listed, rest) for one in page["items"]] == [
        "desk-04",
        "waw-117",
    ]
    signed = await sign_in(service.desk, "desk-04", pin=pin)
    assert (signed.status_code, signed.json()["store"]) == (200, None)
    suspended = await service.admin.patch(address, json={"state": "suspended"})
    assert suspended.json()["state"] == "suspended"
    refused = await sign_in(service.desk, "desk-04", pin=pin)
    assert (refused.status_code, refused.json()["code"]) == (409, "staff-suspended")
    of_state = await service.admin.get("/v1/staff/accounts?state=suspended")
    assert [one["login"] for one in of_state.json()["items"]] == ["desk-04"]
    reset = await service.admin.post(f"{address}/secret", json={"password": "seven otters sing"})
    assert (reset.json()["secrets"], "pin" in reset.json()) == (["password"], False)
    taken = await service.admin.post(
        "/v1/staff/accounts", json={"login": "desk-04", "role": "clerk"}
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "login-taken")
    nobody = await service.admin.post(
        "/v1/staff/accounts", json={"login": "x", "role": "clerk", "member": NOBODY}
    )
    assert (nobody.status_code, nobody.json()["code"]) == (404, "member-not-found")


async def test_somebody_changes_their_pin_at_the_till(service: Service, db: Database) -> None:
    await hired(service)
    async with till(service, db) as client:
        body = {"login": "waw-117", "pin": PIN, "device": "till-3", "new_pin": "905174"}
        simple = await client.post("/v1/staff/secret", json={**body, "new_pin": "123456"})
        changed = await client.post("/v1/staff/secret", json=body)
        old, new = await sign_in(client), await sign_in(client, pin="905174")

    assert (simple.status_code, simple.json()["errors"][0]["pointer"]) == (422, "#/new_pin")
    assert changed.json()["secrets"] == ["pin"]
    assert (old.status_code, new.status_code) == (422, 200)


async def test_with_a_pin_of_the_office_nothing_is_done_but_to_choose_another(
    service: Service, db: Database
) -> None:
    body = {"login": "waw-117", "role": "supervisor", "pin": "738205"}
    made = await service.admin.post("/v1/staff/accounts", json=body)
    path = f"/v1/members/{NOBODY}/adjustments"
    gift = {"wallet": "points", "amount": 100, "code": "late", "reason": "for the wait"}
    choose = {"login": "waw-117", "pin": "738205", "device": "till-3", "new_pin": PIN}
    async with till(service, db) as client:
        signed = await sign_in(client, pin="738205")
        first = as_(signed.json()["token"])
        refused = [
            await client.get("/v1/rewards", headers=first),
            await client.post(path, json=gift, headers={**first, "Idempotency-Key": "gift-0001"}),
        ]
        same = await client.post("/v1/staff/secret", json=choose | {"new_pin": "738205"})
        changed = await client.post("/v1/staff/secret", json=choose, headers=first)
        second = as_((await sign_in(client)).json()["token"])
        listed = await client.get("/v1/rewards", headers=second)

    assert made.json()["must_change_secret"] is True
    assert (signed.json()["must_change_secret"], signed.json()["scopes"]) == (
        *(True, ["staff:sign-in"]),
    )
    assert [(one.status_code, one.json()["scope"]) for one in refused] == [
        (403, "rewards:read"),
        (403, "points:adjust"),
    ]
    assert (same.status_code, same.json()["code"]) == (422, "secret-not-new")
    assert same.json()["errors"][0]["pointer"] == "#/new_pin"
    assert (changed.status_code, "must_change_secret" in changed.json()) == (200, False)
    assert listed.status_code == 200


async def test_only_the_office_manages_accounts_also_with_a_person(
    service: Service, db: Database
) -> None:
    await hired(service, role="supervisor")
    async with till(service, db) as client:
        token = (await sign_in(client)).json()["token"]
        for headers in ({}, as_(token)):
            answer = await client.get("/v1/staff/accounts", headers=headers)
            assert (answer.status_code, answer.json()["scope"]) == (403, "staff:manage")


async def test_nobody_gives_themselves_a_reward(service: Service, db: Database) -> None:
    own = await service.admin.post(
        "/v1/members", json={"identifiers": [{"kind": "card", "value": "4012001"}]}
    )
    path = f"/v1/members/{own.json()['id']}"
    await hired(service, role="supervisor", member=own.json()["id"])
    async with till(service, db) as client:
        token = (await sign_in(client)).json()["token"]
        headers = {"Idempotency-Key": "for-myself", **as_(token)}
        body = {"wallet": "points", "amount": 100, "code": "late", "reason": "for me"}
        adjusted = await client.post(f"{path}/adjustments", json=body, headers=headers)
        redeemed = await client.post(
            f"{path}/redemptions", json={"reward": "tree"}, headers=headers
        )
        coupon = await client.post(
            f"{path}/coupons", json={"template": "THANKS10", "reason": "for me"}, headers=headers
        )
        seen = await client.get(path, headers=as_(token))

    for answer in (adjusted, redeemed, coupon):
        assert (answer.status_code, answer.json()["code"]) == (403, "own-wallet")
    assert seen.status_code == 200


async def test_all_processes_refuse_who_was_suspended_within_half_a_minute(
    database: Fresh, db: Database
) -> None:
    async with serving(database.url) as service:
        account = await hired(service)
        async with (
            serving(database.url, keys=service.keys) as other,
            till(service, db) as client,
        ):
            token = (await sign_in(client)).json()["token"]
            key = client.headers["Authorization"].removeprefix("Bearer ")
            async with other.client(key) as there:
                asks = [one.get("/v1/rewards", headers=as_(token)) for one in (client, there)]
                assert [one.status_code for one in await asyncio.gather(*asks)] == [200, 200]
                await service.admin.patch(
                    f"/v1/staff/accounts/{account['id']}", json={"state": "suspended"}
                )
                for one in (service, other):
                    forget(one)  # as if the half minute were over
                asks = [one.get("/v1/rewards", headers=as_(token)) for one in (client, there)]
                assert [one.status_code for one in await asyncio.gather(*asks)] == [401, 401]


def forget(service: Service) -> None:
    """What the process remembers of tokens is too old."""
    keyring = service.application.asgi_handler.services.keyring  # type: ignore[attr-defined]
    keyring._people._known.clear()
