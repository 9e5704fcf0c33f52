"""Staff by tokens of the shop's own sign-in, beside the key of the device."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import asyncpg
import httpx
import pytest

from service.app import edge_of
from tests.api.client import DEMO, Service, keys_for, serving
from tests.api.tables import contents
from tests.databases import Fresh
from tests.issuer import AUDIENCE, Issuer, issuing, unsigned
from tests.laws.outsiders import enrolled

CLAIM = "preferred_username"
SUPERVISOR: dict[str, Any] = {CLAIM: "waw-117"}


class Desk(NamedTuple):
    """A service with a provider of sign-ins; a supervisor whose login is `waw-117`."""

    service: Service
    issuer: Issuer
    ann: str
    own: str
    account: str

    async def adjust(self, key: str = "of-the-beans", /, member: str = "", **claims: Any) -> Any:
        """Ten points by hand, which needs the person's scope."""
        staff = self.issuer.token(**{"sub": "x", CLAIM: "waw-117", **claims})
        return await self.by(staff, key, member)

    async def by(self, staff: str, key: str = "of-the-beans", member: str = "") -> httpx.Response:
        """The same with any header."""
        return await self.service.desk.post(
            f"/v1/members/{member or self.ann}/adjustments",
            json={"wallet": "points", "amount": 10, "reason": "cold coffee", "code": "late"},
            headers={"Idempotency-Key": key, "Regulars-Staff": staff},
        )


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with issuing() as found:
        yield found


@pytest.fixture
async def desk(database: Fresh, issuer: Issuer) -> AsyncIterator[Desk]:
    keys = await keys_for(database.url, "waw-01")
    more: dict[str, Any] = {
        "staff_oidc_issuer": issuer.url,
        "staff_oidc_audience": AUDIENCE,
        "staff_oidc_login_claim": CLAIM,
    }
    async with serving(database.url, jobs=False, keys=keys, **more) as service:
        await service.publish(DEMO)
        ann, own = [await enrolled(service, card) for card in ("ANN", "OWN")]
        made = await service.admin.post(
            "/v1/staff/accounts",
            json={"login": "waw-117", "role": "supervisor", "stores": ["waw-01"], "member": own},
        )
        assert made.status_code == 201, made.text
        yield Desk(service, issuer, ann, own, made.json()["id"])


async def changed(desk: Desk, **body: Any) -> None:
    answer = await desk.service.admin.patch(f"/v1/staff/accounts/{desk.account}", json=body)
    assert answer.status_code == 200, answer.text


async def test_a_person_does_what_their_account_may(desk: Desk, database: Fresh) -> None:
    assert (await desk.adjust()).status_code == 201

    path = f"/v1/members/{desk.ann}/wallets/points/entries"
    entry = (await desk.service.admin.get(path)).json()["items"][0]
    kid = desk.service.keys["desk"].split("_")[2]
    assert entry["actor"] == "staff:waw-117"
    connection = await asyncpg.connect(database.owner_url)
    noted = await connection.fetch("select store, device from operation where actor_id = 'waw-117'")
    await connection.close()
    assert {tuple(one) for one in noted} == {("waw-01", kid)}


async def test_without_the_token_the_key_alone_may_not(desk: Desk) -> None:
    path = f"/v1/members/{desk.ann}"

    assert (await desk.service.desk.get(path)).status_code == 403


async def test_a_person_touches_nothing_of_their_own(desk: Desk) -> None:
    answer = await desk.adjust(member=desk.own)

    assert (answer.status_code, answer.json()["code"]) == (403, "own-wallet")


@pytest.mark.parametrize(
    "claims",
    [
        {CLAIM: "nobody"},
        {CLAIM: ""},
        {CLAIM: None},
        {CLAIM: ["waw-117"]},
        {"aud": "another"},
        {"iss": "https://another.example"},
        {"exp": 1_700_000_000},
    ],
)
async def test_a_token_of_nobody_here_refuses_the_request(
    desk: Desk, database: Fresh, claims: dict[str, Any]
) -> None:
    before = await contents(database.owner_url)

    answer = await desk.adjust(**claims)

    assert (answer.status_code, answer.json()["code"]) == (401, "staff-token-not-accepted")
    assert await contents(database.owner_url) == before


async def test_a_bad_token_never_falls_back_to_the_key(desk: Desk) -> None:
    claims = desk.issuer.claims(sub="x", **SUPERVISOR)
    for staff in ("", "x", "rgs_x", unsigned({"alg": "none", "kid": "es256-1"}, claims)):
        answer = await desk.service.desk.get("/v1/program", headers={"Regulars-Staff": staff})
        assert (answer.status_code, answer.json()["code"]) == (401, "staff-token-not-accepted")


async def test_at_another_store_the_account_is_nobodys(desk: Desk) -> None:
    await changed(desk, stores=["krk-01"])

    assert (await desk.adjust()).status_code == 401

    await changed(desk, stores=[])
    assert (await desk.adjust(iat=None)).status_code == 401
    lately = desk.issuer.claims()["iat"] - 1
    assert (await desk.adjust(iat=lately)).status_code == 201


async def test_a_suspended_account_is_refused_within_half_a_minute(desk: Desk) -> None:
    staff = desk.issuer.token(sub="x", **SUPERVISOR)
    assert (await desk.by(staff)).status_code == 201
    oidc = edge_of(desk.service.application).services.keyring._oidc
    assert oidc is not None
    (known,) = oidc._accounts._known.values()
    assert known.until - oidc._accounts._clock() <= 30
    await changed(desk, state="suspended")

    oidc._accounts.forget(staff.encode())  # as it is after half a minute

    assert (await desk.by(staff, "once-more")).status_code == 401


async def test_an_e_mail_names_somebody_only_if_it_is_verified(
    database: Fresh, issuer: Issuer
) -> None:
    more: dict[str, Any] = {
        "staff_oidc_issuer": issuer.url,
        "staff_oidc_audience": AUDIENCE,
        "staff_oidc_login_claim": "email",
    }
    async with serving(database.url, jobs=False, **more) as service:
        body = {"login": "ola-example", "role": "agent"}
        made = await service.admin.post("/v1/staff/accounts", json=body)
        assert made.status_code == 201, made.text
        statuses = []
        for verified in (None, False, "true", True):
            staff = issuer.token(sub="x", email="ola-example", email_verified=verified)
            answer = await service.desk.get("/v1/program", headers={"Regulars-Staff": staff})
            statuses.append(answer.status_code)

    assert statuses == [401, 401, 401, 200]
